"""What a policy's conditions read: which changes of which entities may change a clock, and the way back to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.conditions.condition import Condition, Expression
from engine.conditions.reads import FieldRead
from engine.conditions.tree import Hop, Ident, Inverse, Macro, Node, Read, Select, children

TOLD_BY_EVERY_EVENT = frozenset({"updated_at", "status_since"})
"""Fields that change without being listed among an event's changes."""


@dataclass(frozen=True, slots=True)
class Back:
    """One step back from an entity to those that read it.

    ``forward``: those of ``machine`` whose ``relation`` is the entity; else the one that the entity's ``relation`` is.
    """

    machine: str
    relation: str
    forward: bool


@dataclass(frozen=True, slots=True)
class Reads:
    """``fields`` by machine that the conditions read, and the ``ways`` back from each other machine to the policy's.

    ``always`` tells that a condition asks for the time or the past, so that every event of the entity counts.
    """

    fields: Mapping[str, frozenset[str]]
    ways: Mapping[str, tuple[tuple[Back, ...], ...]]
    always: bool

    def inverses(self) -> Iterable[tuple[str, str]]:
        """The (machine, relation) pairs that the ways back walk."""
        return {
            (back.machine, back.relation) for ways in self.ways.values() for way in ways for back in way if back.forward
        }

    def readers(self, machine: str, record: Any, changes: Mapping[str, Any], world: Any) -> dict[str, None]:
        """The ids of the policy's entities that read a changed entity, in a fixed order."""
        found: dict[str, None] = {}
        for way in self.ways.get(machine, ()):
            here: dict[str, Any] = {record["id"]: record}
            for number, back in enumerate(way):
                following: dict[str, Any] = {}
                for id, one in here.items():
                    if back.forward:
                        following.update(
                            (other["id"], other) for other in world.inverse(back.machine, back.relation, id)
                        )
                        continue
                    # An entity that now points elsewhere is missed where it pointed before.
                    earlier = changes[back.relation][0] if number == 0 and back.relation in changes else None
                    for target in (earlier, one.get(back.relation)):
                        other = world.tables[back.machine].get(target)
                        if target is not None and other is not None:
                            following[target] = other
                here = following
            found.update(dict.fromkeys(here))
        return found


def reads_of(entity: str, parts: Iterable[Condition | Expression]) -> Reads:
    """What the conditions and expressions of a policy on ``entity`` read together."""
    fields: dict[str, set[str]] = {}
    ways: dict[str, dict[tuple[Back, ...], None]] = {}
    always = False
    for part in parts:
        for read in part.reads():
            if isinstance(read, FieldRead):
                fields.setdefault(read.machine, set()).add(read.field)
        nodes = part.nodes if isinstance(part, Condition) else (part.node,)
        for node in nodes:
            always = _walk(entity, node, fields, ways) or always
    always = always or any(TOLD_BY_EVERY_EVENT & names for names in fields.values())
    return Reads(
        {machine: frozenset(names) for machine, names in fields.items()},
        {machine: tuple(found) for machine, found in ways.items()},
        always,
    )


def _walk(entity: str, node: Node, fields: dict[str, set[str]], ways: dict[str, dict[tuple[Back, ...], None]]) -> bool:
    """Gathers the ways of one expression; whether it asks for the time, the actor or the past."""
    always = False
    pending = [node]
    items: dict[str, Node] = {}
    while pending:
        one = pending.pop()
        pending.extend(children(one))
        if isinstance(one, Macro):
            items[one.first] = one.range
        if isinstance(one, Read):
            always = always or one.source != "subject"
        elif isinstance(one, (Hop, Inverse)):
            path = _path(entity, one, items)
            if path is None:
                always = True
            else:
                ways.setdefault(path[0], {})[path[1]] = None
    return always


def _path(entity: str, node: Node, items: Mapping[str, Node]) -> tuple[str, tuple[Back, ...]] | None:
    """The machine of the entity that a node yields, and the way back from it; None where it cannot be followed.

    ``items`` are the lists that the names of ``exists`` and its like run over.
    """
    if isinstance(node, Read):
        return (entity, ()) if node.source == "subject" else None
    if isinstance(node, Ident):
        listed = items.get(node.name)
        return _path(entity, listed, items) if listed is not None else None
    if isinstance(node, Hop) and isinstance(node.operand, Select):
        before = _path(entity, node.operand.operand, items)
        return (node.machine, (Back(before[0], node.operand.field, True), *before[1])) if before is not None else None
    if isinstance(node, Inverse):
        operand = node.operand
        if isinstance(operand, Select) and operand.field == "id":
            operand = operand.operand
        before = _path(entity, operand, items)
        return (node.machine, (Back(before[0], node.relation, False), *before[1])) if before is not None else None
    return None
