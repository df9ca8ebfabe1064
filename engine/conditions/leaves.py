"""What an expression reads, leaf by leaf, for whoever asks why it was met or not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.conditions.evaluate import TYPES
from engine.conditions.tree import Hop, Ident, Index, Inverse, Literal, Macro, Node, Read, Select, children
from engine.conditions.values import CelError

if TYPE_CHECKING:
    from engine.conditions.evaluate import Evaluator


def leaves(node: Node, bound: frozenset[str] = frozenset()) -> Iterator[Node]:
    """The longest reads from variables, in the order they are written: ``booking.total.amount``, ``has(task.queue)``.

    Reads from the variables of a macro are left out, since they have a value for each round.
    """
    if _is_read(node, bound):
        yield node
    elif isinstance(node, Macro):
        yield from leaves(node.range, bound)
        inner = bound | {node.first, node.second or node.first}
        for part in (node.condition, node.body):
            if part is not None:
                yield from leaves(part, inner)
    else:
        for child in children(node):
            yield from leaves(child, bound)


def _is_read(node: Node, bound: frozenset[str]) -> bool:
    while True:
        match node:
            case (
                Select(operand=inner)
                | Hop(operand=inner)
                | Inverse(operand=inner)
                | Index(operand=inner, key=Literal())
            ):
                node = inner
            case Ident(name=name):
                return name not in bound and name not in TYPES
            case Read():
                return True
            case _:
                return False


def read_leaves(node: Node, text: str, evaluator: Evaluator) -> dict[str, object]:
    """What the leaves of an expression read: the text of each -> its value, or the CelError that reading it met."""
    values: dict[str, object] = {}
    for leaf in leaves(node):
        name = text[leaf.start : leaf.end]
        if name in values:
            continue
        try:
            values[name] = evaluator.run(leaf)
        except CelError as error:
            values[name] = error
    return values
