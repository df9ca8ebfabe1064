"""When things happen: the week, the year and the hours of a day, in the agency's own zone.

Instants are whole seconds since the Unix epoch, UTC; only this file knows about zones.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from engine.calendars.holidays import public_holidays
from engine.events.envelope import NANOSECONDS

if TYPE_CHECKING:
    from random import Random

ZONE = ZoneInfo("Europe/Berlin")
MINUTE, HOUR, DAY = 60, 3600, 86400

INQUIRIES_A_DAY = 13.0
"""On an average working day at scale 1."""

_BY_WEEKDAY = (1.15, 1.2, 1.1, 1.05, 0.9, 0.4, 0.3)
_BY_MONTH = (0.8, 1.1, 1.15, 1.05, 1.1, 1.0, 0.7, 0.75, 1.25, 1.15, 1.0, 0.6)
_BY_HOUR = (1, 1, 0, 0, 0, 1, 2, 4, 8, 13, 15, 14, 9, 10, 13, 14, 12, 9, 7, 6, 6, 5, 3, 2)

COUNTRY = "DE"
"""Whose public holidays are kept: nobody is at the desk, and few people write."""

_FASHION_WEEKS = (((1, 20), (2, 6)), ((2, 22), (3, 11)), ((6, 28), (7, 6)), ((9, 18), (10, 8)))
"""First and last days, (month, day), of the weeks for which everybody wants the same models."""

_OFFICE = dict.fromkeys(range(5), (9, 19)) | {5: (11, 16)}
_SHORT = (10, 14)
"""The hours of New Year's Eve."""


def arrivals(chance: Random, day: date, scale: float) -> list[int]:
    """The instants of one day at which somebody asks, in order."""
    expected = INQUIRIES_A_DAY * scale * _BY_WEEKDAY[day.weekday()] * _BY_MONTH[day.month - 1]
    if is_holiday(day):
        expected *= 0.2
    count = whole(chance, expected * chance.uniform(0.75, 1.25))
    hours = chance.choices(range(24), _BY_HOUR, k=count)
    return sorted(instant(day, hour) + chance.randrange(HOUR) for hour in hours)


def most(scale: float) -> int:
    """More inquiries than any day has."""
    return int(INQUIRIES_A_DAY * scale * max(_BY_WEEKDAY) * max(_BY_MONTH) * 1.25 * 1.2) + 10


def wanted(day: date) -> float:
    """How likely a day is wanted for a shoot, against a day of a fashion week: from 0 to 1."""
    date_of = (day.month, day.day)
    if is_holiday(day) or date_of >= (12, 23) or date_of <= (1, 2):
        return 0.04
    if is_fashion_week(day):
        return 1.0
    return (0.35, 0.6, 0.7, 0.6, 0.35, 0.15, 0.05)[day.weekday()] * (0.6 if day.month == 8 else 1.0)


def is_fashion_week(day: date) -> bool:
    """Whether the day lies in one of the year's fashion weeks."""
    return any(first <= (day.month, day.day) <= last for first, last in _FASHION_WEEKS)


def is_holiday(day: date) -> bool:
    """Whether it is a public holiday, or Christmas Eve."""
    return (day.month, day.day) == (12, 24) or day in public_holidays(COUNTRY, day.year)


def hours(day: date) -> tuple[int, int] | None:
    """From when until when somebody is at the desk, in whole hours; None on days on which nobody is."""
    usual = None if is_holiday(day) else _OFFICE.get(day.weekday())
    return _SHORT if usual and (day.month, day.day) == (12, 31) else usual


def is_holiday_season(day: date) -> bool:
    """Whether it is a time in which people go away."""
    return day.month in {7, 8} or (day.month, day.day) >= (12, 20)


def instant(day: date, hour: int, minute: int = 0) -> int:
    """The instant of a wall-clock time on a day in the agency's zone."""
    return int(datetime.combine(day, time(hour, minute), ZONE).timestamp())


def day_of(moment: int) -> date:
    """The day it is in the agency's zone."""
    return datetime.fromtimestamp(moment, ZONE).date()


def office(moment: int) -> int:
    """The first instant from ``moment`` on at which somebody is at the desk."""
    day = day_of(moment)
    while True:
        there = hours(day)
        if there is not None and moment < instant(day, there[1]):
            return max(moment, instant(day, there[0]))
        day += timedelta(days=1)


def seconds(value: object) -> int:
    """The instant of a record's timestamp, in whole seconds."""
    return int(value) // NANOSECONDS if isinstance(value, int) else 0


def text(moment: int) -> str:
    """The instant as RFC 3339 in UTC."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def about(chance: Random, typical: float) -> int:
    """A stretch of time in seconds around ``typical``: mostly near it, now and then several times as long."""
    return max(MINUTE, int(typical * chance.lognormvariate(0, 0.7)))


def whole(chance: Random, expected: float) -> int:
    """``expected`` as a whole number, right on average."""
    return int(expected) + (chance.random() < expected % 1)
