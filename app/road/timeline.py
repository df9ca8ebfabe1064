"""The timeline of a booking: what happened to it and around it, newest first, as its reader may see it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.records.events import EVENTS
from app.road import about as naming
from app.road import commands
from app.road.problems import Fault, InvalidError
from app.road.road import StoredRoad
from app.road.rows import stamp
from app.store.journal import AUDIT
from app.store.waiting import OUTBOX
from engine.events.envelope import actor_of, decode
from engine.simulation.world import Record

KINDS = ("people", "system", "money", "messages")
MONEY = "payment"
END = 2**63 - 1
"""No event has this number."""
AROUND = (("payment", "booking"), ("option", "booking"))
"""Machines whose relation leads to the booking."""
MOST_ABOUT = 200
"""Of the tasks, and of the exceptions, around an entity: how many of the newest its timeline tells of."""


def timeline(
    road: StoredRoad, booking_id: str, *, kind: str | None, limit: int, cursor: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """The happenings of a page, and the cursor of those before them."""
    booking, _ = commands.readable(road, road.catalog.machines["booking"], booking_id)
    about = _around(road, booking)
    before = _number(cursor) if cursor else None
    if kind == "messages":
        return _messages(road, about, limit, before)
    if kind == "money":
        about = {MONEY: about.get(MONEY, [])}
    items: list[dict[str, Any]] = []
    last = END if before is None else before
    while True:
        rows = _events(road, about, limit + 1, last)
        for seq, text in rows:
            shown = _shown(road, text)
            if shown is not None and kind in (None, shown["kind"]):
                if len(items) == limit:
                    return _reasoned(road, items), str(last)
                items.append(shown)
            last = seq
        if len(rows) <= limit:
            return _reasoned(road, items), None


def history(road: StoredRoad, machine_id: str, id: str, *, limit: int) -> list[dict[str, Any]]:
    """The last happenings of an entity and of the tasks and exceptions about it, newest first, as its reader may see them.

    A move says from which state to which (``from``, ``to``). Raises NotFoundError.
    """
    commands.readable(road, road.catalog.machines[machine_id], id)
    about = {machine_id: [id]}
    for machine in ("task", "exception"):
        plural = road.catalog.machines[machine].plural
        for record in _about(road, machine, [f"{machine_id}/{id}"], MOST_ABOUT):
            if road.journal.caller.system or commands.decision(road, f"{plural}.read", machine, record).allowed:
                about.setdefault(machine, []).append(record["id"])
    items = []
    for _seq, text in _events(road, about, limit, END):
        shown = _shown(road, text)
        if shown is not None:
            data = decode(text.encode()).data
            items.append({**shown, "from": data.get("from"), "to": data.get("to")})
    return _reasoned(road, items)


def _reasoned(road: StoredRoad, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The happenings with the reasons of changed fields, which the audit alone knows; where all that changed is hidden,
    so is why.
    """
    told = [one for one in items if one["type"].endswith(".updated") and one["changes"] and one["reason"] is None]
    columns = AUDIT.c
    for machine, id in sorted({(one["entity"]["type"], one["entity"]["id"]) for one in told}):
        query = sa.select(columns.event, columns.reason).where(columns.machine == machine, columns.entity == id)
        rows = road.connection.execute(query.where(columns.reason.is_not(None), columns.outcome == "done"))
        reasons = {row.event: row.reason for row in rows}
        for one in told:
            one["reason"] = reasons.get(one["id"], one["reason"])
    return items


def those_about(road: StoredRoad, machine: str, about: str) -> list[Record]:
    """The tasks or exceptions about an entity (``machine/id``), oldest first; nobody was asked whether they may be read."""
    return sorted(_about(road, machine, [about]), key=lambda record: (record["created_at"], record["id"]))


def _around(road: StoredRoad, booking: Record) -> dict[str, list[str]]:
    """The entities that belong to a booking, by machine, of those that the caller may read."""
    found: dict[str, list[str]] = {"booking": [booking["id"]]}
    records = [("inquiry", one) for one in [road.world.tables["inquiry"].get(booking.get("inquiry", ""))] if one]
    for machine, relation in AROUND:
        records += [(machine, one) for one in road.world.inverse(machine, relation, booking["id"])]
    for machine in ("task", "exception"):
        about = [f"booking/{booking['id']}", *(f"{kind}/{one['id']}" for kind, one in records if kind != machine)]
        records += [(machine, one) for one in _about(road, machine, about, MOST_ABOUT)]
    for machine, record in records:
        plural = road.catalog.machines[machine].plural
        if road.journal.caller.system or commands.decision(road, f"{plural}.read", machine, record).allowed:
            found.setdefault(machine, []).append(record["id"])
    return found


