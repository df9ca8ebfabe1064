"""What the database refuses, in words that say who was there first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from app.store.entities import ENTITIES
from app.store.guards import EXCLUSIONS, Exclusion


@dataclass(frozen=True, slots=True)
class Winner:
    """The entity that stands in the way. ``code`` is what people call it, where its kind has one."""

    machine: str
    id: str
    code: str | None

    def __str__(self) -> str:
        return f"{self.machine} {self.code or self.id}"


class ConflictError(Exception):
    """A constraint refuses a change. ``constraint`` is its name, ``table`` and ``column`` whose it is, where that is
    known; ``machine`` and ``row`` are what was to be written.
    """

    def __init__(self, message: str, constraint: str = "", table: str = "", column: str = "") -> None:
        super().__init__(message)
        self.constraint = constraint
        self.table = table
        self.column = column
        self.machine = ""
        self.row: Mapping[str, Any] = {}

    @property
    def rivalry(self) -> bool:
        """Whether another entity is in the way, which may be gone by now."""
        return bool(self.table)


_SENTENCES = {
    "bookings_firm_once": "the model is firmly booked at that time already",
    "slots_firm_once": "the model's time is taken then already",
}


def conflict_of(error: IntegrityError, machine: str = "", row: Mapping[str, Any] | None = None) -> ConflictError:
    """The conflict behind a database's error, met when a machine's row was written."""
    found = _conflict_of(error)
    found.machine, found.row = machine, row or {}
    return found


def _conflict_of(error: IntegrityError) -> ConflictError:
    diagnosis = getattr(error.orig, "diag", None)
    name = getattr(diagnosis, "constraint_name", None) or ""
    text = str(error.orig)
    for one in EXCLUSIONS:
        if one.name in (name, text):
            return ConflictError(_SENTENCES[one.name], one.name, one.table)
    if "UNIQUE constraint failed" in text or getattr(error.orig, "sqlstate", "") == "23505":
        where = text.partition("UNIQUE constraint failed: ")[2] or name
        table, _, column = where.partition(".") if "." in where else where.partition("_one_")
        return ConflictError(f"there is one with this {column or 'value'} already", name or where, table, column)
    if "FOREIGN KEY" in text or getattr(error.orig, "sqlstate", "") == "23503":
        return ConflictError("it refers to something that is not there", name)
    if "NOT NULL" in text or getattr(error.orig, "sqlstate", "") == "23502":
        missing = text.partition("NOT NULL constraint failed: ")[2].rpartition(".")[2]
        column = missing or getattr(diagnosis, "column_name", None) or "a field"
        return ConflictError(f"{column} is missing", name)
    return ConflictError("the store does not allow this", name)


def winner_of(connection: Connection, conflict: ConflictError) -> Winner | None:
    """Who stands in the way now; None where that is nobody any more, or nobody can say."""
    table = ENTITIES.get(conflict.machine)
    if table is None or table.name != conflict.table:
        return None
    row = conflict.row
    exclusion = next((one for one in EXCLUSIONS if one.name == conflict.constraint), None)
    if exclusion is not None:
        there = _overlapping(table, exclusion, row)
    elif conflict.column in table.c and row.get(conflict.column) is not None:
        there = table.c[conflict.column] == row[conflict.column]
    else:
        return None
    code = next((table.c[name] for name in ("code", "public_code") if name in table.c), sa.null())
    query = (
        sa.select(table.c.id, code)
        .where(there, table.c.id != row["id"])
        .order_by(table.c.created_at, table.c.id)
        .limit(1)
    )
    found = connection.execute(query).first()
    return None if found is None else Winner(conflict.machine, found[0], found[1])


def _overlapping(table: sa.Table, one: Exclusion, row: Mapping[str, Any]) -> sa.ColumnElement[bool]:
    return sa.and_(
        table.c[one.target] == row[one.target],
        table.c.status.in_(one.states),
        table.c.starts_at < row["ends_at"],
        table.c.ends_at > row["starts_at"],
    )
