"""What time it is: one clock for everything that the platform does, so that a demo's days can run faster."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from engine.conditions.values import Timestamp

MICROSECOND = 1_000
"""In nanoseconds; the store holds no more."""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> Timestamp:
        """The present instant, to the microsecond."""


class WallClock:
    """The machine's own clock."""

    def now(self) -> Timestamp:
        """The present instant, to the microsecond."""
        return Timestamp(time.time_ns() // MICROSECOND * MICROSECOND)


@dataclass(slots=True)
class SteppedClock:
    """Stands where it was put until it is moved: for tests, and for seeding a past."""

    instant: Timestamp

    def now(self) -> Timestamp:
        """The instant it was put to."""
        return self.instant

    def advance(self, nanoseconds: int) -> None:
        """Moves it forward."""
        self.instant = Timestamp(self.instant + nanoseconds)


class ScaledClock:
    """Runs ``speed`` times as fast as the wall since ``start``, or stands still while ``speed`` is 0.

    Any thread may read it while another one puts it or changes its speed: it never shows half of a change.
    """

    def __init__(self, start: Timestamp, speed: float) -> None:
        self._changing = threading.Lock()
        self._pace = (start, speed, time.monotonic_ns())
        self.usual = speed or 1.0
        """The speed at which it ran last: how a clock that stands goes on."""
        self.before_run: Callable[[float], None] | None = None
        """What is to be done before its speed changes, given the new one."""

    @property
    def speed(self) -> float:
        """How many of its seconds pass in one of the wall."""
        return self._pace[1]

    def now(self) -> Timestamp:
        """The instant that it has reached."""
        start, speed, since = self._pace
        passed = int((time.monotonic_ns() - since) * speed)
        return Timestamp((start + passed) // MICROSECOND * MICROSECOND)

    def put(self, instant: Timestamp) -> None:
        """Puts it to an instant, from which it goes on."""
        with self._changing:
            self._pace = (instant, self.speed, time.monotonic_ns())

    def run(self, speed: float) -> None:
        """Goes on from here at another speed."""
        if self.before_run is not None:
            self.before_run(speed)
        with self._changing:
            self._pace = (self.now(), speed, time.monotonic_ns())
            self.usual = speed or self.usual


def seconds_until(clock: Clock, instant: Timestamp) -> float:
    """Seconds of the wall until a clock tells an instant; none where it is past, endless where the clock stands still."""
    ahead = max(0, instant - clock.now()) / 1_000_000_000
    if not isinstance(clock, ScaledClock) or not ahead:
        return ahead
    return ahead / clock.speed if clock.speed else math.inf
