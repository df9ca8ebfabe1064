"""A static bound on the work of a condition, printed when it is published.

The unit is one step of the evaluator. Every node costs one step; following a relation two, looking up an inverse ten,
a regular expression twenty; what stands in a macro is paid once for each of ``ITEMS`` assumed items. Nested macros
therefore multiply, and that is what the number is for.
"""

from __future__ import annotations

from engine.conditions.tree import Call, Hop, Inverse, Macro, Node, Read, children

ITEMS = 100
"""How many items a list is taken to have."""


def cost_of(node: Node) -> int:
    """The bound for one lowered expression, in steps."""
    if isinstance(node, Macro):
        inside = sum(cost_of(part) for part in (node.condition, node.body) if part is not None)
        return 1 + cost_of(node.range) + ITEMS * inside
    below = sum(map(cost_of, children(node)))
    if isinstance(node, Inverse) or (isinstance(node, Read) and "world." in node.source):
        return 10 + below
    if isinstance(node, Hop):
        return 2 + below
    if isinstance(node, Call) and node.function == "matches":
        return 20 + below
    return 1 + below
