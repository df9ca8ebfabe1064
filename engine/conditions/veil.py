"""What a reader may not see is left out of what is shown: ``hidden`` stands in its place, and verdicts stay.

What is looked at is not the value but where it was read, so that a value that happens to be equal to a hidden one is
shown, and one that was computed from it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from engine.conditions.emit import TypeOf
from engine.conditions.explain import Explained, LineVerdict
from engine.conditions.leaves import Leaf
from engine.conditions.reads import EventRead, FieldRead, reads_of
from engine.conditions.tree import Call, Macro, Node, Read, children
from engine.conditions.types import BOOL, ListType, RecordType


class _Hidden(str):
    """A text that is told from a value that reads the same by being this very object."""

    __slots__ = ()


HIDDEN = _Hidden("hidden")
"""Stands where a value may not be shown."""
AnyRead = FieldRead | EventRead
Sees = Callable[[AnyRead], bool]
"""Whether a reader may be told what is read."""


class Checked(Protocol):
    """A checked condition or expression, as far as what it reads goes."""

    @property
    def type_of(self) -> TypeOf:
        """The type of each of its nodes."""

    @property
    def other_reads(self) -> frozenset[FieldRead]:
        """What its functions read beyond their arguments."""


def rests_on(node: Node, checked: Checked) -> frozenset[AnyRead]:
    """Everything that the value of a node of ``checked`` rests on, what functions read by themselves included."""
    found = reads_of(node, checked.type_of)
    return frozenset(found | checked.other_reads if _asks(node, checked.type_of) else found)


def _asks(node: Node, types: TypeOf) -> bool:
    """Whether a function may be asked in it; ``changed(…)`` has become a read of a truth."""
    if isinstance(node, (Call, Macro)) or (isinstance(node, Read) and types(node) == BOOL):
        return True
    return any(_asks(child, types) for child in children(node))


def shown(leaf: Leaf, value: object, checked: Checked, sees: Sees) -> object:
    """The JSON value of a leaf as the reader sees it; of listed entities each field by itself."""
    if not all(map(sees, rests_on(leaf.node, checked))):
        return HIDDEN
    kind = checked.type_of(leaf.node)
    if leaf.kept is None or not isinstance(kind, ListType) or not isinstance(kind.item, RecordType):
        return value
    machine = kind.item.machine
    veiled = {name: HIDDEN for name in sorted(leaf.kept) if not sees(FieldRead(machine, name))}
    if not veiled or not isinstance(value, list):
        return value
    return [{**record, **veiled} for record in value]  # also where there is no value: that would tell


def shown_values(
    leaves: Iterable[Leaf], values: Mapping[str, object], checked: Checked, sees: Sees
) -> dict[str, object]:
    """What ``shown`` makes of the values of leaves, by their text."""
    return {leaf.text: shown(leaf, values[leaf.text], checked, sees) for leaf in leaves}


def tells(line: Explained, checked: Checked, sees: Sees) -> bool:
    """Whether all that a line rests on may be told; else a message about it may not: it can quote a value."""
    return all(map(sees, rests_on(line.node, checked)))


def veiled(
    lines: Iterable[LineVerdict], explained: Sequence[Explained], checked: Checked, sees: Sees
) -> list[LineVerdict]:
    """The verdicts of lines with what the reader may not see left out."""
    found: list[LineVerdict] = []
    for line, known in zip(lines, explained, strict=True):
        error = line.error if line.error is None or tells(known, checked, sees) else HIDDEN
        values = shown_values(known.leaves, line.values, checked, sees)
        found.append(LineVerdict(line.expression, line.place, line.verdict, values, error))
    return found
