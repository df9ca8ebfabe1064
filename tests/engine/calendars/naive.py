"""A calendar that asks the zone's clocks second by second: slow, and hard to get wrong.

It reads a calendar's week and dates, and nothing else of the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from itertools import repeat
from zoneinfo import ZoneInfo

from engine.calendars.model import Calendar, Window

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
DAY = 86_400


def second_of(text: str) -> int:
    """The seconds since 1970 of an instant in RFC 3339."""
    return int(datetime.fromisoformat(text).timestamp())


def open_seconds(calendars: Sequence[Calendar], start: int, end: int) -> list[bytes]:
    """Of each calendar one byte a second from ``start`` to ``end``: 1 where it is working time.

    The calendars are of one zone, at most eight: its clocks are read once a second for all of them, a bit for each.
    """
    (name,) = {calendar.timezone for calendar in calendars}

    @cache
    def painted(day: int) -> bytes:
        return _painted(calendars, date.fromordinal(day))

    wall = map(datetime.fromtimestamp, range(start, end), repeat(ZoneInfo(name)))
    bits = bytes(painted(at.toordinal())[at.hour * 3_600 + at.minute * 60 + at.second] for at in wall)
    return [bits.translate(bytes(byte >> number & 1 for byte in range(256))) for number in range(len(calendars))]


def _painted(calendars: Sequence[Calendar], day: date) -> bytes:
    """A day as its clocks show it, one byte a second, one bit a calendar: its windows, and yesterday's past midnight."""
    found = bytearray(DAY)
    for number, calendar in enumerate(calendars):
        today = [(first * 60, last * 60) for first, last in _windows(calendar, day)]
        before = _windows(calendar, date.fromordinal(day.toordinal() - 1))
        for first, last in [*today, *((0, last * 60 - DAY) for _, last in before)]:
            for second in range(first, min(last, DAY)):
                found[second] |= 1 << number
    return bytes(found)


def _windows(calendar: Calendar, day: date) -> tuple[Window, ...]:
    return calendar.dates[day] if day in calendar.dates else calendar.week[day.weekday()]
