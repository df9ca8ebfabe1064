"""Why an event set off what it did, and not what it did not: every rule bound to it, line by line.

Rules that were met, errored or stopped are told from their runs; the others are judged again, by the release of the
event, on the facts just after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from app.records.events import EVENTS
from app.road import commands
from app.road.past import Ahead, PastWorld
from app.road.problems import NotFoundError
from app.road.road import StoredRoad, entity_id
from app.road.rows import micro
from app.road.runs import Shown, Telling, bound_of, reader_of
from app.store.journal import RUNS
from app.store.statements import loaded
from engine.automation.model import Bound, OnSchedule
from engine.automation.scope import SCHEDULE_EVENT
from engine.catalog import Catalog
from engine.events.envelope import WireEvent, actor_of, as_json, decode
from engine.machines.records import as_json as value_json
from engine.simulation.events import UNDO_SOURCE, Event


def why(road: StoredRoad, event_id: str) -> Shown:
    """Every rule that the event concerned, with its verdict. Raises NotFoundError, also for what one may not read."""
    seq, wire = _event(road, event_id)
    release = wire.release if isinstance(wire.release, int) else road.release
    catalog = road.catalog if release == road.release else road.releases.catalog(release)
    machine = _readable(road, catalog, wire)
    telling = Telling(catalog, reader_of(road))
    verdicts = judged_again(road, catalog, seq, wire, machine)
    stored = _runs(road, wire.id)
    rules = [_rule(telling, bound, lines, stored.pop(bound.rule.id, [])) for bound, lines in verdicts]
    for rule, runs in stored.items():  # a policy's own, or a rule that was bound otherwise
        bound = bound_of(catalog, rule, wire.type, wire.id)
        rules.append(_of_runs(telling, rule, bound, runs))
    shown: Shown = as_json(wire)
    shown.pop("specversion", None)
    if telling.veil is not None:
        shown = telling.veil.event(wire, shown)
    return {"event": {**shown, "release": release}, "rules": rules}


def judged_again(
    road: StoredRoad, catalog: Catalog, seq: int, wire: WireEvent, machine: str
) -> list[tuple[Bound, Shown | None]]:
    """The rules bound to an event, each with its verdict and lines on the facts just after it, in rule order."""
    if wire.source == UNDO_SOURCE:  # a fact, on which no rule acts
        return []
    bounds = _bounds(catalog, wire)
    if not bounds:
        return []
    event = _typed(road, catalog, wire)
    world = PastWorld(catalog, road.statements, road.connection, wire, seq, _ahead(road, catalog, seq, wire))
    subject = world.tables[machine].get(wire.subject) if machine else None
    before = world.before(subject) if subject is not None else None
    if wire.type == SCHEDULE_EVENT and subject is not None:
        before = dict(subject)
    frame = (event, subject, before, wire.time, event.actor, world)
    found: list[tuple[Bound, Shown | None]] = []
    for bound in bounds:
        if bound.condition is None:
            found.append((bound, None))
            continue
        explanation = bound.condition.explain(*frame)
        lines = [value_json(line.as_json()) for line in explanation.lines]
        found.append((bound, {"verdict": explanation.verdict, "conditions": lines}))
    return found


def _typed(road: StoredRoad, catalog: Catalog, wire: WireEvent) -> Event:
    """The event as the rules of its release saw it."""
    if catalog is road.catalog or not isinstance(wire.release, int):
        return road.typed(wire)
    earlier = road.releases.take(wire.release)
    try:
        earlier.begin(road.connection, road.journal.caller, wire.time)
        return earlier.typed(wire)
    finally:
        road.releases.give_back(earlier)


def _event(road: StoredRoad, id: str) -> tuple[int, WireEvent]:
    query = sa.select(EVENTS.c.seq, EVENTS.c.body).where(EVENTS.c.id == id)
    row = road.connection.execute(query).first()
    if row is None:
        raise NotFoundError("event", id)
    return row.seq, decode(row.body.encode())


def _readable(road: StoredRoad, catalog: Catalog, wire: WireEvent) -> str:
    """The machine of the event's entity, which the caller may read; empty where there is none. Raises NotFoundError."""
    machine = wire.machine
    if wire.type == SCHEDULE_EVENT:
        rule = catalog.rules.get(str(wire.data.get("rule", "")))
        trigger = rule.text.trigger if rule is not None else None
        machine = (trigger.for_each or "") if isinstance(trigger, OnSchedule) else ""
    known = road.catalog.machines.get(machine)
    if known is not None and wire.subject:
        commands.readable(road, known, wire.subject)
        return machine
    if not road.journal.caller.system:  # a tick that is about nothing that anybody could read
        raise NotFoundError("event", wire.id)
    return ""


