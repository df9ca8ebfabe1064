"""How values lie in tables, and as constants beside them; docs/conditions-in-sql.md has the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from engine.conditions.types import BOOL, DOUBLE, DURATION, INT, MONEY, TIMESTAMP, Type, is_text
from engine.conditions.values import Duration, Timestamp

Dialect = Literal["sqlite", "postgresql"]
Element = sa.ColumnElement[Any]
Table = sa.FromClause
Truth = sa.ColumnElement[bool]
Rows = sa.Select[Any]
MICROSECOND = 1_000


@dataclass(frozen=True, slots=True)
class Store:
    """A database: its dialect, and the table of each machine."""

    dialect: Dialect
    tables: Mapping[str, Table]


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for a list, and when: bound values. ``now`` is taken to the microsecond, as tables keep instants; it may
    be a parameter, for a query that is kept and asked again.
    """

    actor: Mapping[str, Any]
    now: Timestamp | Element


def plain(value: object) -> Any:
    """A constant as tables keep it: instants and spans in microseconds."""
    return int(value) // MICROSECOND if isinstance(value, (Timestamp, Duration)) else value


def constant(value: object) -> Element:
    """A constant as SQL."""
    bound = plain(value)
    if bound is True or bound is False:
        return sa.true() if bound else sa.false()
    kinds: dict[type, Any] = {int: sa.BigInteger, float: sa.Double}
    return sa.literal(bound, kinds.get(type(bound), sa.Text))


def columns(fields: Mapping[str, Type], dialect: Dialect) -> list[sa.Column[Any]]:
    """The columns in which values of these types lie as the expressions expect them; ``id`` is the primary key."""
    kinds: dict[Type, Any] = {INT: sa.BigInteger, DOUBLE: sa.Double, BOOL: sa.Boolean}
    kinds |= {TIMESTAMP: sa.BigInteger, DURATION: sa.BigInteger}
    found: list[sa.Column[Any]] = []
    for name, kind in fields.items():
        if kind == MONEY:
            found += [sa.Column(f"{name}_amount", sa.BigInteger), sa.Column(f"{name}_currency", sa.Text)]
        else:
            json = JSONB(none_as_null=True) if dialect == "postgresql" else sa.JSON(none_as_null=True)
            column = sa.Text if is_text(kind) else kinds.get(kind, json)
            found.append(sa.Column(name, column, primary_key=name == "id"))
    return found


def row(record: Mapping[str, Any], fields: Mapping[str, Type]) -> dict[str, Any]:
    """A record as a row of those columns; what is missing is NULL."""
    found: dict[str, Any] = {}
    for name, kind in fields.items():
        value = record.get(name)
        if kind == MONEY:
            money = value or {}
            found[f"{name}_amount"], found[f"{name}_currency"] = money.get("amount"), money.get("currency")
        else:
            found[name] = plain(value)
    return found
