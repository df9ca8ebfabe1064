"""Which optional values are known to be there: what ``has(…)`` teaches the rest of an expression.

``has(x) && …``, ``!has(x) || …`` and ``has(x) ? … : …`` make ``x`` readable where the condition guarantees it
(conditions.md, Types 2). Behind what is true or false whatever the facts (``decided``, by id) nothing may be read at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.conditions.check_context import NEVER, NOTHING_KNOWN, Known, path_of
from engine.conditions.tree import Call, Literal, Node, Select

NOTHING_DECIDED: Mapping[int, bool] = MappingProxyType({})


def when_true(node: Node, decided: Mapping[int, bool] = NOTHING_DECIDED) -> Known:
    """The paths that hold a value whenever the lowered ``node`` is true."""
    if decided.get(id(node)) is False:
        return frozenset({NEVER})
    if isinstance(node, Select) and node.test:
        path = path_of(Select(node.start, node.end, node.operand, node.field))
        return NOTHING_KNOWN if path is None else frozenset({path})
    if isinstance(node, Call):
        if node.function == "_&&_":
            return when_true(node.args[0], decided) | when_true(node.args[1], decided)
        if node.function == "_||_":
            return either(when_true(node.args[0], decided), when_true(node.args[1], decided))
        if node.function == "!_":
            return when_false(node.args[0], decided)
        if node.function == "_?_:_":
            condition, yes, no = node.args
            if _is(no, False):
                return when_true(condition, decided) | when_true(yes, decided)
            return either(
                when_true(condition, decided) | when_true(yes, decided),
                when_false(condition, decided) | when_true(no, decided),
            )
    return NOTHING_KNOWN


def when_false(node: Node, decided: Mapping[int, bool] = NOTHING_DECIDED) -> Known:
    """The paths that hold a value whenever the lowered ``node`` is false."""
    if decided.get(id(node)) is True:
        return frozenset({NEVER})
    if isinstance(node, Call):
        if node.function == "_||_":
            return when_false(node.args[0], decided) | when_false(node.args[1], decided)
        if node.function == "_&&_":
            return either(when_false(node.args[0], decided), when_false(node.args[1], decided))
        if node.function == "!_":
            return when_true(node.args[0], decided)
    return NOTHING_KNOWN


def either(one: Known, other: Known) -> Known:
    """What is known where one of two ways was taken; one that never is says nothing."""
    if NEVER in one or NEVER in other:
        return other if NEVER in one else one
    return one & other


def _is(node: Node, value: bool) -> bool:
    return isinstance(node, Literal) and node.value is value
