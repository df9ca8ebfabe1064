"""Tasks and exceptions: given to somebody, put off until an instant, settled with a reason."""

from __future__ import annotations

from typing import Any

from app.road import asleep, commands
from app.road.problems import Fault, InvalidError
from app.road.road import StoredRoad
from engine.conditions.values import Timestamp
from engine.simulation.world import Record

LONGEST_SNOOZE = 366 * 86_400_000_000_000
"""In nanoseconds."""


def assign(
    road: StoredRoad, machine_id: str, id: str, *, user: str | None, queue: str | None, version: int | None = None
) -> Record:
    """Gives work to a person or a queue, or takes it from everybody.

    Without the permission to assign, who may update the work may take it for themselves.
    """
    machine = road.catalog.machines[machine_id]
    record, _ = commands.readable(road, machine, id, lock=True)
    who = road.journal.caller
    own = user == who.id and queue is None and commands.decision(road, f"{machine.plural}.update", machine_id, record)
    if not (own and own.allowed):
        commands.allow(road, f"{machine.plural}.assign", machine, record)
    values: dict[str, Any] = {"assignee": user}
    if user is not None:
        person = road.world.tables["user"].get(user)
        if person is None or person["status"] != "active":
            raise InvalidError([Fault("/user", "not_found", f"there is no active user {user}")])
    if queue is not None:
        if "queue" not in machine.fields:
            raise InvalidError([Fault("/queue", "unknown_field", f"{machine_id} has no queue")])
        values["queue"] = queue
    record = commands.change_fields(road, machine, record, values, version=version)
    move = None
    if machine_id == "task" and user is not None and record["status"] in ("open", "snoozed"):
        move = "assign"
    elif machine_id == "task" and user is None and record["status"] == "assigned":
        move = "release"
    return commands.take_transition(road, machine, record, move, {}) if move is not None else record


def snooze(road: StoredRoad, id: str, *, until: Timestamp, reason: str, version: int | None = None) -> Record:
    """A task put off until an instant: it comes back by itself then, or once something happens to what it is about."""
    if not road.now < until <= road.now + LONGEST_SNOOZE:
        raise InvalidError([Fault("/until", "invalid", "an instant to come, within a year")])
    given = {"reason": reason, "until": until.text()}
    record = commands.move(road, "task", id, "snooze", given, version=version)
    asleep.fall(road, record, until)
    return record
