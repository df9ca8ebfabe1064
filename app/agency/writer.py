"""A simulated stretch of days as a file of events, one a line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app.agency.life import OPENING, live
from app.agency.rhythm import day_of, seconds
from app.agency.stage import RulesStage
from engine.events.envelope import encode
from engine.events.jsonl import writing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.catalog import Catalog

NEEDED = ("client", "model", "inquiry", "booking", "payment", "slot", "option")
"""The machines that the stories speak of."""


@dataclass(slots=True)
class Written:
    """What a simulation wrote: events by people and providers (``roots``), and by rules and timers (``derived``)."""

    roots: int = 0
    derived: int = 0

    @property
    def events(self) -> int:
        """All lines of the file."""
        return self.roots + self.derived


def missing_machines(catalog: Catalog) -> list[str]:
    """The machines without which there is no agency to simulate."""
    return [machine for machine in NEEDED if machine not in catalog.machines]


def write_days(
    catalog: Catalog,
    path: Path,
    *,
    days: int,
    seed: int,
    start: date = OPENING,
    scale: float = 1.0,
    progress: Callable[[int], None] | None = None,
) -> Written:
    """Simulates and writes; ``progress`` hears the number of days that are over. Raises ``OSError``.

    The same arguments over the same documents write the same bytes.
    """
    written = Written()
    over = 0
    with writing(path) as write:
        for step in live(RulesStage(catalog), days=days, seed=seed, start=start, scale=scale):
            for event in step:
                write(encode(event))
                if event.depth:
                    written.derived += 1
                else:
                    written.roots += 1
            passed = (day_of(seconds(step[-1].time)) - start).days
            if progress is not None and passed > over:
                over = passed
                progress(over)
    return written
