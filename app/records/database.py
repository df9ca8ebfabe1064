"""Opening a database, SQLite or PostgreSQL, with the settings that keep what was acknowledged."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Self

from sqlalchemy import DDL, Connection, Dialect, Engine, MetaData, Table, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_MILLISECONDS = 10_000
POOLED = 20
"""Connections that are kept open, as many as a process has threads; opening one costs more than most requests."""
RESTED = 1.0
"""Seconds after which a connection is asked whether it still holds."""
USED = "used"
WRITING = {"virel_writing": True}
"""Execution options of a connection that will write: SQLite then takes its write lock at the beginning."""
GUARDS = "guards"
"""Under which a table's ``info`` holds the statements of its guards, by dialect."""
_WRITERS = 0x56_49_52_45_4C  # the advisory lock on which writers to PostgreSQL take turns


class StoreError(Exception):
    """The database cannot do what was asked; the message says why and what to do."""


class NoStoreError(StoreError):
    """Nothing is kept at this address yet."""


def open_database(url: str, *, existing: bool = False) -> Engine:
    """The database at an SQLAlchemy URL, such as ``sqlite:///virel.db`` or ``postgresql://user@host/name``.

    No connection is made yet. Raises ``StoreError`` for a URL that cannot be used and, where the database must be
    ``existing``, for a file that is not there.
    """
    try:
        address = make_url(url)
        if address.drivername == "postgresql":
            address = address.set(drivername="postgresql+psycopg")
        if address.get_backend_name() not in ("sqlite", "postgresql"):
            raise StoreError(f"{address.get_backend_name()} is not supported: use sqlite:/// or postgresql://")
        file = address.database if address.get_backend_name() == "sqlite" else None
        if existing and file and file != ":memory:" and not file.startswith("file:") and not Path(file).is_file():
            raise NoStoreError(f'there is no file "{file}"')
        database = create_engine(address, pool_size=POOLED, max_overflow=POOLED, pool_use_lifo=True)
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise StoreError(
            "this is no database address: use sqlite:///virel.db or postgresql://user@host/name"
        ) from error
    except ImportError as error:
        raise StoreError("PostgreSQL needs its driver: install virel[postgres]") from error
    if database.dialect.name == "sqlite":
        event.listen(database, "connect", _prepare_sqlite)
        event.listen(database, "begin", _begin_sqlite)
    else:
        event.listen(database, "checkin", _note_use)
        event.listen(database, "checkout", partial(_ask_rested, database.dialect))
    return database


def _note_use(_: Any, record: ConnectionPoolEntry) -> None:
    record.info[USED] = time.monotonic()


def _ask_rested(dialect: Dialect, connection: Any, record: ConnectionPoolEntry, _: Any) -> None:
    """Asks a connection that rested for a while whether it still holds; the pool makes a new one where it does not.

    One that was used a moment ago is not asked, since that costs as much as a query. Where the server went in that
    moment, what was under way fails, and the pool throws all of its connections away.
    """
    if time.monotonic() - record.info.get(USED, time.monotonic()) < RESTED:  # a new one was never used
        return
    try:
        alive = dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise DisconnectionError(str(error)) from error
    if not alive:
        raise DisconnectionError


def _prepare_sqlite(connection: Any, _: object) -> None:
    # The driver would begin transactions by itself, and only at the first write: too late to queue for the lock.
    connection.isolation_level = None
    for setting in (f"busy_timeout={BUSY_MILLISECONDS}", "synchronous=FULL", "recursive_triggers=ON"):
        connection.execute(f"PRAGMA {setting}").close()
    _write_ahead(connection)


