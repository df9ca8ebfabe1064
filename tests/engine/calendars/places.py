"""Calendars in six zones, each over days on which its clocks change."""

from __future__ import annotations

from datetime import date

from engine.calendars.model import Calendar, Window

SPLIT: tuple[tuple[Window, ...], ...] = (*[((600, 840), (900, 1140))] * 5, ((660, 960),), ())
NIGHTS: tuple[tuple[Window, ...], ...] = (*[((0, 150), (1320, 1560))] * 6, ((90, 200), (1380, 1440)))
ALL_DAY: tuple[tuple[Window, ...], ...] = (*[((0, 1440),)] * 5, (), ())

PLACES: dict[str, tuple[str, ...]] = {
    "Europe/Berlin": ("2026-03-24", "2026-10-20", "2026-12-20"),
    "America/New_York": ("2026-03-04", "2026-10-28"),
    "Australia/Lord_Howe": ("2026-03-31", "2026-09-30"),
    "Pacific/Apia": ("2011-12-26", "2011-09-20", "2012-03-28"),
    "America/Sao_Paulo": ("2018-10-31", "2019-02-13"),
    "Asia/Kathmandu": ("2026-05-11",),
}
"""Each zone with days from which its clocks are watched; Apia skipped a whole day at the end of 2011."""


def calendars() -> list[tuple[Calendar, str]]:
    """Every zone with every week, and a holiday, a short day and a night as holidays in the midst."""
    found = []
    for zone, beginnings in PLACES.items():
        for begun in beginnings:
            first = date.fromisoformat(begun)
            dates: dict[date, tuple[Window, ...]] = {
                first.replace(day=min(first.day + 2, 28)): (),
                first.replace(day=min(first.day + 3, 27)): ((600, 720), (1400, 1500)),
            }
            for number, week in enumerate((SPLIT, NIGHTS, ALL_DAY)):
                found.append((Calendar(f"c{number}", 1, "", zone, week, None, dates), begun))
    return found
