"""One clock: stepped in tests, scaled in demos."""

from __future__ import annotations

import time

from app.clock import ScaledClock, SteppedClock, WallClock
from engine.conditions.values import Timestamp

NOON = Timestamp.parse("2026-03-02T12:00:00Z")
SECOND = 1_000_000_000


def test_every_clock_tells_whole_microseconds() -> None:
    for clock in (WallClock(), ScaledClock(NOON, 1234.567), SteppedClock(NOON)):
        assert clock.now() % 1_000 == 0


def test_a_stepped_clock_stands_until_it_is_moved() -> None:
    clock = SteppedClock(NOON)
    clock.advance(90 * SECOND)
    assert clock.now().text() == "2026-03-02T12:01:30Z"


def test_a_scaled_clock_stands_still_at_speed_nought_and_goes_on_from_where_it_was_put() -> None:
    clock = ScaledClock(NOON, 0)
    time.sleep(0.01)
    assert clock.now() == NOON
    later = Timestamp(NOON + 3_600 * SECOND)
    clock.put(later)
    assert clock.now() == later
    clock.run(3_600)
    time.sleep(0.02)
    passed = clock.now() - later
    assert passed >= 0.02 * 3_600 * SECOND
    clock.run(0)
    stood = clock.now()
    time.sleep(0.01)
    assert clock.now() == stood


def test_a_scaled_clock_never_goes_back_when_its_speed_changes() -> None:
    clock, seen = ScaledClock(NOON, 50), []
    for speed in (1, 0, 600, 0.5, 20):
        seen.append(clock.now())
        clock.run(speed)
        seen.append(clock.now())
    assert seen == sorted(seen)
