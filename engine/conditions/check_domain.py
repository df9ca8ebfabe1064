"""Lines of one conjunction held against each other: values that exclude each other, currencies that cannot meet.

Each term that compares one path with constants is a set or an interval; two terms on one path that have no value in
common never hold together.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.conditions import messages
from engine.conditions.check_context import Path, path_of
from engine.conditions.syntax_messages import Problem
from engine.conditions.tree import Call, ListNode, Literal, Node

_ORDERS = ("_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_")
_MIRRORED = {"_<_": "_>_", "_<=_": "_>=_", "_>_": "_<_", "_>=_": "_<=_"}


@dataclass(frozen=True, slots=True)
class Term:
    """One conjunct: which line it stands in, that line's text, and its lowered node."""

    line: int
    text: str
    node: Node

    @property
    def shown(self) -> str:
        """The term as written."""
        return self.text[self.node.start : self.node.end]


@dataclass(frozen=True, slots=True)
class _Range:
    """What a term leaves of a path's values: a set, all but a set, or an interval whose ends may be open."""

    read: Node
    values: frozenset[object] | None = None
    excluded: frozenset[object] = frozenset()
    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False

    def meets(self, other: _Range) -> bool:
        """Whether some value is in both."""
        if self.values is not None:
            return any(other.holds(value) for value in self.values)
        if other.values is not None:
            return any(self.holds(value) for value in other.values)
        low, high = max(self.low, other.low), min(self.high, other.high)
        if low != high:
            return low < high
        is_open = (
            (self.low_open and self.low == low)
            or (other.low_open and other.low == low)
            or (self.high_open and self.high == high)
            or (other.high_open and other.high == high)
        )
        return not is_open

    def holds(self, value: object) -> bool:
        """Whether the value is in it."""
        if self.values is not None:
            return value in self.values
        if value in self.excluded:
            return False
        if not isinstance(value, (int, float)):
            return True
        above = value > self.low or (value == self.low and not self.low_open)
        return above and (value < self.high or (value == self.high and not self.high_open))


def conjuncts(node: Node) -> Iterator[Node]:
    """The parts of a conjunction, however its ``&&`` nest."""
    if isinstance(node, Call) and node.function == "_&&_":
        for arg in node.args:
            yield from conjuncts(arg)
    else:
        yield node


def values_of(node: Node) -> tuple[Node, frozenset[object]] | None:
    """``path == constant`` and ``path in [constants]``: the path's node and the values it may have, else None."""
    if not isinstance(node, Call) or len(node.args) != 2:
        return None
    left, right = node.args
    if node.function == "_==_":
        if isinstance(left, Literal):
            left, right = right, left
        if isinstance(right, Literal) and path_of(left) is not None and _hashable(right):
            return left, frozenset({right.value})
    if node.function == "@in" and isinstance(right, ListNode) and path_of(left) is not None:
        items = [item for item in right.items if isinstance(item, Literal) and _hashable(item)]
        if len(items) == len(right.items):
            return left, frozenset(item.value for item in items)
    return None


def _hashable(node: Literal) -> bool:
    return isinstance(node.value, (str, int, float, bool))


def _range_of(node: Node) -> _Range | None:
    """What the term says of one path, or None where it says anything else."""
    fixed = values_of(node)
    if fixed is not None:
        return _Range(fixed[0], values=fixed[1])
    if not isinstance(node, Call):
        return None
    if node.function == "!_":
        inner = values_of(node.args[0])
        return None if inner is None else _Range(inner[0], excluded=inner[1])
    if node.function == "_!=_":
        inner = values_of(Call(node.start, node.end, "_==_", None, node.args))
        return None if inner is None else _Range(inner[0], excluded=inner[1])
    if node.function not in _MIRRORED:
        return None
    function = node.function
    left, right = node.args
    if isinstance(left, Literal):
        left, right, function = right, left, _MIRRORED[function]
    if path_of(left) is None or not isinstance(right, Literal) or type(right.value) is bool:
        return None
    if not isinstance(right.value, (int, float)):
        return None
    is_open = function in ("_<_", "_>_")
    if function in ("_<_", "_<=_"):
        return _Range(left, high=right.value, high_open=is_open)
    return _Range(left, low=right.value, low_open=is_open)


def contradictions(terms: Sequence[Term]) -> list[tuple[int, Problem]]:
    """What can never hold together, each with the line it is said about."""
    found: list[tuple[int, Problem]] = []
    seen: dict[Path, list[tuple[Term, _Range]]] = {}
    for term in terms:
        there = _range_of(term.node)
        path = None if there is None else path_of(there.read)
        if there is None or path is None:
            continue
        before = seen.setdefault(path, [])
        excluding = next((one for one, earlier in before if not earlier.meets(there)), None)
        if excluding is not None:
            read = term.text[there.read.start : there.read.end]
            found.append((term.line, messages.contradiction(term.node, read, excluding.shown)))
        before.append((term, there))
    return found + _currencies(terms, seen)


def _currencies(terms: Sequence[Term], seen: dict[Path, list[tuple[Term, _Range]]]) -> list[tuple[int, Problem]]:
    """Money compared in one currency where its currency is said to be another."""
    found: list[tuple[int, Problem]] = []
    for term in terms:
        node = term.node
        if not isinstance(node, Call) or node.function not in _ORDERS:
            continue
        for one, other in (node.args, node.args[::-1]):
            path = path_of(one)
            if path is None or not isinstance(other, Literal) or not isinstance(other.value, dict):
                continue
            currency = str(other.value["currency"])
            for _, known in seen.get((*path, ".currency"), ()):
                if known.values is not None and currency not in known.values:
                    said = " or ".join(sorted(str(value) for value in known.values))
                    found.append((term.line, messages.currency_mismatch(node, said, currency)))
    return found
