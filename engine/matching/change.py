"""The smallest change that would admit a candidate: one fact that, being otherwise, would let it fulfil everything.

Each comparison of a fact says what the fact would have to be; whether that suffices is judged again on all demands with
that one value in place of the old. What is proposed therefore holds; where nothing is, no single change was found.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from engine.conditions.condition import Condition
from engine.conditions.emit import TypeOf
from engine.conditions.explain import ABSENT, ReadSet, json_value
from engine.conditions.group import Group
from engine.conditions.leaves import Leaf, Shape, shape_of
from engine.conditions.outcome import EvaluationError
from engine.conditions.tree import Call, ListNode, Node, Read, Select, children
from engine.conditions.types import BOOL, DOUBLE, EnumType, Type
from engine.conditions.values import Maybe
from engine.conditions.veil import AnyRead, rests_on

Values = tuple[Any, ...]
RestsOn = tuple[frozenset[AnyRead], frozenset[AnyRead]]
Judge = Callable[..., tuple[Any, ...]]
ValueOf = Callable[[Condition, int, Node], Callable[..., Any]]

_NEGATED = {"_==_": "_!=_", "_!=_": "_==_", "_<_": "_>=_", "_>=_": "_<_", "_>_": "_<=_", "_<=_": "_>_"}
_MIRRORED = {"_<_": "_>_", "_>_": "_<_", "_<=_": "_>=_", "_>=_": "_<=_"}
_SIGNS = {"_==_": "==", "_!=_": "!=", "_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">="}


@dataclass(frozen=True, slots=True)
class Change:
    """One fact that would have to be otherwise: ``fact`` as written, its JSON value now, and what it would have to be.

    ``relation`` is ``==``, ``!=``, ``<``, ``<=``, ``>``, ``>=``, ``in``, ``not in`` or ``contains``, and ``wanted`` the
    JSON value on its right. ``rests_on`` says what the fact was read from, and what ``wanted`` was.
    """

    fact: str
    now: object
    relation: str
    wanted: object
    rests_on: RestsOn = (frozenset(), frozenset())

    def as_json(self) -> dict[str, object]:
        """The form that ``virel match --format json`` prints."""
        return {"fact": self.fact, "now": self.now, "relation": self.relation, "wanted": self.wanted}


_Form = Literal["value", "optional", "there"]


@dataclass(frozen=True, slots=True)
class _Proposal:
    """A leaf that one comparison is about. ``beside`` computes what it is compared with (nothing: true or false).

    ``forms`` are the slots that the fact stands in: as its value, as an optional one, as whether there is any.
    """

    leaf: Leaf
    slot: int
    kind: Type
    operator: str
    beside: tuple[Callable[..., Any], ...]
    rank: int
    forms: tuple[tuple[int, _Form], ...]
    rests_on: RestsOn


class Changes:
    """The proposals of a matching's demands, made once."""

    def __init__(self, conditions: Sequence[Condition], reads: ReadSet, value_of: ValueOf) -> None:
        self._slots = reads.slots
        self._value_of = value_of
        self._count = len(conditions)
        self._fixed = _entangled(conditions, reads)
        self._proposals = [
            sorted(self._of_group(condition, condition.group, True), key=lambda one: one.rank)
            for condition in conditions
        ]

    def smallest(self, values: Values, judge: Judge, failed: int) -> Change | None:
        """The change that would admit the candidate of ``values``, which fails the demand numbered ``failed``.

        Whatever admits it must mend that demand too, so that only its own comparisons need be asked.
        """
        for one in self._proposals[failed]:
            there = values[one.slot]
            now = None if there is ABSENT or isinstance(there, EvaluationError) else there
            if isinstance(now, Maybe):
                now = now.value if now.present else None
            wanted, tries = _wanted(one, values, now)
            admitted = [shown for value, shown in tries if self._admits(one, value, values, judge)]
            if admitted:
                shown = admitted if wanted == "in" else admitted[0]
                fact = one.leaf.text.replace(".?", ".")
                return Change(fact, json_value(now), wanted, json_value(shown), one.rests_on)
        return None

    def _admits(self, one: _Proposal, value: Any, values: Values, judge: Judge) -> bool:
        changed = list(values)
        for slot, form in one.forms:
            changed[slot] = value if form == "value" else Maybe(True, value) if form == "optional" else True
        return all(verdict is True for verdict in judge(*changed)[: self._count])

    def _of_group(self, condition: Condition, part: Group | int, wanted: bool) -> Iterator[_Proposal]:
        if isinstance(part, int):
            line = condition.explained[part]
            leaves = {
                id(leaf.node): leaf
                for leaf in line.leaves
                if self._slots[leaf.shape] not in self._fixed and not _is_given(leaf.node)
            }
            yield from _Line(condition, part, leaves, self._slots, self._value_of).proposals(line.node, wanted)
        else:
            for one in part.parts:
                yield from self._of_group(condition, one, wanted if part.kind != "none" else not wanted)


