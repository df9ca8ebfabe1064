"""A list of what is open by what runs out first, and behind it what is closed, newest first.

The open entities of a kind are found by their state, and each one's clocks in their index: it costs what is open, whatever
has been closed since the beginning. What is not late by any running clock, or waits, stands in the order in which it came.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, cast

import sqlalchemy as sa

from app.road.lists import ORDER, Page, cursor_of, filter_of, page, place_of, read_some, sealed, told_whole
from app.road.road import StoredRoad
from app.road.rows import micro
from app.store.entities import ENTITIES
from app.store.statements import Statement
from app.store.waiting import CLOCKS
from engine.access.listing import listed
from engine.conditions import sql

OPEN = "open"
"""The group of states that a machine has for this."""
NEVER = 2**62
"""When that runs out which has no clock that runs."""
ALL = 2**31 - 1
URGENT = ("runs_out", "created_at", "id")
NEWEST = [name for name, _ in ORDER]


def by_urgency(road: StoredRoad, machine_id: str, *, limit: int, cursor: str | None, filter: str | None) -> Page:
    """A page of the entities that the caller may read and that fit the filter: the open ones by what runs out first, then
    the closed ones, newest first.

    Raises ForbiddenError for a caller who may read none of the kind, InvalidError for a filter or cursor that cannot be
    used.
    """
    if cursor and URGENT[0] not in place_of(cursor, URGENT, NEWEST):
        return _closed(road, machine_id, limit, cursor, filter)
    found = open_by_urgency(road, machine_id, limit=limit, cursor=cursor, filter=filter)
    if found.next_cursor is not None:
        return found
    behind = _closed(road, machine_id, max(limit - len(found.records), 1), None, filter)
    if len(found.records) == limit:  # a full page: what is closed begins on the next one
        return Page(found.records, sealed([NEVER + 1, 0, ""]) if behind.records else None)
    return Page([*found.records, *behind.records], behind.next_cursor)


def _closed(road: StoredRoad, machine_id: str, limit: int, cursor: str | None, filter: str | None) -> Page:
    # Said so, the newest are read first; a state that is asked for by name is looked up, and all of it sorted.
    both = " && ".join(f"({one})" for one in (f"!({machine_id}.status in {OPEN})", filter) if one)
    return page(road, machine_id, limit=limit, cursor=cursor, filter=both)


def open_by_urgency(road: StoredRoad, machine_id: str, *, limit: int, cursor: str | None, filter: str | None) -> Page:
    """The open ones alone. Raises as ``by_urgency`` does."""
    read_some(road, machine_id)
    after = place_of(cursor, URGENT) if cursor else None
    actor = road.journal.caller.actor
    who = (actor["id"], tuple(actor["roles"]), tuple(actor["queues"]))
    key = ("urgent", machine_id, who, filter, limit, after is not None)
    query: Statement | None = road.prepared.get(key)
    if query is None:
        made = _ranked(road, machine_id, limit + 1, filter, paged=after is not None)
        query = road.prepared[key] = Statement(made, road.statements.dialect)
    bound = {"now": micro(road.now)} | {f"after_{name}": value for name, value in (after or {}).items()}
    rows = query(road.connection, bound).fetchall()
    whole = told_whole(road, machine_id)
    records = [road.store.take(machine_id, row, whole=whole) for row in rows[:limit]]
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(records, cursor_of(last, URGENT) if last is not None else None)


def _ranked(road: StoredRoad, machine_id: str, limit: int, filter: str | None, *, paged: bool) -> Any:
    machine, actor = road.catalog.machines[machine_id], road.journal.caller.actor
    now = sa.bindparam("now", None, sa.BigInteger)
    store = sql.Store(cast(Literal["sqlite", "postgresql"], road.statements.dialect.name), ENTITIES)
    condition = filter_of(road, machine_id, filter) if filter else None

    def filters(table: sql.Table) -> Sequence[sql.Truth]:
        found: list[sql.Truth] = [table.c.status.in_(sorted(machine.groups[OPEN]))]
        if condition is not None:
            found.append(sql.predicate(condition, store, table, sql.Asker(actor, now)))
        return found

    roles = road.catalog.access.of(actor["roles"])
    seen = listed(roles, actor, f"{machine.plural}.read", machine_id, store, now, (), ALL, filters).subquery()
    clocks = CLOCKS.c
    first = sa.select(sa.func.min(sa.case((clocks.paused, None), else_=clocks.due)))
    first = first.where(clocks.machine == machine_id, clocks.entity == seen.c.id)
    first = first.where(clocks.ended.is_(None), clocks.opened.is_not(None))
    ranked = sa.select(seen, sa.func.coalesce(first.scalar_subquery(), NEVER).label("runs_out")).subquery()
    order = (ranked.c.runs_out, ranked.c.created_at, ranked.c.id)
    query = sa.select(ranked).order_by(*order).limit(limit)
    if not paged:
        return query
    out, created = (sa.bindparam(name, None, sa.BigInteger) for name in ("after_runs_out", "after_created_at"))
    return query.where(sa.tuple_(*order) > sa.tuple_(out, created, sa.bindparam("after_id", None, sa.Text)))
