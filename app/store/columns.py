"""How values lie in tables (docs/conditions-in-sql.md), and the columns that every entity has.

Instants are microseconds since 1970 in UTC, money is an amount in minor units beside its currency, a relation holds the
other entity's id. Identifiers are texts; those that the application makes are UUIDv7, so that they sort by time.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

NAMES = {
    "ix": "%(table_name)s_by_%(column_0_N_name)s",
    "uq": "%(table_name)s_one_%(column_0_N_name)s",
    "ck": "%(table_name)s_%(constraint_name)s",
    "fk": "%(table_name)s_%(column_0_name)s_is_one_of_%(referred_table_name)s",
    "pk": "%(table_name)s_key",
}
METADATA = sa.MetaData(naming_convention=NAMES)
JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""A number that the database draws itself: SQLite does so only for its own kind of integer."""


def text(name: str, *more: Any, optional: bool = False, **options: Any) -> sa.Column[str]:
    """A text."""
    return sa.Column(name, sa.Text, *more, nullable=optional, **options)


def whole(name: str, *, optional: bool = False, **options: Any) -> sa.Column[int]:
    """A whole number of 64 bits."""
    return sa.Column(name, sa.BigInteger, nullable=optional, **options)


def instant(name: str, *, optional: bool = False, **options: Any) -> sa.Column[int]:
    """An instant in microseconds since 1970-01-01T00:00:00Z."""
    return sa.Column(name, sa.BigInteger, nullable=optional, **options)


def truth(name: str, **options: Any) -> sa.Column[bool]:
    """True or false."""
    return sa.Column(name, sa.Boolean, nullable=False, **options)


def json(name: str, *, optional: bool = False) -> sa.Column[Any]:
    """A list or an object."""
    return sa.Column(name, JSON, nullable=optional)


def money(name: str, *, optional: bool = False) -> list[sa.Column[Any]]:
    """An amount in minor units and its currency."""
    return [
        sa.Column(f"{name}_amount", sa.BigInteger, nullable=optional),
        sa.Column(f"{name}_currency", sa.String(3), nullable=optional),
    ]


def reference(name: str, table: str, *, optional: bool = False, index: bool = True) -> sa.Column[str]:
    """A relation to an entity of another table."""
    return sa.Column(name, sa.Text, sa.ForeignKey(f"{table}.id"), nullable=optional, index=index)


def entity(table: str, *parts: Any) -> sa.Table:
    """The table of a machine's entities.

    ``version`` counts the changes of a row and makes its ETag; ``audited`` is the head of the entity's chain of audit
    rows; ``lists`` reads are in order of creation, newest first.
    """
    columns: list[Any] = []
    for part in parts:
        columns.extend(part if isinstance(part, list) else [part])
    return sa.Table(
        table,
        METADATA,
        sa.Column("id", sa.Text, primary_key=True),
        text("status"),
        instant("created_at"),
        instant("updated_at"),
        instant("status_since"),
        sa.Column("version", sa.Integer, nullable=False, default=1),
        *columns,
        sa.Index(f"{table}_by_creation", "created_at", "id"),
    )
