"""Which conditions a database can judge for a whole list, with the answer that Python gives for each row.

This is the subset that docs/conditions-in-sql.md lists, as a walk over the checked tree. ``engine.conditions.sql``
takes what passes here; nothing here needs a database, so that `virel check` can say what does not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.conditions.condition import Condition
from engine.conditions.emit import TypeOf
from engine.conditions.tree import (
    Call,
    Hop,
    Ident,
    Inverse,
    ListNode,
    Literal,
    Macro,
    Node,
    Read,
    Select,
    children,
)
from engine.conditions.types import (
    BOOL,
    DOUBLE,
    DURATION,
    INT,
    MONEY,
    TIMESTAMP,
    ListType,
    ObjectType,
    OptionalType,
    RecordType,
    Type,
    is_text,
)
from engine.conditions.values import Duration, Timestamp

MOST_SUMS = 3
"""Sums that may stand in each other: each is written twice in SQL, once to see whether it fits."""

MOST_ROUNDS = 2
"""Rounds (``exists``, ``all``) that may stand in each other."""

COMPARISONS = ("_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_")
SUMS = ("_+_", "_-_", "_*_", "_/_", "_%_", "-_")
ROUNDS = ("exists", "all", "exists_one")
TEXTS = ("contains", "startsWith", "endsWith")
CASES = ("lowerAscii", "upperAscii")


@dataclass(frozen=True, slots=True)
class Unlistable:
    """A part of a condition that no database judges as Python does: its line, its place in it, and what it is."""

    line: int
    node: Node
    what: str


def unlistable(condition: Condition) -> list[Unlistable]:
    """Everything in a condition that keeps it from lists; empty where a list can be made with it."""
    walk = _Walk(condition.type_of)
    return [
        Unlistable(number, part, what)
        for number, node in enumerate(condition.nodes)
        for part, what in (*walk.value(node), *_too_deep(node))
    ]


Found = Iterator[tuple[Node, str]]


def _too_deep(node: Node) -> Found:
    if _depth(node, lambda one: isinstance(one, Call) and one.function in SUMS) > MOST_SUMS:
        yield node, f"more than {MOST_SUMS} sums stand in each other"
    if _depth(node, lambda one: isinstance(one, Macro)) > MOST_ROUNDS:
        yield node, f"more than {MOST_ROUNDS} rounds stand in each other"


def _depth(node: Node, counts: Callable[[Node], bool]) -> int:
    return max((_depth(child, counts) for child in children(node)), default=0) + counts(node)


def is_plain(kind: Type) -> bool:
    """Whether values of the type are one column: texts, numbers, truths, instants and spans."""
    return is_text(kind) or kind in (INT, DOUBLE, BOOL, TIMESTAMP, DURATION)


class _Walk:
    """Yields what it refuses; a form that is not named here is refused."""

    def __init__(self, types: TypeOf) -> None:
        self.types = types

    def value(self, node: Node) -> Found:
        """A node that yields a value."""
        match node:
            case Literal():
                yield from self._literal(node)
            case Read():
                if node.source != "now":
                    yield node, f"{node.name} is not kept in the table"
            case Select():
                yield from self._select(node)
            case Call():
                yield from self._call(node)
            case Macro():
                yield from self._macro(node)
            case _:
                yield node, "this form is judged row by row only"

    def _literal(self, node: Literal) -> Found:
        value = node.value
        if isinstance(value, (Timestamp, Duration)):
            if value % 1_000:
                yield node, "an instant or span finer than a microsecond"
        elif isinstance(value, str):
            if "\0" in value:
                yield node, "a text with a null character"
        elif isinstance(value, float):
            if not math.isfinite(value):
                yield node, "a number that is not finite"
        elif type(value) not in (bool, int):
            yield node, "a value of this type"

    def _select(self, node: Select) -> Found:
        kind = self.types(node.operand)
        if isinstance(kind, ObjectType):
            if not (kind.name == "actor" and (node.field == "id" or node.test)):
                yield node, f"{kind} {node.field} as a value of its own"
        elif isinstance(kind, RecordType):
            yield from self.record(node.operand)
            if node.optional:
                yield node, "an optional value that is not taken with orValue() or hasValue()"
            elif not node.test and not is_plain(self.types(node)):
                yield node, f"{self.types(node)} as a value of its own"
        elif kind == MONEY and not node.optional:
            yield from self._money(node.operand)
        else:
            yield node, f"a field of {kind}"

    def record(self, node: Node) -> Found:
        """A node that yields an entity's record."""
        if isinstance(node, Hop):
            if isinstance(self.types(node.operand), OptionalType):
                yield from self._optional(node.operand)
            else:
                yield from self.value(node.operand)
        elif isinstance(node, Read):
            if node.source != "subject":
                yield node, f"{node.name} is not kept in the table"
        elif not isinstance(node, Ident):
            yield node, "an entity that is found this way"

    def _money(self, node: Node) -> Found:
        if isinstance(node, Select) and not node.optional and not node.test:
            yield from self.record(node.operand)
        elif not isinstance(node, Literal):
            yield node, "money that is no field"

    def _optional(self, node: Node) -> Found:
        kind = self.types(node)
        if not isinstance(node, Select) or not node.optional or not isinstance(kind, OptionalType):
            yield node, "an optional value that is found this way"
        elif not is_plain(kind.value):
            yield node, f"an optional {kind.value}"
        else:
            yield from self.record(node.operand)

    def _call(self, node: Call) -> Found:
        name, args = node.function, node.args
        if name in ("_&&_", "_||_", "!_", "_?_:_"):
            for arg in args:
                yield from self.value(arg)
            if name == "_?_:_" and not is_plain(self.types(node)):
                yield node, f"a choice between values of {self.types(node)}"
        elif name in COMPARISONS:
            yield from self._comparison(node)
        elif name == "@in":
            yield from self._in(*args)
        elif name in SUMS:
            yield from self._sum(node)
        elif node.target is not None and name in ("orValue", "hasValue"):
            yield from self._optional(node.target)
            for arg in args:
                yield from self.value(arg)
        elif name in TEXTS and node.target is not None:
            yield from self.value(node.target)
            yield from self.value(args[0])
        elif name in CASES and node.target is not None:
            yield from self.value(node.target)
        elif name == "size":
            yield from self._size(node.target or args[0])
        elif name == "double" and self.types(args[0]) in (INT, DOUBLE):
            yield from self.value(args[0])
        elif name == "matches":
            yield node, "a regular expression"
        else:
            yield node, f"the function {name}()"

    def _comparison(self, node: Call) -> Found:
        kinds = [self.types(arg) for arg in node.args]
        for arg, kind in zip(node.args, kinds, strict=True):
            if kind == MONEY:
                yield from self._money(arg)
            elif is_plain(kind):
                yield from self.value(arg)
            else:
                yield arg, f"comparing {kind}"

    def _in(self, left: Node, right: Node) -> Found:
        kind = self.types(left)
        if not is_plain(kind):
            yield left, f"looking for {kind} in a list"
            return
        yield from self.value(left)
        if isinstance(right, ListNode):
            for item in right.items:
                if not is_plain(self.types(item)):
                    yield item, f"looking for {self.types(item)} in a list"
                else:
                    yield from self.value(item)
        elif not self._of_actor(right):
            yield from self._list(right)

    def _of_actor(self, node: Node) -> bool:
        kind = self.types(node.operand) if isinstance(node, Select) else None
        return isinstance(kind, ObjectType) and kind.name == "actor"

    def _list(self, node: Node) -> Found:
        """A field that is a list, kept as JSON in one column."""
        kind = self.types(node)
        if not isinstance(node, Select) or node.optional or not isinstance(self.types(node.operand), RecordType):
            yield node, "a list that is no field"
        elif not isinstance(kind, ListType) or not (is_text(kind.item) or kind.item == INT):
            yield node, f"a {kind}"
        else:
            yield from self.record(node.operand)

    def _size(self, node: Node) -> Found:
        if isinstance(node, Inverse):
            yield from self.value(node.operand)
        elif isinstance(self.types(node), ListType):
            yield from self._list(node)
        else:
            yield from self.value(node)

    def _sum(self, node: Call) -> Found:
        kinds = [self.types(arg) for arg in node.args]
        for arg in node.args:
            yield from self.value(arg)
        if DOUBLE in kinds:
            yield node, "calculating with doubles"
        elif not all(kind in (INT, TIMESTAMP, DURATION) or is_text(kind) for kind in kinds):
            yield node, f"calculating with {kinds[0]}"

    def _macro(self, node: Macro) -> Found:
        if node.kind not in ROUNDS or node.second is not None or not isinstance(node.range, Inverse):
            yield node, f"{node.kind}() over anything but the entities of an inverse relation"
            return
        yield from self.value(node.range.operand)
        assert node.condition is not None
        yield from self.value(node.condition)
