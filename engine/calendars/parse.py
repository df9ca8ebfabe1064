"""From the located nodes of a calendar document to a Calendar. The document's shape was validated before."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import available_timezones

from engine.calendars import messages
from engine.calendars.amount import Amount
from engine.calendars.holidays import countries
from engine.calendars.model import ALWAYS, Calendar, Window, WorkingTime
from engine.diagnostics import Diagnostic
from engine.reading.nodes import Mapping as MappingNode
from engine.reading.nodes import Node, Scalar, Sequence

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES = 24 * 60

Located = tuple[Window, Scalar]


def parse_calendar(root: MappingNode, report: list[Diagnostic]) -> Calendar | None:
    """The calendar a validated document declares; None, with every mistake reported, where it cannot measure."""
    found: list[Diagnostic] = []
    zone = root.get("timezone")
    assert isinstance(zone, Scalar)
    zones = available_timezones()
    if zone.text not in zones:
        found.append(messages.unknown_zone(zone.place, zone.text, zones))
    week = _week(root, found)
    holidays = root.get("holidays")
    holidays = holidays if isinstance(holidays, MappingNode) else None
    country = holidays.get("country") if holidays is not None else None
    if isinstance(country, Scalar):
        _check_country(country, found)
    dates = _dates(holidays.get("dates") if holidays is not None else None, found)
    report.extend(found)
    if any(one.severity == "error" for one in found):
        return None
    return Calendar(
        id=_text(root, "id"),
        version=int(_text(root, "version")),
        description=_text(root, "description"),
        timezone=zone.text,
        week=week,
        country=country.text if isinstance(country, Scalar) else None,
        dates=dates,
    )


def _week(root: MappingNode, report: list[Diagnostic]) -> tuple[tuple[Window, ...], ...]:
    days: list[list[Located]] = [[] for _ in DAYS]
    week = root.get("week")
    for key, hours in week.entries if isinstance(week, MappingNode) else ():
        windows = list(_windows(hours, report))
        for window, text in windows:
            over: dict[str, list[str]] = {}
            for day in _days(key.text):
                other = _add(days[day], window, text)
                if other is not None:
                    over.setdefault(other.text, []).append(DAYS[day])
            for written, names in over.items():
                report.append(messages.overlapping(text.place, text.text, written, names))
    if not any(days) and not report:
        report.append(messages.empty_week(root.key("week").place))
    return tuple(tuple(sorted(window for window, _ in day)) for day in days)


def _days(key: str) -> list[int]:
    """The days of a key; a range may go round the end of the week (``sat-mon``)."""
    first, _, last = key.partition("-")
    begun, end = DAYS.index(first), DAYS.index(last or first)
    return [day % 7 for day in range(begun, (end if end >= begun else end + 7) + 1)]


def _windows(hours: Node, report: list[Diagnostic]) -> Iterator[Located]:
    for item in hours.items if isinstance(hours, Sequence) else ():
        if isinstance(item, Scalar):
            start, _, end = item.text.partition("-")
            first, last = _minutes(start), _minutes(end)
            if first == last:
                report.append(messages.empty_window(item.place, item.text))
            else:
                yield (first, last if last > first else last + MINUTES), item


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def _add(day: list[Located], window: Window, text: Scalar) -> Scalar | None:
    """Adds a window to a day, or gives back the one that it overlaps."""
    for other, written in day:
        if window[0] < other[1] and other[0] < window[1]:
            return written
    day.append((window, text))
    return None


def _check_country(country: Scalar, report: list[Diagnostic]) -> None:
    known = countries()
    code, _, part = country.text.partition("-")
    if code not in known:
        report.append(messages.unknown_country(country.place, code, known))
    elif part and part not in known[code]:
        report.append(messages.unknown_part(country.place, country.text, known[code]))


def _dates(node: Node | None, report: list[Diagnostic]) -> Mapping[date, tuple[Window, ...]]:
    found: dict[date, tuple[Window, ...]] = {}
    for item in node.items if isinstance(node, Sequence) else ():
        written = item.get("date") if isinstance(item, MappingNode) else item
        assert isinstance(written, Scalar)
        try:
            day = date.fromisoformat(written.text)
        except ValueError:
            report.append(messages.no_date(written.place, written.text))
            continue
        if day in found:
            report.append(messages.holiday_twice(written.place, written.text))
            continue
        windows: list[Located] = []
        hours = item.get("hours") if isinstance(item, MappingNode) else None
        for window, text in _windows(hours, report) if hours is not None else ():
            other = _add(windows, window, text)
            if other is not None:
                report.append(messages.overlapping(text.place, text.text, other.text, [written.text]))
        found[day] = tuple(sorted(window for window, _ in windows))
    return found


@dataclass(frozen=True, slots=True)
class Calendars:
    """The calendars of a folder: those that measure, and the ids of those whose own document has mistakes."""

    known: Mapping[str, Calendar] = field(default_factory=dict)
    lost: Container[str] = ()

    def named(self, name: Node | None, report: list[Diagnostic]) -> WorkingTime | None:
        """The calendar that a node names, the clock that always runs where there is no node; None where none is known.

        Of a calendar that is lost, whoever checks the whole folder tells.
        """
        if not isinstance(name, Scalar):
            return ALWAYS
        calendar = self.known.get(name.text)
        if calendar is None and name.text not in self.lost:
            report.append(messages.unknown_calendar(name.place, name.text, self.known))
        return calendar


def amount_of(node: Scalar, calendar: WorkingTime | None, report: list[Diagnostic]) -> Amount | None:
    """The amount that a node says, to be measured by ``calendar``; None after reporting that it cannot be."""
    try:
        amount = Amount.parse(node.text)
    except ValueError as problem:
        report.append(messages.no_amount(node.place, node.text, str(problem)))
        return None
    if amount.days and calendar is ALWAYS:
        report.append(messages.working_days_without_calendar(node.place, node.text))
        return None
    return amount


def _text(root: MappingNode, key: str) -> str:
    node = root.get(key)
    return node.text if isinstance(node, Scalar) else ""
