"""A demo agency: some days of its past on an empty store, then a present that goes on while the platform serves."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from app.agency import life
from app.bootstrap import Platform
from app.clock import ScaledClock
from app.demo.stage import StoreStage
from engine.conditions.values import Timestamp
from engine.events.envelope import NANOSECONDS

LOG = logging.getLogger("virel.demo")
SEED = 7
AHEAD = 3650
"""Days for which the stories go on."""
NAP = 0.25
"""Seconds between two looks at a clock that somebody may stop or speed up."""


class DemoLife(threading.Thread):
    """Lives through the past as fast as the store takes it, then on by the clock.

    ``wake_up`` performs what is due by an instant, in the past; in the present the workers do. ``caught_up`` is set when
    the present is reached.
    """

    def __init__(
        self,
        platform: Platform,
        clock: ScaledClock,
        wake_up: Callable[[Timestamp], object],
        *,
        days: int,
        present: Timestamp,
        speed: float = 1.0,
    ) -> None:
        super().__init__(name="demo", daemon=True)
        self._platform = platform
        self._clock = clock
        self._wake_up = wake_up
        self._present = present
        self._speed = speed
        self._start = (datetime.fromtimestamp(int(present) // NANOSECONDS, UTC) - timedelta(days=days)).date()
        self._end = threading.Event()
        self.caught_up = threading.Event()
        self.failure: Exception | None = None
        self.events = 0

    def run(self) -> None:
        """Lives until ``stop``."""
        try:
            stage = StoreStage(self._platform, self._reach)
            for step in life.live(stage, days=AHEAD, seed=SEED, start=self._start):
                self.events += len(step)
                if self._end.is_set():
                    return
        except Exception as error:
            self.failure = error
            LOG.exception("the demo's days have ended early")
        finally:
            self.caught_up.set()

    def stop(self) -> None:
        """Ends the stories before their next step."""
        self._end.set()

    def _reach(self, instant: Timestamp) -> None:
        if not self.caught_up.is_set():
            if instant < self._present:
                self._wake_up(instant)
                self._clock.put(instant)
                return
            self._wake_up(self._present)
            self._clock.put(self._present)
            self._clock.run(self._speed)
            self.caught_up.set()
        while self._clock.now() < instant and not self._end.wait(NAP):
            continue
