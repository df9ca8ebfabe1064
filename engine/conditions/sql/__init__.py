"""The SQL back end: a checked condition as an SQLAlchemy expression, with the same answer on SQLite and PostgreSQL.

A missing value or an error is NULL. SQL's three-valued logic is then CEL's absorption, and a row whose condition is
NULL is not listed. docs/conditions-in-sql.md describes the subset and how values lie in tables. These are the only
modules of the engine that know SQLAlchemy; no command loads them.
"""

from engine.conditions.sql.branches import Branch, branches, predicate
from engine.conditions.sql.listing import listing
from engine.conditions.sql.store import Asker, Element, Rows, Store, Table, Truth, columns, row

__all__ = [
    "Asker",
    "Branch",
    "Element",
    "Rows",
    "Store",
    "Table",
    "Truth",
    "branches",
    "columns",
    "listing",
    "predicate",
    "row",
]
