"""Leaves: the reads on which a line's verdict rests, and their Python.

A leaf is a longest read from the frame (``booking.client.tier``, ``has(task.queue)``, ``booking.payments``), a call of
a host's function, or a macro that walks relations for each of its items. Everything else of a line is computed from
its leaves alone, so that a trace can keep their values and compute the rest when somebody asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields

from engine.conditions.emit import Emitter, TypeOf
from engine.conditions.tree import (
    Call,
    Hop,
    Ident,
    Index,
    Inverse,
    ListNode,
    Literal,
    Macro,
    MapNode,
    Node,
    Read,
    Select,
    children,
)
from engine.conditions.types import MONEY, ListType, ObjectType, RecordType

Shape = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One leaf: its lowered node, a shape that is equal for equal reads, what the author wrote.

    ``plain`` tells that any failure to read it means that there is no value. ``kept`` names the fields to keep of
    each record where the leaf is a list of entities; None where its value is kept as it is.
    """

    node: Node
    shape: Shape
    text: str
    plain: bool
    kept: frozenset[str] | None = None


def shape_of(node: object) -> Shape:
    """The node without its places: equal for nodes that mean the same."""
    if isinstance(node, Literal):
        return ("Literal", type(node.value).__name__, repr(node.value))
    if isinstance(node, Node):
        parts = (getattr(node, part.name) for part in fields(node) if part.name not in ("start", "end"))
        return (type(node).__name__, *map(_shape_of_part, parts))
    return ("value", node)


def _shape_of_part(part: object) -> object:
    if isinstance(part, Node):
        return shape_of(part)
    if isinstance(part, tuple):
        return tuple(map(_shape_of_part, part))
    return part


def leaves_of(node: Node, text: str, types: TypeOf, functions: Mapping[str, object]) -> Iterator[Leaf]:
    """The leaves of a lowered line, in the order they are written."""
    kept = frozenset(_fields_of_items(node, types)) | {"id"}
    for found in _walk(node, functions):
        kind = types(found)
        listed = isinstance(kind, ListType) and isinstance(kind.item, RecordType)
        yield Leaf(found, shape_of(found), text[found.start : found.end], _is_plain(found), kept if listed else None)


def _walk(node: Node, functions: Mapping[str, object]) -> Iterator[Node]:
    if (
        _is_read(node)
        or (isinstance(node, Call) and node.target is None and node.function in functions)
        or (isinstance(node, Macro) and _walks_relations(node, functions))
    ):
        yield node
    else:
        for child in children(node):
            yield from _walk(child, functions)


def _is_read(node: Node) -> bool:
    while True:
        match node:
            case Select(operand=inner) | Hop(operand=inner) | Inverse(operand=inner):
                node = inner
            case Index(operand=inner, key=Literal()):
                node = inner
            case Read():
                return True
            case _:
                return False


def _is_plain(node: Node) -> bool:
    while True:
        match node:
            case Select(test=True) | Select(optional=True) | Index(optional=True) | Inverse():
                return False
            case Select(operand=inner) | Hop(operand=inner) | Index(operand=inner):
                node = inner
            case _:
                return isinstance(node, Read)


def _walks_relations(macro: Macro, functions: Mapping[str, object]) -> bool:
    """Whether a round of the macro, or of one within it, asks the world about its own item."""
    inside = [part for part in (macro.condition, macro.body) if part is not None]
    while inside:
        node = inside.pop()
        asks = isinstance(node, (Hop, Inverse)) or (isinstance(node, Call) and node.function in functions)
        if asks and not _is_read(node) and _mentions_local(node):
            return True
        inside.extend(children(node))
    return False


def _mentions_local(node: Node) -> bool:
    return isinstance(node, Ident) or any(map(_mentions_local, children(node)))


def _fields_of_items(node: Node, types: TypeOf) -> Iterator[str]:
    """The fields that a line reads of the records its macros go through."""
    if isinstance(node, Select) and not _is_read(node) and isinstance(types(node.operand), RecordType):
        yield node.field
    for child in children(node):
        yield from _fields_of_items(child, types)


class LeafEmitter(Emitter):
    """Emits leaves; every relation that several of them walk is walked once.

    Missing values are expected here (a trace reads also what a line would not have looked at), so that paths are read
    with ``get`` and end in ``ABSENT``, or go through ``EMPTY`` where there is no record, instead of raising.
    """

    def __init__(self, types: TypeOf, functions: Mapping[str, Callable[..., object]], prefix: str) -> None:
        super().__init__(types, functions, prefix)
        self.hops: dict[str, str] = {}
        """The Python of a record -> the name that holds it."""

    def emit(self, node: Node) -> str:
        """The Python expression of a node; it raises where a value is missing."""
        if isinstance(node, Hop) and _is_read(node) and _is_plain(node):
            return self._record(node) or super().emit(node)
        return super().emit(node)

    def leaf(self, leaf: Leaf, exactly: str) -> str:
        """The Python that reads a leaf as it is kept; ``exactly`` is the Python that asks the evaluator instead."""
        node = leaf.node
        if leaf.plain:
            return self._path(node, "ABSENT") or self.emit(node)
        if isinstance(node, Select) and node.test and isinstance(node.operand, Hop) and _is_plain(node.operand):
            record = self._record(node.operand)
            if record is not None:
                return f"({node.field!r} in {record} if {record} is not EMPTY else {exactly})"
        source = self.emit(node)
        if leaf.kept is None:
            return source
        return f"cel_kept({source}, {self.named(tuple(sorted(leaf.kept)))})"

    def _path(self, node: Node, missing: str) -> str | None:
        """A path that yields ``missing`` where it ends early, or None for what is read otherwise."""
        if isinstance(node, Read):
            return node.source
        if isinstance(node, Hop):
            return self._record(node)
        if not isinstance(node, Select):
            return None
        kind = self.types(node.operand)
        if not isinstance(kind, (RecordType, ObjectType)) and kind != MONEY:
            return None
        owner = self._path(node.operand, "EMPTY")
        return None if owner is None else f"{owner}.get({node.field!r}, {missing})"

    def _record(self, node: Hop) -> str | None:
        identity = self._path(node.operand, "None")
        if identity is None:
            return None
        source = f"world.tables[{node.machine!r}].get({identity}, EMPTY)"
        return self.hops.setdefault(source, f"r{len(self.hops)}")


def substituted(node: Node, replace: Callable[[Node], Node | None]) -> Node:
    """The tree with some of its nodes exchanged; ``replace`` returns None for those that stay."""
    other = replace(node)
    if other is not None:
        return other

    def again(child: Node) -> Node:
        return substituted(child, replace)

    match node:
        case Select():
            return Select(node.start, node.end, again(node.operand), node.field, node.optional, node.test)
        case Index():
            return Index(node.start, node.end, again(node.operand), again(node.key), node.optional)
        case Call():
            target = None if node.target is None else again(node.target)
            return Call(node.start, node.end, node.function, target, tuple(map(again, node.args)))
        case ListNode():
            return ListNode(node.start, node.end, tuple(map(again, node.items)), node.optional)
        case MapNode():
            entries = tuple((again(key), again(value)) for key, value in node.entries)
            return MapNode(node.start, node.end, entries, node.optional)
        case Macro():
            condition = None if node.condition is None else again(node.condition)
            body = None if node.body is None else again(node.body)
            return Macro(node.start, node.end, node.kind, again(node.range), node.first, node.second, condition, body)
    return node
