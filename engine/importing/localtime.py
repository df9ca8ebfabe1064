"""Times as foreign logs write them: with an offset, or on the wall clock of a zone.

A wall clock repeats an hour when summer ends and skips one when it begins. A repeated time has two instants, and
whoever knows the order of the file chooses between them (``engine.importing.repeated``); a skipped one has none, so
it is refused and never moved to a time that nobody wrote.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from functools import cached_property

from engine.conditions.values import Timestamp

ISO = "iso"
SECOND = 1_000_000_000
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - wall clocks are counted in seconds before their zone is applied
_WRITTEN = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[Tt ]([0-9]{2}:[0-9]{2})(:[0-9]{2})?(?:[.,]([0-9]+))?)?"
    r" ?([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_TIME_DIRECTIVES = re.compile(r"%[HIXcs]")


class SkippedTimeError(ValueError):
    """The zone's clock jumped over this time."""


@dataclass(frozen=True)
class Clock:
    """How one column writes its times: ``format`` is ``iso`` or a ``strptime`` pattern, ``zone`` reads wall clocks."""

    format: str
    zone: tzinfo
    zone_name: str = field(compare=False)

    @cached_property
    def whole_days(self) -> bool:
        """Whether the pattern names no time of day, so that a day's first instant is meant."""
        return self.format != ISO and not _TIME_DIRECTIVES.search(self.format.replace("%%", ""))

    def read(self, text: str) -> tuple[Timestamp, ...]:
        """The instant, or the two instants of a repeated time, the earlier first.

        Raises ``SkippedTimeError`` and ``ValueError``, with a sentence.
        """
        try:
            return self._read_iso(text.strip()) if self.format == ISO else self._read_pattern(text)
        except OverflowError:
            raise ValueError(f'"{text[:40]}" lies outside the years 1 to 9999') from None

    def _read_pattern(self, text: str) -> tuple[Timestamp, ...]:
        try:
            moment = datetime.strptime(text.strip(), self.format)  # noqa: DTZ007 - the pattern may hold an offset
        except ValueError:
            raise ValueError(f'"{text[:40]}" is not written as {self.format}') from None
        if moment.tzinfo is not None:
            wall = moment.replace(tzinfo=None)
            offset = moment.utcoffset() or timedelta()
            return (_instant(wall - offset, 0),)
        return self._on_the_wall(moment, 0, self.whole_days, text)

    def read_day(self, text: str) -> str:
        """The calendar day, ``YYYY-MM-DD``, as it is written, whatever the zone. Raises ``ValueError``."""
        if self.format == ISO:
            match = _WRITTEN.fullmatch(text.strip())
            if match is None:
                raise ValueError(f'"{text[:40]}" is not a day such as 2026-04-01')
            return date.fromisoformat(match[1]).isoformat()
        try:
            return datetime.strptime(text.strip(), self.format).date().isoformat()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            raise ValueError(f'"{text[:40]}" is not written as {self.format}') from None

    def _read_iso(self, text: str) -> tuple[Timestamp, ...]:
        match = _WRITTEN.fullmatch(text)
        if match is None:
            raise ValueError(f'"{text[:40]}" is not a time such as 2026-04-01T10:00:00+02:00')
        day, minutes, seconds, fraction, offset = match.groups()
        clock = f"{minutes or '00:00'}{seconds or ':00'}"
        if offset:
            digits = offset.replace(":", "")
            exact = "Z" if digits in "Zz" else f"{digits[:3]}:{digits[3:] or '00'}"
            return (Timestamp.parse(f"{day}T{clock}{'.' + fraction if fraction else ''}{exact}"),)
        try:
            moment = datetime.fromisoformat(f"{day}T{clock}")
        except ValueError:
            raise ValueError(f'"{text[:40]}" names no day and time that exist') from None
        nanoseconds = int(fraction[:9].ljust(9, "0")) if fraction else 0
        return self._on_the_wall(moment, nanoseconds, minutes is None, text)

    def _on_the_wall(self, moment: datetime, nanoseconds: int, whole_day: bool, text: str) -> tuple[Timestamp, ...]:
        first = moment.replace(tzinfo=self.zone).utcoffset() or timedelta()
        second = moment.replace(tzinfo=self.zone, fold=1).utcoffset() or timedelta()
        early = _instant(moment - first, nanoseconds)
        if first == second:
            return (early,)
        if first > second:
            return (early, _instant(moment - second, nanoseconds))
        if whole_day:
            # The day begins where the clock lands after its jump at midnight, and that is this very instant.
            return (early,)
        raise SkippedTimeError(f'"{text[:40]}" never was: the clock in {self.zone_name} jumped over it')


def _instant(utc: datetime, nanoseconds: int) -> Timestamp:
    elapsed = utc - _EPOCH
    whole = (elapsed.days * 86_400 + elapsed.seconds) * SECOND
    return Timestamp(whole + elapsed.microseconds * 1_000 + nanoseconds)