def _about(road: StoredRoad, machine: str, about: list[str], most: int = END) -> list[Record]:
    """The tasks or exceptions about some entities; of more than ``most``, the newest."""
    table = road.store.rows(machine).table
    texts = _filled(about)

    def clause() -> Any:
        query = sa.select(table).where(table.c.about.in_([sa.bindparam(f"about{n}") for n in range(len(texts))]))
        return query.order_by(table.c.created_at.desc(), table.c.id.desc()).limit(
            sa.bindparam("most", type_=sa.BigInteger)
        )

    select = road.statements.of(("about", machine, len(texts)), clause)
    values: dict[str, Any] = {"most": most} | {f"about{n}": text for n, text in enumerate(texts)}
    return [road.store.take(machine, row) for row in select(road.connection, values).fetchall()]


def _events(road: StoredRoad, about: dict[str, list[str]], limit: int, before: int) -> Any:
    """The last events of some entities before a number, newest first: their numbers and bodies."""
    filled = {machine: _filled(ids) for machine, ids in about.items() if ids}
    if not filled:
        return []
    shape = tuple((machine, len(ids)) for machine, ids in filled.items())
    columns = EVENTS.c

    def clause() -> Any:
        some = [
            sa.and_(
                columns.machine == sa.bindparam(machine),
                columns.subject.in_([sa.bindparam(f"{machine}{n}") for n in range(count)]),
            )
            for machine, count in shape
        ]
        query = sa.select(columns.seq, columns.body).where(sa.or_(*some), columns.seq < sa.bindparam("before"))
        return query.order_by(columns.seq.desc()).limit(sa.bindparam("most", type_=sa.BigInteger))

    values: dict[str, Any] = {"before": before, "most": limit} | {machine: machine for machine in filled}
    for machine, ids in filled.items():
        values |= {f"{machine}{n}": id for n, id in enumerate(ids)}
    return road.statements.of(("happenings", shape), clause)(road.connection, values).fetchall()


def _filled(texts: list[str]) -> list[str]:
    """As many texts as a power of two, the last of them more than once: so that few statements serve all lengths."""
    return texts + texts[-1:] * ((1 << (len(texts) - 1).bit_length()) - len(texts))


def _shown(road: StoredRoad, text: str) -> dict[str, Any] | None:
    event = decode(text.encode())
    machine = event.machine
    record = road.world.tables[machine].get(event.subject)
    if record is None:
        return None
    hidden: frozenset[str] = frozenset()
    if not road.journal.caller.system:
        decided = commands.decision(road, f"{road.catalog.machines[machine].plural}.read", machine, record)
        if not decided.allowed:
            return None
        hidden = decided.hidden
    changes = event.changes or (
        {name: (None, value) for name, value in event.data.items()} if event.name == "created" else {}
    )
    actor = actor_of(event)
    by = actor.id if actor is not None else None
    person = by is not None and not by.startswith(("rule:", "sla:", "system:"))
    return {
        "id": event.id,
        "at": event.time.text(),
        "kind": "money" if machine == MONEY else "people" if person else "system",
        "type": event.type,
        "entity": {"type": machine, "id": event.subject},
        "actor": by,
        "cause": event.cause,
        "reason": event.data.get("reason"),
        "changes": naming.of_changes(
            road, machine, {name: list(pair) for name, pair in changes.items() if name not in hidden}
        ),
    }


def _messages(
    road: StoredRoad, about: dict[str, list[str]], limit: int, before: int | None
) -> tuple[list[dict[str, Any]], str | None]:
    """What was sent, or is about to be, on behalf of the booking or of what belongs to it."""
    columns = OUTBOX.c
    some = [sa.and_(columns.machine == machine, columns.entity.in_(ids)) for machine, ids in about.items()]
    query = sa.select(OUTBOX).where(sa.or_(*some))
    if before is not None:
        query = query.where(columns.number < before)
    rows = road.connection.execute(query.order_by(columns.number.desc()).limit(limit + 1)).mappings().all()
    items = [
        {
            "id": row["key"],
            "at": stamp(row["created_at"]).text(),
            "kind": "messages",
            "type": row["kind"],
            "entity": {"type": row["machine"], "id": row["entity"]},
            "actor": f"rule:{row['rule']}" if row["rule"] else None,
            "state": row["state"],
            "template": row["payload"].get("template"),
            "to": row["payload"].get("to"),
            "leaves_at": stamp(row["not_before"]).text(),
            "changes": {},
        }
        for row in rows[:limit]
    ]
    return items, str(rows[limit - 1]["number"]) if len(rows) > limit else None


def _number(cursor: str) -> int:
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 18:
        raise InvalidError([Fault("?cursor", "invalid", "this is no cursor of this list: begin without one")])
    return int(cursor)
