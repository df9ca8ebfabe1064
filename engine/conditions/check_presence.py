"""Which optional values are known to be there: what ``has(…)`` teaches the rest of an expression.

``has(x) && …``, ``!has(x) || …`` and ``has(x) ? … : …`` make ``x`` readable where the condition guarantees it
(conditions.md, Types 2).
"""

from __future__ import annotations

from engine.conditions.check_context import NOTHING_KNOWN, Known, path_of
from engine.conditions.tree import Call, Literal, Node, Select


def when_true(node: Node) -> Known:
    """The paths that hold a value whenever the lowered ``node`` is true."""
    if isinstance(node, Select) and node.test:
        path = path_of(Select(node.start, node.end, node.operand, node.field))
        return NOTHING_KNOWN if path is None else frozenset({path})
    if isinstance(node, Call):
        if node.function == "_&&_":
            return when_true(node.args[0]) | when_true(node.args[1])
        if node.function == "_||_":
            return when_true(node.args[0]) & when_true(node.args[1])
        if node.function == "!_":
            return when_false(node.args[0])
        if node.function == "_?_:_":
            condition, yes, no = node.args
            if _is(no, False):
                return when_true(condition) | when_true(yes)
            return (when_true(condition) | when_true(yes)) & (when_false(condition) | when_true(no))
    return NOTHING_KNOWN


def when_false(node: Node) -> Known:
    """The paths that hold a value whenever the lowered ``node`` is false."""
    if isinstance(node, Call):
        if node.function == "_||_":
            return when_false(node.args[0]) | when_false(node.args[1])
        if node.function == "_&&_":
            return when_false(node.args[0]) & when_false(node.args[1])
        if node.function == "!_":
            return when_true(node.args[0])
    return NOTHING_KNOWN


def _is(node: Node, value: bool) -> bool:
    return isinstance(node, Literal) and node.value is value
