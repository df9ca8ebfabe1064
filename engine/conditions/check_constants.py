"""Parts of an expression that ask for no fact: those that always fail, and those that always or never hold.

What a constant comes to is found out by the exact evaluator, so that nothing is said here that would not happen there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from engine.conditions import messages
from engine.conditions.evaluate import evaluate_checked
from engine.conditions.signatures import FUNCTIONS, METHODS
from engine.conditions.syntax_messages import Problem
from engine.conditions.tree import Call, ListNode, Literal, Node, children
from engine.conditions.types import BOOL, TIMESTAMP, Type
from engine.conditions.values import CelError, Timestamp

_NOWHERE = (None,) * 6
_DIVISIONS = ("_/_", "_%_")


def constant_problems(node: Node, types: Mapping[int, Type]) -> Iterator[Problem]:
    """What the constant parts of a checked expression come to, where that is a mistake; the largest parts alone.

    A constant that is written out (``true``) is meant, and no mistake.
    """
    if _is_constant(node):
        if not isinstance(node, Literal):
            yield from _told(node, types)
        return
    if isinstance(node, Call):
        yield from _failing(node, types)
    for part in children(node):
        yield from constant_problems(part, types)


def _is_constant(node: Node) -> bool:
    """Whether a part consists of constants, operators and the functions of CEL, which know no time and no world."""
    match node:
        case Literal():
            return True
        case ListNode():
            return all(map(_is_constant, node.items))
        case Call(function=name):
            known = name.startswith(("_", "!", "-", "@")) or name in FUNCTIONS or name in METHODS
            return known and all(map(_is_constant, children(node)))
    return False


def _told(node: Node, types: Mapping[int, Type]) -> Iterator[Problem]:
    try:
        value = evaluate_checked(node, _NOWHERE)
    except CelError as error:
        inner = next((told for part in children(node) for told in _failed(part, types)), None)
        yield inner or messages.always_fails(node, error.message)
        return
    if types[id(node)] == BOOL:
        yield messages.always_alike(node, holds=value is True)


def _failed(part: Node, types: Mapping[int, Type]) -> list[Problem]:
    """What is said of a part that fails by itself, which is where the whole goes wrong."""
    told = [] if isinstance(part, Literal) else list(_told(part, types))
    return [one for one in told if one.code not in messages.WARNINGS]


def _failing(node: Call, types: Mapping[int, Type]) -> Iterator[Problem]:
    """A call that fails whatever the facts are: a division by nothing, a part of a time in a zone that is none."""
    last = node.args[-1] if node.args else None
    if not isinstance(last, Literal):
        return
    tried: Node | None = None
    if node.function in _DIVISIONS and type(last.value) is not float:
        tried = replace(node, args=(last, last))
    elif node.target is not None and types.get(id(node.target)) == TIMESTAMP and isinstance(last.value, str):
        tried = replace(node, target=Literal(node.start, node.start, Timestamp(0)))
    if tried is None:
        return
    try:
        evaluate_checked(tried, _NOWHERE)
    except CelError as error:
        yield messages.always_fails(last, error.message)
