"""What one check carries: the scope, the findings so far, the type of every node that was made."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from engine.conditions.reads import FieldRead
from engine.conditions.scope import Scope
from engine.conditions.syntax_messages import Problem
from engine.conditions.tree import Hop, Ident, Index, Literal, Node, Read, Select
from engine.conditions.types import UNKNOWN, Type

Path = tuple[str, ...]
Known = frozenset[Path]
"""Paths that hold a value wherever the expression at hand is evaluated."""

NOTHING_KNOWN: Known = frozenset()
NEVER: Path = ("never",)
"""Among what is known: the place is never reached, so nothing there can be a mistake."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A checked node with its type. Of an entity, ``node`` yields the id and ``record`` the record."""

    node: Node
    type: Type
    record: Node | None = None


class Context(ABC):
    """The state of one check of one expression."""

    def __init__(self, text: str, scope: Scope) -> None:
        self.text = text
        self.scope = scope
        self.problems: list[Problem] = []
        self.locals: dict[str, Type] = {}
        self.beside: str | None = None
        """What a literal is compared with, as written."""
        self.maybe_absent: set[str] = set()
        self.never_there: set[str] = set()
        """Sources of variables that have no fields here."""
        self.decided: dict[int, bool] = {}
        """What nodes are whatever the facts, by their ids."""
        self.other_reads: set[FieldRead] = set()
        self.node_types: dict[int, Type] = {}
        self._kept: list[Node] = []

    @abstractmethod
    def infer(self, node: Node, known: Known, hint: Type | None = None) -> Typed:
        """Checks and lowers a node. ``hint`` is the type of what it stands beside, for literals."""

    def typed(self, node: Node, kind: Type, record: Node | None = None) -> Typed:
        """Remembers the type of a lowered node."""
        self.node_types[id(node)] = kind
        self._kept.append(node)  # an id is only good for as long as its node lives
        return Typed(node, kind, record)

    def decide(self, node: Node, value: bool) -> None:
        """Notes that a lowered node is true or false whatever the facts."""
        self.decided[id(node)] = value

    def report(self, problem: Problem) -> None:
        """Adds a finding."""
        self.problems.append(problem)

    def failed(self, node: Node, problem: Problem | None = None) -> Typed:
        """Adds a finding and goes on with an unknown type, which causes no further findings."""
        if problem is not None:
            self.report(problem)
        return self.typed(node, UNKNOWN)

    def quote(self, node: Node) -> str:
        """The node as the author wrote it."""
        return self.text[node.start : node.end]


def path_of(node: Node) -> Path | None:
    """A name for what a node reads, equal for equal reads, or None when it is no path."""
    if isinstance(node, Read):
        return (node.source,)
    if isinstance(node, Ident):
        return (f"${node.name}",)
    if isinstance(node, Select) and not node.test:
        inner = path_of(node.operand)
        return None if inner is None else (*inner, f".{node.field}")
    if isinstance(node, Hop):
        inner = path_of(node.operand)
        return None if inner is None else (*inner, f">{node.machine}")
    if isinstance(node, Index) and isinstance(node.key, Literal) and not node.optional:
        inner = path_of(node.operand)
        return None if inner is None else (*inner, f"[{node.key.value!r}]")
    return None
