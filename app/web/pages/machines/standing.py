"""How an entity stands in its machine: the way it took, and the moves that start from here, refused ones with why."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app.records.events import EVENTS
from app.road import commands
from app.road.road import StoredRoad
from app.road.runs import reader_of
from app.web.pages.machines.ways import bad
from app.web.pages.machines.words import Told, told
from app.web.wording.language import gettext as _
from app.web.wording.words import word
from engine.access.decide import Decision
from engine.access.sight import Sight
from engine.conditions.veil import veiled
from engine.events.envelope import decode
from engine.machines.model import Machine, Transition
from engine.simulation.events import Event
from engine.simulation.world import Record

KEYS = {
    "hold": "h",
    "request_deposit": "q",
    "confirm": "c",
    "start": "s",
    "finish": "f",
    "release": "l",
    "cancel": "d",
    "answer": "a",
    "convert": "v",
    "lose": "d",
    "succeed": "s",
    "fail": "f",
    "refund": "r",
    "void": "d",
}
"""The letters of moves, where they have one."""


@dataclass(frozen=True, slots=True)
class Step:
    """A state that the entity came to: when, as an instant in a text, and by which move; the first by none."""

    state: str
    at: str
    move: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """A move from here. ``refused`` says why it may not be made now, ``waits`` that in few words where its guard waits.

    ``lines`` are those of the guard that do not hold, ``place`` is the file and line that say so.
    """

    name: str
    target: str
    key: str
    path: str
    reason: bool = False
    danger: bool = False
    refused: str = ""
    waits: str = ""
    place: str = ""
    lines: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything that is shown of where an entity stands. ``version`` is what a move is sent with."""

    machine: Machine
    id: str
    state: str
    version: int
    steps: tuple[Step, ...]
    moves: tuple[Move, ...] = field(default_factory=tuple)


def standing_of(
    road: StoredRoad,
    machine: Machine,
    record: Record,
    *,
    paths: Mapping[str, str] | None = None,
    but: Collection[str] = (),
    reasoned: Collection[str] = (),
) -> Standing:
    """How an entity that the caller may read stands. ``paths`` are acts that are made in place of the bare move, by its
    name; the moves in ``but`` are made elsewhere; for those in ``reasoned`` a reason is asked though none is required.
    """
    moves = tuple(
        _move(road, machine, record, one, (paths or {}).get(one.name), one.name in reasoned)
        for one in machine.transitions.values()
        if record["status"] in one.sources and one.name not in but and _granted(road, machine, one)
    )
    version = road.store.version(machine.id, record["id"])
    return Standing(machine, record["id"], record["status"], version, steps_of(road, machine, record), moves)


def steps_of(road: StoredRoad, machine: Machine, record: Record) -> tuple[Step, ...]:
    """The states that an entity came to, first to last, from its events."""
    columns = EVENTS.c

    def clause() -> Any:
        query = sa.select(columns.body).where(columns.machine == sa.bindparam("machine"))
        return query.where(columns.subject == sa.bindparam("id")).order_by(columns.seq)

    bound = {"machine": machine.id, "id": record["id"]}
    found: list[Step] = []
    for (body,) in road.statements.of("steps", clause)(road.connection, bound).fetchall():
        event = decode(body.encode())
        moved = event.changes.get("status")
        if event.name == "created":
            found.append(Step(machine.initial, event.time.text()))
        elif moved is not None and moved[1] in machine.states:
            found.append(Step(str(moved[1]), event.time.text(), str(event.data.get("transition") or "")))
    return tuple(found) or (Step(record["status"], record["status_since"].text()),)


def _granted(road: StoredRoad, machine: Machine, move: Transition) -> bool:
    """Whether a role of the caller grants the move for some entity at all: else it is nothing to them."""
    grants = road.catalog.access.of(road.journal.caller.actor["roles"]).grants.get(move.permission, ())
    return any(grant.machine == machine.id for grant in grants)


def _move(road: StoredRoad, machine: Machine, record: Record, move: Transition, path: str | None, asks: bool) -> Move:
    asks = asks or "reason" in move.requires
    found = Move(
        move.name,
        move.target,
        KEYS.get(move.name, ""),
        path or f"/acts/{machine.id}/{record['id']}/{move.name}",
        asks,
        bad(machine, move.target),
    )
    decided = commands.decision(road, move.permission, machine.id, record)
    if not decided.allowed:
        place = f"{decided.place.file}:{decided.place.line}" if decided.place is not None else ""
        text = _("%(move)s: your role does not allow it here.") % {"move": word("move", move.name, machine.id)}
        return _refused(found, text, place=place, lines=_doubts(road, machine, decided))
    return _guarded(road, machine, record, move, found)


def _doubts(road: StoredRoad, machine: Machine, decided: Decision) -> tuple[Told, ...]:
    """The lines of the caller's grants that do not hold, with what they rest on as far as the caller sees that."""
    reader = reader_of(road)
    found = []
    for doubt in decided.doubts:
        where = doubt.grant.where
        if where is None or reader is None:
            continue
        sees = Sight(reader, machine.id)
        lines = veiled(doubt.explain().lines, where.explained, where, sees)
        found += [told(machine, line) for line in lines if line.verdict != "met"]
    return tuple(found)


def _guarded(road: StoredRoad, machine: Machine, record: Record, move: Transition, found: Move) -> Move:
    """The move as its guard has it, with what its lines rest on as far as the caller sees that."""
    guard = road.catalog.guards[machine.id].get(move.name)
    if guard is None:
        return found
    actor = road.journal.caller.actor
    data = {"transition": move.name, "from": record["status"], "to": move.target}
    event = Event(commands.new_id(), f"{machine.id}.status_changed", record["id"], road.now, data, actor=actor)
    explained = guard.explain(event, record, None, road.now, actor, road.world)
    if explained.verdict == "met":
        return found
    lines = explained.lines
    reader = reader_of(road)
    if reader is not None:
        lines = veiled(lines, guard.explained, guard, Sight(reader).of(event.type, road.catalog.machines))
    failed = tuple(told(machine, line) for line in lines if line.verdict != "met")
    waits = "; ".join(one.short for one in failed if one.short) or _("its condition does not hold")
    text = _("%(move)s waits: %(what)s.") % {"move": word("move", move.name, machine.id), "what": waits}
    return _refused(found, text, waits=waits, lines=failed, place=failed[0].place if failed else "")


def _refused(move: Move, refused: str, *, waits: str = "", place: str = "", lines: tuple[Told, ...] = ()) -> Move:
    return Move(move.name, move.target, move.key, move.path, move.reason, move.danger, refused, waits, place, lines)
