"""Instants and spans of time, exact to the nanosecond.

Both are integers underneath, so that compiled conditions compare them at the speed of integers; code that must tell
them from numbers asks for the class.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

SECOND = 1_000_000_000
_DAY_SECONDS = 86_400
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()

_UNITS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": SECOND,
    "m": 60 * SECOND,
    "h": 3_600 * SECOND,
    "d": 86_400 * SECOND,
}
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]+))?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
)
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_CLOCK = re.compile(r"([0-9]{2}):([0-9]{2}):([0-9]{2})")
_SPAN = re.compile(r"([+-]?)((?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h|d))+)")
_SPAN_PART = re.compile(r"([0-9]*)(?:\.([0-9]*))?(ns|us|µs|μs|ms|s|m|h|d)")


class Timestamp(int):
    """An instant: nanoseconds since 1970-01-01T00:00:00Z, within the years 1 to 9999."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Timestamp:
        """Reads RFC 3339, with ``T`` or a blank between date and time; an offset is required.

        Digits beyond the nanosecond are cut off. Raises ValueError with a sentence for the author.
        """
        if text[19:] == "Z" and text[10] == "T":  # as most are written, read in a third of the time
            return cls((_day_start(text[:10]) + _day_second(text[11:19])) * SECOND)
        match = _INSTANT.fullmatch(text)
        if match is None:
            raise ValueError(f'"{text[:40]}" is not an RFC 3339 time such as 2026-04-01T10:00:00Z')
        day, clock, fraction, sign, zone_hour, zone_minute = match.groups()
        total = _day_start(day) + _day_second(clock)
        if sign:
            offset_hours, offset_minutes = int(zone_hour), int(zone_minute)
            if offset_hours > 23 or offset_minutes > 59:
                raise ValueError(f'"{text}" has an impossible offset')
            offset = offset_hours * 3_600 + offset_minutes * 60
            total += offset if sign == "-" else -offset
        nanoseconds = total * SECOND
        if fraction:
            nanoseconds += int(fraction[:9].ljust(9, "0"))
        if not MIN_TIMESTAMP <= nanoseconds <= MAX_TIMESTAMP:
            raise ValueError(f'"{text}" lies outside the years 1 to 9999')
        return cls(nanoseconds)

    def text(self) -> str:
        """RFC 3339 in UTC, with 0, 3, 6 or 9 fractional digits, as many as needed."""
        seconds, nanoseconds = divmod(int(self), SECOND)
        days, in_day = divmod(seconds, _DAY_SECONDS)
        clock = f"{in_day // 3_600:02d}:{in_day // 60 % 60:02d}:{in_day % 60:02d}"
        return f"{_day_text(days)}T{clock}{_fraction(nanoseconds)}Z"

    def __repr__(self) -> str:
        return f"Timestamp({self.text()})"


class Duration(int):
    """A span of time in nanoseconds, positive or negative, of at most about 10,000 years."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Reads ``1h30m``, ``90s``, ``1.5h``, ``-2d`` (units ns us ms s m h d, a day being 24 hours) and ``0``.

        Raises ValueError with a sentence for the author.
        """
        if text in ("0", "+0", "-0"):
            return cls(0)
        match = _SPAN.fullmatch(text) if len(text) <= 100 else None
        if match is None:
            raise ValueError(f'"{text[:40]}" is not a duration such as 30m, 1h30m or 2d')
        total = 0
        for whole, fraction, unit in _SPAN_PART.findall(match[2]):
            size = _UNITS[unit]
            total += int(whole or "0") * size
            if fraction:
                total += int(fraction) * size // 10 ** len(fraction)
        if match[1] == "-":
            total = -total
        if not MIN_DURATION <= total <= MAX_DURATION:
            raise ValueError(f'"{text}" is out of range: a duration spans at most 10,000 years')
        return cls(total)

    def text(self) -> str:
        """Seconds with as many decimals as needed: ``5400s``, ``-0.5s``."""
        seconds, nanoseconds = divmod(abs(int(self)), SECOND)
        decimals = f".{nanoseconds:09d}".rstrip("0") if nanoseconds else ""
        return f"{'-' if self < 0 else ''}{seconds}{decimals}s"

    def written(self) -> str:
        """As an author would write it: ``10m``, ``1d12h``, ``90s`` as ``1m30s``."""
        rest, parts = abs(int(self)), []
        for unit, size in (("d", 86_400 * SECOND), ("h", 3_600 * SECOND), ("m", 60 * SECOND)):
            count, rest = divmod(rest, size)
            if count:
                parts.append(f"{count}{unit}")
        if rest or not parts:
            parts.append(Duration(rest).text())
        return ("-" if self < 0 else "") + "".join(parts)

    def __repr__(self) -> str:
        return f"Duration({self.text()})"


MIN_TIMESTAMP = -62_135_596_800 * SECOND
MAX_TIMESTAMP = 253_402_300_800 * SECOND - 1
MAX_DURATION = 315_576_000_000 * SECOND
MIN_DURATION = -MAX_DURATION


def _fraction(nanoseconds: int) -> str:
    if not nanoseconds:
        return ""
    if nanoseconds % 1_000_000 == 0:
        return f".{nanoseconds // 1_000_000:03d}"
    if nanoseconds % 1_000 == 0:
        return f".{nanoseconds // 1_000:06d}"
    return f".{nanoseconds:09d}"


@lru_cache(maxsize=4096)
def _day_start(text: str) -> int:
    """Seconds since the epoch at midnight UTC of ``YYYY-MM-DD``; cached, since events share their days."""
    match = _DAY.fullmatch(text)
    if match is None:
        raise ValueError(f'"{text}" is not an RFC 3339 date such as 2026-04-01')
    try:
        ordinal = date(int(match[1]), int(match[2]), int(match[3])).toordinal()
    except ValueError as error:
        raise ValueError(f'"{text}" is not a day of the calendar: {error}') from None
    return (ordinal - _EPOCH_ORDINAL) * _DAY_SECONDS


@lru_cache(maxsize=_DAY_SECONDS)
def _day_second(text: str) -> int:
    """Seconds since midnight at ``HH:MM:SS``."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise ValueError(f'"{text}" is not an RFC 3339 time of day such as 10:00:00')
    hours, minutes, seconds = int(match[1]), int(match[2]), int(match[3])
    if hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError(f'"{text}" is no time of day')
    return hours * 3_600 + minutes * 60 + seconds


@lru_cache(maxsize=4096)
def _day_text(days: int) -> str:
    return date.fromordinal(days + _EPOCH_ORDINAL).isoformat()
