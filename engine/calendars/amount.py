"""An amount of time as documents write it: hours and minutes, and working days of a calendar."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction

from engine.conditions.times import SECOND
from engine.conditions.values import Duration

_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(wd|ms|[smhd])")


@dataclass(frozen=True, slots=True)
class Amount:
    """``days`` working days and then ``time``. ``text`` is how it was written; ``in_days`` whether there are days."""

    days: Fraction
    time: Duration
    text: str
    in_days: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "in_days", bool(self.days))

    @classmethod
    def parse(cls, text: str) -> Amount:
        """Reads ``2h``, ``1wd``, ``1.5wd``, ``1wd4h``. Raises ValueError with a sentence for the author."""
        days, rest = Fraction(0), ""
        parts = _PART.findall(text)
        if not parts or "".join(number + unit for number, unit in parts) != text:
            raise ValueError(f'"{text[:40]}" is not a duration such as 30m, 2h or 2wd')
        for number, unit in parts:
            if unit == "wd":
                days += Fraction(number)
            else:
                rest += number + unit
        if days > MOST_DAYS:
            raise ValueError(f'"{text}" is out of range: at most {MOST_DAYS} working days')
        return cls(days, Duration.parse(rest) if rest else Duration(0), text)

    def plain(self) -> Duration:
        """The amount with every working day taken for 24 hours."""
        return Duration(int(self.days * 24 * 3_600 * SECOND) + self.time)

    def share(self, part: Fraction) -> Amount:
        """A part of it, such as three quarters; the time rounded down to the nanosecond."""
        return Amount(self.days * part, Duration(int(self.time * part)), f"{self.text} × {part}")

    def times(self, count: int) -> Amount:
        """The amount ``count`` times over."""
        if count == 1:
            return self
        days = self.days * count if self.in_days else self.days
        return Amount(days, Duration(self.time * count), self.text)

    def less(self, other: Amount) -> Amount:
        """What is left of it when the last ``other`` is taken off; nothing less than nothing."""
        days, time = self.days - other.days, Duration(self.time - other.time)
        return Amount(max(days, Fraction(0)), max(time, Duration(0)), f"{self.text} - {other.text}")


MOST_DAYS = 10_000