@dataclass(frozen=True, slots=True)
class _Line:
    """The comparisons of one line."""

    condition: Condition
    number: int
    leaves: dict[int, Leaf]
    slots: dict[Shape, int]
    value_of: ValueOf

    def proposals(self, node: Node, wanted: bool) -> Iterator[_Proposal]:
        types: TypeOf = self.condition.type_of
        if id(node) in self.leaves:
            if types(node) == BOOL:
                yield self._proposal(node, BOOL, "_==_" if wanted else "_!=_", ())
            return
        if not isinstance(node, Call):
            return
        if node.function in ("_&&_", "_||_", "!_", "_?_:_"):
            inside = node.args[1:] if node.function == "_?_:_" else node.args
            for arg in inside:
                yield from self.proposals(arg, wanted if node.function != "!_" else not wanted)
        elif node.function in _SIGNS:
            left, right = node.args
            operator = node.function if wanted else _NEGATED[node.function]
            yield from self._compared(left, operator, (right,))
            yield from self._compared(right, _MIRRORED.get(operator, operator), (left,))
        elif node.function == "@in":
            left, right = node.args
            if isinstance(right, ListNode):
                yield from self._compared(left, "in" if wanted else "not in", right.items)
            elif wanted:
                yield from self._compared(right, "contains", (left,))

    def _compared(self, fact: Node, operator: str, beside: tuple[Node, ...]) -> Iterator[_Proposal]:
        """What one side would have to be; a default (``.?height.orValue(0)``) stands for the fact that it completes."""
        if isinstance(fact, Call) and fact.function == "orValue" and isinstance(fact.target, Select):
            kind = self.condition.type_of(fact)
            fact = fact.target
        else:
            kind = self.condition.type_of(fact)
        if id(fact) in self.leaves:
            yield self._proposal(fact, kind, operator, beside)

    def _proposal(self, node: Node, kind: Type, operator: str, beside: tuple[Node, ...]) -> _Proposal:
        leaf = self.leaves[id(node)]
        sides = tuple(self.value_of(self.condition, self.number, side) for side in beside)
        # A candidate's own facts first, then what a host computes, then what is asked for.
        rank = 1 if isinstance(node, Call) else 0 if _of_candidate(node) else 2
        read = rests_on(node, self.condition)
        others = frozenset().union(*(rests_on(side, self.condition) for side in beside))
        slot, forms = self.slots[leaf.shape], tuple(self._forms(node))
        return _Proposal(leaf, slot, kind, operator, sides, rank, forms, (read, others))

    def _forms(self, node: Node) -> Iterator[tuple[int, _Form]]:
        if not isinstance(node, Select) or node.test:
            yield self.slots[shape_of(node)], "value"
            return
        forms: tuple[tuple[_Form, bool, bool], ...]
        forms = (("value", False, False), ("optional", True, False), ("there", False, True))
        for form, optional, test in forms:
            shape = shape_of(Select(0, 0, node.operand, node.field, optional, test))
            if shape in self.slots:
                yield self.slots[shape], form


def _is_given(node: Node) -> bool:
    """Whether nobody can change it: who is asked about, who the candidate is, what time it is."""
    return isinstance(node, Read) or (
        isinstance(node, Select) and node.field == "id" and isinstance(node.operand, Read)
    )


