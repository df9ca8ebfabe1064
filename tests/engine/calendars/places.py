"""Calendars in six zones, each over days on which its clocks change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from engine.calendars.model import Calendar, Window
from tests.engine.calendars import naive

SPLIT: tuple[tuple[Window, ...], ...] = (*[((600, 840), (900, 1140))] * 5, ((660, 960),), ())
NIGHTS: tuple[tuple[Window, ...], ...] = (*[((0, 150), (1320, 1560))] * 6, ((90, 200), (1380, 1440)))
ALL_DAY: tuple[tuple[Window, ...], ...] = (*[((0, 1440),)] * 2, (), (), *[((0, 1440),)] * 3)
WEEKS = (SPLIT, NIGHTS, ALL_DAY)

PLACES: dict[str, tuple[str, ...]] = {
    "Europe/Berlin": ("2026-03-27", "2026-10-23", "2026-12-22"),
    "America/New_York": ("2026-03-06", "2026-10-30"),
    "Australia/Lord_Howe": ("2026-04-03", "2026-10-02"),
    "Pacific/Apia": ("2011-12-28", "2011-09-22", "2012-03-30"),
    "America/Sao_Paulo": ("2018-11-02", "2019-02-15"),
    "Asia/Kathmandu": ("2026-05-11", "1985-12-30", "1919-12-30"),
}
"""Each zone with days from which its clocks are watched. Apia skipped a whole day at the end of 2011, Lord Howe changes
by half an hour, and Kathmandu's clocks were off by odd minutes and, until 1920, by odd seconds."""
DAYS = 6


@dataclass(frozen=True, slots=True)
class Stay:
    """Six days in one zone, from the second ``begun``, by a calendar of each week; ``open`` has a byte a second."""

    zone: str
    begun: int
    calendars: tuple[Calendar, ...]
    open: tuple[bytes, ...]


def names() -> Iterator[tuple[str, str]]:
    """Every zone with each of its beginnings."""
    return ((zone, begun) for zone, beginnings in PLACES.items() for begun in beginnings)


@cache
def stay(zone: str, begun: str) -> Stay:
    """One place with every week, and a holiday and a short day that ends at night as holidays in the midst."""
    first = date.fromisoformat(begun)
    dates: dict[date, tuple[Window, ...]] = {
        first + timedelta(days=3): (),
        first + timedelta(days=4): ((600, 720), (1400, 1500)),
    }
    calendars = tuple(Calendar(f"c{number}", 1, "", zone, week, None, dates) for number, week in enumerate(WEEKS))
    start = naive.second_of(f"{begun}T00:00:00Z")
    return Stay(zone, start, calendars, tuple(naive.open_seconds(calendars, start, start + DAYS * naive.DAY)))
