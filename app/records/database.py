"""Opening a database, SQLite or PostgreSQL, with the settings that keep what was acknowledged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

BUSY_MILLISECONDS = 10_000
WRITING = {"virel_writing": True}
"""Execution options of a connection that will write: SQLite then takes its write lock at the beginning."""


class StoreError(Exception):
    """The database cannot do what was asked; the message says why and what to do."""


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
            raise StoreError(f'there is no file "{file}"')
        database = create_engine(address, pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise StoreError(
            "this is no database address: use sqlite:///virel.db or postgresql://user@host/name"
        ) from error
    except ImportError as error:
        raise StoreError("PostgreSQL needs its driver: install virel[postgres]") from error
    if database.dialect.name == "sqlite":
        event.listen(database, "connect", _prepare_sqlite)
        event.listen(database, "begin", _begin_sqlite)
    return database


def _prepare_sqlite(connection: Any, _: object) -> None:
    # The driver would begin transactions by itself, and only at the first write: too late to queue for the lock.
    connection.isolation_level = None
    for setting in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={BUSY_MILLISECONDS}",
        "recursive_triggers=ON",
    ):
        connection.execute(f"PRAGMA {setting}").close()


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("virel_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