def _of_candidate(node: Node) -> bool:
    return (isinstance(node, Read) and node.source == "subject[1]") or any(map(_of_candidate, children(node)))


def _wanted(one: _Proposal, values: Values, now: Any) -> tuple[str, list[tuple[Any, Any]]]:
    """The relation, and values to try: each with the value that is shown for it."""
    if not one.beside:
        value = one.operator == "_==_"
        return "==", [(value, value)]
    sides = [side(*values) for side in one.beside]
    sides = [side for side in sides if not isinstance(side, EvaluationError)]
    if one.operator == "contains":
        return "contains", [([*(now if isinstance(now, list) else ()), side], side) for side in sides]
    if one.operator == "in":
        return "in", [(side, side) for side in sides]
    if one.operator == "not in":
        others = [value for side in sides for value in _others(one.kind, side) if value not in sides]
        return "not in", [(value, sides) for value in others]
    sign = _SIGNS[one.operator]
    return sign, [(value, side) for side in sides for value in _fitting(one, sign, side)]


def _fitting(one: _Proposal, sign: str, side: Any) -> Iterator[Any]:
    """Values of the fact's type that stand in this relation to ``side``, the nearest first."""
    if sign == "!=":
        yield from _others(one.kind, side)
    elif isinstance(side, dict):
        if sign in ("<", ">"):
            yield {**side, "amount": side["amount"] + (1 if sign == ">" else -1)}
        else:
            yield side
    elif isinstance(side, bool) or not isinstance(side, (int, float)):
        if sign in ("==", "<=", ">="):
            yield side
    else:
        number = _number(one.kind, sign, side)
        if number is not None:
            yield number


def _number(kind: Type, sign: str, side: float) -> Any:
    if kind == DOUBLE:
        value = float(side)
        return value if sign in ("==", "<=", ">=") else math.nextafter(value, math.inf if sign == ">" else -math.inf)
    if isinstance(side, int):  # instants and spans are whole nanoseconds
        return type(side)(side + {"<": -1, ">": 1}.get(sign, 0))
    if not math.isfinite(side) or (sign == "==" and side != int(side)):
        return None
    if sign in ("<", ">"):
        return math.ceil(side) - 1 if sign == "<" else math.floor(side) + 1
    return math.floor(side) if sign == "<=" else math.ceil(side)


def _others(kind: Type, side: Any) -> Iterator[Any]:
    if isinstance(side, bool):
        yield not side
    elif isinstance(kind, EnumType):
        yield from sorted(kind.values - {side})
    elif isinstance(side, str):
        yield side + "'"
    elif isinstance(side, dict):
        yield {**side, "amount": side["amount"] + 1}
    elif isinstance(side, (int, float)):
        yield type(side)(side + 1)


def _entangled(conditions: Sequence[Condition], reads: ReadSet) -> frozenset[int]:
    """The slots of facts that other leaves depend on: what changing one alone would mean is not known.

    A leaf depends on another where it reads on from it (the amount of a price, a field of a related entity), and where
    it is computed from it (a host's function).
    """
    shapes = {leaf.shape for one in conditions for line in one.explained for leaf in line.leaves}
    held: set[int] = set()
    for shape in shapes:
        for other in shapes:
            if other != shape and _contains(other, shape) and not _is_question(other, shape):
                held.add(reads.slots[shape])
                if _reads_on(other, shape):
                    held.add(reads.slots[other])
    return frozenset(held)


def _contains(outer: object, inner: Shape) -> bool:
    return outer == inner or (isinstance(outer, tuple) and any(_contains(part, inner) for part in outer))


def _reads_on(outer: Shape, inner: Shape) -> bool:
    return outer[0] == "Select" and outer[1] == inner


def _is_question(outer: Shape, inner: Shape) -> bool:
    """Whether ``outer`` asks if ``inner`` is there; it is kept in step."""
    return outer[0] == inner[0] == "Select" and outer[1:3] == inner[1:3]
