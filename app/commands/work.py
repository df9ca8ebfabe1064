"""Tasks, exceptions and inquiries: given to somebody, put off until an instant, settled with a reason."""

from __future__ import annotations

from typing import Any

from app.road import asleep, commands
from app.road.fitting import misfit
from app.road.problems import Fault, InvalidError
from app.road.queues import queues
from app.road.road import StoredRoad
from engine.conditions.values import Timestamp
from engine.diagnostics import did_you_mean
from engine.machines.model import Machine
from engine.simulation.world import Record

HANDS = ("assignee", "queue")
"""The fields that say whose work is; they change by being given only."""
LONGEST_SNOOZE = 366 * 86_400_000_000_000
"""In nanoseconds."""


def assign(
    road: StoredRoad,
    machine_id: str,
    id: str,
    *,
    user: str | None,
    queue: str | None,
    version: commands.Versions | None = None,
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
    if queue is not None and "queue" not in machine.fields:
        raise InvalidError([Fault("/queue", "unknown_field", f"{machine_id} has no queue")])
    _receivable(road, machine, user, queue, "/user")
    values: dict[str, Any] = {"assignee": user}
    if queue is not None:
        values["queue"] = queue
    record = commands.change_fields(road, machine, record, values, version=version)
    if machine_id == "task" and user is None and record["status"] == "assigned":
        return commands.take_transition(road, machine, record, "release", {})
    return _taken_on(road, machine, record)


def hands(machine: Machine) -> frozenset[str]:
    """The fields of a machine that say whose work its entities are; none where they are nobody's work."""
    relation = machine.relations.get("assignee")
    if relation is None or relation.machine != "user":
        return frozenset()
    return frozenset(name for name in HANDS if name in machine.relations or name in machine.fields)


def made_for(road: StoredRoad, machine: Machine, record: Record) -> Record:
    """Work that was just made for somebody, as if it had been given to them: for others only by who may assign."""
    if not hands(machine):
        return record
    user, queue = record.get("assignee"), record.get("queue")
    if user not in (None, road.journal.caller.id):
        commands.allow(road, f"{machine.plural}.assign", machine, record)
    _receivable(road, machine, user, queue, "/assignee")
    return _taken_on(road, machine, record)


def let_go(road: StoredRoad, task: Record) -> Record:
    """A task that was released: it is nobody's from now on."""
    return commands.change_fields(road, road.catalog.machines["task"], task, {"assignee": None})


def _receivable(road: StoredRoad, machine: Machine, user: str | None, queue: str | None, pointer: str) -> None:
    """Raises InvalidError for somebody who does not work here now, and for a queue that nobody knows."""
    if user is not None:
        person = road.world.tables["user"].get(user)
        if person is None or person["status"] != "active":
            raise InvalidError([Fault(pointer, "not_found", f"there is no active user {user}")])
    if queue is not None and queue not in (known := queues(road)):
        wrong = misfit(machine, "queue", queue)
        if wrong is not None:
            raise InvalidError([Fault("/queue", "invalid", wrong)])
        hint = did_you_mean(queue, known) or "the queues are " + ", ".join(sorted(known))
        raise InvalidError([Fault("/queue", "not_found", f'nobody works a queue "{queue}"; {hint}')])


def _taken_on(road: StoredRoad, machine: Machine, record: Record) -> Record:
    if machine.id == "task" and record.get("assignee") is not None and record["status"] in ("open", "snoozed"):
        return commands.take_transition(road, machine, record, "assign", {})
    return record


def snooze(
    road: StoredRoad, id: str, *, until: Timestamp, reason: str | None, version: commands.Versions | None = None
) -> Record:
    """A task put off until an instant: it comes back by itself then, or once something happens to what it is about.

    ``reason`` is None for somebody who gave none; one that is given must say something.
    """
    if not road.now < until <= road.now + LONGEST_SNOOZE:
        raise InvalidError([Fault("/until", "invalid", "an instant to come, within a year")])
    if reason is not None and not reason.strip():
        raise InvalidError([Fault("/reason", "missing", "say why it is put off")])
    given = {"until": until.text()} | ({"reason": reason} if reason is not None else {})
    record = commands.move(road, "task", id, "snooze", given, version=version)
    asleep.fall(road, record, until)
    return record
