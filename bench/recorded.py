"""The statements of one request, written down once and then said again by SQLAlchemy Core, for other ids.

What the platform sends runs past SQLAlchemy's constructs (``app.store.statements``); each statement is written down here
as the construct that it was compiled from, with its values as Core would take them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from app.store.statements import Batch, Statement, Statements

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_COUNTED = {"version", "from_version", "place", "known"}
"""Values that rise with every change of the entity."""


@dataclass(frozen=True, slots=True)
class Said:
    """One statement: what makes its construct anew, and its values."""

    make: Callable[[], Any]
    values: Mapping[str, Any]
    reads: bool
    updates: bool = False


class Recorder:
    """Listens to a store while one request is answered."""

    def __init__(self) -> None:
        self.said: list[Said] = []
        self._makers: dict[int, Callable[[], Any]] = {}

    @contextmanager
    def listening(self, database: Engine) -> Iterator[None]:
        """Everything that this process says to its stores meanwhile."""
        of, call, add, plain = Statements.of, Statement.__call__, Batch.add, Batch.plain
        rows = Statement.rows
        quiet = False

        def heard_of(statements: Statements, name: Any, make: Any, columns: Any = None) -> Statement:
            found = of(statements, name, make, columns)
            self._makers[id(found)] = make
            return found

        def heard_call(statement: Statement, connection: Connection, values: Mapping[str, Any]) -> Any:
            nonlocal quiet
            self._note(statement, values)
            quiet = True
            try:
                return call(statement, connection, values)
            finally:
                quiet = False

        def heard_rows(statement: Statement, connection: Connection, values: Mapping[str, Any]) -> Any:
            self._note(statement, values)
            return rows(statement, connection, values)

        def heard_add(batch: Batch, statement: Statement, values: Mapping[str, Any], **more: Any) -> None:
            self._note(statement, values)
            add(batch, statement, values, **more)

        def heard_plain(batch: Batch, text: str) -> None:
            self.said.append(Said(lambda: sa.text(text), {}, False))
            plain(batch, text)

        def heard_by_core(_: Any, __: Any, text: str, *___: Any) -> None:
            if not quiet and not text.startswith("BEGIN"):
                raise AssertionError("a statement went past the recorder")

        ours: Any = (Statements, "of", heard_of), (Batch, "add", heard_add), (Batch, "plain", heard_plain)
        for owner, name, heard in (*ours, (Statement, "__call__", heard_call), (Statement, "rows", heard_rows)):
            setattr(owner, name, heard)
        sa.event.listen(database, "before_cursor_execute", heard_by_core)
        try:
            yield
        finally:
            sa.event.remove(database, "before_cursor_execute", heard_by_core)
            for owner, name, heard in (
                (Statements, "of", of),
                (Batch, "add", add),
                (Batch, "plain", plain),
                (Statement, "__call__", call),
                (Statement, "rows", rows),
            ):
                setattr(owner, name, heard)

    def _note(self, statement: Statement, values: Mapping[str, Any]) -> None:
        make = self._makers.get(id(statement))
        if make is None:  # it was made before anybody listened
            assert not values
            self.said.append(Said(lambda: sa.text(statement.text), {}, True))
            return
        clause = make()
        columns = clause.table.c if isinstance(clause, sa.sql.Insert | sa.sql.Update) else {}
        taken = {
            name: json.loads(value)
            if name in columns and isinstance(columns[name].type, sa.JSON) and isinstance(value, str)
            else value
            for name, value in values.items()
        }
        reads, updates = isinstance(clause, sa.sql.Select), isinstance(clause, sa.sql.Update)
        self.said.append(Said(make, taken, reads, updates))


class Replay:
    """Says the statements of a change of one entity again, for any other of its kind."""

    def __init__(self, said: list[Said], entity: str, standing: set[str]) -> None:
        """``standing`` are the ids that were there before the change: all others were made by it."""
        self._said = said
        self._entity = entity
        texts = json.dumps([dict(one.values) for one in said])
        self._made = sorted(set(_ID.findall(texts)) - standing - {entity})
        # Built once, as a view that is written for speed keeps its statements; Core has then only to bind and run them.
        self._clauses = {id(one): one.make() for one in said}
        self._parts = [self._varying(one.values) for one in said]

    def _varying(self, values: Mapping[str, Any]) -> tuple[list[str], list[str]]:
        """The names of the values that hold an id of the change, and of those that count the entity's changes."""
        ids = (*self._made, self._entity)
        texts = [
            name
            for name, value in values.items()
            if isinstance(value, str | dict | list) and any(one in json.dumps(value) for one in ids)
        ]
        its = any(values.get(name) == self._entity for name in ("id", "its_id", "entity", "its_entity"))
        counted = [name for name in values if its and name in _COUNTED]
        return texts, counted

    def __call__(self, connection: Connection, entity: str, ahead: int, new_id: Callable[[], str]) -> None:
        """Says them for ``entity``, which was changed ``ahead`` times more than the recorded one."""
        fresh = {old: new_id() for old in self._made} | {self._entity: entity}
        for one, (texts, counted) in zip(self._said, self._parts, strict=True):
            values = dict(one.values)
            for name in texts:
                values[name] = _replaced(values[name], fresh)
            for name in counted:
                values[name] += ahead
            result = connection.execute(self._clauses[id(one)], values)
            if one.reads:
                result.fetchall()
            if one.updates and result.rowcount != 1:
                raise AssertionError(f"an update touched {result.rowcount} rows")


def _replaced(value: Any, fresh: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for old, new in fresh.items():
            if old in value:
                value = value.replace(old, new)
        return value
    if isinstance(value, dict):
        return {name: _replaced(one, fresh) for name, one in value.items()}
    if isinstance(value, list):
        return [_replaced(one, fresh) for one in value]
    return value
