"""How far the demo's clock has gone, noted in the store before it goes there: so that it never goes back, whatever ends it.

Events alone do not tell: days that run fast leave hours behind between two of them. After a crash the clock goes on from the
mark, some of the wall's seconds ahead at the most; after an orderly end from where it was.
"""

from __future__ import annotations

import logging
import threading

import sqlalchemy as sa

from app.bootstrap import Platform
from app.clock import ScaledClock
from app.road.rows import micro, stamp
from app.store.identity import SETTINGS
from engine.conditions.values import Timestamp
from engine.events.envelope import NANOSECONDS

LOG = logging.getLogger("virel.demo")
NAME = "demo_clock"
"""The row of ``settings`` that holds the mark, in microseconds."""
EVERY = 2.0
"""Seconds of the wall between two notes."""
AHEAD = 3 * EVERY
"""Seconds of the wall for which a note holds: longer than until the next one, since the store may be busy."""


class Mark(threading.Thread):
    """Notes it while the clock runs, and before somebody has it run faster."""

    def __init__(self, platform: Platform, clock: ScaledClock) -> None:
        super().__init__(name="demo-clock", daemon=True)
        self._platform, self._clock = platform, clock
        self._end = threading.Event()
        self._noting = threading.Lock()
        self._noted: Timestamp | None = None
        clock.before_run = self.note

    def run(self) -> None:
        """Notes it until ``stop``."""
        while not self._end.wait(EVERY):
            try:
                self.note(self._clock.speed)
            except Exception:
                LOG.exception("how far the demo's clock has gone could not be noted; it is tried again")

    def stop(self) -> None:
        """Notes where the clock is now, and no more."""
        self._end.set()
        if self.is_alive():
            self.join()
            self._write(self._clock.now())

    def note(self, speed: float) -> None:
        """Notes how far the clock may have gone by the next note at this speed, unless that much has been noted already."""
        with self._noting:
            wanted = Timestamp(self._clock.now() + int(AHEAD * speed * NANOSECONDS))
            if self._noted is None or self._noted < wanted:
                self._write(wanted)

    def _write(self, instant: Timestamp) -> None:
        name = SETTINGS.c.name == NAME
        with self._platform.pipeline.transaction() as connection:
            changed = connection.execute(sa.update(SETTINGS).where(name).values(value=micro(instant)))
            if not changed.rowcount:
                connection.execute(sa.insert(SETTINGS).values(name=NAME, value=micro(instant)))
        self._noted = instant


def reached(platform: Platform) -> Timestamp | None:
    """How far the clock may have gone; None where it never ran."""
    with platform.database.connect() as connection:
        found = connection.scalar(sa.select(SETTINGS.c.value).where(SETTINGS.c.name == NAME))
    return None if found is None else stamp(found)
