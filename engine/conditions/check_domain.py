"""Lines of one conjunction held against each other: values that exclude each other, currencies that cannot meet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.conditions import messages
from engine.conditions.check_context import Path, path_of
from engine.conditions.syntax_messages import Problem
from engine.conditions.tree import Call, ListNode, Literal, Node

_ORDERS = ("_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_")


@dataclass(frozen=True, slots=True)
class Term:
    """One conjunct: which line it stands in, that line's text, and its lowered node."""

    line: int
    text: str
    node: Node


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


def contradictions(terms: Sequence[Term]) -> list[tuple[int, Problem]]:
    """What can never hold together, each with the line it is said about."""
    found: list[tuple[int, Problem]] = []
    seen: dict[Path, tuple[Term, frozenset[object]]] = {}
    for term in terms:
        fixed = values_of(term.node)
        if fixed is None:
            continue
        node, values = fixed
        path = path_of(node)
        assert path is not None
        before = seen.get(path)
        if before is None:
            seen[path] = (term, values)
        elif not before[1] & values:
            first = before[0].text[before[0].node.start : before[0].node.end]
            found.append((term.line, messages.contradiction(term.node, term.text[node.start : node.end], first)))
        else:
            seen[path] = (term, before[1] & values)
    return found + _currencies(terms, seen)


def _currencies(terms: Sequence[Term], fixed: dict[Path, tuple[Term, frozenset[object]]]) -> list[tuple[int, Problem]]:
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
            known = fixed.get((*path, ".currency"))
            if known is not None and currency not in known[1]:
                said = " or ".join(sorted(str(value) for value in known[1]))
                found.append((term.line, messages.currency_mismatch(node, said, currency)))
    return found
