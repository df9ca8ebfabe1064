"""Revisions up and down, and the tables that they come to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from click.testing import CliRunner

from app.cli.main import cli
from app.records import draw
from app.records.database import open_database
from app.records.events import EventStore
from app.records.metadata import METADATA
from app.store import schema
from app.store.entities import ENTITIES
from app.store.guards import APPEND_ONLY, EXCLUSIONS
from engine.catalog import Catalog, load
from engine.conditions.types import BOOL, DURATION, INT, MONEY, TIMESTAMP, ListType


@pytest.fixture
def database(url: str):
    database = open_database(url)
    yield database
    database.dispose()


@pytest.fixture(scope="module")
def catalog(root: Path) -> Catalog:
    return load(root)


def guards(database: sa.Engine) -> set[str]:
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if database.dialect.name == "postgresql":
        query = (
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal "
            "UNION SELECT conname FROM pg_constraint WHERE contype = 'x'"
        )
    with database.connect() as connection:
        return set(connection.execute(sa.text(query)).scalars())


def test_a_store_goes_up_and_down_and_up_again(database: sa.Engine):
    assert not schema.is_current(database)
    schema.upgrade(database)
    assert schema.is_current(database)
    tables, made = set(sa.inspect(database).get_table_names()), guards(database)
    assert {table.name for metadata in METADATA for table in metadata.sorted_tables} < tables
    assert len(made) >= len(APPEND_ONLY) * 2 + len(EXCLUSIONS)
    schema.downgrade(database)
    assert set(sa.inspect(database).get_table_names()) <= {"alembic_version"}
    assert guards(database) == set()
    assert not schema.is_current(database)
    schema.create_schema(database)
    assert set(sa.inspect(database).get_table_names()) == tables
    assert guards(database) == made


def test_going_up_twice_changes_nothing(database: sa.Engine):
    schema.upgrade(database)
    made = guards(database)
    schema.upgrade(database)
    assert guards(database) == made


def test_the_migrated_schema_is_that_of_the_tables(database: sa.Engine):
    schema.upgrade(database)
    with database.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, list(METADATA)) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_the_first_revision_is_drawn_from_the_tables(dialect: str):
    """Guards and comments are not compared above; ``python -m app.records.draw`` writes the files anew."""
    assert schema.statements_of("up", dialect) == list(draw.up(dialect))
    assert schema.statements_of("down", dialect) == list(draw.down(dialect))


def test_a_store_of_events_is_taken_over_with_what_it_holds(url: str, database: sa.Engine):
    EventStore.open(url).close()
    with database.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO events (id, type, machine, subject, time, root, body) VALUES ('e', 't', 'm', 's', 1, 'e', '{}')"
        )
        connection.exec_driver_sql("ALTER TABLE events DROP COLUMN state")
    schema.upgrade(database)
    with database.connect() as connection:
        assert connection.exec_driver_sql("SELECT id, state FROM events").fetchall() == [("e", None)]


def test_tables_hold_the_fields_of_the_machines_with_the_right_types(catalog: Catalog):
    assert set(ENTITIES) == set(catalog.machines)
    for id, machine in catalog.machines.items():
        columns = ENTITIES[id].columns
        expected: dict[str, type] = {}
        for name, field in machine.fields.items():
            if field.type == MONEY:
                expected[f"{name}_amount"], expected[f"{name}_currency"] = sa.BigInteger, sa.String
            elif field.type in (INT, TIMESTAMP, DURATION):
                expected[name] = sa.BigInteger
            elif field.type == BOOL:
                expected[name] = sa.Boolean
            else:
                expected[name] = sa.JSON if isinstance(field.type, ListType) else sa.Text
        expected |= dict.fromkeys(machine.relations, sa.Text)
        standard = {"id", "status", "created_at", "updated_at", "status_since", "version"}
        assert set(columns.keys()) == expected.keys() | standard, id
        for name, kind in expected.items():
            assert isinstance(columns[name].type, kind), f"{id}.{name}"
        members: dict[str, Any] = {**machine.fields, **machine.relations}
        for name, member in members.items():
            column = columns[f"{name}_amount"] if f"{name}_amount" in columns else columns[name]
            assert column.nullable is member.optional, f"{id}.{name}"
        for name, relation in machine.relations.items():
            assert [key.column.table.name for key in columns[name].foreign_keys] == [ENTITIES[relation.machine].name]


def test_virel_migrate_says_where_the_store_went(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("VIREL_DATABASE_URL", raising=False)
    folder = str(tmp_path / "data")
    up = CliRunner().invoke(cli, ["migrate", "--data", folder])
    assert (up.exit_code, up.output) == (0, "the store went from revision none to 0002\n")
    again = CliRunner().invoke(cli, ["migrate", "--data", folder])
    assert again.output == "the store is at revision 0002 already\n"
    down = CliRunner().invoke(cli, ["migrate", "--data", folder, "--down", "--yes", "--format", "json"])
    assert down.output == '{"before": "0002", "after": null}\n'


def test_virel_migrate_asks_before_it_takes_a_store_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("VIREL_DATABASE_URL", raising=False)
    folder = str(tmp_path / "data")
    CliRunner().invoke(cli, ["migrate", "--data", folder])
    refused = CliRunner().invoke(cli, ["migrate", "--data", folder, "--down"], input="n\n")
    assert refused.exit_code != 0
    assert CliRunner().invoke(cli, ["migrate", "--data", folder]).output == "the store is at revision 0002 already\n"
