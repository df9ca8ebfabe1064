"""What a condition reads: fields of machines and data of events, for the graph of what depends on what."""

from __future__ import annotations

from dataclasses import dataclass

from engine.conditions.emit import TypeOf
from engine.conditions.tree import Inverse, Node, Select, children
from engine.conditions.types import ObjectType, RecordType


@dataclass(frozen=True, slots=True)
class FieldRead:
    """A field, relation or state of the entities of ``machine``; a move is read as ``status``."""

    machine: str
    field: str


@dataclass(frozen=True, slots=True)
class EventRead:
    """A key of ``event.data``."""

    key: str


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
