"""What a condition reads: fields of machines and data of events, for the graph of what depends on what."""

from __future__ import annotations

from dataclasses import dataclass

from engine.conditions.emit import TypeOf
from engine.conditions.tree import Call, Inverse, Macro, Node, Select, children
from engine.conditions.types import BOOL, ObjectType, RecordType

STATES = frozenset({"from", "to", "transition", "state"})
"""Keys of the data of moves and dwell times that tell states."""


@dataclass(frozen=True, slots=True)
class FieldRead:
    """A field, relation or state of the entities of ``machine``; a move is read as ``status``."""

    machine: str
    field: str


@dataclass(frozen=True, slots=True)
class EventRead:
    """A key of ``event.data``."""

    key: str

    def of(self, machine: str) -> FieldRead:
        """The field whose value it is at an event of this machine: that of its name, and ``status`` of a move's ends."""
        return FieldRead(machine, "status" if self.key in STATES else self.key)


def reads_of(node: Node, types: TypeOf) -> set[FieldRead | EventRead]:
    """Everything that the lowered node reads."""
    found: set[FieldRead | EventRead] = set()
    pending = [node]
    while pending:
        one = pending.pop()
        pending.extend(children(one))
        if isinstance(one, Select):
            kind = types(one.operand)
            kind = getattr(kind, "value", kind)  # of an optional record, the record
            if isinstance(kind, RecordType):
                found.add(FieldRead(kind.machine, one.field))
            elif isinstance(kind, ObjectType) and kind.name == "event.data":
                found.add(EventRead(one.field))
        elif isinstance(one, Inverse):
            found.add(FieldRead(one.machine, one.relation))
    return found


def carried_by(node: Node, types: TypeOf) -> set[FieldRead | EventRead]:
    """What of the facts a value is made from, rather than chosen or judged by.

    A truth that was computed says how facts stand, as any verdict does, and not what they are.
    """
    if isinstance(node, (Call, Macro)) and types(node) == BOOL:
        return set()
    if isinstance(node, Call) and node.function == "_?_:_":
        return set().union(*(carried_by(arg, types) for arg in node.args[1:]))
    if isinstance(node, Call):
        args = node.args if node.target is None else (node.target, *node.args)
        return set().union(*(carried_by(arg, types) for arg in args))
    return reads_of(node, types)
