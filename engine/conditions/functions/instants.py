"""What can be asked of instants and spans: ``getFullYear()``, ``getHours("Europe/Berlin")`` and the others."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from engine.conditions.times import SECOND
from engine.conditions.values import CelError, Duration, Timestamp

if TYPE_CHECKING:
    from engine.conditions.functions.table import Overloads

_OFFSET = re.compile(r"([+-]?)([0-9]{2}):([0-9]{2})")
_NAME = re.compile(r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class _Clock:
    """An instant as people at one place read it."""

    day: date
    second: int  # of the day
    nanosecond: int  # of the second

    def day_of_year(self) -> int:
        return self.day.toordinal() - date(self.day.year, 1, 1).toordinal()


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo | int:
    """A zone of the tz database, or the seconds of a fixed offset such as ``-02:30``."""
    if match := _OFFSET.fullmatch(name):
        seconds = int(match[2]) * 3_600 + int(match[3]) * 60
        return -seconds if match[1] == "-" else seconds
    if _NAME.fullmatch(name):
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            pass  # said below, in the author's words
    raise CelError(f'"{name}" is no time zone such as Europe/Berlin or +02:00')


def _offset(seconds: int, zone: ZoneInfo | int) -> int:
    """Seconds to add to UTC at that instant."""
    if isinstance(zone, int):
        return zone
    offset = (_EPOCH + timedelta(seconds=seconds)).astimezone(zone).utcoffset()
    return 0 if offset is None else offset.days * _DAY + offset.seconds


def _clock(timestamp: Timestamp, zone_name: str | None = None) -> _Clock:
    seconds, nanosecond = divmod(int(timestamp), SECOND)
    try:
        if zone_name is not None:
            seconds += _offset(seconds, _zone(zone_name))
        days, second = divmod(seconds, _DAY)
        return _Clock(date.fromordinal(days + 719_163), second, nanosecond)
    except (OverflowError, ValueError):
        raise CelError(f"{timestamp.text()} lies outside the years 1 to 9999 in {zone_name}") from None


_GETTERS: dict[str, Callable[[_Clock], int]] = {
    ".getFullYear": lambda clock: clock.day.year,
    ".getMonth": lambda clock: clock.day.month - 1,
    ".getDate": lambda clock: clock.day.day,
    ".getDayOfMonth": lambda clock: clock.day.day - 1,
    ".getDayOfWeek": lambda clock: clock.day.isoweekday() % 7,
    ".getDayOfYear": _Clock.day_of_year,
    ".getHours": lambda clock: clock.second // 3_600,
    ".getMinutes": lambda clock: clock.second // 60 % 60,
    ".getSeconds": lambda clock: clock.second % 60,
    ".getMilliseconds": lambda clock: clock.nanosecond // 1_000_000,
}


def _whole(unit: int) -> Callable[[Duration], int]:
    """How many whole units a span holds, cut towards zero."""

    def count(span: Duration) -> int:
        units = abs(int(span)) // unit
        return -units if span < 0 else units

    return count


def _milliseconds(span: Duration) -> int:
    """The thousandths within the last second, -999 to 999."""
    thousandths = abs(int(span)) % SECOND // 1_000_000
    return -thousandths if span < 0 else thousandths


def _reader(get: Callable[[_Clock], int]) -> Callable[..., int]:
    return lambda timestamp, zone=None: get(_clock(timestamp, zone))


OVERLOADS: Overloads = {
    (".getHours", (Duration,)): _whole(3_600 * SECOND),
    (".getMinutes", (Duration,)): _whole(60 * SECOND),
    (".getSeconds", (Duration,)): _whole(SECOND),
    (".getMilliseconds", (Duration,)): _milliseconds,
}
OVERLOADS |= {(name, (Timestamp,)): _reader(get) for name, get in _GETTERS.items()}
OVERLOADS |= {(name, (Timestamp, str)): _reader(get) for name, get in _GETTERS.items()}
