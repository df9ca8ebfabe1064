"""Instants as the people of a report read them: in one zone, which the page names."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.conditions.values import Duration


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone by its IANA name; what it takes are instants as RFC 3339 texts."""

    name: str = "UTC"
    _info: ZoneInfo = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_info", ZoneInfo(self.name))

    def local(self, instant: str) -> datetime:
        """The date and time that its clocks show; what is finer than a second is left off."""
        return datetime.fromisoformat(instant[:19]).replace(tzinfo=UTC).astimezone(self._info)

    def moment(self, instant: str) -> str:
        """``2026-03-04 14:57``."""
        return f"{self.local(instant):%Y-%m-%d %H:%M}"

    def spoken(self, instant: str) -> str:
        """``Wed 4 March, 14:57``."""
        local = self.local(instant)
        return f"{local:%a} {local.day} {local:%B}, {local:%H:%M}"

    def day(self, instant: str) -> date:
        """The date."""
        return self.local(instant).date()


def every_day(first: date, last: date) -> list[date]:
    """The days from the first to the last, both included."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def span(seconds: float) -> str:
    """A time as a person says it, two units at most: ``3 d 2 h``, ``4 h 05 min``, ``25 min``, ``40 s``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes:02} min" if minutes else f"{hours} h"
    return f"{minutes} min" if minutes else f"{rest} s"


def amount(text: str) -> str:
    """A duration as documents write it, in words: ``2wd`` as ``2 working days``, ``72h`` as ``72 h``."""
    for unit, one in (("wd", "working day"), ("d", "day")):
        number = text.removesuffix(unit)
        if text != number and number.isdigit():
            return f"{number} {one}" + ("" if number == "1" else "s")
    try:
        return span(int(Duration.parse(text)) / 1e9) if not text.endswith("h") else f"{text[:-1]} h"
    except ValueError:  # working days and hours together read as they are written
        return text
