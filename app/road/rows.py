"""Between a row of a table and a record as conditions read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app.store.entities import ENTITIES
from app.store.statements import dumped, loaded
from engine.conditions.types import DURATION, MONEY, TIMESTAMP, ListType, Type
from engine.conditions.values import Duration, Timestamp
from engine.machines.model import Machine

MICROSECOND = 1_000
"""In nanoseconds, the engine's unit."""
INSTANTS = ("created_at", "updated_at", "status_since")
Record = dict[str, Any]


class Rows:
    """The rows of one machine's table."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.table: sa.Table = ENTITIES[machine.id]
        self.columns = [column.name for column in self.table.columns]
        self._places = {name: place for place, name in enumerate(self.columns)}
        kinds: dict[str, Type] = {name: field.type for name, field in machine.fields.items()}
        kinds |= dict.fromkeys(INSTANTS, TIMESTAMP)
        plain, instants, spans, lists, money = [], [], [], [], []
        for name in ("id", "status", *INSTANTS, *machine.fields, *machine.relations):
            kind = kinds.get(name)
            if kind == MONEY:
                money.append((name, self._places[f"{name}_amount"], self._places[f"{name}_currency"]))
                continue
            place = self._places[name]
            if kind == TIMESTAMP:
                instants.append((name, place))
            elif kind == DURATION:
                spans.append((name, place))
            elif isinstance(kind, ListType):
                lists.append((name, place))
            else:
                plain.append((name, place))
        self._plain, self._instants, self._spans, self._lists, self._money = plain, instants, spans, lists, money
        self._version = self._places["version"]
        self.fields = frozenset(["id", "status", *INSTANTS, *machine.fields, *machine.relations])

    def record(self, row: Sequence[Any]) -> tuple[Record, int]:
        """A row's record, what is NULL missing in it, and the row's version."""
        found: Record = {}
        for name, place in self._plain:
            value = row[place]
            if value is not None:
                found[name] = value
        for name, place in self._instants:
            value = row[place]
            if value is not None:
                found[name] = Timestamp(value * MICROSECOND)
        for name, place in self._spans:
            value = row[place]
            if value is not None:
                found[name] = Duration(value * MICROSECOND)
        for name, place in self._lists:
            value = row[place]
            if value is not None:
                found[name] = loaded(value)
        for name, amount, currency in self._money:
            if row[amount] is not None:
                found[name] = {"amount": row[amount], "currency": row[currency]}
        return found, row[self._version]

    def row(self, record: Mapping[str, Any], names: Sequence[str] | None = None) -> dict[str, Any]:
        """The columns of a record, or of some of its fields; what is missing is NULL."""
        wanted = None if names is None else frozenset(names)
        found: dict[str, Any] = {}
        for group, convert in (
            (self._plain, _same),
            (self._instants, _micro),
            (self._spans, _micro),
            (self._lists, dumped),
        ):
            for name, _ in group:
                if wanted is None or name in wanted:
                    value = record.get(name)
                    found[name] = None if value is None else convert(value)
        for name, _, _ in self._money:
            if wanted is None or name in wanted:
                value = record.get(name) or {}
                found[f"{name}_amount"], found[f"{name}_currency"] = value.get("amount"), value.get("currency")
        return found


def _same(value: Any) -> Any:
    return value


def _micro(value: Any) -> Any:
    return int(value) // MICROSECOND


def micro(instant: Timestamp) -> int:
    """An instant as columns hold it."""
    return int(instant) // MICROSECOND


def stamp(value: int) -> Timestamp:
    """A column's instant as the engine holds it."""
    return Timestamp(value * MICROSECOND)
