"""Schedules: rules that act by the clock, each tick once for each entity, however often somebody tries.

A tick's event has an id made of rule, instant and entity, so that a tick that was broken off goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import Any, Literal, cast

import sqlalchemy as sa

from app.road.road import StoredRoad
from app.road.rows import MICROSECOND, micro, stamp
from app.store.entities import ENTITIES
from app.store.waiting import TICKS
from app.workers.waits import alone
from engine.automation.model import OnSchedule, Rule
from engine.automation.scope import SCHEDULE_EVENT
from engine.conditions import sql
from engine.conditions.listable import unlistable
from engine.conditions.values import Timestamp
from engine.simulation.events import NOBODY, Event
from engine.simulation.schedules import ticks_after

GRACE = 60_000_000_000
"""A tick found later than this (nanoseconds) was missed, and ``missed:`` says what becomes of it."""
DAY = 86_400_000_000_000
MOST = 1_000
"""How many missed ticks of one rule are made up for at once."""
BATCH = 500


def begin(road: StoredRoad) -> None:
    """Rules whose schedule nobody kept yet tick from now on."""
    known = set(road.connection.execute(sa.select(TICKS.c.rule)).scalars())
    for rule, _ in road.catalog.scheduled:
        if rule.id not in known:
            road.connection.execute(TICKS.insert(), {"rule": rule.id, "last": micro(road.now)})


def unknown(road: StoredRoad) -> bool:
    """Whether there is a rule whose schedule nobody kept yet."""
    known = set(road.connection.execute(sa.select(TICKS.c.rule)).scalars())
    return any(rule.id not in known for rule, _ in road.catalog.scheduled)


def due_ticks(road: StoredRoad, until: Timestamp) -> Iterator[tuple[Rule, Timestamp]]:
    """The ticks to be performed by now, in order for each rule."""
    last = {row.rule: row.last for row in road.connection.execute(sa.select(TICKS))}
    for rule, trigger in road.catalog.scheduled:
        if rule.text.stage != "off" and rule.id in last:
            after = Timestamp(stamp(last[rule.id]) + MICROSECOND)
            for tick in _of(trigger, after, until):
                yield rule, tick


def next_tick(road: StoredRoad, after: Timestamp) -> Timestamp | None:
    """When a schedule ticks next."""
    ticks = (next(ticks_after(trigger, after), None) for rule, trigger in road.catalog.scheduled)
    return min((one for one in ticks if one is not None), default=None)


def _of(trigger: OnSchedule, after: Timestamp, until: Timestamp) -> list[Timestamp]:
    if trigger.missed == "all":
        ticks = takewhile(lambda tick: tick <= until, ticks_after(trigger, after))
        return [tick for _, tick in zip(range(MOST), ticks, strict=False)]
    for start in (Timestamp(max(after, until - DAY)), after):  # of many that were missed only the last one counts
        found = list(takewhile(lambda tick: tick <= until, ticks_after(trigger, start)))
        if found:
            return found[-1:]
    return []


def tick_id(rule: str, due: Timestamp) -> str:
    """The id of a tick."""
    return f"{rule}/{due.text()}"


def is_missed(rule: Rule, due: Timestamp, now: Timestamp) -> bool:
    """Whether a tick comes too late to be performed."""
    trigger = rule.text.trigger
    return isinstance(trigger, OnSchedule) and trigger.missed == "skip" and now - due > GRACE


def meant(road: StoredRoad, rule: Rule, after: str) -> list[str]:
    """The next entities that a tick may be meant for, by id: those of which ``where`` is true, or cannot be judged."""
    trigger = rule.text.trigger
    assert isinstance(trigger, OnSchedule)
    assert trigger.for_each is not None
    table = ENTITIES[trigger.for_each]
    query = sa.select(table.c.id).where(table.c.id > after).order_by(table.c.id).limit(BATCH)
    if rule.where is not None and not unlistable(rule.where):
        dialect = cast(Literal["sqlite", "postgresql"], road.statements.dialect.name)
        asker = sql.Asker(NOBODY, road.now)
        query = query.where(sql.predicate(rule.where, sql.Store(dialect, ENTITIES), table, asker).is_not(sa.false()))
    return list(road.connection.execute(query).scalars())


def perform(road: StoredRoad, rule_id: str, due: Timestamp, entity: str) -> bool:
    """Performs a tick for one entity, or once where ``entity`` is empty; whether anything was done."""
    rule = road.catalog.rules.get(rule_id)
    trigger = rule.text.trigger if rule is not None else None
    if rule is None or not isinstance(trigger, OnSchedule) or (trigger.for_each is None) != (not entity):
        return False  # it was published anew meanwhile
    subject = road.store.lock(trigger.for_each, entity) if trigger.for_each is not None else None
    root = tick_id(rule_id, due)
    id = f"{root}/{entity}" if entity else root
    if (entity and subject is None) or road.knows(id):
        return False
    data: dict[str, Any] = {"rule": rule_id, "due": due}
    event = Event(id, SCHEDULE_EVENT, entity, road.now, data, source="schedule")
    if rule.where is not None:
        verdict = rule.where.judge(event, subject, None, road.now, event.actor, road.world)
        if verdict is False:
            return False
        if verdict is not True:  # nobody can tell whether it is meant, and that must not pass in silence
            road.journal.event(event)
            road.runs.all(event, subject, None, [(0, rule.bound[SCHEDULE_EVENT], verdict)])
            return True
    road.journal.event(event)
    alone(road, rule, SCHEDULE_EVENT, event, subject)
    return True


def done(road: StoredRoad, rule_id: str, due: Timestamp) -> None:
    """Notes that a tick is over."""
    last = micro(due)
    road.connection.execute(sa.update(TICKS).where(TICKS.c.rule == rule_id, TICKS.c.last < last).values(last=last))
