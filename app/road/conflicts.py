"""What the database refuses, in words that say who was there first."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from app.store.guards import EXCLUSIONS


class ConflictError(Exception):
    """A constraint refuses a change. ``constraint`` is its name, ``table`` whose it is, where that is known."""

    def __init__(self, message: str, constraint: str = "", table: str = "") -> None:
        super().__init__(message)
        self.constraint = constraint
        self.table = table


_SENTENCES = {
    "bookings_firm_once": "the model is firmly booked at that time already",
    "slots_firm_once": "the model's time is taken then already",
}


def conflict_of(error: IntegrityError) -> ConflictError:
    """The conflict behind a database's error."""
    diagnosis = getattr(error.orig, "diag", None)
    name = getattr(diagnosis, "constraint_name", None) or ""
    text = str(error.orig)
    for one in EXCLUSIONS:
        if one.name in (name, text):
            return ConflictError(_SENTENCES[one.name], one.name, one.table)
    if "UNIQUE constraint failed" in text or getattr(error.orig, "sqlstate", "") == "23505":
        where = text.partition("UNIQUE constraint failed: ")[2] or name
        table, _, column = where.partition(".") if "." in where else where.partition("_one_")
        return ConflictError(f"there is one with this {column or 'value'} already", name or where, table)
    if "FOREIGN KEY" in text or getattr(error.orig, "sqlstate", "") == "23503":
        return ConflictError("it refers to something that is not there", name)
    if "NOT NULL" in text or getattr(error.orig, "sqlstate", "") == "23502":
        missing = text.partition("NOT NULL constraint failed: ")[2].rpartition(".")[2]
        column = missing or getattr(diagnosis, "column_name", None) or "a field"
        return ConflictError(f"{column} is missing", name)
    return ConflictError("the store does not allow this", name)
