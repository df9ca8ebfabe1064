"""State as the fold of events: applies root events to the world, or says why one does not apply.

Source: the language, "Events and replay". A row of an imported log is a fact, judged by from and to alone; any other
root event takes its transition as people did, guard included, and has diverged where this world does not allow it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from engine.conditions.outcome import EvaluationError
from engine.conditions.scope import Field
from engine.conditions.types import TIMESTAMP
from engine.conditions.values import Timestamp
from engine.events.envelope import WireEvent
from engine.machines.model import Machine, Transition
from engine.machines.readers import Reader
from engine.machines.records import UnfitValue
from engine.simulation.events import Event, Kind
from engine.simulation.ledger import APPLIED, Outcome

if TYPE_CHECKING:
    from engine.simulation.road import Road
    from engine.simulation.world import Record

Applied = tuple[Outcome, "Record | None", "Record | None"]
MADE_BY_RULES = ("task", "exception")
_INSTANTS = ("created_at", "updated_at", "status_since")
_STANDARD = Reader(dict.fromkeys(_INSTANTS, Field(TIMESTAMP)), {}, lambda _: frozenset())


class Fold:
    """Applies events to a simulation's world.

    Of entities of ``unread`` machines only the state is kept, of ``passing`` ones once what made them has settled; those
    are in ``slim``, by machine and id.
    """

    def __init__(self, simulation: Road, unread: frozenset[str], passing: frozenset[str]) -> None:
        self._simulation = simulation
        self._world = simulation.world
        self.unread = unread
        self._passing = passing
        self.slim: dict[str, dict[str, str]] = {machine: {} for machine in unread | passing}
        self._seeded: set[tuple[str, str]] = set()

    def seed(self, event: WireEvent, given: Callable[[str, str, Mapping[str, Any], Timestamp], None]) -> None:
        """Hands the entities that an event brings along and the world lacks to ``given``. Raises UnfitValue.

        Of an entity whose beginning the log does not tell, what is still unknown is added. The facts of an entity that
        the event itself creates say nothing new.
        """
        self._seeded.clear()
        if not event.facts:
            return
        made = event.subject if event.name == "created" else None
        for machine_id, entities in event.facts.items():
            machine = self._simulation.catalog.machines.get(machine_id)
            if machine is None:
                raise UnfitValue(f'there is no machine "{machine_id}"')
            for id, values in entities.items():
                if id == made and machine_id == event.machine:
                    continue
                if id in self.slim.get(machine_id, ()):
                    continue
                known = self._world.tables[machine_id].get(id)
                if known is None:
                    given(machine_id, id, values, event.time)
                    self._seeded.add((machine_id, id))
                elif "created_at" not in known:
                    for name, value in self._record(machine, id, values, event.time).items():
                        if name not in known:
                            self._world.change(machine_id, known, name, value)

    def let_go(self) -> None:
        """Forgets of what was made in passing all but its state, once everything that followed has been done."""
        for machine in self._passing:
            table = self._world.tables[machine]
            if table:
                self.slim[machine].update((id, record["status"]) for id, record in table.items())
                table.clear()

    def add(self, machine: Machine, id: str, values: Mapping[str, Any], time: Timestamp) -> Record:
        """Adds an entity given as JSON; its standard fields may be among the values. Raises UnfitValue."""
        if id in self._world.tables[machine.id]:
            raise UnfitValue(f'{machine.id} "{id}" exists already')
        record = self._record(machine, id, values, time)
        self._world.create(machine.id, record)
        return record

    def _record(self, machine: Machine, id: str, values: Mapping[str, Any], time: Timestamp) -> Record:
        status = values.get("status")
        if status is None:
            status = machine.initial
        elif not isinstance(status, str) or status not in machine.states:
            raise UnfitValue(f'{machine.id} has no state "{status}"')
        return {
            "id": id,
            "status": status,
            **dict.fromkeys(_INSTANTS, time),
            **_STANDARD.read(values),
            **self._simulation.catalog.readers[machine.id].read(values),
        }

    def root(self, event: Event, kind: Kind, imported: bool) -> Applied:
        """Applies a root event; the subject's record after it and before it."""
        assert kind.machine is not None
        machine = kind.machine
        if kind.name == "created":
            return self._created(event, machine)
        record = self._world.tables[machine.id].get(event.subject)
        if record is None:
            if machine.id in self.slim:
                return self._slim(event, kind, machine, imported)
            if machine.id in MADE_BY_RULES:
                return self._diverged(machine, f'there is no {machine.id} "{event.subject}" in this world')
            record = self._stub(machine, event)
        before = dict(record)
        told = event.changes
        if kind.name == "status_changed":
            outcome = self._moved(event, machine, record, imported)
        elif kind.transition is not None:
            outcome = self._taken(event, machine, record, kind.transition)
        else:
            outcome = APPLIED
        if outcome.result == "diverged":
            return outcome, record, before
        self._change(event, kind, machine, record, before)
        if imported and kind.name == "status_changed":
            # A row is a fact, also about what was there before it: nothing, before the first one.
            event.changes = {**event.changes, **told, "status": (event.data.get("from"), record.get("status"))}
        return outcome, record, before

    def _created(self, event: Event, machine: Machine) -> Applied:
        if event.subject in self._world.tables[machine.id] or event.subject in self.slim.get(machine.id, ()):
            return self._diverged(machine, f'{machine.id} "{event.subject}" exists already')
        time = event.time
        record: Record = {
            **event.data,
            **{name: after for name, (_, after) in event.changes.items() if after is not None},
            "id": event.subject,
            "status": event.data.get("status", machine.initial),
            "created_at": time,
            "updated_at": time,
            "status_since": time,
        }
        self._world.create(machine.id, record)
        event.changes = CreatedChanges(dict(record))
        self._simulation.dwelling.entered(machine.id, record, None, record["status"], event)
        return APPLIED, record, None

    def _stub(self, machine: Machine, event: Event) -> Record:
        """An entity whose beginning the log does not tell: only what this event says is known."""
        record: Record = {"id": event.subject}
        source = event.data.get("from")
        if source is not None and event.type.endswith(".status_changed"):
            record["status"] = source
        self._world.create(machine.id, record)
        return record

    def _diverged(self, machine: Machine, reason: str) -> Applied:
        self._simulation.ledger.machine(machine.id).diverged += 1
        return Outcome("diverged", reason), None, None

    def _moved(self, event: Event, machine: Machine, record: Record, imported: bool) -> Outcome:
        target = event.data.get("to")
        if target is None and (named := machine.transitions.get(event.data.get("transition", ""))) is not None:
            target = named.target
        if target is None:
            return self._diverged(machine, "the event does not say which state was entered")[0]
        source = record.get("status")
        if source is None and not imported:
            source = event.data.get("from")  # what the log itself knows of an entity whose beginning it does not tell
            if source is not None:
                self._world.change(machine.id, record, "status", source)
        if source is None or (imported and "from" not in event.data):
            self.enter(event, machine, record, target, None)
            self._simulation.dwelling.entered(machine.id, record, source, target, event)
            return APPLIED
        if imported:
            return self._row(event, machine, record, event.data["from"], target)
        named = event.data.get("transition")
        names = (named,) if named else machine.moves.get((event.data.get("from", source), target), ())
        reason = f'nothing leads from "{source}" to "{target}"'
        for name in names:
            transition = machine.transitions.get(name)
            if transition is None:
                reason = f'{machine.id} has no transition "{name}"'
                continue
            refusal = self.refusal(event, machine, record, transition)
            if refusal is None and transition.target == target:
                event.data = {**event.data, "from": source, "to": target, "transition": name}
                self._take(event, machine, record, source, target, name)
                return APPLIED
            reason = refusal or f'"{name}" leads to "{transition.target}", not to "{target}"'
        if source == target and (machine.id, record["id"]) in self._seeded:
            return APPLIED
        return self._diverged(machine, reason)[0]

    def _row(self, event: Event, machine: Machine, record: Record, source: str, target: str) -> Outcome:
        """A row of an import: judged, and counted, by its own from and to, whatever rules have made of the entity."""
        names = machine.moves.get((source, target))
        self._take(event, machine, record, source, target, names[0] if names else None)
        if names:
            return APPLIED
        self._simulation.ledger.machine(machine.id).refused += 1
        return Outcome("refused", f'{machine.id} declares no move from "{source}" to "{target}"')

    def _taken(self, event: Event, machine: Machine, record: Record, transition: Transition) -> Outcome:
        if "status" not in record:
            self.enter(event, machine, record, transition.target, None)
            self._simulation.dwelling.entered(machine.id, record, None, transition.target, event)
            return APPLIED
        if record["status"] == transition.target and (machine.id, record["id"]) in self._seeded:
            return APPLIED
        reason = self.refusal(event, machine, record, transition)
        if reason is not None:
            return self._diverged(machine, reason)[0]
        self._take(event, machine, record, record["status"], transition.target, transition.name)
        return APPLIED

    def refusal(self, event: Event, machine: Machine, record: Record, transition: Transition) -> str | None:
        """Why a transition may not be taken now, or None.

        Unless the simulation is strict, a guard that cannot be judged refuses nothing that happened, and inputs are
        not asked for: a log need not hold them.
        """
        status = record.get("status")
        if status not in transition.sources:
            return f'"{transition.name}" does not start from "{status}"'
        strict = self._simulation.strict
        if strict:
            missing = [name for name in transition.requires if not event.data.get(name)]
            if missing:
                return f'"{transition.name}" requires {", ".join(missing)}'
        verdict = self.guarded(event, event.actor, machine, record, transition)
        if verdict is False:
            return f'the guard of "{transition.name}" does not hold'
        if strict and verdict is not True:
            return f'the guard of "{transition.name}" cannot be judged: {verdict.message}'
        return None

    def guarded(
        self, event: Event, actor: Mapping[str, Any], machine: Machine, record: Record, transition: Transition
    ) -> bool | EvaluationError:
        """What the guard of a transition says; a guard whose text has mistakes says nothing."""
        if transition.guard is None:
            return True
        guard = self._simulation.catalog.guards[machine.id].get(transition.name)
        if guard is None:
            return EvaluationError("its text has mistakes")
        verdict: bool | EvaluationError = guard.judge(event, record, None, self._simulation.now, actor, self._world)
        return verdict

    def _take(
        self, event: Event, machine: Machine, record: Record, source: str, target: str, transition: str | None
    ) -> None:
        stood = record["status"]
        self.enter(event, machine, record, target, transition)
        self._simulation.ledger.machine(machine.id).move(source, target)
        if self._simulation.on_move is not None and transition is not None:
            self._simulation.on_move(machine.id, transition)
        self._simulation.dwelling.entered(machine.id, record, stood, target, event)

    def enter(self, event: Event, machine: Machine, record: Record, target: str, transition: str | None) -> None:
        """Puts an entity into a state; whoever calls counts the move and tells dwell times."""
        world = self._world
        source = record.get("status")
        world.change(machine.id, record, "status", target)
        if source != target:
            world.change(machine.id, record, "status_since", event.time)
        world.change(machine.id, record, "updated_at", event.time)
        world.moved(machine.id, record["id"], event.time, transition, target)

    def _change(self, event: Event, kind: Kind, machine: Machine, record: Record, before: Record) -> None:
        changes: dict[str, Any] = {}
        if kind.name == "updated":
            for name, value in event.data.items():
                changes[name] = (record.get(name), value)
        for name, (_, after) in event.changes.items():
            changes[name] = (record.get(name), after)
        world = self._world
        for name, pair in changes.items():
            world.change(machine.id, record, name, pair[1])
        if changes:
            world.change(machine.id, record, "updated_at", event.time)
        if kind.name == "status_changed" or kind.transition is not None:
            changes["status"] = (before.get("status"), record.get("status"))
        event.changes = changes

    def _slim(self, event: Event, kind: Kind, machine: Machine, imported: bool) -> Applied:
        states = self.slim[machine.id]
        status = states.get(event.subject)
        if status is None:
            return self._diverged(machine, f'there is no {machine.id} "{event.subject}" in this world')
        record: Record = {"id": event.subject, "status": status}
        if kind.name == "status_changed":
            outcome = self._moved(event, machine, record, imported)
        elif kind.transition is not None:
            outcome = self._taken(event, machine, record, kind.transition)
        else:
            outcome = APPLIED
        states[event.subject] = record["status"]
        return outcome, record, None


class CreatedChanges(Mapping[str, Any]):
    """What an entity's creation changes: everything that it has from the start, as pairs of nothing and its value.

    The pairs are made when somebody asks, which is seldom.
    """

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __getitem__(self, name: str) -> tuple[None, Any]:
        return (None, self._values[name])

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)
