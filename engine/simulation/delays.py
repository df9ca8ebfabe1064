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


class MemoryDelays:
    """The delays of one simulation, on its agenda."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._last: dict[Key, Timestamp] = {}
        self._waiting: dict[Key, list[Entry]] = {}

    def last(self, key: Key) -> Timestamp | None:
        """When a rule last ran within its key."""
        return self._last.get(key)

    def ran(self, key: Key, now: Timestamp) -> None:
        """Notes that it ran."""
        self._last[key] = now

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
        stands = (
            partial(simulation.clocks.stands, event) if isinstance(bound.rule, Escalation) and action.recheck else None
        )
        entry = Entry(due, perform, alive=stands, waits=waits)
        simulation.agenda.add(entry, simulation.runs.rank(bound.rule), event.subject)
        if key is not None:
            self._waiting.setdefault(key, []).append(entry)

    def drop(self, key: Key) -> None:
        """Cancels what waits within a key."""
        for entry in self._waiting.pop(key, ()):
            entry.cancelled = True
