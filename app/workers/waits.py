"""Performs one row of ``timers`` when it is due, in the unit of work that also settles the row.

What is performed late is performed now: its event and its actions have the instant at which they really happen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from app.road import asleep
from app.road.releases import LiveReleases
from app.road.road import StoredRoad
from app.road.rows import micro, stamp
from app.store.statements import loaded
from app.store.waiting import TIMERS
from engine.automation.model import OnDwell, Rule
from engine.conditions.values import Duration
from engine.releases.pending import Fate, Pending, fates
from engine.simulation.events import Event
from engine.simulation.world import Record

Row = Mapping[str, Any]
Settled = tuple[str, str | None]
"""The state that a row ends in, and why where that is not plain."""
DONE: Settled = ("done", None)


def lock_waiting(road: StoredRoad, number: int, machine: str, entity: str) -> Row | None:
    """A row that still waits, locked until the unit ends; None where it is settled, or somebody else is at it.

    Its entity is locked first, as commands do that cancel what waits for it.
    """
    if machine:
        road.store.lock(machine, entity)

    def clause() -> Any:
        query = sa.select(TIMERS).where(TIMERS.c.number == sa.bindparam("number"), TIMERS.c.state == "pending")
        return query.with_for_update(skip_locked=True)

    row = road.connection.execute(clause(), {"number": number}).mappings().first()
    return None if row is None else {**row, "payload": loaded(row["payload"])}


def settle(road: StoredRoad, number: int, **values: Any) -> None:
    """Notes what became of a row."""
    road.connection.execute(sa.update(TIMERS).where(TIMERS.c.number == number).values(**values))


def perform(road: StoredRoad, releases: LiveReleases, number: int, machine: str, entity: str) -> bool:
    """Performs a row; whether there was something to do."""
    row = lock_waiting(road, number, machine, entity)
    if row is None:
        return False
    if row["kind"] == asleep.KIND:
        state, why = asleep.wake(road, row)
        if state != "pending":
            settle(road, number, state=state, problem=why, attempts=row["attempts"] + 1, again=None)
        return state != "pending"
    if row["due"] > micro(road.now):
        return False
    state, why = _settled(road, releases, row)
    if state == "pending":
        settle(road, number, due=int(why or 0), version=road.catalog.rules[row["rule"]].text.version)
    else:
        settle(road, number, state=state, problem=why, attempts=row["attempts"] + 1, again=None)
    return True


def _settled(road: StoredRoad, releases: LiveReleases, row: Row) -> Settled:
    if row["kind"] == "escalation":
        road.clocks.escalate(row["payload"], row["entity"])
        road.settle()
        return DONE
    rule = road.catalog.rules.get(row["rule"])
    if rule is not None and rule.text.version == row["version"]:
        return _fire(road, rule, row)
    release = row["payload"]["release"]
    old = releases.catalog(release).rules
    fate = _fate(road, old, row)
    if fate.outcome == "cancel":
        return "cancelled", fate.why
    if (
        fate.outcome == "finish" and row["kind"] != "timer"
    ):  # an event that a timer emits is for the rules there are now
        return _finish(road, releases, release, row)
    if fate.due > road.now:
        return "pending", str(micro(fate.due))
    if rule is None and row["kind"] == "timer":
        return _timer(road, row)
    assert rule is not None
    return _fire(road, rule, row)


def _fate(road: StoredRoad, old: Mapping[str, Rule], row: Row) -> Fate:
    """What a rule that was published anew makes of what waits for it (``on_change``)."""
    payload, kind = row["payload"], row["kind"]
    mark, state, since = row["mark"], "", None
    if kind == "timer":
        mark = payload["id"].removeprefix(f"{payload['cause']}/{row['rule']}/").partition("/")[0]
    elif kind == "dwell":
        record = road.world.tables[row["machine"]].get(row["entity"]) or {}
        state, since = str(record.get("status", "")), stamp(payload["since"])
    one = Pending(kind, row["rule"], row["machine"], row["entity"], stamp(row["due"]), mark, state, since)
    return fates([one], old, road.catalog.rules, {row["rule"]}, stamp(row["due"]))[0]


def _finish(road: StoredRoad, releases: LiveReleases, release: int, row: Row) -> Settled:
    """Does what the old rule promised, on the road of its release, within the same transaction."""
    earlier = releases.take(release)
    try:
        earlier.begin(road.connection, road.journal.caller, road.now)
        rule = earlier.catalog.rules.get(row["rule"])
        found = _fire(earlier, rule, row) if rule is not None else ("cancelled", "the rule is gone")
        earlier.finish()
    finally:
        releases.give_back(earlier)
    return found


def _fire(road: StoredRoad, rule: Rule, row: Row) -> Settled:
    if row["kind"] == "delay":
        return _delay(road, rule, row)
    return _dwell(road, rule, row) if row["kind"] == "dwell" else _timer(road, row)


def _subject(road: StoredRoad, row: Row) -> Record | None:
    return road.world.tables[row["machine"]].get(row["entity"]) if row["machine"] else None


def _delay(road: StoredRoad, rule: Rule, row: Row) -> Settled:
    payload = row["payload"]
    bound = rule.bound.get(payload["type"])
    action = next((one for one in bound.actions if one.mark == row["mark"]), None) if bound is not None else None
    if bound is None or action is None:
        return "cancelled", "the rule no longer has this action"
    subject = _subject(road, row)
    if row["machine"] and subject is None:
        return "cancelled", "the entity is gone"
    kept = payload["before"]
    before = None if kept is None else road.record_of(row["machine"], kept)
    road.runs.due(bound, action, road.event(payload["cause"]), subject, before)
    road.settle()
    return DONE


def _timer(road: StoredRoad, row: Row) -> Settled:
    """Emits ``X.timer``."""
    subject, payload = _subject(road, row), row["payload"]
    if subject is None:
        return "cancelled", "the entity is gone"
    cause = road.event(payload["cause"])
    if not cause.chain.grow():
        return "done", "stopped: its chain is as long as one may be"
    kind = road.kinds[f"{row['machine']}.timer"]
    event = _event(road, payload["id"], kind.type, row["entity"], {"name": row["mark"]}, cause)
    road.journal.event(event)
    road.judge(event, kind, subject, dict(subject))
    road.settle()
    return DONE


def _dwell(road: StoredRoad, rule: Rule, row: Row) -> Settled:
    """Emits ``X.dwelled`` for the rule that waited, if the state still holds."""
    subject, trigger = _subject(road, row), rule.text.trigger
    if subject is None or not isinstance(trigger, OnDwell) or subject["status"] not in trigger.states:
        return "cancelled", "the state no longer holds"
    cause = road.event(row["payload"]["cause"])
    if not cause.chain.grow():
        return "done", "stopped: its chain is as long as one may be"
    bound = rule.bound[f"{trigger.entity}.dwelled"]
    data = {"state": subject["status"], "for": Duration(trigger.span)}
    event = _event(road, f"{cause.id}/{rule.id}/dwell", bound.type, row["entity"], data, cause)
    road.journal.event(event)
    alone(road, rule, bound.type, event, subject)
    return DONE


def alone(road: StoredRoad, rule: Rule, type: str, event: Event, subject: Record | None) -> None:
    """Judges one rule by itself, keeping what its condition saw, and performs it where it is met."""
    bound = rule.bound[type]
    before = None if subject is None else dict(subject)
    if road.on_met is not None:
        road.on_met(event, subject, before, [(0, bound, True)])
    road.runs.one(bound, event, subject, before)


def _event(road: StoredRoad, id: str, type: str, entity: str, data: dict[str, Any], cause: Event) -> Event:
    return Event(id, type, entity, road.now, data, cause=cause.id, root=cause.root, depth=1, chain=cause.chain)
