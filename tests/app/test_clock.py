"""One clock: stepped in tests, scaled in demos."""

from __future__ import annotations

import itertools
import threading
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


def test_a_scaled_clock_never_goes_back_while_others_set_it() -> None:
    clock = ScaledClock(NOON, 1)
    end = threading.Event()

    def sets() -> None:
        for speed in itertools.cycle((0, 60, 1, 3_600, 10)):
            if end.is_set():
                return
            clock.run(speed)

    setting = [threading.Thread(target=sets) for _ in range(3)]
    for one in setting:
        one.start()
    seen = [clock.now() for _ in range(20_000)]
    end.set()
    for one in setting:
        one.join()
    assert seen == sorted(seen)


def test_a_stopped_clock_knows_how_it_ran() -> None:
    clock = ScaledClock(NOON, 60)
    clock.run(0)
    assert (clock.speed, clock.usual) == (0, 60)
