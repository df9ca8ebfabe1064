"""A machine in words, beside its drawing: fields, what moves ask for, and the events of its own."""

from __future__ import annotations

from collections.abc import Iterator

from app.report.documents.phrase import in_line
from app.report.documents.sheet import Item, Row, code, listed, row
from engine.conditions.types import EnumType, Field
from engine.machines.model import Machine, State, Transition
from engine.reading.nodes import Mapping as MappingNode
from engine.reading.nodes import data


def rows(machine: Machine, root: MappingNode | None) -> Iterator[Row]:
    """Fields and relations, states, moves, groups, events."""
    fields = (
        f"{code(name)} {_type(one)}{', optional' if one.optional else ''}" for name, one in machine.fields.items()
    )
    if machine.fields:
        yield row("Fields", "; ".join(fields))
    if machine.relations:
        said = (
            code(name) + ("" if name == one.machine else f": {one.machine}") + (", optional" if one.optional else "")
            for name, one in machine.relations.items()
        )
        yield row("Points to", "; ".join(said))
    yield row("States", "; ".join(map(_state, machine.states.values())))
    written = root.get("transitions") if root is not None else None
    guards = data(written) if written is not None else {}
    assert isinstance(guards, dict)
    moves = tuple(_move(one, guards.get(one.name)) for one in machine.transitions.values())
    if moves:
        yield Row("Moves", moves)
    if machine.groups:
        own = (f"{code(name)}: {listed([code(s) for s in states])}" for name, states in _groups(machine))
        yield row("Groups", *own)
    if machine.events:
        own = (
            code(one.type) + (f" takes {code(one.transition)}" if one.transition else "")
            for one in machine.events.values()
        )
        yield row("Own events", "; ".join(own))


def _groups(machine: Machine) -> Iterator[tuple[str, list[str]]]:
    """Groups with their states in the order of the machine."""
    for name, states in machine.groups.items():
        yield name, [state for state in machine.states if state in states]


def _type(field: Field) -> str:
    kind = field.type
    return f"one of {', '.join(sorted(kind.values))}" if isinstance(kind, EnumType) else str(kind)


def _state(state: State) -> str:
    more = [f"{name} {value}" for name, value in state.attributes.items()]
    return code(state.name) + (
        f" ({', '.join((*(['final'] if state.final else []), *more))})" if state.final or more else ""
    )


def _move(move: Transition, written: object) -> Item:
    guard = written.get("guard") if isinstance(written, dict) else None
    notes = [f"asks for {listed([code(name) for name in move.requires])}"] if move.requires else []
    notes += [f"only if {in_line(guard)}"] if guard is not None else []
    said = f"{code(move.name)}: {listed([code(source) for source in move.sources], 'or')} → {code(move.target)}"
    return Item(said, note="; ".join(notes))
