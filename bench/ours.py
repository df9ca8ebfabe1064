"""Virel's side of each measurement: the same calls that its own command line makes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.domain import Rule
from engine.access.decide import decide
from engine.automation.index import Matcher
from engine.automation.paths import Notice
from engine.cache.load import load as load_cached
from engine.catalog import Catalog
from engine.conditions.condition import Condition
from engine.conditions.explain import read_set
from engine.conditions.values import Timestamp
from engine.diagnostics import Diagnostic
from engine.events.envelope import Actor
from engine.events.jsonl import read_events
from engine.simulation import backtest as backtests
from engine.simulation.events import Event, Kinds
from engine.simulation.ledger import Ledger, Performed
from engine.simulation.simulation import Simulation
from engine.simulation.world import World
from engine.templates.model import Facts, Message
from engine.templates.render import render

Frame = tuple[Any, Any, Any, Any, Any, Any]
ACTOR: dict[str, Any] = {"id": "bench", "roles": ["DESK"], "queues": ["desk"]}


def load(folder: Path, cache: Path | None = None) -> Catalog:
    """The folder's catalog, by way of a cache or not; a folder with errors is no base for a measurement."""
    found = load_cached(folder, cache)
    if not found.ok:
        raise SystemExit("\n".join(str(d) for d in found.diagnostics[:5]))
    return found


def frames(catalog: Catalog, wire: Sequence[dict[str, Any]]) -> list[Frame]:
    """What conditions are judged on: typed events, each about an order that exists."""
    kinds = Kinds(catalog)
    world = World(catalog.machines)
    made: list[Frame] = []
    for event in wire:
        reader = kinds[event["type"]].reader
        assert reader is not None
        time = Timestamp.parse(event["time"])
        typed = Event(event["id"], event["type"], event["subject"], time, reader.read(event["data"]), actor=ACTOR)
        subject = world.tables["order"].get(typed.subject)
        if subject is None:
            subject = {"id": typed.subject, "status": "open", "created_at": time, "updated_at": time}
            subject |= {"status_since": time, "code": typed.subject, "tier": "gold", "value": 1, "touched": 0}
            world.create("order", subject)
        made.append((typed, subject, subject, time, ACTOR, world))
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
    """The same, keeping of every event what explains every line of every rule bound to it, met or not."""
    matchers = catalog.matchers
    reads = {kind: read_set(_conditions(matcher)) for kind, matcher in matchers.items()}

    def run() -> int:
        met = 0
        kept: list[Any] = []
        for frame in frames:
            kind = frame[0].type
            verdicts = matchers[kind].match(*frame)
            met += len(verdicts)
            kept.append((verdicts, reads[kind].read(*frame)))
        return met

    return run


def explained(catalog: Catalog, frames: Sequence[Frame]) -> int:
    """How many rules the kept values say are met: each rule explained line by line from the values alone."""
    met = 0
    for frame in frames:
        matcher = catalog.matchers[frame[0].type]
        conditions = _conditions(matcher)
        reads = read_set(conditions)
        values = reads.read(*frame)
        met += sum(1 for condition in conditions if condition.explain_from(values, reads).verdict == "met")
    return met


def _conditions(matcher: Matcher) -> list[Condition]:
    return [bound.condition for bound in matcher.rules if bound.condition is not None]


def compile_all(catalog: Catalog) -> int:
    """Generates the matching function of every event type, which otherwise waits for the type's first event."""
    return len([matcher.prepare() for matcher in catalog.matchers.values()])


def backtest(folder: Path, log: Path, against: Path | None = None) -> dict[str, Any]:
    """The whole of a backtest, the reading of its documents included."""
    draft = load(folder)
    baseline = load(against) if against is not None else None
    found = backtests.run(draft, log, baseline)
    if found["skipped"]:
        raise SystemExit(f"the log was not understood: {found['skipped'][0]}")
    return found


@dataclass(slots=True)
class Counts:
    """What live traffic adds to a replay: people's moves that were decided, and messages that were rendered."""

    asked: int = 0
    allowed: int = 0
    messages: int = 0
    refused: int = 0


def performed(catalog: Catalog, log: Path) -> Counts:
    """A replay in which every person's move is decided by the person's roles, and every message rendered.

    The moves are taken whatever is decided, as the log says that they happened; each message is rendered on the first
    channel of its template, in the customer's stead in English.
    """
    counts = Counts()

    def said(done: Performed) -> None:
        notice = done.effect.value
        if not isinstance(notice, Notice):
            return
        template = catalog.templates[done.effect.keys["template"]]
        facts = Facts(notice.record(template.entity, simulation.world), simulation.world)
        message = render(template, next(iter(template.channels)), template.fallback, facts)
        counts.messages += 1
        counts.refused += not isinstance(message, Message)

    simulation = Simulation(catalog, Ledger(said), slim=True)
    orders = simulation.world.tables["order"]
    transitions = catalog.machines["order"].transitions
    with backtests.collector_rested():
        for _, event in read_events(log, _refuse):
            if event.type == "order.status_changed" and isinstance(event.actor, Actor):
                actor = {"id": event.actor.id, "roles": event.actor.roles, "queues": event.actor.queues}
                permission = transitions[event.data["transition"]].permission
                record = orders[event.subject]
                roles = catalog.access.of(event.actor.roles)
                counts.asked += 1
                counts.allowed += decide(
                    roles, actor, permission, "order", record, simulation.world, event.time
                ).allowed
            simulation.take(event)
    if counts.refused:
        raise SystemExit(f"{counts.refused} messages were refused, which no measurement is about")
    return counts


def _refuse(diagnostic: Diagnostic) -> None:
    raise SystemExit(f"the log was not understood: {diagnostic}")


def replayed(found: dict[str, Any], events: int) -> str:
    """What a backtest did, for the reader of the figures."""
    counts = found["rules"].values()
    met, fired, effects = (sum(rule[name] for rule in counts) / events for name in ("met", "fired", "effects"))
    errored = sum(rule["errored"] for rule in counts)
    if errored:
        raise SystemExit(f"{errored} verdicts are errors, which no measurement is about")
    return f"{met:.2f} rules met, {fired:.2f} runs and {effects:.2f} effects an event"
