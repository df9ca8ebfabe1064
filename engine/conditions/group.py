"""How the lines of a condition combine, with CEL's absorption: an error counts only where nothing else decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from engine.conditions.block import GroupKind

Error = TypeVar("Error")


@dataclass(frozen=True, slots=True)
class Group:
    """Parts that hold together as ``kind`` says; a part is a group or the number of a line."""

    kind: GroupKind
    parts: tuple[Group | int, ...]


def source_of(part: Group | int, lines: list[str]) -> str:
    """The Python expression of a group, given those of its lines."""
    if isinstance(part, int):
        return lines[part]
    inner = [source_of(one, lines) for one in part.parts]
    if part.kind == "all":
        return f"({' and '.join(inner)})" if len(inner) > 1 else inner[0]
    joined = f"({' or '.join(inner)})"
    return f"(not {joined})" if part.kind == "none" else joined


def combine(part: Group | int, verdict: Callable[[int], bool | Error]) -> bool | Error:
    """The verdict of a group, given that of any line; the first error stands where no other part decides."""
    if isinstance(part, int):
        return verdict(part)
    decisive = part.kind != "all"
    failure: Error | None = None
    for one in part.parts:
        found = combine(one, verdict)
        if found is decisive:
            return part.kind == "any"
        if found is not True and found is not False and failure is None:
            failure = found
    if failure is not None:
        return failure
    return part.kind != "any"


def required(part: Group | int) -> list[int]:
    """The lines that must all hold for the group to hold."""
    if isinstance(part, int):
        return [part]
    if part.kind == "all" or (part.kind == "any" and len(part.parts) == 1):
        return [line for one in part.parts for line in required(one)]
    return []


def excluded(part: Group | int) -> list[int]:
    """The lines of which none may hold for the group to hold."""
    if isinstance(part, int):
        return []
    if part.kind == "none":
        return [line for one in part.parts for line in _alternatives(one)]
    if part.kind == "all" or len(part.parts) == 1:
        return [line for one in part.parts for line in excluded(one)]
    return []


def _alternatives(part: Group | int) -> list[int]:
    """The lines each of which makes the group hold."""
    if isinstance(part, int):
        return [part]
    if part.kind == "any" or (part.kind == "all" and len(part.parts) == 1):
        return [line for one in part.parts for line in _alternatives(one)]
    return []


def divided(part: Group | int, split: Callable[[int], Group | int]) -> Group | int:
    """The group with each of its lines put in place of its number, as ``split`` has it."""
    if isinstance(part, int):
        return split(part)
    return Group(part.kind, tuple(divided(one, split) for one in part.parts))
