"""Wall clocks: every change of offset in thirty years, and the hour that comes twice."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.conditions.values import Timestamp
from engine.importing.localtime import Clock, SkippedTimeError
from engine.importing.repeated import choose, runs_forward

SECOND = 10**9


def test_every_published_transition(shared: Path) -> None:
    """zdump's own words: the local time at each instant, read back, is that instant (or one of two)."""
    seen = 0
    for line in (shared / "data/time/dst_transitions.jsonl").read_text().splitlines():
        case = json.loads(line)
        clock = Clock("iso", ZoneInfo(case["zone"]), case["zone"])
        assert Timestamp.parse(case["utc"]) in clock.read(case["local"])
        seen += 1
    assert seen > 400


@given(
    some.integers(788_918_400, 2_114_380_800),
    some.sampled_from(
        ["Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Cairo"]
    ),
    some.sampled_from(["iso", "%d/%m/%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]),
)
def test_an_instant_survives_the_wall(second: int, zone: str, pattern: str) -> None:
    local = datetime.fromtimestamp(second, UTC).astimezone(ZoneInfo(zone))
    text = local.strftime("%Y-%m-%d %H:%M:%S" if pattern == "iso" else pattern)
    found = Clock(pattern, ZoneInfo(zone), zone).read(text)
    assert second * SECOND in found
    assert len(found) == 1 or found[0] < found[1]


@pytest.mark.parametrize(
    ("pattern", "text", "instant"),
    [
        ("iso", "2020-06-01T10:00:00+02:00", "2020-06-01T08:00:00Z"),
        ("iso", "2020-06-01 10:00:00 +0530", "2020-06-01T04:30:00Z"),
        ("iso", "2020-06-01T10:00:00z", "2020-06-01T10:00:00Z"),
        ("iso", "2020-06-01 10:00", "2020-06-01T08:00:00Z"),
        ("iso", "2020-06-01", "2020-05-31T22:00:00Z"),
        ("iso", "2020-06-01T10:00:00.123456789", "2020-06-01T08:00:00.123456789Z"),
        ("iso", "2020-06-01T10:00:00,5", "2020-06-01T08:00:00.500Z"),
        ("%d/%m/%Y %H:%M", "1/6/2020 9:05", "2020-06-01T07:05:00Z"),
        ("%d/%m/%Y %H:%M", "01/06/2020 09:05", "2020-06-01T07:05:00Z"),
        ("%Y-%m-%d %H:%M:%S.%f", "2020-06-01 10:00:00.25", "2020-06-01T08:00:00.250Z"),
        ("%Y-%m-%d %H:%M %z", "2020-06-01 10:00 -0330", "2020-06-01T13:30:00Z"),
        ("%d-%b-%y", "01-Jun-20", "2020-05-31T22:00:00Z"),
    ],
)
def test_ways_to_write_a_time(pattern: str, text: str, instant: str) -> None:
    assert Clock(pattern, ZoneInfo("Europe/Amsterdam"), "Europe/Amsterdam").read(text) == (Timestamp.parse(instant),)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2020-13-01",
        "2020-06-01T25:00:00",
        "2020-06-01T10:00:60Z",
        "２０２０-06-01",
        "2020-06-01T10:00:00+2:00",
    ],
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match='"'):
        Clock("iso", UTC, "UTC").read(text)


@pytest.mark.parametrize(
    ("pattern", "zone", "text"),
    [
        ("iso", "Europe/Berlin", "0001-01-01 00:30:00"),
        ("iso", "America/New_York", "9999-12-31 23:59:59"),
        ("%Y-%m-%d %H:%M:%S%z", "UTC", "0001-01-01 00:00:00+0200"),
    ],
)
def test_what_lies_beyond_the_calendar_in_utc_is_no_time(pattern: str, zone: str, text: str) -> None:
    with pytest.raises(ValueError, match="outside the years 1 to 9999"):
        Clock(pattern, ZoneInfo(zone), zone).read(text)


def test_a_time_that_never_was_is_refused_and_not_moved() -> None:
    clock = Clock("iso", ZoneInfo("Europe/Amsterdam"), "Europe/Amsterdam")
    with pytest.raises(SkippedTimeError, match="jumped over"):
        clock.read("2020-03-29T02:30:00")
    # A day without midnight begins where the clock lands.
    cairo = Clock("%Y-%m-%d", ZoneInfo("Africa/Cairo"), "Africa/Cairo")
    assert cairo.read("2024-04-26") == (Timestamp.parse("2024-04-25T22:00:00Z"),)


@given(some.data())
def test_a_file_in_order_of_time_is_read_in_order_of_time(data: some.DataObject) -> None:
    """Rows written as things happened, across the repeated hour, come back as they were where any row tells."""
    start = Timestamp.parse("2010-10-30T23:30:00Z")
    steps = data.draw(some.lists(some.integers(0, 20), min_size=1, max_size=12))
    zone = ZoneInfo("Europe/Amsterdam")
    clock = Clock("iso", zone, "Europe/Amsterdam")
    instants, stamps = [], []
    now = int(start)
    for number, step in enumerate(steps):
        now += step * 60 * SECOND
        instants.append(now)
        local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=now // SECOND)).astimezone(zone)
        stamps.append((number % 3, clock.read(local.strftime("%Y-%m-%d %H:%M:%S"))))
    assert runs_forward(stamps)
    chosen = choose(stamps, forward=True)
    assert chosen == sorted(chosen)
    # Whatever is chosen too early is chosen exactly an hour too early, and only before anything shows the change.
    shown = False
    for instant, got, (_, options) in zip(instants, chosen, stamps, strict=True):
        shown = shown or (got == instant and len(options) == 2 and got == options[1])
        assert got == instant or (not shown and got == instant - 3600 * SECOND)
