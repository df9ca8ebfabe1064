"""Connections to a store: those that no longer hold, those that hurry, those that ask one thing."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing

import pytest
import sqlalchemy as sa

from app.records import database
from app.records.database import asking, hastened, open_database


@pytest.fixture
def opened(url):
    found = open_database(url)
    yield found
    found.dispose()


def test_a_connection_that_rested_too_long_and_was_cut_is_replaced_unnoticed(opened, monkeypatch):
    if opened.dialect.name == "sqlite":
        pytest.skip("a file cuts nobody off")
    with opened.connect() as connection:
        mine = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
    other = open_database(opened.url.render_as_string(hide_password=False))
    with other.connect() as connection:
        connection.execute(sa.text("SELECT pg_terminate_backend(:mine, 5000)"), {"mine": mine})
    other.dispose()
    monkeypatch.setattr(database, "RESTED", 0.0)
    with opened.connect() as connection:
        assert connection.exec_driver_sql("SELECT pg_backend_pid()").scalar() != mine


def test_a_file_that_another_is_just_making_is_waited_for(tmp_path):
    """SQLite turns to the write-ahead log at once or not at all while somebody writes."""
    path = tmp_path / "new.db"
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("CREATE TABLE one (id integer)")
        other.execute("BEGIN IMMEDIATE")
        ends = threading.Timer(0.3, other.execute, ("COMMIT",))
        ends.start()
        found = open_database(f"sqlite:///{path}")
        with found.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        found.dispose()
        ends.join()


def test_one_question_needs_no_transaction(opened):
    with asking(opened) as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1
        if opened.dialect.name == "postgresql":
            driver = connection.connection.driver_connection
            assert driver is not None
            assert driver.info.transaction_status.name == "IDLE"
    with opened.connect() as connection:  # the next one to have the connection finds it as it was
        connection.exec_driver_sql("CREATE TABLE kept (id integer)")
        connection.rollback()
        if opened.dialect.name == "postgresql":
            assert not sa.inspect(connection).has_table("kept")


def test_haste_ends_with_its_block(opened):
    if opened.dialect.name != "sqlite":
        with hastened(opened), opened.connect() as connection:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
        return

    def level() -> int:
        with opened.connect() as connection:
            found: int = connection.exec_driver_sql("PRAGMA synchronous").scalar()
            return found

    assert level() == 2
    with hastened(opened):
        assert level() == 0
    assert level() == 2
