"""Loops: rules that would set each other off for ever.

A node of the graph is a rule together with what is known of its subject when it is set off (the state it has just
entered, the fields that have just been given a value); an edge is what a run brings about, if that sets off a rule
whose condition may hold then. A cycle is bounded when one of its rules runs `once` or is throttled; else it is an
error, or a warning when every round waits for a delay. The runtime limits of depth and number stand behind this check.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from engine.automation.known import Certainty, Facts
from engine.automation.model import Action, Bound, Emission, OnDwell, OnEvent, Rule
from engine.conditions.reads import FieldRead
from engine.diagnostics import Place

_NEW_EACH_TIME = re.compile(r"\b(event|now)\b")


@dataclass(frozen=True, slots=True)
class Node:
    """A rule at one event type, with what is known of its subject when it is set off."""

    rule: str
    type: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Edge:
    """What leads from one node to another; ``waits`` when time passes between."""

    target: Node
    action: Action
    emitted: Emission
    waits: bool


@dataclass(frozen=True, slots=True)
class Loop:
    """A cycle of rules without a bound; ``steps`` names rules and the events between them."""

    rules: tuple[str, ...]
    steps: tuple[str, ...]
    delayed: bool
    place: Place


def find_loops(rules: Iterable[Rule]) -> list[Loop]:
    """Every unbounded cycle, each set of rules once."""
    return _Search([rule for rule in rules if rule.text.stage != "off"]).loops()


class _Search:
    def __init__(self, rules: list[Rule]) -> None:
        self._bounds = {(rule.id, kind): bound for rule in rules for kind, bound in rule.bound.items()}
        self._listening: dict[str, list[Bound]] = {}
        self._dwelling: dict[str, list[tuple[Bound, OnDwell]]] = {}
        for rule in rules:
            for kind, bound in rule.bound.items():
                if isinstance(rule.text.trigger, OnEvent):
                    self._listening.setdefault(kind, []).append(bound)
                elif isinstance(rule.text.trigger, OnDwell):
                    self._dwelling.setdefault(rule.text.trigger.entity, []).append((bound, rule.text.trigger))
        self._created = {
            action.emits.type.partition(".")[0]
            for bound in self._bounds.values()
            for action in bound.actions
            if action.emits is not None and action.emits.type.endswith(".created")
        }
        self._written = frozenset(
            FieldRead(action.emits.type.partition(".")[0], name)
            for bound in self._bounds.values()
            for action in bound.actions
            if action.emits is not None
            for name in action.emits.changed
        )
        self._certain = Certainty()
        self._edges: dict[Node, list[Edge]] = {}

    def loops(self) -> list[Loop]:
        waiting = [Node(rule, kind, Facts()) for rule, kind in self._bounds]
        while waiting:
            node = waiting.pop()
            if node not in self._edges:
                self._edges[node] = list(self._from(node))
                waiting.extend(edge.target for edge in self._edges[node])
        found: dict[frozenset[str], Loop] = {}
        for start in self._edges:
            path = None if self._stops(start) else self._cycle(start)
            if path is None:
                continue
            rules = tuple(node.rule for node, _ in path)
            if frozenset(rules) in found or self._bounded(path):
                continue
            steps = [step for node, edge in path for step in (node.rule, edge.emitted.type)]
            delayed = any(edge.waits for _, edge in path)
            found[frozenset(rules)] = Loop(rules, (*steps, rules[0]), delayed, path[0][1].action.place)
        return [found[key] for key in sorted(found, key=sorted)]

    def _from(self, node: Node) -> Iterator[Edge]:
        """What a run of the node's rule may bring about."""
        bound = self._bounds[(node.rule, node.type)]
        for action, emitted in _emissions(bound, node.facts, self._certain):
            delay = emitted.delay if emitted.delay is not None else action.after
            waits = delay is not None and delay > 0
            facts = Facts.of(emitted, self._written)
            for target in self._listening.get(emitted.type, ()):
                if not self._certain.cannot_hold(target.condition, target.subject, emitted.type, facts):
                    yield Edge(Node(target.rule.id, emitted.type, facts), action, emitted, waits)
            machine, _, name = emitted.type.partition(".")
            if name in ("created", "status_changed"):
                for target, trigger in self._dwelling.get(machine, ()):
                    if _enters(emitted, trigger):
                        yield Edge(
                            Node(target.rule.id, target.type, Facts()), action, emitted, waits or trigger.span > 0
                        )

    def _stops(self, node: Node) -> bool:
        """Whether a run mode bounds how often a rule may act: not where its key is a new one each time."""
        text = self._bounds[(node.rule, node.type)].rule.text
        key = text.key.text if text.key is not None else ""
        return text.mode in ("once", "throttle") and not _NEW_EACH_TIME.search(key) and not self._weak(node)

    def _weak(self, node: Node) -> bool:
        """Whether the rule acts once for each subject, of which rules may make ever new ones."""
        bound = self._bounds[(node.rule, node.type)]
        return bound.rule.text.key is None and bound.subject in self._created

    def _bounded(self, path: list[tuple[Node, Edge]]) -> bool:
        """Whether a rule of the cycle acts once for each subject, and the cycle makes no new ones of its kind."""
        made = {edge.emitted.type for _, edge in path}
        for node, _ in path:
            bound = self._bounds[(node.rule, node.type)]
            if (
                bound.rule.text.mode in ("once", "throttle")
                and self._weak(node)
                and f"{bound.subject}.created" not in made
            ):
                return True
        return False

    def _cycle(self, start: Node) -> list[tuple[Node, Edge]] | None:
        """A shortest path from ``start`` back to itself over nodes that no run mode stops."""
        came: dict[Node, tuple[Node, Edge]] = {}
        waiting = [start]
        while waiting:
            following: list[Node] = []
            for node in waiting:
                for edge in self._edges[node]:
                    if edge.target == start:
                        path = [(node, edge)]
                        while path[0][0] != start:
                            path.insert(0, came[path[0][0]])
                        return path
                    if edge.target not in came and not self._stops(edge.target):
                        came[edge.target] = (node, edge)
                        following.append(edge.target)
            waiting = following
        return None


