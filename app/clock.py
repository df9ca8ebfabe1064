"""What time it is: one clock for everything that the platform does, so that a demo's days can run faster."""

from __future__ import annotations

import math
import time
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


@dataclass(slots=True)
class ScaledClock:
    """Runs ``speed`` times as fast as the wall since ``start``, or stands still while ``speed`` is 0."""

    start: Timestamp
    speed: float
    _since: int = 0

    def __post_init__(self) -> None:
        self._since = time.monotonic_ns()

    def now(self) -> Timestamp:
        """The instant that it has reached."""
        passed = int((time.monotonic_ns() - self._since) * self.speed)
        return Timestamp((self.start + passed) // MICROSECOND * MICROSECOND)

    def put(self, instant: Timestamp) -> None:
        """Puts it to an instant, from which it goes on."""
        self.start, self._since = instant, time.monotonic_ns()

    def run(self, speed: float) -> None:
        """Goes on from here at another speed."""
        self.start, self._since, self.speed = self.now(), time.monotonic_ns(), speed


def seconds_until(clock: Clock, instant: Timestamp) -> float:
    """Seconds of the wall until a clock tells an instant; none where it is past, endless where the clock stands still."""
    ahead = max(0, instant - clock.now()) / 1_000_000_000
    if not isinstance(clock, ScaledClock) or not ahead:
        return ahead
    return ahead / clock.speed if clock.speed else math.inf
