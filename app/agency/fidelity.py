"""How faithfully a replay of the root events alone brings back what the rules were recorded to have done."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.agency.rhythm import seconds
from app.agency.stage import RulesStage
from engine.events.envelope import encode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.catalog import Catalog
    from engine.events.envelope import WireEvent


@dataclass(frozen=True, slots=True)
class Fidelity:
    """Derived events that were recorded and came out again to the byte, that were not, and that are new."""

    same: int
    lost: int
    new: int

    @property
    def recorded(self) -> int:
        """All derived events of the recording."""
        return self.same + self.lost


def measure(catalog: Catalog, events: Iterable[WireEvent]) -> Fidelity:
    """Replays the events that people and providers caused, and compares what follows with what was recorded."""
    stage = RulesStage(catalog)
    recorded: Counter[bytes] = Counter()
    replayed: Counter[bytes] = Counter()
    last = 0
    for event in events:
        last = max(last, seconds(event.time))
        if event.depth:
            recorded[encode(event)] += 1
            continue
        for followed in (*stage.wake(seconds(event.time)), *stage.record(event)):
            if followed.depth:
                replayed[encode(followed)] += 1
    for followed in stage.wake(last + 1):
        replayed[encode(followed)] += 1
    same = (recorded & replayed).total()
    return Fidelity(same, recorded.total() - same, replayed.total() - same)
