"""What is to do: the open tasks and exceptions that a caller may see, by priority and then by what runs out first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

import sqlalchemy as sa

from app.road import commands
from app.road.related import related
from app.road.road import StoredRoad
from app.road.rows import micro
from app.store.entities import ENTITIES
from app.store.waiting import CLOCKS
from engine.access.listing import listed
from engine.conditions import sql
from engine.simulation.world import Record

KINDS = ("task", "exception")
PRIORITIES = ("urgent", "high", "normal", "low")
CLOSED = {"task": ("done", "cancelled"), "exception": ("resolved",)}
ASLEEP = "snoozed"
MOST = 20_000
"""Items of a kind: far beyond what anybody works through, so that a list is cut somewhere."""
NEVER = 2**62
_NEWEST = (("created_at", True), ("id", True))


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do. ``due`` is in microseconds: the earliest deadline of its running clocks, else its own; None without."""

    machine: str
    record: Record
    due: int | None
    paused: bool

    @property
    def key(self) -> str:
        """``task/ID`` or ``exception/ID``."""
        return f"{self.machine}/{self.record['id']}"

    @property
    def order(self) -> tuple[int, int, int, str]:
        """Where it stands: priority, deadline, age."""
        rank = PRIORITIES.index(self.record["priority"]) if self.record["priority"] in PRIORITIES else 2
        return (
            rank,
            NEVER if self.due is None or self.paused else self.due,
            self.record["created_at"],
            self.record["id"],
        )


def worklist(road: StoredRoad) -> list[Item]:
    """Everything to do that the caller may see, in order."""
    items = [item for machine in KINDS for item in _items(road, machine)]
    return sorted(items, key=lambda item: item.order)


def item_of(road: StoredRoad, machine: str, id: str) -> Item:
    """One item, be it closed. Raises NotFoundError."""
    record, _ = commands.readable(road, road.catalog.machines[machine], id)
    due, paused = _dues(road, machine, [id]).get(id, (None, False))
    return _item(machine, record, due, paused)


def about(road: StoredRoad, items: Iterable[Item]) -> dict[str, Record]:
    """The entities that items are about and the caller may read, by ``machine/id``; one query a kind."""
    wanted: dict[str, set[str]] = {}
    for item in items:
        machine, _, id = (item.record.get("about") or "").partition("/")
        if machine in ENTITIES and id:
            wanted.setdefault(machine, set()).add(id)
    return related(road, wanted)


def _items(road: StoredRoad, machine: str) -> list[Item]:
    query = _query(road, machine)
    if query is None:
        return []
    records = [road.store.take(machine, row) for row in road.connection.execute(query, {"now": micro(road.now)})]
    dues = _dues(road, machine, None)
    return [_item(machine, record, *dues.get(record["id"], (None, False))) for record in records]


def _item(machine: str, record: Record, due: int | None, paused: bool) -> Item:
    own = record.get("due")
    return Item(machine, record, due if due is not None or own is None else micro(own), paused)


def _query(road: StoredRoad, machine: str) -> Any:
    actor = road.journal.caller.actor
    roles = road.catalog.access.of(actor["roles"])
    permission = f"{road.catalog.machines[machine].plural}.read"
    if not any(grant.machine == machine for grant in roles.grants.get(permission, ())):
        return None
    key = ("worklist", machine, actor["id"], tuple(actor["roles"]), tuple(actor["queues"]))
    found = road.prepared.get(key)
    if found is None:
        dialect = cast(Literal["sqlite", "postgresql"], road.statements.dialect.name)
        store, now = sql.Store(dialect, ENTITIES), sa.bindparam("now", None, sa.BigInteger)
        closed = CLOSED[machine]
        found = road.prepared[key] = listed(
            roles, actor, permission, machine, store, now, _NEWEST, MOST, lambda table: [table.c.status.not_in(closed)]
        )
    return found


def _dues(road: StoredRoad, machine: str, ids: list[str] | None) -> Mapping[str, tuple[int | None, bool]]:
    """The earliest deadline of the running clocks of each entity, and whether all of them are paused."""
    columns = CLOCKS.c
    query = sa.select(columns.entity, sa.func.min(columns.due), sa.func.min(sa.cast(columns.paused, sa.Integer)))
    query = query.where(columns.machine == machine, columns.ended.is_(None), columns.opened.is_not(None))
    if ids is not None:
        query = query.where(columns.entity.in_(ids))
    rows = road.connection.execute(query.group_by(columns.entity))
    return {entity: (due, bool(paused)) for entity, due, paused in rows}
