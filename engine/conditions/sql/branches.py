"""A condition as one expression, and taken apart into alternatives that an index of the table may each answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from engine.conditions.condition import Condition
from engine.conditions.group import Group
from engine.conditions.listable import unlistable
from engine.conditions.sql.emit import Emitter
from engine.conditions.sql.store import Asker, Element, Store, Table
from engine.conditions.tree import Call, ListNode, Literal, Node, Read, Select

Part = Group | int | Node


def predicate(condition: Condition, store: Store, table: Table, asker: Asker) -> sa.ColumnElement[bool]:
    """True, false or NULL (errored) for each row of ``table``. Raises ValueError for what lists cannot have."""
    _refuse(condition)
    return Emitter(condition, store, table, asker).group(condition.group)


def branches(condition: Condition, store: Store, table: Table, asker: Asker) -> list[Branch]:
    """The parts of which one must be true, each with the columns that it fixes to a value or a few."""
    _refuse(condition)
    emitter = Emitter(condition, store, table, asker)
    return [
        Branch(_part(emitter, one), frozenset(_fixed(emitter, one))) for one in _alternatives(emitter, condition.group)
    ]


def _refuse(condition: Condition) -> None:
    found = unlistable(condition)
    if found:
        raise ValueError(f"no list can be made with {condition}: {found[0].what}")


@dataclass(frozen=True, slots=True)
class Branch:
    """One alternative of a condition."""

    expression: sa.ColumnElement[bool]
    fixed: frozenset[str]


def _alternatives(emitter: Emitter, part: Part) -> Iterator[Part]:
    """The parts of which one must hold, as far as they stand at the top."""
    if isinstance(part, int):
        yield from _alternatives(emitter, emitter.nodes[part])
    elif isinstance(part, Group) and (part.kind == "any" or (part.kind == "all" and len(part.parts) == 1)):
        for one in part.parts:
            yield from _alternatives(emitter, one)
    elif isinstance(part, Call) and part.function == "_||_":
        for arg in part.args:
            yield from _alternatives(emitter, arg)
    else:
        yield part


def _part(emitter: Emitter, part: Part) -> Element:
    return emitter.value(part) if isinstance(part, Node) else emitter.group(part)


def _fixed(emitter: Emitter, part: Part) -> Iterator[str]:
    """The columns that hold one of a few known values wherever the part is true."""
    if isinstance(part, int):
        yield from _fixed(emitter, emitter.nodes[part])
    elif isinstance(part, Group) and part.kind == "all":
        for one in part.parts:
            yield from _fixed(emitter, one)
    elif isinstance(part, Call) and part.function == "_&&_":
        for arg in part.args:
            yield from _fixed(emitter, arg)
    elif isinstance(part, Call) and part.function in ("_==_", "@in"):
        for column, other in (part.args, part.args[::-1]):
            if _is_column(column) and _is_bound(emitter, other):
                assert isinstance(column, Select)
                yield column.field
            if part.function == "@in":
                break


def _is_column(node: Node) -> bool:
    if not isinstance(node, Select) or node.test or node.optional:
        return False
    return isinstance(node.operand, Read) and node.operand.source == "subject"


def _is_bound(emitter: Emitter, node: Node) -> bool:
    if isinstance(node, ListNode):
        return all(isinstance(item, Literal) for item in node.items)
    return isinstance(node, Literal) or (isinstance(node, Select) and emitter.of_actor(node))
