"""At publication all entities move to the new machines: which states vanish, and where what stands in them goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.diagnostics import Diagnostic, in_order
from engine.machines.model import Machine
from engine.reading.nodes import Mapping as MappingNode
from engine.reading.nodes import Node, Scalar
from engine.reading.read import read_text
from engine.reading.source import Source
from engine.releases import messages

Migration = Mapping[str, Mapping[str, str]]
"""By machine: the state that an entity stands in, and the one it moves to."""
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Vanishing:
    """What a release takes away. ``states`` are those that a machine of both loses, ``machines`` those that go whole."""

    states: Mapping[str, tuple[str, ...]]
    machines: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.states or self.machines)


def vanishing(old: Mapping[str, Machine], new: Mapping[str, Machine]) -> Vanishing:
    """What entities may stand in before and not after."""
    lost = {
        id: tuple(state for state in machine.states if state not in new[id].states)
        for id, machine in sorted(old.items())
        if id in new
    }
    gone = tuple(id for id in sorted(old) if id not in new)
    return Vanishing({id: states for id, states in lost.items() if states}, gone)


def read_migration(
    source: Source, lost: Vanishing, new: Mapping[str, Machine]
) -> tuple[Migration, tuple[Diagnostic, ...]]:
    """The migration that a text says, as YAML or JSON: ``{OLD: NEW}`` or ``{MACHINE: {OLD: NEW}}``.

    A state without its machine is meant for every machine that loses one of that name. With an error in the diagnostics
    the migration is not to be used.
    """
    found: list[Diagnostic] = []
    root = read_text(source, found.append)
    plan: dict[str, dict[str, str]] = {}
    for key, value in root.entries if root is not None else ():
        if isinstance(value, MappingNode):
            if key.text not in new:
                found.append(messages.no_such_machine(key.place, key.length, key.text, new))
                continue
            for old, target in value.entries:
                losing = [key.text] if old.text in lost.states.get(key.text, ()) else []
                _move(old, target, losing, key.text, lost, new, plan, found)
        else:
            losing = [id for id, states in lost.states.items() if key.text in states]
            _move(key, value, losing, None, lost, new, plan, found)
    return plan, tuple(in_order(found))


def _move(
    old: Scalar,
    target: Node,
    losing: Iterable[str],
    machine: str | None,
    lost: Vanishing,
    new: Mapping[str, Machine],
    plan: dict[str, dict[str, str]],
    found: list[Diagnostic],
) -> None:
    if not isinstance(target, Scalar) or not isinstance(target.value, str):
        found.append(messages.not_a_migration(target.place, target.length))
        return
    if not losing:
        names = lost.states.get(machine, ()) if machine else (s for states in lost.states.values() for s in states)
        found.append(messages.no_such_state_vanishes(old.place, old.length, old.text, names, machine))
    for id in losing:
        if target.text not in new[id].states:
            found.append(messages.no_such_target(target.place, target.length, target.text, id, new[id].states))
        plan.setdefault(id, {})[old.text] = target.text


def stranded(
    rows: Mapping[str, Mapping[str, str]],
    lost: Vanishing,
    plan: Migration,
    old: Mapping[str, Machine],
    new: Mapping[str, Machine],
    roots: Mapping[str, MappingNode],
) -> tuple[Diagnostic, ...]:
    """What would be left in a state that is no more. ``rows`` are the states of the live entities, by machine and id;
    ``roots`` what the new machines' documents say.
    """
    found: list[Diagnostic] = []
    for id in lost.machines:
        if rows.get(id):
            found.append(messages.machine_vanishes(old[id].place.file, id, sorted(rows[id])))
    for id, states in lost.states.items():
        for state in states:
            standing = sorted(row for row, status in rows.get(id, {}).items() if status == state)
            if standing and state not in plan.get(id, {}):
                place = roots[id].key("states").place if id in roots else old[id].place
                found.append(messages.state_vanishes(place, id, state, standing, new[id].states))
    return tuple(found)


def migrated(
    tables: Mapping[str, Mapping[str, Record]], plan: Migration
) -> tuple[dict[str, dict[str, Record]], list[tuple[str, str, str, str]]]:
    """The records of a world after a migration, and who moved: machine, id, old state, new state, in order.

    Only ``status`` changes: nothing has happened to the entity, so it has been where it is for as long as before.
    """
    after: dict[str, dict[str, Record]] = {}
    moves: list[tuple[str, str, str, str]] = []
    for machine, table in tables.items():
        states = plan.get(machine, {})
        after[machine] = {}
        for id, record in table.items():
            status = record.get("status")
            target = states.get(status) if isinstance(status, str) else None
            after[machine][id] = record if target is None else {**record, "status": target}
            if target is not None:
                moves.append((machine, id, str(status), target))
    return after, sorted(moves)
