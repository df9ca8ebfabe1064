"""A difference is empty exactly where two documents mean the same, as their own parsers understand them."""

from __future__ import annotations

import copy
import random
import re
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.access.parse import parse_role
from engine.automation.parse import parse_rule
from engine.conditions.block import Block, Line
from engine.conditions.lexer import tokenize
from engine.conditions.syntax_messages import ConditionError
from engine.conditions.values import Duration
from engine.diagnostics import Place
from engine.machines.parse import parse_machine
from engine.reading.nodes import Mapping, Scalar, Sequence, data
from engine.releases.content import ReleaseContent, content_of
from engine.releases.difference import difference

ROOT = Path(__file__).parents[3]
SETS = frozenset({"sources", "requires", "grants", "hide", "fields", "types"})


@cache
def agency() -> ReleaseContent:
    return content_of(ROOT)


def paths(*kinds: str) -> list[str]:
    return sorted(one.source.file for one in agency().read if one.kind in kinds)


@cache
def machines() -> Any:
    return agency().catalog().machines


def parsed(content: ReleaseContent) -> Any:
    """What the parsers of the engine make of a document, without places; None where it is broken."""
    (document,) = content.read
    if document.root is None:
        return None
    report: list[Any] = []
    if document.kind == "rule":
        made: Any = parse_rule(document.root, machines(), report)
    elif document.kind == "machine":
        made = parse_machine(document.root, report)
    else:
        made = parse_role(document.root)
    return None if made is None or report else (document.kind, worth(made, ""))


def worth(value: Any, name: str) -> Any:
    """A value that compares: no places, lists that are sets as such, blocks by what they demand."""
    if isinstance(value, Line):
        return ("all", (without_blanks(value.expression),))
    if isinstance(value, Block):
        parts = [worth(part, "") for part in value.parts]
        if value.kind == "all" and len(parts) == 1:
            return parts[0]
        return (value.kind, once(part[1][0] if part[0] == "all" and len(part[1]) == 1 else part for part in parts))
    if isinstance(value, Scalar):
        return without_blanks(value.text)
    if isinstance(value, Mapping | Sequence):
        return worth(data(value), name)
    if is_dataclass(value):
        told = [(f.name, getattr(value, f.name)) for f in fields(value) if f.name not in ("moves", "index", "places")]
        return (type(value).__name__, tuple((n, worth(v, n)) for n, v in told if not isinstance(v, Place)))
    if isinstance(value, dict) or hasattr(value, "items"):
        return ("map", tuple(sorted(((k, worth(v, k)) for k, v in value.items()), key=repr)))
    if isinstance(value, frozenset | set):
        return ("set", tuple(sorted((worth(v, "") for v in value), key=repr)))
    if isinstance(value, list | tuple):
        if any(isinstance(one, Place) for one in value):
            return None
        items = [worth(one, "") for one in value]
        return once(items) if name in SETS else tuple(items)
    if name in ("expression", "for_each") and isinstance(value, str):
        return without_blanks(value)
    if name in ("due", "after") and isinstance(value, str):  # an action's builder reads these, not its parser
        try:
            return int(Duration.parse(value))
        except ValueError:
            return value
    return (type(value).__name__, value)


def without_blanks(expression: str) -> Any:
    try:
        tokens = tokenize(expression)
    except ConditionError:
        return expression
    return tuple(expression[start:end] for start, end in zip(tokens.starts, tokens.ends, strict=True))


def once(items: Any) -> tuple[Any, ...]:
    return tuple(sorted(set(items), key=repr))


def rewritten(value: Any, dice: random.Random) -> str:
    """The same values in other words: keys in another order, another style, other quotes, comments, blank lines."""
    dump = yaml.dump(
        shuffled(value, dice),
        Dumper=Plain,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=dice.choice([None, False]),
        default_style=None,
        width=dice.choice([60, 120, 4000]),
        indent=dice.choice([2, 3, 4]),
    )
    lines = []
    for line in dump.splitlines():
        if re.match(r"\w+:", line) and dice.random() < 0.3:
            lines.append("# a word about it")
        lines.append(line)
    return "\n".join(lines) + "\n" * dice.randint(1, 3)


