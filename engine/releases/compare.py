"""What differs between two meanings: a list of changes, each with its place and a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from engine.diagnostics import Place
from engine.reading.nodes import Mapping as MappingNode
from engine.reading.nodes import Node, Scalar, data
from engine.releases.meaning import Meant
from engine.releases.words import Label, entry_label, item_label, sentence

How = Literal["added", "removed", "changed", "moved"]
LIKE = 0.6
"""From this share of equal characters on, a text is taken for another text changed (0 to 1)."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``pointer`` leads to it in the newer document (``/actions/1/create_task/due``), for what was
    removed in the older one. ``before`` and ``after`` are plain values, None where nothing was or is.

    ``place`` is in the newer document: of what changed, or of what it was removed from.
    """

    pointer: str
    how: How
    before: object
    after: object
    place: Place
    says: str

    def as_json(self) -> dict[str, object]:
        """The form that ``virel release diff --format json`` prints."""
        return {
            "pointer": self.pointer,
            "how": self.how,
            "before": self.before,
            "after": self.after,
            "line": self.place.line,
            "column": self.place.column,
            "says": self.says,
        }


def changes(before: Meant, after: Meant) -> list[Change]:
    """What differs, in the order in which the newer document is read."""
    found = list(_compared(before, after, ()))
    return sorted(found, key=lambda change: (change.place.line, change.place.column, change.pointer, change.how))


def _compared(before: Meant, after: Meant, labels: tuple[Label, ...]) -> Iterator[Change]:
    if before.key == after.key:
        return
    if isinstance(before.parts, Mapping) and isinstance(after.parts, Mapping):
        yield from _mappings(before.parts, after.parts, after, labels)
    elif isinstance(before.parts, tuple) and isinstance(after.parts, tuple):
        if before.ordered and after.ordered:
            yield from _lists(before.parts, after.parts, after, labels)
        else:
            yield from _sets(before.parts, after.parts, after, labels)
    else:
        yield _change("changed", before, after, after.node, labels)


def _mappings(
    before: Mapping[str, Meant], after: Mapping[str, Meant], whole: Meant, labels: tuple[Label, ...]
) -> Iterator[Change]:
    for name in (*after, *(name for name in before if name not in after)):
        label = (*labels, entry_label(whole.path, name))
        old, new = before.get(name), after.get(name)
        if old is not None and new is not None:
            yield from _compared(old, new, label)
        elif _has_items(old) or _has_items(new):  # a condition that is new is its lines, and so is a list of triggers
            one = new if new is not None else old
            assert one is not None
            where = Meant(None, one.node if new is not None else whole.node, one.path, (), ordered=False)
            yield from _sets(_items(old), _items(new), where, label)
        elif new is not None:
            yield _change("added", None, new, new.node, label)
        else:
            yield _change("removed", old, None, whole.node, label)


def _has_items(one: Meant | None) -> bool:
    return one is not None and isinstance(one.parts, tuple) and not one.ordered


def _items(one: Meant | None) -> tuple[Meant, ...]:
    return one.parts if one is not None and isinstance(one.parts, tuple) else ()


def _sets(before: Sequence[Meant], after: Sequence[Meant], whole: Meant, labels: tuple[Label, ...]) -> Iterator[Change]:
    """Items whose order means nothing: those left over on both sides are paired by likeness."""
    missing, extra = _unequal(before, after)
    yield from _paired(missing, extra, before, after, whole, labels)


def _lists(
    before: Sequence[Meant], after: Sequence[Meant], whole: Meant, labels: tuple[Label, ...]
) -> Iterator[Change]:
    """Items in an order: what only changed its place has moved."""
    matcher = SequenceMatcher(None, [item.key for item in before], [item.key for item in after], autojunk=False)
    removed: list[Meant] = []
    added: list[Meant] = []
    for tag, start, end, to_start, to_end in matcher.get_opcodes():
        if tag != "equal":
            removed.extend(before[start:end])
            added.extend(after[to_start:to_end])
    missing, extra = _unequal(removed, added)
    for item in added:
        if not any(item is one for one in extra):
            yield _change("moved", item, item, item.node, (*labels, item_label(whole.path, item, after)))
    yield from _paired(missing, extra, before, after, whole, labels)


def _unequal(before: Sequence[Meant], after: Sequence[Meant]) -> tuple[list[Meant], list[Meant]]:
    """What is in one and not in the other, an item as often as it is."""
    kept = Counter(item.key for item in before) & Counter(item.key for item in after)
    left = Counter(kept)
    missing = []
    for item in before:
        if left[item.key]:
            left[item.key] -= 1
        else:
            missing.append(item)
    extra = []
    for item in after:
        if kept[item.key]:
            kept[item.key] -= 1
        else:
            extra.append(item)
    return missing, extra


def _paired(
    missing: list[Meant],
    extra: list[Meant],
    before: Sequence[Meant],
    after: Sequence[Meant],
    whole: Meant,
    labels: tuple[Label, ...],
) -> Iterator[Change]:
    left = list(missing)
    for new in extra:
        old = next((one for one in left if _alike(one, new)), None)
        label = (*labels, item_label(whole.path, new, after))
        if old is None:
            yield _change("added", None, new, new.node, label)
            continue
        left.remove(old)
        if isinstance(new.node, Scalar) or isinstance(old.node, Scalar):
            yield _change("changed", old, new, new.node, label)
        else:
            yield from _compared(old, new, label)
    for old in left:
        yield _change("removed", old, None, whole.node, (*labels, item_label(whole.path, old, before)))


def _alike(one: Meant, other: Meant) -> bool:
    """Whether one item is most likely the other, changed: they share a name, or most of their text."""
    if isinstance(one.node, Scalar) and isinstance(other.node, Scalar):
        return SequenceMatcher(None, one.node.text, other.node.text, autojunk=False).ratio() >= LIKE
    if isinstance(one.node, MappingNode) and isinstance(other.node, MappingNode):
        mine, theirs = item_label((), one, ()).name, item_label((), other, ()).name
        return mine == theirs
    return type(one.node) is type(other.node)


def _change(how: How, before: Meant | None, after: Meant | None, at: Node, labels: tuple[Label, ...]) -> Change:
    one = after if after is not None else before
    assert one is not None
    old, new = _plain(before), _plain(after)
    pointer = "".join(f"/{word.replace('~', '~0').replace('/', '~1')}" for word in one.path)
    return Change(pointer, how, old, new, at.place, sentence(how, labels, old, new))


def _plain(one: Meant | None) -> Any:
    return data(one.node) if one is not None else None
