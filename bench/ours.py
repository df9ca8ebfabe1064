"""Virel's side of each measurement: the same calls that its own command line makes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.domain import Rule
from engine import catalog as catalogs
from engine.automation.scope import event_data
from engine.catalog import Catalog
from engine.conditions.values import Timestamp
from engine.machines.records import Reader
from engine.simulation.world import World

Frame = tuple[Any, Any, Any, Any, Any, Any]
ACTOR: dict[str, Any] = {"id": "bench", "roles": ["DESK"], "queues": ["desk"]}


class Event:
    """An event as conditions see it."""

    __slots__ = ("actor", "cause", "changes", "data", "depth", "id", "root", "source", "subject", "time", "type")

    def __init__(self, wire: dict[str, Any], data: dict[str, Any]) -> None:
        self.id, self.type, self.source, self.subject = wire["id"], wire["type"], wire["source"], wire["subject"]
        self.time = Timestamp.parse(wire["time"])
        self.data, self.changes = data, dict[str, Any]()
        self.cause, self.root, self.depth, self.actor = None, wire["id"], 0, ACTOR


def load(folder: Path) -> Catalog:
    """The folder's catalog; a folder with errors is no base for a measurement."""
    found = catalogs.load(folder)
    if not found.ok:
        raise SystemExit("\n".join(str(d) for d in found.diagnostics[:5]))
    return found


def frames(catalog: Catalog, wire: Sequence[dict[str, Any]]) -> list[Frame]:
    """What conditions are judged on: typed events, each about an order that exists."""
    machine = catalog.machines["order"]

    def states(name: str) -> frozenset[str]:
        return frozenset(catalog.machines[name].states)

    world = World(catalog.machines)
    made: list[Frame] = []
    for event in wire:
        data = Reader(event_data(machine, event["type"]), {}, states).read(event["data"])
        typed = Event(event, data)
        subject = world.tables["order"].get(typed.subject)
        if subject is None:
            subject = {"id": typed.subject, "status": "open", "created_at": typed.time, "updated_at": typed.time}
            subject |= {"status_since": typed.time, "code": typed.subject, "tier": "gold", "value": 1, "touched": 0}
            world.create("order", subject)
        made.append((typed, subject, subject, typed.time, ACTOR, world))
    return made


def judge(catalog: Catalog, rule: Rule) -> Callable[..., Any]:
    """The compiled condition of one rule."""
    condition = catalog.rules[rule.id].bound[rule.trigger].condition
    assert condition is not None
    return condition.judge


def matcher(catalog: Catalog, frames: Sequence[Frame]) -> Callable[[], int]:
    """Matches all frames once and counts the rules met."""
    matchers = catalog.matchers

    def run() -> int:
        return sum(len(matchers[frame[0].type].match(*frame)) for frame in frames)

    return run


def traced_matcher(catalog: Catalog, frames: Sequence[Frame]) -> Callable[[], int]:
    """The same with every candidate explained, line by line, and the explanations kept until the round ends."""
    matchers = catalog.matchers

    def run() -> int:
        met = 0
        kept: list[Any] = []
        for frame in frames:
            for _, bound, verdict in matchers[frame[0].type].match(*frame):
                met += verdict is True
                kept.append(bound.condition.explain(*frame) if bound.condition is not None else None)
        return met

    return run
