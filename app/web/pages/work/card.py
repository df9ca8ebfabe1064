"""The card beside the list: what an item is, what it is about, what may be done, why it exists, and what has happened."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from app.road import commands, worklist
from app.road.problems import NotFoundError
from app.road.road import StoredRoad
from app.road.standing import faces_of
from app.road.worklist import CLOSED
from app.web.answers import shown
from app.web.pages.work.because import Bar, Because, bar, because
from app.web.pages.work.deadlines import Deadline, of_clock
from app.web.pages.work.moves import Act, acts_about, own_acts, subjects
from app.web.pages.work.rows import CODES, Row, became, rows_of
from app.web.pages.work.story import Happening, story
from app.web.wording import moments
from app.web.wording.words import word
from engine.simulation.world import Record

CLOCKED = ("inquiry", "booking", "option")
FIRST = ("confirm", "answer")
"""Moves of what an item is about that are mostly what it asks for."""
MONEY = ("total", "budget", "amount")
"""Fields of money, as far as the reader sees them."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What an item is about, in a few lines. ``path`` is its page, ``who`` a name to stand for it."""

    machine: str
    id: str
    code: str
    who: str
    status: str
    aside: str
    path: str
    money: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Card:
    """Everything that a card shows."""

    row: Row
    version: int
    open: bool
    subjects: list[Subject]
    clocks: list[tuple[str, Deadline, Bar | None]]
    own: list[Act]
    about: list[Act]
    assignable: bool
    mine: bool
    snoozable: bool
    because: Because | None
    story: list[Happening]

    @property
    def keys(self) -> list[str]:
        """The item and what it is about, by ``machine/id``: a change of another of their kinds changes nothing here."""
        return [self.row.key, *(f"{one.machine}/{one.id}" for one in self.subjects)]

    @property
    def acts(self) -> list[Act]:
        """The moves in the order of their buttons: what mostly comes next first, what ends things last."""
        held = sorted((*self.about, *self.own), key=lambda act: (act.grave, act.name not in FIRST, not act.settles))
        return [act for act in held if act.refused is None] + [act for act in held if act.refused is not None]

    @property
    def primary(self) -> str:
        """The path of the one button that is offered first."""
        return next((act.path for act in self.acts if act.refused is None and not act.grave), "")


def card(road: StoredRoad, machine: str, id: str) -> Card:
    """An item's card. Raises NotFoundError."""
    item = worklist.item_of(road, machine, id)
    found = subjects(road, item)
    closed = item.record["status"] in CLOSED[machine]
    row = rows_of(road, [item])[0]
    update = commands.decision(road, f"{road.catalog.machines[machine].plural}.update", machine, item.record).allowed
    assign = commands.decision(road, f"{road.catalog.machines[machine].plural}.assign", machine, item.record).allowed
    snooze = machine == "task" and commands.decision(road, "tasks.snooze", machine, item.record).allowed
    own = item.record.get("assignee") == road.journal.caller.id
    return Card(
        replace(row, gone=became(road, item)) if closed else row,
        road.store.version(machine, id),
        not closed,
        [_subject(road, kind, record) for kind, record in found],
        _clocks(road, [(machine, item.record), *found]),
        [] if closed else own_acts(road, item),
        [] if closed else acts_about(road, item, found),
        assign and not closed,
        not own and (update or assign) and not closed,
        snooze and not closed and item.record["status"] != "snoozed",
        because(road, machine, id),
        story(road, item.key, found),
    )


def _clocks(road: StoredRoad, of: list[tuple[str, Record]]) -> list[tuple[str, Deadline, Bar | None]]:
    """The running clocks of the item and of what it is about, and the last of those that have ended."""
    found = []
    for machine, record in of:
        for face in faces_of(road, machine, [record["id"]])[record["id"]]:
            drawn = (
                bar(road, machine, record["id"], face.policy)
                if face.ended is None or face.state == "breached"
                else None
            )
            found.append((face.policy, of_clock(face, road.now, record["status"]), drawn))
    return found


def _subject(road: StoredRoad, kind: str, record: Record) -> Subject:
    machine = road.catalog.machines[kind]
    seen: dict[str, Any] = shown(road, machine, record)
    client = _seen(road, "client", seen.get("client"))
    model = _seen(road, "model", seen.get("model"))
    who = model.get("name") or client.get("name") or seen.get("name") or word("kind", kind)
    parts = [client.get("name") if model else "", _when(seen), seen.get("city"), word("option", seen.get("purpose"))]
    return Subject(
        kind,
        record["id"],
        next((str(seen[name]) for name in CODES if seen.get(name)), ""),
        str(who),
        str(seen.get("status") or ""),
        " · ".join(str(part) for part in parts if part),
        f"/{machine.plural}/{record['id']}",
        [(word("field", name), moments.money(seen[name])) for name in MONEY if seen.get(name)],
    )


def _when(seen: dict[str, Any]) -> str:
    if seen.get("starts_at") and seen.get("ends_at"):
        return moments.period(seen["starts_at"], seen["ends_at"])
    return moments.instant(seen["due_at"]) if seen.get("due_at") else ""


def _seen(road: StoredRoad, kind: str, id: Any) -> dict[str, Any]:
    """A client or model as the reader may see it; nothing of one that may not be seen."""
    if not isinstance(id, str):
        return {}
    machine = road.catalog.machines[kind]
    try:
        record, _decided = commands.readable(road, machine, id)
    except NotFoundError:
        return {}
    return shown(road, machine, record)
