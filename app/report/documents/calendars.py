"""A calendar as a week: its open windows day by day, and the days on which they do not count."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from app.report.documents.sheet import Day, Row, Window, listed, row
from app.report.times import span
from engine.calendars.model import Calendar
from engine.calendars.model import Window as Minutes

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MINUTES = 24 * 60


def week(calendar: Calendar) -> tuple[Day, ...]:
    """The seven days; what runs past midnight goes on at the start of the next."""
    found = []
    for number, name in enumerate(DAYS):
        own = [_window(first, min(last, _MINUTES), _words((first, last))) for first, last in calendar.week[number]]
        before = [
            _window(0, last - _MINUTES, _words((first, last)))
            for first, last in calendar.week[number - 1]
            if last > _MINUTES
        ]
        words = listed([_words(window) for window in calendar.week[number]]) or "closed"
        found.append(Day(name, (*before, *own), words))
    return tuple(found)


def rows(calendar: Calendar) -> Iterator[Row]:
    """Zone, hours of a week, and holidays."""
    yield row("Zone", calendar.timezone)
    total = sum(last - first for windows in calendar.week for first, last in windows)
    yield row("Open", f"{span(total * 60) if total < _MINUTES else f'{total / 60:g} h'} a week")
    if calendar.country is not None:
        yield row("Holidays", f"the public holidays of {calendar.country}")
    if calendar.dates:
        yield row("Own days", *(_own(day, windows) for day, windows in sorted(calendar.dates.items())))


def _own(day: date, windows: tuple[Minutes, ...]) -> str:
    return f"{day:%a} {day.day} {day:%B %Y}: " + (listed([_words(window) for window in windows]) or "closed")


def _window(first: int, last: int, words: str) -> Window:
    return Window(round(first / _MINUTES * 100, 2), round((last - first) / _MINUTES * 100, 2), words)


def _words(window: Minutes) -> str:
    first, last = window
    return f"{_clock(first)}–{_clock(last)}"


def _clock(minutes: int) -> str:
    hour, minute = divmod(minutes if minutes <= _MINUTES else minutes - _MINUTES, 60)
    return f"{hour:02}:{minute:02}"
