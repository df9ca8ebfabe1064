"""Working time against a calendar that asks the clocks second by second, and against the cases of another library."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from engine.calendars.amount import Amount
from engine.calendars.model import ALWAYS, Calendar, Window
from engine.conditions.values import Timestamp
from tests.engine.calendars import naive, places

SECOND, MINUTE = naive.SECOND, naive.MINUTE
CASES = Path(__file__).resolve().parents[4] / "shared" / "data" / "time" / "moment_business_time_spec.jsonl"
HOUR = 60 * MINUTE


@pytest.mark.parametrize(("zone", "begun"), list(places.names()))
def test_working_time_is_what_the_clocks_show(zone: str, begun: str):
    stay = places.stay(zone, begun)
    pick = random.Random(begun)
    for calendar, open_ in zip(stay.calendars, stay.open, strict=True):
        shown = [(stay.begun + one.start(), stay.begun + one.end()) for one in re.finditer(b"\x01+", open_)]
        start, end = stay.begun, stay.begun + len(open_)
        spans = [(first // SECOND, last // SECOND) for first, last in calendar.open_spans(start * SECOND, end * SECOND)]
        assert spans == shown
        for first, last in shown:
            for second in {first - 1, first, last - 1, last} - {start - 1, end}:
                assert calendar.is_open(second * SECOND) == bool(open_[second - start])
        changes = [second for span in shown for second in span if start < second < end]
        for change, following in pairwise(changes):
            for second in (change, pick.randrange(change, following)):
                assert calendar.next_change(second * SECOND) == following * SECOND
                assert calendar.last_change(second * SECOND) == change * SECOND
        for _ in range(300):
            check_counts(pick, calendar, open_, start)


def check_counts(pick: random.Random, calendar: Calendar, open_: bytes, start: int) -> None:
    """The working time between two seconds, and when some of it is used up."""
    one, other = sorted(pick.randrange(len(open_)) for _ in range(2))
    first, last = ((start + second) * SECOND for second in (one, other))
    worked = open_.count(1, one, other)
    assert calendar.worked(first, last) == worked * SECOND
    assert calendar.worked(last, first) == -worked * SECOND
    spans = list(calendar.open_spans(first, last))
    assert sum(to - since for since, to in spans) == worked * SECOND
    assert all(before[1] < after[0] for before, after in pairwise(spans))
    if worked:
        amount = pick.randrange(1, worked + 1)
        reached = calendar.deadline(first, amount * SECOND)
        assert reached is not None
        second = reached // SECOND - start
        assert reached % SECOND == 0
        assert open_.count(1, one, second) == amount
        assert open_[second - 1] == 1


def week(hours: dict[str, list[str] | None]) -> tuple[tuple[Window, ...], ...]:
    """The library counts days from Sunday, and writes a day's windows one after the other."""

    def windows(day: int) -> tuple[Window, ...]:
        clock = [int(text[:2]) * 60 + int(text[3:5]) for text in hours[str((day + 1) % 7)] or ()]
        return tuple(zip(clock[::2], clock[1::2], strict=True))

    return tuple(windows(day) for day in range(7))


def others() -> list[dict[str, Any]]:
    if not CASES.exists():
        return []
    return [json.loads(line) for line in CASES.read_text("utf-8").splitlines()]


