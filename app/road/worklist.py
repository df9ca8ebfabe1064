"""What is to do: the open tasks and exceptions that a caller may see, by priority and then by what runs out first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, cast

import sqlalchemy as sa

from app.road import commands
from app.road.lists import told_whole
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
BELONGING = ("payment", "option")
"""Kinds of entities that belong to a booking."""
MOST = 20_000
"""Items of a kind: far beyond what anybody works through, so that a list is cut somewhere."""
NEVER = 2**62
UNKNOWN = PRIORITIES.index("normal")
"""The rank of a priority that this list does not know."""
MOST_NAMED = 500
"""Ids that a query names one by one."""


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
    def place(self) -> tuple[int, int, int]:
        """By what it is ordered, before its id: its priority, when it runs out, how old it is, in microseconds."""
        priority = self.record["priority"]
        rank = PRIORITIES.index(priority) if priority in PRIORITIES else UNKNOWN
        return rank, NEVER if self.paused or self.due is None else self.due, micro(self.record["created_at"])


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items are asked for. ``assignee`` is a person's id, the empty text for nobody's, None for anybody's;
    ``words`` must be in the title or the reason.
    """

    kinds: tuple[str, ...] = KINDS
    asleep: bool = False
    assignee: str | None = None
    priority: str = ""
    words: str = ""

    def holds(self, machine: str, record: Record) -> bool:
        """Whether an item is one of those, its words left aside: which texts have them is for the store to say."""
        return (
            machine in self.kinds
            and record["status"] not in CLOSED[machine]
            and (record["status"] == ASLEEP) == self.asleep
            and (self.assignee is None or (record.get("assignee") or "") == self.assignee)
            and (not self.priority or record["priority"] == self.priority)
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """How many items there are of a kind and priority, asleep or not, the caller's own or not."""

    machine: str
    priority: str
    asleep: bool
    own: bool
    count: int


EVERYTHING = Wanted()


def worklist(road: StoredRoad, wanted: Wanted = EVERYTHING, most: int = MOST) -> list[Item]:
    """The first items that the caller may see, in order: the store ranks them, and no more than ``most`` are read."""
    ranked = [(row, machine) for machine in wanted.kinds for row in _ranked(road, machine, wanted, most)]
    ranked.sort(key=lambda one: tuple(one[0])[:4])
    first = [(row.id, machine, row.due, bool(row.paused)) for row, machine in ranked[:most]]
    records: dict[str, Record] = {}
    for machine in KINDS:
        ids = [id for id, kind, _, _ in first if kind == machine]
        whole = told_whole(road, machine)
        query: sa.Select[Any] = _query(road, machine, "some")  # there are ids of what may be seen only
        for start in range(0, len(ids), MOST_NAMED):
            given = {"now": micro(road.now), "ids": ids[start : start + MOST_NAMED]}
            for row in road.connection.execute(query, given):
                record = road.store.take(machine, row, whole=whole)
                records[f"{machine}/{record['id']}"] = record
    return [
        Item(machine, records[f"{machine}/{id}"], due, paused)
        for id, machine, due, paused in first
        if f"{machine}/{id}" in records
    ]


def tallies(road: StoredRoad, wanted: Wanted | None = None) -> list[Tally]:
    """How many there are, of everything to do or of what is wanted: one query a kind."""
    found = []
    for machine in KINDS if wanted is None else wanted.kinds:
        base = _base(road, machine)
        if base is None:
            continue
        asleep = sa.case((base.c.status == ASLEEP, 1), else_=0)
        own = sa.case((base.c.assignee == road.journal.caller.id, 1), else_=0)
        groups = (base.c.priority, asleep, own)
        query = sa.select(*groups, sa.func.count()).group_by(*groups)
        if wanted is not None:
            query = query.where(*_conditions(base, wanted))
        for priority, sleeps, mine, count in road.connection.execute(query, {"now": micro(road.now)}):
            found.append(Tally(machine, priority, bool(sleeps), bool(mine), count))
    return found


def _ranked(road: StoredRoad, machine: str, wanted: Wanted, most: int) -> list[Any]:
    """Rank, deadline, age and id of the first items of a kind, with the deadline of their clocks."""
    base = _base(road, machine)
    if base is None:
        return []
    clocks = _dues(machine).subquery()
    rank = sa.case({name: number for number, name in enumerate(PRIORITIES)}, value=base.c.priority, else_=UNKNOWN)
    due = sa.func.coalesce(clocks.c.due, base.c.due) if "due" in base.c else clocks.c.due
    paused = sa.func.coalesce(clocks.c.paused, 0)
    runs_out = sa.case((paused == 1, NEVER), else_=sa.func.coalesce(due, NEVER))
    order = (rank, runs_out, base.c.created_at, base.c.id)
    query = sa.select(
        rank.label("rank"),
        runs_out.label("runs_out"),
        base.c.created_at,
        base.c.id,
        due.label("due"),
        paused.label("paused"),
    )
    query = query.select_from(base.outerjoin(clocks, clocks.c.entity == base.c.id))
    query = query.where(*_conditions(base, wanted)).order_by(*order).limit(most)
    return list(road.connection.execute(query, {"now": micro(road.now)}))


def _conditions(base: Any, wanted: Wanted) -> list[Any]:
    found = [base.c.status == ASLEEP if wanted.asleep else base.c.status != ASLEEP]
    if wanted.assignee is not None:
        found.append(base.c.assignee == wanted.assignee if wanted.assignee else base.c.assignee.is_(None))
    if wanted.priority:
        found.append(base.c.priority == wanted.priority)
    if wanted.words:
        # SQLite folds the case of ASCII letters only: the forms that people type are looked for.
        forms = {wanted.words, wanted.words.lower(), wanted.words.capitalize(), wanted.words.upper()}
        texts = [base.c[name] for name in ("title", "reason") if name in base.c]
        found.append(sa.or_(*(text.icontains(form, autoescape=True) for text in texts for form in sorted(forms))))
    return found


def item_of(road: StoredRoad, machine: str, id: str) -> Item:
    """One item, be it closed. Raises NotFoundError."""
    record, _ = commands.readable(road, road.catalog.machines[machine], id)
    row = road.connection.execute(_dues(machine).where(CLOCKS.c.entity == id)).first()
    return _item(machine, record, row.due if row else None, bool(row.paused) if row else False)


def about(road: StoredRoad, items: Iterable[Item]) -> dict[str, Record]:
    """The entities that items are about and the caller may read, by ``machine/id``; one query a kind."""
    return readable(road, [item.record.get("about") or "" for item in items])


def readable(road: StoredRoad, keys: Iterable[str]) -> dict[str, Record]:
    """The entities that the caller may read of those named by ``machine/id``, without what is hidden; one query a kind."""
    wanted: dict[str, set[str]] = {}
    for key in keys:
        machine, _, id = key.partition("/")
        if machine in ENTITIES and id:
            wanted.setdefault(machine, set()).add(id)
    return related(road, wanted)


def bookings_behind(road: StoredRoad, keys: Iterable[str]) -> dict[str, str]:
    """The ids of the bookings that some entities belong to, by ``machine/id``, whether they may be read or not; one query
    a kind.
    """
    found: dict[str, str] = {}
    wanted: dict[str, set[str]] = {}
    for key in keys:
        machine, _, id = key.partition("/")
        if machine in BELONGING and id:
            wanted.setdefault(machine, set()).add(id)
    for machine, ids in wanted.items():
        table = road.store.rows(machine).table
        query = sa.select(table.c.id, table.c.booking).where(table.c.id.in_(sorted(ids)))
        found |= {f"{machine}/{row.id}": row.booking for row in road.connection.execute(query)}
    return found


def _item(machine: str, record: Record, due: int | None, paused: bool) -> Item:
    own = record.get("due")
    return Item(machine, record, due if due is not None or own is None else micro(own), paused)


def _base(road: StoredRoad, machine: str) -> Any:
    """The open items of a kind that the caller may see, as a table to choose from; None where no role grants any."""
    query = _query(road, machine, "all")
    return query.subquery() if query is not None else None


def _query(road: StoredRoad, machine: str, which: Literal["all", "some"]) -> Any:
    """The rows of the open items of a kind that the caller may see; of ``some`` the ids are given."""
    actor = road.journal.caller.actor
    roles = road.catalog.access.of(actor["roles"])
    permission = f"{road.catalog.machines[machine].plural}.read"
    if not any(grant.machine == machine for grant in roles.grants.get(permission, ())):
        return None
    key = ("worklist", which, machine, actor["id"], tuple(actor["roles"]), tuple(actor["queues"]))
    found = road.prepared.get(key)
    if found is None:
        dialect = cast(Literal["sqlite", "postgresql"], road.statements.dialect.name)
        store, now = sql.Store(dialect, ENTITIES), sa.bindparam("now", None, sa.BigInteger)
        # Named one by one, so that the index of states finds them among all that was ever done.
        going = sorted(set(road.catalog.machines[machine].states) - set(CLOSED[machine]))

        def filters(table: sa.FromClause) -> list[Any]:
            named = [table.c.id.in_(sa.bindparam("ids", expanding=True))] if which == "some" else []
            return [table.c.status.in_(going), *named]

        found = road.prepared[key] = listed(roles, actor, permission, machine, store, now, (), MOST, filters)
    return found


def _dues(machine: str) -> sa.Select[Any]:
    """The earliest deadline of the running clocks of each entity, and whether all of them are paused."""
    columns = CLOCKS.c
    paused = sa.func.min(sa.cast(columns.paused, sa.Integer)).label("paused")
    query = sa.select(columns.entity, sa.func.min(columns.due).label("due"), paused)
    query = query.where(columns.machine == machine, columns.ended.is_(None), columns.opened.is_not(None))
    return query.group_by(columns.entity)
