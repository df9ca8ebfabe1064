"""What is due later: delayed actions, timers, dwell times and schedules, in the order in which they fall due."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from msgspec import Struct

from engine.conditions.values import Timestamp
from engine.releases.pending import Kind

Waits = tuple[Kind, str, str, str, str]
"""What a rule waits for: its kind, the rule's id, machine and id of the entity, the mark of the action or ``""``."""


class Entry(Struct):
    """One thing due at an instant. ``alive`` says, when it falls due, whether it still stands; ``waits`` who waits."""

    due: Timestamp
    perform: Callable[[], None]
    counts: bool = True
    cancelled: bool = False
    alive: Callable[[], bool] | None = None
    waits: Waits | None = None

    def stands(self) -> bool:
        """Whether it is still to happen."""
        return not self.cancelled and (self.alive is None or self.alive())


@dataclass(slots=True)
class Agenda:
    """A queue by due time, then rule order, then id, then order of entry."""

    _heap: list[tuple[Timestamp, int, str, int, Entry]] = field(default_factory=list)
    _count: int = 0

    def add(self, entry: Entry, rank: int, id: str) -> None:
        """Puts an entry in; ``rank`` is the place of its rule in rule order, ``id`` that of its entity."""
        self._count += 1
        heapq.heappush(self._heap, (entry.due, rank, id, self._count, entry))

    def holds(self, entry: Entry) -> bool:
        """Whether an entry has not come up yet."""
        return any(item[4] is entry for item in self._heap)

    def next_due(self) -> Timestamp | None:
        """When the next entry falls due, whether or not it still stands."""
        return self._heap[0][0] if self._heap else None

    def pop(self) -> Entry:
        """Takes the next entry out."""
        return heapq.heappop(self._heap)[4]

    def pending(self) -> Iterator[Entry]:
        """The entries that count as due later."""
        return (item[4] for item in self._heap if item[4].counts and item[4].stands())