UNITS = {"hour": HOUR, "minute": MINUTE, "second": MINUTE // 60, "millisecond": MINUTE // 60_000}
UNITS |= {f"{unit}s": size for unit, size in UNITS.items()}


def calendar_of(case: dict[str, Any]) -> Calendar:
    year = int(case["at"][:4])
    dates = [date.fromisoformat(day.replace("*", str(year))) for day in case["holidays"]]
    return Calendar("c", 1, "", "UTC", week(case["workinghours"]), None, dict.fromkeys(dates, ()))


def instant(text: str) -> Timestamp:
    return Timestamp.parse(text if text.endswith("Z") or "+" in text else f"{text}Z")


SET_ASIDE = {
    "epochs": "no unit of time: that library then adds nothing",
    "months": "of the calendar, whatever the hours",
}
"""The cases that are not asked, by the unit that they ask about. All others are."""


def test_the_cases_of_another_library_are_answered_alike():
    """All but the units that measure no working time. A day counted, there as here, is a day's own hours."""
    if not others():
        pytest.skip("../shared/data/time is not there")
    asked, aside = 0, 0
    for case in others():
        if SET_ASIDE.keys() & {one for one in case["args"] if isinstance(one, str)}:
            aside += 1
            continue
        VERBS[case["op"]](calendar_of(case), instant(case["at"]), case["args"], case["result"])
        asked += 1
    assert (asked, aside) == (175, 4)


def is_working_time(calendar: Calendar, at: Timestamp, arguments: list[Any], result: bool) -> None:
    """There the last instant of a window is working time too; here the next window's first one is."""
    if arguments == [{"ignoreBreaks": True}]:
        before, after = calendar.last_change(at), calendar.next_change(at)
        assert before is not None
        assert after is not None
        same_day = calendar.day_of(before) == calendar.day_of(after) == calendar.day_of(at)
        assert (calendar.is_open(at) or same_day) == result
        return
    assert not arguments
    assert (calendar.is_open(at - 1) or calendar.is_open(at)) == result


def is_working_day(calendar: Calendar, at: Timestamp, arguments: list[Any], result: bool) -> None:
    day = calendar.day_of(at)
    assert (calendar.working_day(day - timedelta(days=1), 1) == day) == result


def next_working_time(calendar: Calendar, at: Timestamp, arguments: list[Any], result: str) -> None:
    assert (at if calendar.is_open(at) else calendar.next_change(at)) == instant(result)


def last_working_time(calendar: Calendar, at: Timestamp, arguments: list[Any], result: str) -> None:
    assert (at if calendar.is_open(at) else calendar.last_change(at)) == instant(result)


def next_transition(calendar: Calendar, at: Timestamp, arguments: list[Any], result: dict[str, str]) -> None:
    assert calendar.next_change(at) == instant(result["moment"])
    assert ("close" if calendar.is_open(at) else "open") == result["transition"]


def last_transition(calendar: Calendar, at: Timestamp, arguments: list[Any], result: dict[str, str]) -> None:
    assert calendar.last_change(at) == instant(result["moment"])
    assert ("open" if calendar.is_open(at) else "close") == result["transition"]


def next_working_day(calendar: Calendar, at: Timestamp, arguments: list[Any], result: str) -> None:
    check_working_day(calendar, at, 1, result)


def last_working_day(calendar: Calendar, at: Timestamp, arguments: list[Any], result: str) -> None:
    check_working_day(calendar, at, -1, result)


def check_working_day(calendar: Calendar, at: Timestamp, count: int, result: str) -> None:
    """That library keeps the time of the day."""
    assert calendar.working_day(calendar.day_of(at), count) == date.fromisoformat(result[:10])
    assert (instant(result) - at) % (24 * HOUR) == 0


def add(calendar: Calendar, at: Timestamp, arguments: list[Any], result: str) -> None:
    """Days are added there by dates; from within the hours that is what working days come to here."""
    if arguments[1] in ("day", "days"):
        check_working_day(calendar, at, arguments[0], result)
        if arguments[0] > 0 and calendar.is_open(at):
            assert calendar.after(at, Amount.parse(f"{arguments[0]}wd")) == instant(result)
        return
    assert calendar.deadline(at, span(arguments)) == instant(result)


def subtract(calendar: Calendar, at: Timestamp, arguments: list[Any], result: str) -> None:
    if arguments[1] in ("day", "days"):
        check_working_day(calendar, at, -arguments[0], result)
        return
    assert calendar.worked(instant(result), at) == span(arguments)


def difference(calendar: Calendar, at: Timestamp, arguments: list[Any], result: float) -> None:
    """Whole units, towards zero, unless parts are asked for."""
    since, unit = instant(arguments[0]), arguments[1]
    if unit in ("day", "days"):
        exact = calendar.days(since, at) if since <= at else -calendar.days(at, since)
    else:
        exact = Fraction(calendar.worked(since, at), UNITS[unit])
    assert (exact if arguments[2:] == [True] else int(exact)) == Fraction(result)


def span(arguments: list[Any]) -> int:
    return sum(number * UNITS[unit] for number, unit in zip(arguments[::2], arguments[1::2], strict=True))


VERBS: dict[str, Callable[[Calendar, Timestamp, list[Any], Any], None]] = {
    "isWorkingTime": is_working_time,
    "isWorkingDay": is_working_day,
    "nextWorkingTime": next_working_time,
    "lastWorkingTime": last_working_time,
    "nextTransitionTime": next_transition,
    "lastTransitionTime": last_transition,
    "nextWorkingDay": next_working_day,
    "lastWorkingDay": last_working_day,
    "addWorkingTime": add,
    "subtractWorkingTime": subtract,
    "workingDiff": difference,
}


def test_the_next_and_the_last_change_of_hours_that_change_never_or_seldom():
    always = Calendar("c", 1, "", "UTC", (((0, 1440),),) * 7)
    never = Calendar("c", 1, "", "UTC", ((),) * 7)
    once = Calendar("c", 1, "", "UTC", ((),) * 7, None, {date(2026, 1, 1): ((0, 60),)})
    start = Timestamp.parse("2026-01-01T00:00:00Z")
    for calendar in (always, never):
        assert calendar.next_change(start) is None
        assert calendar.last_change(start) is None
    assert never.working_day(date(2026, 1, 1), 1) is None
    assert once.next_change(start - 400 * 24 * HOUR) == start
    assert once.next_change(start) == start + HOUR
    assert once.next_change(start + HOUR) is None
    assert once.last_change(start) == start
    assert once.last_change(start - 1) is None
    assert once.last_change(start + 4_000 * 24 * HOUR) == start + HOUR
    assert once.working_day(date(2020, 1, 1), 1) == date(2026, 1, 1)


def test_a_deadline_is_the_earliest_instant():
    office = Calendar("c", 1, "", "UTC", places.SPLIT)
    friday = Timestamp.parse("2026-03-27T12:00:00Z")
    assert office.deadline(friday, 2 * HOUR) == Timestamp.parse("2026-03-27T14:00:00Z")
    assert office.deadline(friday, 2 * HOUR + 1) == Timestamp.parse("2026-03-27T15:00:00Z") + 1
    assert office.deadline(friday, 0) == friday


def test_a_working_day_is_each_days_open_time_spread_evenly():
    office = Calendar("c", 1, "", "UTC", places.SPLIT)
    friday = Timestamp.parse("2026-03-27T10:00:00Z")
    assert office.days(friday, friday + 4 * HOUR) == Fraction(1, 2)
    assert office.after(friday + 4 * HOUR, Amount.parse("1wd")) == Timestamp.parse("2026-03-28T13:30:00Z")
    assert office.after(friday, Amount.parse("1wd1h")) == Timestamp.parse("2026-03-28T12:00:00Z")
    assert office.after(friday, Amount.parse("2wd")) == Timestamp.parse("2026-03-28T16:00:00Z")
    assert ALWAYS.after(friday, Amount.parse("1.5wd")) == friday + 36 * HOUR


def test_a_country_keeps_its_holidays():
    germany = Calendar("c", 1, "", "Europe/Berlin", places.SPLIT, "DE-BY")
    assert germany.windows(date(2026, 1, 6)) == ()  # Epiphany, in Bavaria
    assert germany.windows(date(2026, 1, 7)) == places.SPLIT[2]


def test_a_calendar_whose_days_never_come_has_no_deadline():
    never = Calendar("c", 1, "", "UTC", ((),) * 7, None, {date(2026, 1, 1): ((0, 60),)})
    start = Timestamp.parse("2026-01-01T00:00:00Z")
    assert never.deadline(start, HOUR) == start + HOUR
    assert never.deadline(start, HOUR + 1) is None
    assert never.after(start, Amount.parse("2wd")) is None
