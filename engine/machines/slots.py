"""The function that asks whether somebody is free: no entity in a blocking state takes them in that time.

An entity takes another for a time when its machine has the instants ``starts_at`` and ``ends_at``, a relation to the
other, and a state that says ``blocks``. Times are half-open: what ends at noon and what begins at noon do not meet.
A host with a calendar of its own hands other functions to the catalog.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from engine.conditions.scope import Function
from engine.conditions.types import BOOL, TIMESTAMP, EntityType
from engine.machines.model import Machine

STARTS, ENDS = "starts_at", "ends_at"
HostFunctions = Callable[[Mapping[str, Machine]], Mapping[str, Function]]
"""What a host registers: the functions by name, typed by the machines of a folder."""


@dataclass(frozen=True, slots=True)
class Slot:
    """The entities of ``machine`` take what their ``relation`` names while they are in one of ``states``."""

    machine: str
    relation: str
    states: frozenset[str]


class Calendar(Protocol):
    """A world that knows who is taken when."""

    def taken(self, slot: Slot, id: str, start: int, end: int, /) -> bool:
        """Whether an entity of the slot takes ``id`` at some instant of the half-open time."""


def slots_of(machines: Mapping[str, Machine]) -> dict[str, list[Slot]]:
    """What can be taken, by machine, and by what."""
    found: dict[str, list[Slot]] = {}
    for machine in machines.values():
        states = frozenset(name for name, state in machine.states.items() if state.attributes.get("blocks"))
        timed = all(name in machine.fields and machine.fields[name].type == TIMESTAMP for name in (STARTS, ENDS))
        if states and timed:
            for name, relation in machine.relations.items():
                found.setdefault(relation.machine, []).append(Slot(machine.id, name, states))
    return found


def slot_functions(machines: Mapping[str, Machine]) -> dict[str, Function]:
    """``is_free(model, start, end)``, for every machine whose entities can be taken; nothing where there is none."""
    slots = slots_of(machines)
    if not slots:
        return {}

    def is_free(world: Calendar, machine: str, id: str, start: int, end: int) -> bool:
        if end <= start:
            raise ValueError("the end is not after the start")
        return not any(world.taken(slot, id, start, end) for slot in slots[machine])

    every = [slot for here in slots.values() for slot in here]
    reads = frozenset((slot.machine, name) for slot in every for name in (slot.relation, STARTS, ENDS, "status"))
    forms = tuple((EntityType(machine), TIMESTAMP, TIMESTAMP) for machine in slots)
    return {"is_free": Function(forms[0], BOOL, is_free, forms[1:], asks_world=True, reads=reads)}
