"""Paths from the frame: reads that need no evaluation, as Python source.

``booking.client.tier`` is ``world.tables["client"][subject["client"]]["tier"]``. The source raises KeyError or
TypeError where a value is missing.
"""

from __future__ import annotations

from engine.conditions.tree import Hop, Index, Literal, Node, Read, Select

FRAME = ("event", "subject", "before", "now", "actor", "world")
"""The parameters of every compiled function, in order."""


def path_source(node: Node) -> str | None:
    """The Python expression over the frame that reads the lowered ``node``, or None when it is no plain path."""
    if isinstance(node, Read):
        return node.source
    if isinstance(node, Select) and not node.test and not node.optional:
        inner = path_source(node.operand)
        return None if inner is None else f"{inner}[{node.field!r}]"
    if isinstance(node, Hop):
        inner = path_source(node.operand)
        return None if inner is None else f"world.tables[{node.machine!r}][{inner}]"
    if isinstance(node, Index) and not node.optional and isinstance(node.key, Literal):
        inner = path_source(node.operand)
        key = node.key.value
        plain = isinstance(key, str) or (type(key) is int and key >= 0)
        return f"{inner}[{key!r}]" if inner is not None and plain else None
    return None
