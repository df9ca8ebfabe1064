"""Instants as the people of a report read them: in one zone, which the page names."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(wd|ms|[smhd])")
_UNITS = {"wd": "working day", "d": "day", "h": "h", "m": "min", "s": "s", "ms": "ms"}
_COUNTED = ("wd", "d")


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


_SIZES = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def exact(seconds: float, sizes: tuple[tuple[str, int], ...] = _SIZES) -> str:
    """A time to the second: ``1 d 2 h 5 min 40 s``."""
    rest, parts = round(seconds), []
    for unit, size in sizes:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts) or "0 s"


def span(seconds: float) -> str:
    """A time as a person says it, its two greatest units, the rest left off: ``3 d 2 h``, ``4 h 5 min``, ``40 s``."""
    said = exact(seconds).split(" ")
    units = ("d", "h", "min", "s")
    near = len(said) > 2 and units.index(said[3]) == units.index(said[1]) + 1
    return " ".join(said[: 4 if near else 2])


def counted(seconds: float) -> str:
    """Time of a clock, whose day need not have 24 hours: ``168 h``, ``9 h 30 min``, ``25 min``."""
    return exact(seconds if seconds < 60 else seconds // 60 * 60, _SIZES[1:])


def amount(text: str) -> str:
    """A duration as documents write it, in words and as it was chosen: ``2wd`` as ``2 working days``, ``72h`` as
    ``72 h``.
    """
    parts = _PART.findall(text)
    if "".join(map("".join, parts)) != text:
        return text
    return " ".join(
        f"{number} {_UNITS[unit]}{'s' if unit in _COUNTED and number != '1' else ''}" for number, unit in parts
    )