class Plain(yaml.SafeDumper):
    """No anchors, which documents may not have."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def shuffled(value: Any, dice: random.Random) -> Any:
    if isinstance(value, dict):
        entries = [(key, shuffled(one, dice)) for key, one in value.items()]
        dice.shuffle(entries)
        return dict(entries)
    return [shuffled(one, dice) for one in value] if isinstance(value, list) else value


def changed(value: Any, dice: random.Random) -> Any:
    """The value with one thing in it another: a leaf, an item, a key, or an order."""
    places = list(walk(value))
    holder, key = dice.choice(places)
    there = holder[key]
    if isinstance(there, list) and len(there) > 1 and dice.random() < 0.5:
        dice.shuffle(there)
    elif isinstance(holder, list) and dice.random() < 0.3:
        holder.insert(dice.randint(0, len(holder)), there)
    elif dice.random() < 0.3:
        del holder[key]
    elif isinstance(there, bool):
        holder[key] = not there
    elif isinstance(there, int):
        holder[key] = there + dice.choice([1, 2])
    elif isinstance(there, str):
        swaps = {"60m": "1h", "1h": "60m", "24h": "1d", "1d": "24h", "48h": "2d", "3d": "72h", "2h": "120m", "4h": "3h"}
        holder[key] = swaps.get(there, there + dice.choice(["x", "", " "]))
    return value


def walk(value: Any) -> Any:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in entries:
        if key in ("id", "kind"):
            continue
        yield value, key
        yield from walk(one)


def alone(path: str, text: str | None = None) -> ReleaseContent:
    """One document of the agency, or another text in its place."""
    return ReleaseContent({path: agency().documents[path] if text is None else text.encode()})


@cache
def value_of(path: str) -> Any:
    document = next(one for one in agency().read if one.source.file == path)
    assert document.root is not None
    return data(document.root)


@settings(max_examples=100)
@given(st.sampled_from(paths("rule", "machine", "role", "template", "scenario")), st.randoms(use_true_random=False))
def test_writing_a_document_anew_makes_no_difference(path, dice):
    found = difference(alone(path), alone(path, rewritten(value_of(path), dice)))
    assert [(one.status, one.changes) for one in found.documents if one.status != "rewritten"] == []


@settings(max_examples=300)
@given(st.sampled_from(paths("rule", "machine", "role")), st.randoms(use_true_random=False))
def test_a_difference_is_empty_exactly_where_the_parsed_meaning_is_equal(path, dice):
    new = alone(path, rewritten(changed(copy.deepcopy(value_of(path)), dice), dice))
    after = parsed(new)
    if after is None:
        return
    found = difference(alone(path), new)
    says = [change.says for one in found.documents for change in one.changes]
    assert bool(found) == (after != parsed(alone(path))), says


SAME = [
    ("after: 60m", "after: 1h"),
    ("condition: a.b == 1", "condition: {all: [a.b   ==1]}"),
    ("condition: {all: [a, b], any: [c, d]}", "condition: {any: [d, c], all: [b, a]}"),
    ("trigger: x.created", "trigger: [x.created]"),
    ("run: {every: 1d}", "run: {mode: throttle, every: 24h}"),
    ("run: {}", "stage: live"),
]
OTHER = [
    ("run: {every: 1d, mode: always}", "run: {every: 1d}"),
    ("condition: {all: [a, b]}", "condition: {any: [a, b]}"),
    ('condition: a == "x  y"', 'condition: a == "x y"'),
    ("condition: {all: [a, a]}", "condition: {none: [a]}"),
    ("order: 1", 'order: "1"'),
    ("backstop: true", "order: 0"),
    ("actions: [{create_task: {title: a  b}}]", "actions: [{create_task: {title: a b}}]"),
    ("actions: [{call_webhook: {data: {after: 60m}}}]", "actions: [{call_webhook: {data: {after: 1h}}}]"),
]


@pytest.mark.parametrize(
    ("one", "other", "same"), [(*pair, True) for pair in SAME] + [(*pair, False) for pair in OTHER]
)
def test_what_is_the_same_to_a_rule_and_what_is_not(one: str, other: str, same: bool):
    from engine.reading import Source, read_text
    from engine.releases.meaning import meant

    keys = []
    found: list[Any] = []
    for text in (one, other):
        root = read_text(Source("x.yaml", f"kind: rule\n{text}\n"), found.append)
        assert found == []
        assert root is not None
        keys.append(meant("rule", root).key)
    assert (keys[0] == keys[1]) == same
