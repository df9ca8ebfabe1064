"""The form of a condition in a document: one line, or lists of lines under ``all:``, ``any:`` and ``none:``.

The keys combine as ``&&``, ``||`` and ``!(… || …)``; sibling keys must all hold (language.md, Conditions).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from engine.conditions import messages
from engine.diagnostics import Diagnostic
from engine.reading.nodes import Mapping, Node, Scalar, Sequence

GroupKind = Literal["all", "any", "none"]
KINDS: tuple[GroupKind, ...] = ("all", "any", "none")
MAX_NESTING = 8
"""How deep blocks may stand in blocks."""


@dataclass(frozen=True, slots=True)
class Line:
    """One expression and where it is written."""

    scalar: Scalar

    @property
    def expression(self) -> str:
        """The expression as written."""
        return self.scalar.text


@dataclass(frozen=True, slots=True)
class Block:
    """Conditions that hold together as ``kind`` says; ``node`` is where they are written."""

    kind: GroupKind
    parts: tuple[Block | Line, ...]
    node: Node


def parse_block(node: Node) -> Block | Line:
    """The structure of a ``condition:``; what has no place in one is left out, and ``block_problems`` says so."""
    return _parse(node) or Block("all", (), node)


def _parse(node: Node) -> Block | Line | None:
    if isinstance(node, Scalar):
        return Line(node)
    if isinstance(node, Sequence):
        return None
    groups: list[Block] = []
    for key, value in node.entries:
        kind = _KIND.get(key.text)
        if kind is not None and isinstance(value, Sequence):
            parts = (_parse(item) for item in value.items)
            groups.append(Block(kind, tuple(part for part in parts if part is not None), value))
    # The whole mapping is the node, so that what is wrong with its keys is found again.
    return replace(groups[0], node=node) if len(groups) == 1 else Block("all", tuple(groups), node)


_KIND: dict[str, GroupKind] = {kind: kind for kind in KINDS}


def block_problems(node: Node) -> list[Diagnostic]:
    """What is wrong with the structure of a ``condition:``, wherever in it."""
    found: list[Diagnostic] = []
    _judge(node, 0, found)
    return found


def _judge(node: Node, depth: int, found: list[Diagnostic]) -> None:
    if depth > MAX_NESTING:
        found.append(_at(node, messages.block_too_deep(MAX_NESTING)))
    elif isinstance(node, Sequence):
        found.append(_at(node, messages.block_shape("a list")))
    elif isinstance(node, Mapping):
        if not node.entries:
            found.append(_at(node, messages.block_shape("nothing")))
        for key, value in node.entries:
            if key.text not in _KIND:
                found.append(_at(key, messages.block_key(key.text)))
            elif not isinstance(value, Sequence):
                found.append(_at(value, messages.block_list(key.text)))
            elif not value.items:
                found.append(_at(value, messages.block_empty(key.text)))
            else:
                for item in value.items:
                    _judge(item, depth + 1, found)


def _at(node: Node, said: tuple[str, str, str | None]) -> Diagnostic:
    code, message, hint = said
    return Diagnostic(code, "error", message, node.place, node.length, hint)
