"""The tree of an expression: what the parser builds, the checker lowers and every back end walks.

The parser builds only the nodes of the published CEL grammar. The checker returns a tree of the same nodes in which
names, literals and relations are settled: ``Ident`` has become ``Read``, walking a relation is a ``Hop``, an inverse
relation an ``Inverse``, a text beside a timestamp a ``Literal`` holding the timestamp.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal as OneOf


@dataclass(frozen=True, slots=True)
class Node:
    """Any expression; ``start`` and ``end`` are character offsets into the expression's text (end exclusive)."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A constant: bool, int, UInt, float, str, bytes, None, and after checking also Timestamp, Duration or money."""

    value: object


@dataclass(frozen=True, slots=True)
class Ident(Node):
    """A bare name; a leading dot is kept in ``name`` (``.a``)."""

    name: str


@dataclass(frozen=True, slots=True)
class Select(Node):
    """``operand.field``; ``optional`` for ``operand.?field``; ``test`` for ``has(operand.field)``."""

    operand: Node
    field: str
    optional: bool = False
    test: bool = False


@dataclass(frozen=True, slots=True)
class Index(Node):
    """``operand[key]``; ``optional`` for ``operand[?key]``."""

    operand: Node
    key: Node
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function or method call. Operators use CEL's own names: ``_&&_ _||_ !_ -_ _?_:_ _==_ _!=_ _<_ _<=_ _>_ _>=_ _+_ _-_ _*_ _/_ _%_ @in``."""

    function: str
    target: Node | None
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ListNode(Node):
    """``[a, ?b]``; ``optional[i]`` tells whether item i was written with ``?``."""

    items: tuple[Node, ...]
    optional: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class MapNode(Node):
    """``{k: v, ?k: v}``."""

    entries: tuple[tuple[Node, Node], ...]
    optional: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Struct(Node):
    """``pkg.Message{field: value}``."""

    name: str
    fields: tuple[tuple[str, Node], ...]


MacroKind = OneOf[
    "all",
    "exists",
    "exists_one",
    "map",
    "filter",
    "transform_list",
    "transform_map",
    "transform_map_entry",
    "opt_map",
    "opt_flat_map",
]


@dataclass(frozen=True, slots=True)
class Macro(Node):
    """A comprehension over ``range``, with one variable (``second`` is None) or two.

    ``condition`` is the predicate (of ``map`` with three arguments, its filter; None if there is none); ``body`` is
    what is collected by map, transform_*; None for all, exists, exists_one and filter. Of opt_map and opt_flat_map,
    ``range`` is the optional value, ``first`` its name in ``body``.
    """

    kind: MacroKind
    range: Node
    first: str
    second: str | None
    condition: Node | None
    body: Node | None


@dataclass(frozen=True, slots=True)
class Read(Node):
    """Checked only: a variable of the scope; ``source`` is a Python expression over the frame."""

    name: str
    source: str


@dataclass(frozen=True, slots=True)
class Hop(Node):
    """Checked only: the record of ``machine`` whose id ``operand`` yields; an error where there is none."""

    operand: Node
    machine: str


@dataclass(frozen=True, slots=True)
class Inverse(Node):
    """Checked only: the records of ``machine`` whose ``relation`` is the entity ``operand``, oldest first."""

    operand: Node
    machine: str
    relation: str


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below ``node``, in the order they are written."""
    match node:
        case Select(operand=operand) | Hop(operand=operand) | Inverse(operand=operand):
            return (operand,)
        case Index(operand=operand, key=key):
            return (operand, key)
        case Call(target=target, args=args):
            return args if target is None else (target, *args)
        case ListNode(items=items):
            return items
        case MapNode(entries=entries):
            return tuple(part for entry in entries for part in entry)
        case Struct(fields=fields):
            return tuple(value for _, value in fields)
        case Macro(range=range_, condition=condition, body=body):
            return tuple(part for part in (range_, condition, body) if part is not None)
    return ()


def dotted_name(node: Node) -> str | None:
    """``a.b.c`` where names are all there is (a leading dot is kept), or None for any other expression."""
    fields: list[str] = []
    while isinstance(node, Select) and not node.optional and not node.test:
        fields.append(node.field)
        node = node.operand
    if not isinstance(node, Ident):
        return None
    fields.append(node.name)
    return ".".join(reversed(fields))
