"""The seam between the stories and the engine: the world that rules act in while a day is simulated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from engine.conditions.values import Timestamp
from engine.events.envelope import NANOSECONDS, WireEvent
from engine.machines.model import STANDARD_FIELDS
from engine.machines.records import as_json
from engine.simulation.ledger import Ledger
from engine.simulation.simulation import Simulation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.catalog import Catalog
    from engine.simulation.events import Event


class Stage(Protocol):
    """What a story may ask of the world. Instants are whole seconds since the Unix epoch, UTC."""

    def record(self, event: WireEvent) -> list[WireEvent]:
        """Lets a root event happen; it and all that followed at once, or nothing when the world does not allow it."""

    def wake(self, until: int) -> list[WireEvent]:
        """Lets timers, delays, dwells and schedules due before ``until`` happen; what followed, in order."""

    def look(self, machine: str, entity: str) -> Mapping[str, Any] | None:
        """The record of an entity as it stands now, or None."""

    def target(self, machine: str, entity: str, transition: str) -> str | None:
        """The state that a transition leads to, or None when it does not start from the entity's state."""


class UnplayableError(Exception):
    """The documents do not know an event of the stories, or not its fields; the message names it."""


class RulesStage:
    """The stage of a catalog: the engine's own simulation, one event at a time."""

    def __init__(self, catalog: Catalog) -> None:
        self._machines = catalog.machines
        self._derived: list[WireEvent] = []
        self._simulation = Simulation(catalog, Ledger(), on_event=self._note)

    def record(self, event: WireEvent) -> list[WireEvent]:
        """See ``Stage``."""
        outcome = self._simulation.take(event)
        if outcome.result == "skipped":
            raise UnplayableError(f"{event.type} {event.subject}: {outcome.reason}")
        followed = self._drain()
        return [event, *followed] if outcome.result == "applied" else followed

    def wake(self, until: int) -> list[WireEvent]:
        """See ``Stage``."""
        self._simulation.advance(Timestamp(until * NANOSECONDS), including=False)
        return self._drain()

    def look(self, machine: str, entity: str) -> Mapping[str, Any] | None:
        """See ``Stage``."""
        return self._simulation.world.tables[machine].get(entity)

    def target(self, machine: str, entity: str, transition: str) -> str | None:
        """See ``Stage``."""
        record = self.look(machine, entity)
        move = self._machines[machine].transitions.get(transition)
        return move.target if record and move and record["status"] in move.sources else None

    def _note(self, event: Event) -> None:
        # Written down at once: the records behind an event's data go on changing.
        data = as_json({name: value for name, value in event.data.items() if name not in STANDARD_FIELDS})
        made = event.type.endswith(".created")
        changes = {} if made else {name: (as_json(old), as_json(new)) for name, (old, new) in event.changes.items()}
        self._derived.append(event.wire(data, changes))

    def _drain(self) -> list[WireEvent]:
        drained, self._derived[:] = list(self._derived), []
        return drained
