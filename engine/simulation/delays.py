"""When rules last ran and which delayed actions wait, in memory."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from engine.automation.model import Action, Bound
from engine.conditions.values import Timestamp
from engine.simulation.agenda import Entry, Waits
from engine.simulation.events import Event
from engine.sla.model import Escalation

if TYPE_CHECKING:
    from engine.simulation.runs import Key
    from engine.simulation.simulation import Simulation
    from engine.simulation.world import Record

Ran = tuple[Timestamp, str, "Timestamp | None"]
"""When a rule last ran, in which chain, and when before that."""


class MemoryDelays:
    """The delays of one simulation, on its agenda."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._last: dict[Key, Ran] = {}
        self._waiting: dict[Key, list[Entry]] = {}

    def last(self, key: Key) -> Timestamp | None:
        """When a rule last ran within its key."""
        found = self._last.get(key)
        return None if found is None else found[0]

    def ran(self, key: Key, now: Timestamp, root: str) -> None:
        """Notes that it ran, in a chain that may still be undone."""
        earlier = self._last.get(key)
        if earlier is None:
            self._last[key] = (now, root, None)
        else:
            self._last[key] = (now, root, earlier[2] if earlier[1] == root else earlier[0])

    def later(
        self,
        bound: Bound,
        action: Action,
        event: Event,
        subject: Record | None,
        before: Record | None,
        due: Timestamp,
        key: Key | None,
    ) -> None:
        """Puts the action on the agenda."""
        simulation = self._simulation
        waits: Waits = ("delay", bound.rule.id, bound.subject or "", event.subject, action.mark)
        perform = partial(simulation.runs.due, bound, action, event, subject, before)
        asks = isinstance(bound.rule, Escalation) and action.recheck
        entry = Entry(due, perform, alive=partial(self._stands, event, asks), waits=waits)
        simulation.agenda.add(entry, simulation.runs.rank(bound.rule), event.subject)
        if key is not None:
            self._waiting.setdefault(key, []).append(entry)

    def _stands(self, event: Event, asks: bool) -> bool:
        """Whether what set it off was not undone, and, of an escalation, still holds."""
        if event.root in self._simulation.undone:
            return False
        return not asks or self._simulation.clocks.stands(event)

    def drop(self, key: Key, root: str) -> None:
        """Cancels what waits within a key, until the chain ``root`` is undone."""
        for entry in self._waiting.pop(key, ()):
            self._simulation.cancel(entry, root)

    def undo(self, root: str) -> None:
        """Forgets the runs of a chain."""
        for key in [key for key, ran in self._last.items() if ran[1] == root]:
            earlier = self._last[key][2]
            if earlier is None:
                del self._last[key]
            else:
                self._last[key] = (earlier, "", None)
