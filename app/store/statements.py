"""Statements that are compiled once and then run by the driver: the road's, which every change takes.

Compiling and binding by SQLAlchemy costs more than most of these statements do; ``docs/adr`` has the measurement.
Values are bound as they lie in the table: an object or a list goes in as its JSON text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import orjson
from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement


class Statement:
    """One statement in one dialect; called with a connection and the values of its parameters by name."""

    __slots__ = ("_given", "_order", "text")

    def __init__(self, clause: ClauseElement, dialect: Dialect, columns: Iterable[str] | None = None) -> None:
        keys = list(columns) if columns is not None else None
        compiled: Any = clause.compile(dialect=dialect, column_keys=keys, compile_kwargs={"render_postcompile": True})
        self.text = str(compiled)
        self._order: list[str] | None = compiled.positiontup
        # The values that the clause holds itself.
        self._given = {name: value for name, value in compiled.params.items() if value is not None}

    def bound(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver takes them."""
        if self._given:
            values = {**self._given, **values}
        return values if self._order is None else tuple([values[name] for name in self._order])

    def __call__(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """Runs it; the cursor's result. Raises what SQLAlchemy makes of the driver's errors."""
        return connection.exec_driver_sql(self.text, self.bound(values))

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """All rows as the driver gives them, without names: for what every request asks, since SQLAlchemy's results cost
        more than such a query. Raises what SQLAlchemy makes of the driver's errors.
        """
        driver, bound = connection.connection.driver_connection, self.bound(values)
        assert driver is not None
        try:
            cursor = driver.cursor()
            cursor.execute(self.text, bound)
            found: list[tuple[Any, ...]] = cursor.fetchall()
            cursor.close()
        except connection.dialect.loaded_dbapi.Error as error:
            raise _raised(connection, self.text, bound, error) from error
        return found

    def many(self, connection: Connection, rows: list[dict[str, Any]]) -> None:
        """Runs it for every row."""
        if len(rows) == 1:
            connection.exec_driver_sql(self.text, self.bound(rows[0]))
        elif rows:
            connection.exec_driver_sql(self.text, [self.bound(row) for row in rows])


class Batch:
    """Statements of which none needs another's answer, sent in one go: on PostgreSQL through libpq's pipeline.

    ``add`` may say how many rows a statement must touch; ``missed`` then tells, once it was sent, which did not.
    """

    __slots__ = ("_connection", "_items")

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._items: list[tuple[str, Any, int | None]] = []

    def add(self, statement: Statement, values: Mapping[str, Any], *, touches: int | None = None) -> None:
        """Adds a statement with its values."""
        self._items.append((statement.text, statement.bound(values), touches))

    def plain(self, text: str) -> None:
        """Adds a statement without values, such as a savepoint."""
        self._items.append((text, None, None))

    def send(self) -> bool:
        """Sends them all, in order; whether each touched the rows that it must. Raises what SQLAlchemy makes of the
        driver's errors; nothing after the one that failed was done.
        """
        dialect, driver = self._connection.dialect, self._connection.connection.driver_connection
        assert driver is not None
        good = True
        text, values = "", None
        try:
            if dialect.name == "postgresql":
                waiting = []
                with driver.pipeline():
                    for text, values, touches in self._items:
                        cursor = driver.cursor()
                        cursor.execute(text, values)
                        if touches is not None:
                            waiting.append((cursor, touches))
                good = all(cursor.rowcount == touches for cursor, touches in waiting)
            else:
                cursor = driver.cursor()
                for text, values, touches in self._items:
                    cursor.execute(text, values or ())
                    good = good and touches in (None, cursor.rowcount)
        except dialect.loaded_dbapi.Error as error:
            raise _raised(self._connection, text, values, error) from error
        self._items.clear()
        return good


def _raised(connection: Connection, text: str, values: Any, error: Exception) -> BaseException:
    """What SQLAlchemy makes of a driver's error; a connection that was cut is given up, and the pool's others with it."""
    dialect = connection.dialect
    made = DBAPIError.instance(text, values, error, dialect.loaded_dbapi.Error, dialect=dialect)
    if dialect.is_disconnect(error, connection.connection.dbapi_connection, None):  # type: ignore[arg-type]
        connection.invalidate(error)
        connection.engine.dispose()
    return made


class Statements:
    """The statements of one dialect, each compiled at its first use."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._known: dict[Any, Statement] = {}

    def of(self, name: Any, make: Callable[[], ClauseElement], columns: Iterable[str] | None = None) -> Statement:
        """The statement known by ``name``, made of ``make``'s clause where it is not known yet."""
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = Statement(make(), self.dialect, columns)
        return found


def dumped(value: Any) -> str | None:
    """A JSON column's text; None stays NULL."""
    return None if value is None else orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def loaded(value: Any) -> Any:
    """What a JSON column holds: drivers hand out its text or what it says."""
    return orjson.loads(value) if isinstance(value, (str, bytes)) else value


@cache
def statements_of(dialect: Dialect) -> Statements:
    """The statements of a dialect, shared by everybody who uses it."""
    return Statements(dialect)
