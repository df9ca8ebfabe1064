"""An empty database of either kind, for the tests of what the engine says in SQL."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    """An empty database."""
    if request.param == "sqlite":
        made = sa.create_engine(f"sqlite:///{tmp_path / 'lists.db'}")
    else:
        import psycopg

        server: str = request.getfixturevalue("postgresql")
        name = f"t{uuid.uuid4().hex}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        made = sa.create_engine(server.replace("/postgres?", f"/{name}?").replace("postgresql:", "postgresql+psycopg:"))
    yield made
    made.dispose()
