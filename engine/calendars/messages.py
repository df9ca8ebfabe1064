"""Every mistake a calendar can hold, one function each. Codes V900 to V919."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.diagnostics import Diagnostic, Place, did_you_mean, did_you_mean_zone


def unknown_zone(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    hint = did_you_mean_zone(name, known) or "write an IANA zone such as Europe/Berlin"
    return Diagnostic("V901", "error", f'there is no time zone "{name}"', place, max(1, len(name)), hint)


def unknown_country(place: Place, code: str, known: Iterable[str]) -> Diagnostic:
    hint = did_you_mean(code, known) or "write a country such as DE, or list the days under `dates`"
    message = f'no public holidays are known of the country "{code}"'
    return Diagnostic("V902", "error", message, place, max(1, len(code)), hint)


def unknown_part(place: Place, code: str, parts: Iterable[str]) -> Diagnostic:
    names = list(parts)
    hint = f"the parts are {', '.join(names)}" if names else "leave the part out: this country has none"
    message = f'no public holidays are known of the part "{code}"'
    return Diagnostic("V903", "error", message, place, max(1, len(code)), hint)


def overlapping(place: Place, window: str, other: str, days: Sequence[str]) -> Diagnostic:
    hint = "keys add up: keep one of the two windows, or let them end where the other begins"
    return Diagnostic(
        "V904", "error", f"{window} overlaps {other} on {_listed(days)}", place, max(1, len(window)), hint
    )


def empty_window(place: Place, window: str) -> Diagnostic:
    hint = "write 00:00-24:00 for a whole day, or leave the window out"
    return Diagnostic("V905", "error", f"{window} ends when it begins", place, max(1, len(window)), hint)


def empty_week(place: Place) -> Diagnostic:
    hint = 'give at least one day hours, such as mon-fri: ["09:00-17:00"]'
    return Diagnostic("V906", "error", "no day of this week has working time", place, 4, hint)


def no_date(place: Place, text: str) -> Diagnostic:
    hint = "write year, month and day of a day that exists, such as 2026-12-24"
    return Diagnostic("V907", "error", f'"{text}" is not a day of the calendar', place, max(1, len(text)), hint)


def holiday_twice(place: Place, text: str) -> Diagnostic:
    hint = "keep one of the two"
    return Diagnostic("V908", "error", f'the holiday "{text}" is listed already', place, max(1, len(text)), hint)


def unknown_calendar(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    names = sorted(known)
    hint = did_you_mean(name, names) or ("the calendars are " + ", ".join(names) if names else "add it to rules/sla/")
    return Diagnostic("V909", "error", f'there is no calendar "{name}"', place, max(1, len(name)), hint)


def working_days_without_calendar(place: Place, text: str) -> Diagnostic:
    hint = "name a calendar beside it, or write hours or days, such as 8h or 1d"
    message = f'"{text}" counts working days, and no calendar is named'
    return Diagnostic("V910", "error", message, place, max(1, len(text)), hint)


def no_amount(place: Place, text: str, problem: str) -> Diagnostic:
    hint = "write a number and a unit: 30m, 2h, 1d, or 2wd for working days"
    return Diagnostic("V911", "error", problem, place, max(1, len(text)), hint)


def _listed(days: Sequence[str]) -> str:
    return days[0] if len(days) == 1 else f"{', '.join(days[:-1])} and {days[-1]}"