def _enters(emitted: Emission, trigger: OnDwell) -> bool:
    """Whether an entity may come into the states of a dwell time from elsewhere."""
    if "status" not in emitted.known:
        return True
    return emitted.known["status"] in trigger.states and not set(emitted.sources) <= trigger.states


def _emissions(bound: Bound, facts: Facts, certain: Certainty) -> Iterator[tuple[Action, Emission]]:
    """What a run may emit when ``facts`` are known of its subject: moves, creations, timers, and one update an entity."""
    updates: dict[tuple[str, str], list[Action]] = {}
    for action in bound.actions:
        emitted = action.emits
        if emitted is None:
            continue
        here = _still_known(bound, action, facts)
        if action.items is None and certain.cannot_hold(action.condition, bound.subject, bound.type, here):
            continue
        if emitted.type.endswith(".updated") and action.after is None and action.items is None:
            updates.setdefault((emitted.type, emitted.path), []).append(action)
        elif emitted.same and "status" in here.known and "status" in emitted.known:
            if here.known["status"] in emitted.sources:
                yield action, emitted
        elif not (emitted.same and _nothing_new(emitted, here)):
            yield action, emitted
    for actions in updates.values():
        emitted = _together(actions, _moved(bound, actions[0]))
        if not (emitted.same and _nothing_new(emitted, _still_known(bound, actions[0], facts))):
            yield actions[0], emitted


def _still_known(bound: Bound, action: Action, facts: Facts) -> Facts:
    """What is known when the action is performed: less what actions before it, or others while it waits, may change."""
    if action.items is not None:
        return Facts()
    if action.after is not None:
        return facts if action.recheck and facts.rechecked(bound.condition, bound.subject, bound.type) else Facts()
    earlier = [one.emits for one in bound.actions if one.index < action.index and one.after is None]
    machine = f"{bound.subject}."
    gone = {name for emitted in earlier if emitted and emitted.type.startswith(machine) for name in emitted.changed}
    return facts.without(gone)


def _moved(bound: Bound, action: Action) -> dict[str, object]:
    """The state that the run has certainly brought the action's entity to, by the time of the update at its end."""
    assert action.emits is not None
    state: dict[str, object] = {}
    for one in bound.actions:
        move = one.emits
        if move is None or not move.type.endswith(".status_changed") or one.after is not None:
            continue
        if move.type.partition(".")[0] == action.emits.type.partition(".")[0]:
            certain = move.path == action.emits.path and one.condition is None and one.items is None
            state = dict(move.known) if certain else {}
    return state


def _together(actions: list[Action], state: dict[str, object]) -> Emission:
    """The one update of an entity at the end of a run.

    What an action with an ``if`` sets is not certain, unless the update would not be there without it.
    """
    known: dict[str, object] = dict(state)
    changed: set[str] = set()
    emissions = [(action, action.emits) for action in actions if action.emits is not None]
    for action, emitted in emissions:
        for name in emitted.changed:
            known.pop(name, None)
        if action.condition is None or len(emissions) == 1:
            known.update(emitted.known)
        changed |= emitted.changed
    computed = {} if len(emissions) > 1 else emissions[0][1].computed
    return replace(emissions[0][1], known=known, changed=frozenset(changed), computed=computed)


def _nothing_new(emitted: Emission, facts: Facts) -> bool:
    """Whether the entity has all the values already, so that nothing happens."""
    known, computed = facts.known, dict(facts.computed)

    def same(name: str) -> bool:
        if name in emitted.computed:
            return computed.get(name) == emitted.computed[name][0]
        return name in emitted.known and name in known and known[name] == emitted.known[name]

    return bool(emitted.changed) and all(map(same, emitted.changed))
