"""A demo agency: some days of its past on an empty store, then a present that goes on while the platform serves.

A store that has lived already goes on from where it is: with new stories, numbered behind those that were told.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from app.agency import life, rhythm
from app.bootstrap import Platform
from app.clock import ScaledClock
from app.demo.mark import Mark
from app.demo.stage import StoreStage
from app.store.entities import CLIENTS
from app.store.identity import SETTINGS
from app.workers.sweep import WORKER, Sweep, next_due
from engine.conditions.values import Timestamp
from engine.events.envelope import NANOSECONDS, WireEvent

LOG = logging.getLogger("virel.demo")
SEED = 7
AHEAD = 3650
"""Days for which the stories go on."""
GENERATION = 5_000
"""How many days' numbers each beginning has to itself: more than ``AHEAD``."""
NAP = 0.25
"""Seconds between two looks at a clock that somebody may stop or speed up."""


def begin(platform: Platform) -> int:
    """Notes that the agency's stories begin; how often they have begun before."""
    name = SETTINGS.c.name == "demo_life"
    with platform.pipeline.transaction() as connection:
        kept = connection.scalar(sa.select(SETTINGS.c.value).where(name))
        if kept is None:
            connection.execute(sa.insert(SETTINGS).values(name="demo_life", value={"begun": 1}))
            return 0
        connection.execute(sa.update(SETTINGS).where(name).values(value={"begun": kept["begun"] + 1}))
        return int(kept["begun"])


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
        self._mark = Mark(platform, clock)
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
            for step in self._stories(stage):
                self.events += len(step)
                if self._end.is_set():
                    return
        except Exception as error:
            self.failure = error
            LOG.exception("the demo's days have ended early")
        finally:
            self.caught_up.set()

    def _stories(self, stage: StoreStage) -> Iterator[list[WireEvent]]:
        begun = begin(self._platform)
        if begun == 0:
            return life.live(stage, days=AHEAD, seed=SEED, start=self._start)
        with self._platform.database.connect() as connection:
            clients = list(
                connection.execute(sa.select(CLIENTS.c.id).order_by(CLIENTS.c.created_at, CLIENTS.c.id)).scalars()
            )
        at = int(self._present) // NANOSECONDS + 1
        first = begun * GENERATION
        return life.go_on(stage, days=AHEAD, seed=SEED, at=at, first=first, clients=clients, models=life.MODELS)

    def stop(self) -> None:
        """Ends the stories before their next step, and notes how far they came."""
        self._end.set()
        self._mark.stop()

    def _reach(self, instant: Timestamp) -> None:
        if not self.caught_up.is_set():
            self._sweep_until(min(instant, self._present))
            if instant < self._present:
                return
            self._clock.run(self._speed)
            self._mark.start()
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
