"""Snoozed tasks: a row of ``timers`` wakes each, when its time is over or earlier, once something has happened.

Activity is an event from outside (a person, a provider) on what the task is about. The worker looks for it, so that
no change on the road pays for tasks that sleep.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from app.records.events import EVENTS
from app.road import commands
from app.road.road import StoredRoad
from app.road.rows import micro, stamp
from app.store.statements import dumped, loaded
from app.store.waiting import TIMERS
from engine.conditions.values import Timestamp
from engine.simulation.world import Record

KIND = "snooze"
STATE = "snoozed"
COLUMNS = TIMERS.c


def fall(road: StoredRoad, task: Record, until: Timestamp) -> None:
    """Has a task that was just snoozed woken at an instant. What has happened by now is no activity."""
    seen = road.connection.scalar(sa.select(sa.func.coalesce(sa.func.max(EVENTS.c.seq), 0)))
    event, _ = road.journal.events[-1]
    road.journal.timers.append(
        {
            "kind": KIND,
            "rule": "",
            "version": 0,
            "machine": "task",
            "entity": task["id"],
            "mark": str(task.get("about") or ""),
            "run_key": None,
            "root": event.root or event.id,
            "due": micro(until),
            "rank": 0,
            "state": "pending",
            "payload": dumped({"seen": seen}),
            "attempts": 0,
            "problem": None,
        }
    )


def wake(road: StoredRoad, row: Mapping[str, Any]) -> tuple[str, str | None]:
    """Wakes the task of a row, back to whoever had it; the state that the row ends in, and why."""
    task = road.world.tables["task"].get(row["entity"])
    if task is None or task["status"] != STATE:
        return "cancelled", "it sleeps no longer"
    early = row["due"] > micro(road.now)
    if early and row["number"] not in active(road, [row["number"]]):
        return "pending", str(row["due"])
    move = "assign" if task.get("assignee") is not None else "release"
    given = {"reason": "something has happened" if early else "its time is over"}
    commands.take_transition(road, road.catalog.machines["task"], task, move, given)
    return "done", given["reason"] if early else None


def active(road: StoredRoad, numbers: Iterable[int] | None = None) -> set[int]:
    """The rows whose tasks are to come back early, among these or all: something has happened since they fell asleep."""
    query = sa.select(COLUMNS.number, COLUMNS.mark, COLUMNS.payload)
    query = query.where(COLUMNS.state == "pending", COLUMNS.kind == KIND, COLUMNS.mark != "")
    if numbers is not None:
        query = query.where(COLUMNS.number.in_(list(numbers)))
    found = set()
    for row in road.connection.execute(query):
        machine, _, entity = row.mark.partition("/")
        happened = sa.select(EVENTS.c.seq).where(EVENTS.c.machine == machine, EVENTS.c.subject == entity)
        happened = happened.where(EVENTS.c.seq > loaded(row.payload)["seen"], EVENTS.c.root == EVENTS.c.id).limit(1)
        if road.connection.scalar(happened) is not None:
            found.add(row.number)
    return found


def until(road: StoredRoad, ids: Iterable[str]) -> dict[str, str]:
    """When each of these tasks that sleeps comes back by itself; one query."""
    query = sa.select(COLUMNS.entity, sa.func.max(COLUMNS.due)).where(COLUMNS.state == "pending", COLUMNS.kind == KIND)
    query = query.where(COLUMNS.machine == "task", COLUMNS.entity.in_(list(ids))).group_by(COLUMNS.entity)
    return {entity: stamp(due).text() for entity, due in road.connection.execute(query)}