def _bounds(catalog: Catalog, wire: WireEvent) -> list[Bound]:
    """The rules that were judged: those bound to the type, of a tick and a dwell time the one that waited for it."""
    one = None
    if wire.type == SCHEDULE_EVENT:
        one = str(wire.data.get("rule", ""))
    elif wire.name == "dwelled":
        one = wire.id.removeprefix(f"{wire.cause}/").removesuffix("/dwell")
    if one is not None:
        rule = catalog.rules.get(one)
        return [rule.bound[wire.type]] if rule is not None and wire.type in rule.bound else []
    matcher = catalog.matchers.get(wire.type)
    return list(matcher.rules) if matcher is not None else []


def _ahead(road: StoredRoad, catalog: Catalog, seq: int, wire: WireEvent) -> Ahead:
    """What the run that brought the event about had set by then: one ``X.updated`` tells of it at the run's end."""
    actor = actor_of(wire)
    if actor is None or wire.cause is None or not actor.id.startswith(("rule:", "sla:")):
        return {}
    columns = EVENTS.c
    later = sa.select(columns.body).where(columns.root == (wire.root or wire.id), columns.seq > seq)
    later = later.where(columns.time == micro(wire.time), columns.type.like("%.updated"))
    told = [decode(body.encode()) for body in road.connection.execute(later).scalars()]
    if not any(one.cause == wire.cause and actor_of(one) == actor for one in told):
        return {}
    rule = actor.id.removeprefix("rule:").rpartition("@")[0]
    _, cause = _event(road, wire.cause)
    bound = bound_of(catalog, rule, cause.type, cause.id)
    if bound is None:
        return {}
    index = _index(bound, wire, rule)
    runs = [run for run in _runs(road, wire.cause).get(rule, ()) if run["at"] == micro(wire.time)]
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for effect in (effect for run in runs for effect in loaded(run["effects"])):
        if "sets" in effect and effect["index"] < index:
            machine, values = effect["sets"]
            found.setdefault((machine, effect["id"]), {}).update(values)
    return found


def _index(bound: Bound, wire: WireEvent, rule: str) -> int:
    """By which action of its rule an event was brought about."""
    made = wire.id.removesuffix("/created")
    for action in bound.actions:
        chain = f"{wire.cause}/{rule}/{action.mark}"
        if wire.id == chain or wire.id.startswith(f"{chain}/") or made == entity_id(chain):
            return action.index
    creating = [one.index for one in bound.actions if one.items is not None and one.name.startswith("create_")]
    return creating[0] if wire.name == "created" and creating else 0


def _runs(road: StoredRoad, event: str) -> dict[str, list[Mapping[str, Any]]]:
    """The runs at an event, oldest first, by rule."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    query = sa.select(RUNS).where(RUNS.c.event == event).order_by(RUNS.c.number)
    for row in road.connection.execute(query).mappings():
        found.setdefault(row["rule"], []).append(dict(row))
    return found


def _rule(telling: Telling, bound: Bound, lines: Shown | None, runs: list[Mapping[str, Any]]) -> Shown:
    if runs:
        return _of_runs(telling, bound.rule.id, bound, runs)
    verdict, conditions = ("met", []) if lines is None else (lines["verdict"], lines["conditions"])
    row = {"trace": conditions}
    shown = {"rule": bound.rule.id, "version": bound.rule.text.version, "verdict": verdict, "recomputed": True}
    shown |= {"conditions": telling.conditions(row, bound), "effects": [], "runs": []}
    return _staged(shown, bound)


def _of_runs(telling: Telling, rule: str, bound: Bound | None, runs: list[Mapping[str, Any]]) -> Shown:
    told = [telling.run(run, bound) for run in runs]
    kept = next((run for run in runs if run["trace"] is not None), runs[0])
    shown = {"rule": rule, "version": runs[0]["version"], "verdict": runs[0]["verdict"], "recomputed": False}
    shown["conditions"] = telling.conditions(kept, bound) or []
    shown |= {"effects": [effect for run in told for effect in run["effects"]], "runs": told}
    return _staged(shown, bound)


def _staged(shown: Shown, bound: Bound | None) -> Shown:
    if bound is not None and bound.rule.text.stage != "live":
        shown["stage"] = bound.rule.text.stage
    return shown
