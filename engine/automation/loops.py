"""Loops: rules that would set each other off for ever.

A node of the graph is a rule together with what is known to hold when it is set off (the state its subject has just
entered, the value a field has just been given); an edge is an action whose event sets off a rule whose condition may
hold then. A cycle is bounded when one of its rules runs `once` or is throttled; else it is an error, or a warning when
every round waits for a delay. The runtime limits of depth and number stand behind this check.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.automation.model import Action, Bound, OnEvent, Rule
from engine.conditions.condition import Condition
from engine.conditions.group import required
from engine.conditions.scope import Vocabulary
from engine.diagnostics import Place

_CHANGED = re.compile(r"\s*changed\(\s*(\w+)\.(\w+)\s*\)\s*$")


@dataclass(frozen=True, slots=True)
class Node:
    """A rule at one event type, and the one fact known when it is set off (``field`` None: nothing is known)."""

    rule: str
    type: str
    field: str | None
    value: object
    same: bool


@dataclass(frozen=True, slots=True)
class Loop:
    """A cycle of rules without a bound; ``steps`` names rules and the events between them."""

    rules: tuple[str, ...]
    steps: tuple[str, ...]
    delayed: bool
    place: Place


def find_loops(rules: Iterable[Rule], vocabulary: Vocabulary) -> list[Loop]:
    """Every unbounded cycle, each set of rules once."""
    live = [rule for rule in rules if rule.text.stage != "off"]
    by_type: dict[str, list[Bound]] = {}
    for rule in live:
        if isinstance(rule.text.trigger, OnEvent):
            for kind, bound in rule.bound.items():
                by_type.setdefault(kind, []).append(bound)
    edges: dict[Node, list[tuple[Node, Action]]] = {}
    starts = [Node(bound.rule.id, kind, None, None, False) for kind, here in by_type.items() for bound in here]
    bounds = {(bound.rule.id, kind): bound for kind, here in by_type.items() for bound in here}
    waiting = list(starts)
    while waiting:
        node = waiting.pop()
        if node in edges:
            continue
        edges[node] = list(_edges(node, bounds[(node.rule, node.type)], by_type))
        waiting.extend(target for target, _ in edges[node])
    return _unbounded(edges, bounds, vocabulary)


def _edges(node: Node, bound: Bound, by_type: dict[str, list[Bound]]) -> Iterator[tuple[Node, Action]]:
    for action in bound.actions:
        emitted = action.emits
        if emitted is None:
            continue
        if emitted.same and node.field is not None and node.same:
            if emitted.field == "status" == node.field and node.value not in emitted.sources:
                continue
            if emitted.field == node.field != "status" and emitted.value is not None and emitted.value == node.value:
                continue
        if not _may_act(node, bound, action):
            continue
        for target in by_type.get(emitted.type, ()):
            if _may_hold(target.condition, target.subject, emitted.field, emitted.value, emitted.type):
                yield Node(target.rule.id, emitted.type, emitted.field, emitted.value, True), action


def _may_act(node: Node, bound: Bound, action: Action) -> bool:
    """Whether an action's own ``if:`` can hold on what is known when its rule is set off.

    Nothing is known any more where the action waits, runs over other entities, or follows one of the same rule that
    changes the field.
    """
    if action.after is not None or action.items is not None:
        return True
    earlier = (one.emits for one in bound.actions if one.index < action.index)
    if any(one is not None and one.field == node.field for one in earlier):
        return True
    return _may_hold(action.condition, bound.subject, node.field, node.value, node.type)


def _may_hold(condition: Condition | None, subject: str | None, field: str | None, value: object, kind: str) -> bool:
    """Whether the condition can hold when the event only says that ``field`` became ``value``."""
    if condition is None or field is None:
        return True
    name = kind.partition(".")[2]
    for line in required(condition.group):
        changed = _CHANGED.match(condition.lines[line].expression)
        if changed and name in ("updated", "status_changed") and changed[2] != field:
            return False
    if value is None:
        return True
    paths = {f"{subject}.{field}"}
    if field == "status":
        paths.add("event.data.to")
    elif name == "timer":
        paths = {"event.data.name"}
    return all(value in e.values for e in condition.equalities() if e.path in paths)


def _unbounded(
    edges: dict[Node, list[tuple[Node, Action]]], bounds: dict[tuple[str, str], Bound], vocabulary: Vocabulary
) -> list[Loop]:
    def stops(node: Node) -> bool:
        return bounds[(node.rule, node.type)].rule.text.mode in ("once", "throttle")

    found: dict[frozenset[str], Loop] = {}
    for start in edges:
        if stops(start):
            continue
        path = _cycle(start, edges, stops)
        if path is None:
            continue
        rules = tuple(node.rule for node, _ in path)
        if frozenset(rules) in found:
            continue
        steps = [step for node, action in path for step in (node.rule, action.emits.type if action.emits else "")]
        delayed = any(action.after is not None or action.name == "start_timer" for _, action in path)
        place = path[0][1].place
        found[frozenset(rules)] = Loop(rules, (*steps, rules[0]), delayed, place)
    return [found[key] for key in sorted(found, key=sorted)]


def _cycle(
    start: Node, edges: dict[Node, list[tuple[Node, Action]]], stops: object
) -> list[tuple[Node, Action]] | None:
    """A shortest path from ``start`` back to itself over nodes that no run mode stops."""
    assert callable(stops)
    came: dict[Node, tuple[Node, Action]] = {}
    waiting = [start]
    while waiting:
        following: list[Node] = []
        for node in waiting:
            for target, action in edges.get(node, ()):
                if target == start:
                    path = [(node, action)]
                    while path[0][0] != start:
                        path.insert(0, came[path[0][0]])
                    return path
                if target not in came and not stops(target):
                    came[target] = (node, action)
                    following.append(target)
        waiting = following
    return None
