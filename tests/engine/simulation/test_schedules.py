"""When schedules tick: inclusive of the first instant, over clock changes, the same wherever one begins to look."""

from __future__ import annotations

from itertools import islice, takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.automation.model import OnSchedule
from engine.conditions.values import Timestamp
from engine.diagnostics import Place
from engine.simulation.schedules import ticks_after

SECOND = 1_000_000_000
HOUR = 3600 * SECOND
HERE = Place("x.yaml", 1, 1)


def schedule(cron: str, timezone: str = "Europe/Berlin") -> OnSchedule:
    return OnSchedule(cron, timezone, None, None, "once", HERE, HERE)


def ticks(cron: str, start: str, count: int, timezone: str = "Europe/Berlin") -> list[str]:
    found = islice(ticks_after(schedule(cron, timezone), Timestamp.parse(start)), count)
    return [tick.text() for tick in found]


@pytest.mark.parametrize(
    ("cron", "start", "expected"),
    [
        # The first instant is inclusive, and so is no fraction before it.
        ("0 9 * * *", "2026-01-01T08:00:00Z", ["2026-01-01T08:00:00Z", "2026-01-02T08:00:00Z"]),
        ("0 9 * * *", "2026-01-01T08:00:00.000000001Z", ["2026-01-02T08:00:00Z", "2026-01-03T08:00:00Z"]),
        ("0 9 * * *", "2026-01-01T07:59:59.999999999Z", ["2026-01-01T08:00:00Z", "2026-01-02T08:00:00Z"]),
        # Summer begins on 29 March 2026 at 02:00, winter on 25 October at 03:00; nine in the morning stays nine.
        ("0 9 * * *", "2026-03-28T08:00:00Z", ["2026-03-28T08:00:00Z", "2026-03-29T07:00:00Z"]),
        ("0 9 * * *", "2026-10-24T07:00:00Z", ["2026-10-24T07:00:00Z", "2026-10-25T08:00:00Z"]),
        # A time that does not exist comes at the first moment after the gap, once.
        ("30 2 * * *", "2026-03-28T12:00:00Z", ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]),
        # A time that exists twice comes once, the first time; every hour comes every hour.
        ("30 2 * * *", "2026-10-24T12:00:00Z", ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]),
        ("30 * * * *", "2026-10-24T23:30:00Z", ["2026-10-24T23:30:00Z", "2026-10-25T00:30:00Z"]),
        ("30 * * * *", "2026-10-25T00:30:00Z", ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"]),
        ("0 * * * *", "2026-03-29T00:00:00Z", ["2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z"]),
        # Looking from within the repeated hour never looks back.
        ("0 * * * *", "2026-10-25T01:00:00Z", ["2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z"]),
        ("0 2 * * *", "2026-10-25T01:00:00Z", ["2026-10-26T01:00:00Z", "2026-10-27T01:00:00Z"]),
        ("0 9 * * mon-fri", "2026-01-02T08:00:00Z", ["2026-01-02T08:00:00Z", "2026-01-05T08:00:00Z"]),
    ],
)
def test_ticks(cron: str, start: str, expected: list[str]):
    assert ticks(cron, start, 2) == expected


def test_without_a_clock_change_in_utc():
    assert ticks("30 2 * * *", "2026-03-29T00:00:00Z", 2, "UTC") == ["2026-03-29T02:30:00Z", "2026-03-30T02:30:00Z"]


CRONS = ["0 * * * *", "30 2 * * *", "0 2 * * *", "15,45 1-3 * * *", "0 3 * * *", "0 9 * * *"]
CHANGES = ["2026-03-28T20:00:00Z", "2026-10-24T20:00:00Z"]


@given(st.sampled_from(CRONS), st.sampled_from(CHANGES), st.integers(0, 18 * 4))
def test_the_ticks_are_the_same_wherever_one_begins(cron: str, begin: str, quarters: int):
    first = Timestamp.parse(begin)
    start = Timestamp(first + quarters * HOUR // 4)
    end = first + 72 * HOUR

    def until_the_end(instant: Timestamp) -> list[Timestamp]:
        return list(takewhile(lambda tick: tick <= end, ticks_after(schedule(cron), instant)))

    assert until_the_end(start) == [tick for tick in until_the_end(first) if tick >= start]
