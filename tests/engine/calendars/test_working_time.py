"""Working time against a calendar that asks the clocks minute by minute, and against the cases of another library."""

from __future__ import annotations

import json
import random
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from engine.calendars.amount import Amount
from engine.calendars.model import ALWAYS, Calendar, Window
from engine.conditions.values import Timestamp
from tests.engine.calendars import naive, places

MINUTE = naive.MINUTE
CASES = Path(__file__).resolve().parents[4] / "shared" / "data" / "time" / "moment_business_time_spec.jsonl"
HOUR = 60 * MINUTE


@pytest.mark.parametrize(("calendar", "begun"), places.calendars(), ids=lambda one: getattr(one, "timezone", one))
def test_working_time_is_what_the_clocks_show(calendar: Calendar, begun: str):
    start = naive.minute_of(f"{begun}T00:00:00Z") - 1440
    end = start + 14 * 1440
    open_ = naive.open_minutes(calendar, start, end)
    for minute in range(start, end):
        assert calendar.is_open(minute * MINUTE) == bool(open_[minute - start])
    pick = random.Random(begun)
    for _ in range(300):
        one, other = sorted(pick.randrange(start, end) for _ in range(2))
        assert calendar.worked(one * MINUTE, other * MINUTE) == sum(open_[one - start : other - start]) * MINUTE
        assert calendar.worked(other * MINUTE, one * MINUTE) == -sum(open_[one - start : other - start]) * MINUTE
        spans = list(calendar.open_spans(one * MINUTE, other * MINUTE))
        assert sum(last - first for first, last in spans) == calendar.worked(one * MINUTE, other * MINUTE)
        assert all(spans[n][1] < spans[n + 1][0] for n in range(len(spans) - 1))
        amount, used, reached = pick.randrange(1, 900), 0, one
        while used < amount and reached < end:
            used += open_[reached - start]
            reached += 1
        if used == amount:
            assert calendar.deadline(one * MINUTE, amount * MINUTE) == reached * MINUTE


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


def test_the_cases_of_another_library_are_answered_alike():
    """Set aside: differences in days and days added, which that library counts by dates; unknown units; backwards walks."""
    if not others():
        pytest.skip("../shared/data/time is not there")
    asked = 0
    for case in others():
        calendar, at = calendar_of(case), instant(case["at"])
        arguments = case["args"]
        if case["op"] == "isWorkingTime" and not arguments:
            # There the last instant of a window is working time too; here the next window's first one is.
            if calendar.is_open(at - 1) or calendar.is_open(at):
                assert case["result"] is True
            else:
                assert case["result"] is False
        elif case["op"] == "isWorkingDay":
            assert bool(calendar.windows(calendar.day_of(at))) == case["result"]
        elif case["op"] == "addWorkingTime" and not {"day", "days", "epochs"} & set(arguments[1::2]):
            amount = sum(number * UNITS[unit] for number, unit in zip(arguments[::2], arguments[1::2], strict=True))
            assert calendar.deadline(at, amount) == instant(case["result"]), case
        elif case["op"] == "subtractWorkingTime" and not {"day", "days", "epochs"} & set(arguments[1::2]):
            amount = sum(number * UNITS[unit] for number, unit in zip(arguments[::2], arguments[1::2], strict=True))
            assert calendar.worked(instant(case["result"]), at) == amount, case
        elif case["op"] == "workingDiff" and arguments[1] in UNITS:
            exact = Fraction(calendar.worked(instant(arguments[0]), at), UNITS[arguments[1]])
            wanted = case["result"]
            assert exact == Fraction(wanted) if len(arguments) > 2 else int(exact) == wanted, case
        elif case["op"] == "nextWorkingTime":
            assert instant(case["result"]) in (at, *(s for s, _ in calendar.open_spans(at, at + 7 * 24 * HOUR)))
        elif (
            case["op"] == "addWorkingTime"
            and arguments[1] in ("day", "days")
            and arguments[0] > 0
            and calendar.is_open(at)
        ):
            assert calendar.after(at, Amount.parse(f"{arguments[0]}wd")) == instant(case["result"]), case
        else:
            continue
        asked += 1
    assert asked >= 85


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