def _write_ahead(connection: Any) -> None:
    """Turns a file to the write-ahead log, once in its life.

    SQLite waits for nobody while it turns, whatever its busy timeout, since two that turn would wait for each other:
    so whoever comes in between asks again.
    """
    end = time.monotonic() + BUSY_MILLISECONDS / 1000
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.01)


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("virel_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def hastened(database: Engine) -> Iterator[None]:
    """Lets SQLite not wait for the disk until the block ends, and waits then: for filling a store that can be made anew.

    A power cut meanwhile may leave a store that is broken; the end of this process does not.
    """
    if database.dialect.name != "sqlite":
        yield
        return
    database.dispose()  # what is opened from here on hurries
    event.listen(database, "connect", _hurry)
    try:
        yield
    finally:
        event.remove(database, "connect", _hurry)
        database.dispose()
        for ending in ("", "-wal"):
            file = Path(f"{database.url.database}{ending}")
            if file.is_file():
                with file.open("rb+") as written:
                    os.fsync(written.fileno())


def _hurry(connection: Any, _: object) -> None:
    connection.execute("PRAGMA synchronous=OFF").close()


@contextmanager
def asking(database: Engine) -> Iterator[Connection]:
    """A connection on which single questions are asked: on PostgreSQL without a transaction around them, which would be
    two more ways there and back.
    """
    with database.connect() as connection:
        if database.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        yield connection


@contextmanager
def transaction(database: Engine, store: str, *, writing: bool = False) -> Iterator[Connection]:
    """A connection within one transaction, alone with its writing: whoever else wants to write waits for its end.

    Every failure of the database is raised as ``StoreError``, in which ``store`` says whose it is.
    """
    try:
        with database.connect() as connection:
            if writing:
                connection = connection.execution_options(**WRITING)
            with connection.begin():
                if writing and connection.dialect.name == "postgresql":  # SQLite did so when the transaction began
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITERS})
                yield connection
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else "it gave no reason"
        raise StoreError(f"the {store} failed: {reason}") from error


class Store:
    """Tables in a database. Every failure of the database is raised as ``StoreError``.

    ``name`` is what people call it, ``metadata`` its tables and those it stands beside; it is there where ``table`` is.
    """

    name: ClassVar[str]
    metadata: ClassVar[tuple[MetaData, ...]]
    table: ClassVar[Table]

    def __init__(self, database: Engine) -> None:
        self._database = database

    @classmethod
    def open(cls, url: str, *, reading: bool = False) -> Self:
        """The store at an SQLAlchemy URL, its tables made where they are not there yet.

        With ``reading`` nothing is made and nobody is waited for. Raises ``StoreError`` where there is no store.
        """
        store = cls(open_database(url, existing=reading))
        try:
            with store.transaction(writing=not reading) as connection:
                if not reading:
                    for metadata in cls.metadata:
                        metadata.create_all(connection)
                elif not inspect(connection).has_table(cls.table.name):
                    raise NoStoreError(f"there is no {cls.name} at this address")
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Gives the connections back."""
        self._database.dispose()

    @contextmanager
    def transaction(self, *, writing: bool = False) -> Iterator[Connection]:
        """A connection within one transaction of this store."""
        with transaction(self._database, self.name, writing=writing) as connection:
            yield connection


def append_only(table: Table, keys: Iterable[str]) -> None:
    """Has the database itself refuse every change of what stands in a table. ``keys`` are the conditions under which a
    row of SQLite is the ``NEW`` one: `INSERT OR REPLACE` would delete without asking the other triggers.
    """
    name, refusal = table.name, f"{table.name} are append-only"
    there = f"WHEN EXISTS (SELECT 1 FROM {name} WHERE {' OR '.join(keys)})"  # noqa: S608 - no text from outside
    refuse = f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
    body = f"AS $$ BEGIN RAISE EXCEPTION '{refusal}'; END $$"
    every = f"EXECUTE FUNCTION {name}_refuse()"
    sqlite = (
        f"CREATE TRIGGER {name}_no_update BEFORE UPDATE ON {name} {refuse}",
        f"CREATE TRIGGER {name}_no_delete BEFORE DELETE ON {name} {refuse}",
        f"CREATE TRIGGER {name}_no_replace BEFORE INSERT ON {name} {there} {refuse}",
    )
    postgresql = (
        f"CREATE OR REPLACE FUNCTION {name}_refuse() RETURNS trigger LANGUAGE plpgsql {body}",
        f"CREATE TRIGGER {name}_no_change BEFORE UPDATE OR DELETE ON {name} FOR EACH ROW {every}",
        f"CREATE TRIGGER {name}_no_truncate BEFORE TRUNCATE ON {name} FOR EACH STATEMENT {every}",
    )
    table.info[GUARDS] = {"sqlite": sqlite, "postgresql": postgresql}
    for dialect, guards in table.info[GUARDS].items():
        for guard in guards:
            statement = DDL(guard)  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", statement.execute_if(dialect=dialect))
