"""A demo agency: some days of its past on an empty store, then a present that goes on while the platform serves."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta

from app.agency import life, rhythm
from app.bootstrap import Platform
from app.clock import ScaledClock
from app.demo.stage import StoreStage
from app.workers.sweep import WORKER, Sweep, next_due
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

    In the past it performs itself what falls due, each thing at its instant; in the present the workers do.
    ``caught_up`` is set when the present is reached.
    """

    def __init__(
        self,
        platform: Platform,
        clock: ScaledClock,
        *,
        days: int,
        present: Timestamp,
        speed: float = 1.0,
    ) -> None:
        super().__init__(name="demo", daemon=True)
        self._platform = platform
        self._clock = clock
        self._sweep = Sweep(platform)
        self._present = present
        self._speed = speed
        self._start = (datetime.fromtimestamp(int(present) // NANOSECONDS, UTC) - timedelta(days=days)).date()
        self._end = threading.Event()
        self.caught_up = threading.Event()
        self.failure: Exception | None = None
        self.events = 0

    @property
    def start_instant(self) -> Timestamp:
        """When the past begins."""
        return Timestamp(rhythm.instant(self._start, 0) * NANOSECONDS)

    def run(self) -> None:
        """Lives until ``stop``."""
        try:
            stage = StoreStage(self._platform, self._reach, lambda: not self.caught_up.is_set())
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
            self._sweep_until(min(instant, self._present))
            if instant < self._present:
                return
            self._clock.run(self._speed)
            self.caught_up.set()
        while self._clock.now() < instant and not self._end.wait(NAP):
            continue

    def _sweep_until(self, instant: Timestamp) -> None:
        """Performs what falls due by an instant of the past, with the clock at each thing's own."""
        while True:
            due = self._platform.pipeline.read(WORKER, next_due)
            if due is None or due > instant:
                break
            self._clock.put(max(due, self._clock.now()))
            if not self._sweep.perform_due(self._clock.now()):
                break
        self._clock.put(instant)
