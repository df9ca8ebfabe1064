"""How a change is said: ``action create_task: due changed: 4h → 2h``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.reading.nodes import Mapping as MappingNode
from engine.reading.nodes import Scalar
from engine.releases.meaning import Meant, Path

LONGEST = 100
"""Characters of a value in a sentence."""

_ENTRIES: Mapping[str, str] = {
    "states": "state",
    "transitions": "transition",
    "fields": "field",
    "relations": "relation",
    "groups": "group",
    "events": "event",
    "week": "working hours",
    "channels": "channel",
}
"""What a key of a mapping names, where the mapping is one of many things of a kind."""

_ITEMS: Mapping[str, str] = {
    "actions": "action",
    "grants": "grant",
    "condition": "condition line",
    "guard": "guard line",
    "where": "line of where",
    "if": "line of if",
    "in_state": "state",
    "from": "start",
    "requires": "required input",
    "enum": "value",
    "fields": "field",
    "hide": "hidden field",
    "targets": "target",
    "escalation": "escalation",
    "dates": "holiday",
    "must": "criterion",
    "prefer": "preference",
    "steps": "step",
    "given": "given",
    "expect": "expectation",
    "expect_not": "refused expectation",
}
"""What an item of a list is."""

_WITHIN: Mapping[str, str] = {"groups": "state", "week": "window"}
"""What an item is in each list of a mapping of lists."""

_SILENT = frozenset({*_ENTRIES, *_ITEMS, "trigger", "all"}) - {"any", "none", "expect", "expect_not"}
"""Keys that need no word of their own beside that of what stands in them."""
_MODIFIERS = ("after", "if", "for_each", "recheck")
_NAMING = ("permission", "date", "entity", "event", "at")


@dataclass(frozen=True, slots=True)
class Label:
    """One step on the way to a change: what it leads to (``noun``), and which of them (``name``, or ``""``)."""

    noun: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.noun} {self.name}".strip()


def entry_label(path: Path, key: str) -> Label:
    """The label of a key in the mapping at ``path``."""
    if len(path) == 1 and path[0] in _ENTRIES:
        return Label(_ENTRIES[path[0]], key)
    return Label(key)


def item_label(path: Path, item: Meant, among: Sequence[Meant]) -> Label:
    """The label of an item of the list at ``path``; ``among`` are all its items, to tell two of one name apart."""
    word = next((word for word in reversed(path) if not word.isdigit() and word not in ("all", "any", "none")), "")
    noun = _WITHIN.get(path[0], "") if len(path) == 2 and not path[1].isdigit() else ""
    noun = noun or _ITEMS.get(word, word)
    block = next((word for word in reversed(path) if word in ("any", "none")), "")
    name = _name(item)
    if name:
        same = [one for one in among if _name(one) == name]
        number = next((number for number, one in enumerate(same, 1) if one is item), 1)
        name = f"{name} ({number})" if number > 1 else name
    elif isinstance(item.node, MappingNode) and path and path[-1] in ("targets", "escalation", "prefer", "must"):
        name = str(next((number for number, one in enumerate(among, 1) if one is item), ""))
    return Label(f"{noun} ({block})" if block else noun, name)


def _name(item: Meant) -> str:
    """What an item is called: its permission, its date, or the first key that is no modifier of an action."""
    if not isinstance(item.node, MappingNode):
        return ""
    for naming in _NAMING:
        named = item.node.get(naming)
        if isinstance(named, Scalar):
            return named.text
    for key, value in item.node.entries:
        if key.text not in _MODIFIERS and not isinstance(value, Scalar):
            return key.text
    return ""


def sentence(how: str, labels: Sequence[Label], before: object, after: object) -> str:
    """A change in words."""
    shown = [
        str(label) for number, label in enumerate(labels) if number == len(labels) - 1 or not _silent(labels, number)
    ]
    head = ": ".join(shown) or "document"
    if how == "changed":
        return f"{head} changed: {_short(before)} → {_short(after)}"
    value = after if how == "added" else before
    if how == "moved" or isinstance(value, dict | list):
        return f"{head} {how}"
    return f"{head} {how}: {_short(value)}"


def _silent(labels: Sequence[Label], number: int) -> bool:
    """Whether a step goes without saying: beside the next one, or because the last one said it."""
    one = labels[number]
    said = number > 0 and labels[number - 1].name.partition(" ")[0] == one.noun
    return said or (not one.name and one.noun in _SILENT)


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
