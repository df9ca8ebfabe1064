"""Undo: a command and everything that followed from it is made good by compensating events; nothing is erased.

What the command changed gets its earlier values, what it made is closed, what it put into the outbox is withdrawn, what
it started to wait for is cancelled and what it cancelled waits again. It is refused once the window is over, once
something has left the house, and once anybody has acted since on anything it touched. The compensating events are facts:
no machine is asked about them and no rule acts on them, in a replay neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.records.events import EVENTS
from app.road import commands
from app.road.journal import RUN_COLUMNS
from app.road.problems import NotAllowedNowError, NotFoundError
from app.road.related import people
from app.road.road import StoredRoad
from app.road.rows import micro
from app.road.waiting import UNDONE
from app.store.journal import AUDIT, RUNS
from app.store.waiting import OUTBOX, TIMERS
from engine.events.envelope import WireEvent, actor_of, decode
from engine.simulation.events import UNDO_SOURCE, Event

CLOSED = {
    "client": "archived",
    "model": "archived",
    "inquiry": "lost",
    "booking": "cancelled",
    "slot": "withdrawn",
    "option": "released",
    "payment": "voided",
    "task": "cancelled",
    "exception": "resolved",
}
"""Where an entity goes that should not have been made."""
NAMES = ("code", "public_code", "name", "title")
"""By what people call an entity, the first that it has."""
UNNAMED = "something that it touched"
Key = tuple[str, str]


@dataclass(slots=True)
class Touched:
    """One entity that a command touched: whether it made it, and what its fields were before."""

    made: bool
    before: dict[str, Any]


def undo(road: StoredRoad, root: str, window: int) -> list[Key]:
    """Undoes the command that ``root`` began, within ``window`` microseconds of it; the entities that were put right.

    Raises NotFoundError for a root that is not the caller's, NotAllowedNowError where it is too late.
    """
    events = _events(road, root)
    first = actor_of(events[0][1]) if events else None
    if not events or first is None or first.id != road.journal.caller.id:
        raise NotFoundError("command", root)
    if any(wire.source == UNDO_SOURCE for _, wire in events):
        raise NotAllowedNowError("This was undone already.")
    if micro(road.now) - micro(events[0][1].time) > window:
        raise NotAllowedNowError("It is too late to undo this: the time for it is over.")
    touched = _touched(events)
    if any(machine == "user" for machine, _ in touched):  # or an agency could be left without an owner
        raise NotAllowedNowError("What was done to people is not undone: change it back.")
    for machine, id in touched:
        road.store.lock(machine, id)
    if _services(road, events[0][1]):
        raise NotAllowedNowError(
            "What a booking costs beside its model is not undone: add or remove the service again."
        )
    _refuse_if_acted(road, root, touched, events[0][0])
    _withdraw(road, root)
    _timers(road, root)
    _forget_runs(road, root)
    done = []
    for (machine, id), what in reversed(touched.items()):
        _compensate(road, root, machine, id, what)
        done.append((machine, id))
    return done


def _events(road: StoredRoad, root: str) -> list[tuple[int, WireEvent]]:
    query = sa.select(EVENTS.c.seq, EVENTS.c.body).where(EVENTS.c.root == root).order_by(EVENTS.c.seq)
    return [(seq, decode(body.encode())) for seq, body in road.connection.execute(query)]


def _touched(events: list[tuple[int, WireEvent]]) -> dict[Key, Touched]:
    """Every entity in the order it was first touched, with what each field was before the first change."""
    found: dict[Key, Touched] = {}
    for _, wire in events:
        if not wire.subject:
            continue
        one = found.setdefault((wire.machine, wire.subject), Touched(wire.name == "created", {}))
        for name, (before, _) in wire.changes.items():
            one.before.setdefault(name, before)
    return found


def _services(road: StoredRoad, first: WireEvent) -> bool:
    """Whether a command added or removed a service: no event tells of these, so none can make them good."""
    columns = AUDIT.c
    query = sa.select(columns.number).where(columns.machine == first.machine, columns.entity == first.subject)
    of_services = columns.action.in_(("booking.service_added", "booking.service_removed"))
    return road.connection.execute(query.where(columns.event == first.id, of_services).limit(1)).first() is not None


def _refuse_if_acted(road: StoredRoad, root: str, touched: dict[Key, Touched], first: int) -> None:
    columns = EVENTS.c
    for machine, id in touched:
        query = sa.select(columns.body).where(columns.machine == machine, columns.subject == id)
        query = query.where(columns.seq > first, columns.root != root).order_by(columns.seq).limit(1)
        row = road.connection.execute(query).first()
        if row is not None:
            later = decode(row.body.encode())
            actor = actor_of(later)
            who = people(road, [actor.id]).get(actor.id, actor.id) if actor is not None else "the platform"
            what = f"{machine} {_called(road, machine, id)}" if commands.may_read(road, machine, id) else UNNAMED
            raise NotAllowedNowError(f"This cannot be undone any more: {who} has acted on {what} since.")


def _called(road: StoredRoad, machine: str, id: str) -> str:
    """How people call an entity that the caller may read."""
    record, decided = commands.readable(road, road.catalog.machines[machine], id)
    hidden = decided.hidden if decided is not None else frozenset()
    names = [str(record[name]) for name in NAMES if record.get(name) and name not in hidden]
    return next(iter(names), id)


def _withdraw(road: StoredRoad, root: str) -> None:
    columns = OUTBOX.c
    left = sa.select(sa.func.count()).select_from(OUTBOX)
    left = left.where(columns.root == root, columns.state.not_in(("new", "withdrawn")))
    if road.connection.scalar(left):
        raise NotAllowedNowError("This cannot be undone any more: a message has left already.")
    update = sa.update(OUTBOX).where(columns.root == root, columns.state == "new")
    road.connection.execute(update.values(state="withdrawn", settled_at=micro(road.now)))


def _forget_runs(road: StoredRoad, root: str) -> None:
    """Runs that count towards `once` and `every` count no more: a row behind each says so."""
    columns = RUNS.c
    query = sa.select(RUNS).where(columns.root == root, columns.run_key.is_not(None)).order_by(columns.number)
    for row in road.connection.execute(query).mappings():
        taken_back = {**row, "outcome": UNDONE, "trace": None, "effects": "[]", "reason": "the command was undone"}
        road.journal.runs.append({name: taken_back[name] for name in RUN_COLUMNS})


def _timers(road: StoredRoad, root: str) -> None:
    """What it waits for is cancelled, and what it cancelled waits again: but for dwell times, which count anew from
    the instant at which the entity is put back.
    """
    columns = TIMERS.c
    update = sa.update(TIMERS)
    mine = columns.problem == f"cancelled by {root}"
    road.connection.execute(
        update.where(columns.state == "cancelled", columns.kind != "dwell", mine).values(state="pending", problem=None)
    )
    road.connection.execute(
        update.where(columns.root == root, columns.state == "pending").values(state="cancelled", problem="undone")
    )


def _compensate(road: StoredRoad, root: str, machine_id: str, id: str, what: Touched) -> None:
    record = road.world.tables[machine_id][id]
    status = CLOSED.get(machine_id, record["status"]) if what.made else what.before.get("status", record["status"])
    fields = {} if what.made else {name: value for name, value in what.before.items() if name != "status"}
    reader = road.catalog.readers[machine_id]
    changes = {
        name: (record.get(name), None if value is None else reader.value(name, value)) for name, value in fields.items()
    }
    changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    if changes:
        data = {name: value for name, (_, value) in changes.items() if value is not None}
        _record(road, root, f"{machine_id}.updated", id, data, changes)
    if status != record["status"]:
        move = {"from": record["status"], "to": status, "transition": "undo"}
        _record(road, root, f"{machine_id}.status_changed", id, move, {})


def _record(
    road: StoredRoad, root: str, type: str, id: str, data: dict[str, Any], changes: dict[str, tuple[Any, Any]]
) -> None:
    """A compensating event: a fact, which clocks hear of and rules do not."""
    actor = road.journal.caller.actor
    event = Event(
        commands.new_id(),
        type,
        id,
        road.now,
        data,
        source=UNDO_SOURCE,
        changes=changes,
        cause=root,
        root=root,
        actor=actor,
    )
    kind = road.kinds[type]
    _, subject, before = road.fold.root(event, kind, True)
    road.store.flush()
    road.journal.event(event)
    if subject is not None and kind.clocked:
        road.clocks.see(event, kind, subject, before)
