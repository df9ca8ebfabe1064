"""Lists of what a caller may see: policies and filters as one query, pages by a cursor that costs the same anywhere."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import orjson
import sqlalchemy as sa

from app.road.problems import Fault, ForbiddenError, InvalidError
from app.road.road import StoredRoad
from app.road.rows import micro
from app.store.entities import ENTITIES
from app.store.statements import Statement
from engine.access.fields import hidden_among
from engine.access.listing import listed
from engine.conditions import sql
from engine.conditions.block import Line
from engine.conditions.check import check_condition
from engine.conditions.condition import Condition
from engine.conditions.listable import unlistable
from engine.conditions.reads import FieldRead
from engine.machines.scope import entity_scope
from engine.reading.nodes import Scalar
from engine.reading.source import Source
from engine.simulation.world import Record

MOST = 100
MOST_PREPARED = 1_000
"""Statements that are kept for a release, after which all are made anew."""
LONGEST_FILTER = 2_000
"""Characters."""
Order = tuple[tuple[str, bool], ...]
"""Columns, all of which rise or all of which descend; the last is the id, which tells apart what is alike before it."""
ORDER: Order = (("created_at", True), ("id", True))
"""Newest first."""
TEXTS = ("id", "status")
"""Columns of an order that are texts; the others are instants."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some entities, and the cursor of those after them; None at the end."""

    records: list[Record]
    next_cursor: str | None


def page(
    road: StoredRoad, machine_id: str, *, limit: int, cursor: str | None, filter: str | None, order: Order = ORDER
) -> Page:
    """A page of the entities that the caller may read and that fit the filter, newest first or in another ``order``, by
    fields that are never hidden.

    Raises ForbiddenError for a caller who may read none of the kind, InvalidError for a filter or cursor that cannot be
    used.
    """
    machine = road.catalog.machines[machine_id]
    actor = road.journal.caller.actor
    roles = road.catalog.access.of(actor["roles"])
    permission = f"{machine.plural}.read"
    if not any(grant.machine == machine_id for grant in roles.grants.get(permission, ())):
        raise ForbiddenError(machine_id, "", permission, f"no role of yours grants {permission}", None)
    after = _position(cursor, order) if cursor else None
    query = _query(road, machine_id, limit, filter, order, paged=after is not None)
    bound = {"now": micro(road.now)} | {f"after_{name}": value for name, value in (after or {}).items()}
    rows = query(road.connection, bound).fetchall()
    whole = told_whole(road, machine_id)
    records = [road.store.take(machine_id, row, whole=whole) for row in rows[:limit]]
    more = len(rows) > limit
    return Page(records, _cursor(rows[limit - 1], order) if more else None)


def told_whole(road: StoredRoad, machine_id: str) -> bool:
    """Whether lists leave nothing out of the caller's rows, as they do with what is hidden."""
    roles = road.catalog.access.of(road.journal.caller.actor["roles"])
    return not any(grant.hide for grant in roles.reading.get(machine_id, ()))


def _query(
    road: StoredRoad, machine_id: str, limit: int, filter: str | None, order: Order, *, paged: bool
) -> Statement:
    """The statement of a list: made once for a caller, a filter and a length, since making it costs more than running it.

    Raises InvalidError for a filter that cannot be used.
    """
    actor = road.journal.caller.actor
    who = (actor["id"], tuple(actor["roles"]), tuple(actor["queues"]))
    key = ("list", machine_id, who, filter, limit, order, paged)
    found: Statement | None = road.prepared.get(key)
    if found is None:
        if len(road.prepared) >= MOST_PREPARED:
            road.prepared.clear()
        found = road.prepared[key] = Statement(
            _listed(road, machine_id, limit, filter, order, paged), road.statements.dialect
        )
    return found


def _listed(road: StoredRoad, machine_id: str, limit: int, filter: str | None, order: Order, paged: bool) -> sql.Rows:
    actor = road.journal.caller.actor
    roles = road.catalog.access.of(actor["roles"])
    permission = f"{road.catalog.machines[machine_id].plural}.read"
    condition = _condition(road, machine_id, filter) if filter else None
    now = sa.bindparam("now", None, sa.BigInteger)
    dialect = cast(Literal["sqlite", "postgresql"], road.statements.dialect.name)
    store = sql.Store(dialect, ENTITIES)

    def filters(table: sql.Table) -> Sequence[sql.Truth]:
        found: list[sql.Truth] = []
        if condition is not None:
            found.append(sql.predicate(condition, store, table, sql.Asker(actor, now)))
        if paged:
            names = [name for name, _ in order]
            here = sa.tuple_(*(table.c[name] for name in names))
            types = [sa.Text if name in TEXTS else sa.BigInteger for name in names]
            pairs = zip(names, types, strict=True)
            after = sa.tuple_(*(sa.bindparam(f"after_{name}", None, type) for name, type in pairs))
            found.append(here < after if order[0][1] else here > after)
        return found

    return listed(roles, actor, permission, machine_id, store, now, order, limit + 1, filters)


def _cursor(row: Any, order: Order) -> str:
    place = [getattr(row, name) for name, _ in order]
    return base64.urlsafe_b64encode(orjson.dumps(place)).rstrip(b"=").decode()


def _position(cursor: str, order: Order) -> dict[str, int | str]:
    """What a cursor says of the last entity before: instants in microseconds, texts. Raises InvalidError."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        value = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        value = None
    if isinstance(value, list) and len(value) == len(order):
        place = dict(zip((name for name, _ in order), value, strict=True))
        if all(_fits(name, one) for name, one in place.items()):
            return place
    raise InvalidError([Fault("?cursor", "invalid", "this is no cursor of this list: begin without one")])


def _fits(name: str, value: Any) -> bool:
    if name in TEXTS:
        return isinstance(value, str) and "\0" not in value
    return type(value) is int and abs(value) < 2**63


def _condition(road: StoredRoad, machine_id: str, text: str) -> Condition:
    """A filter's condition, checked as policies are. Raises InvalidError with every mistake and where it stands."""
    if len(text) > LONGEST_FILTER:
        raise InvalidError([Fault("?filter", "too_long", f"a filter has at most {LONGEST_FILTER} characters")])
    scalar = Scalar(Source("filter", text), 0, len(text), text, "")
    condition, found = check_condition(Line(scalar), entity_scope(road.catalog.vocabulary, machine_id))
    if condition is None:
        faults = [
            Fault(
                "?filter", one.code, f"column {one.place.column}: {one.message}" + (f"; {one.hint}" if one.hint else "")
            )
            for one in found
        ]
        raise InvalidError(faults)
    wrong = unlistable(condition)
    if wrong:
        raise InvalidError([Fault("?filter", "unlistable", f"no list can be filtered so: {one.what}") for one in wrong])
    roles = road.catalog.access.of(road.journal.caller.actor["roles"])
    plurals = {id: machine.plural for id, machine in road.catalog.machines.items()}
    reads = [read for read in condition.reads() if isinstance(read, FieldRead)]
    hidden = hidden_among(roles, plurals, reads)
    if hidden is not None:
        raise InvalidError([Fault("?filter", "hidden_field", hidden.reason)])
    return condition
