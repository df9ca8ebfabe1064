"""A list shows what each entity's own decision allows, and the database finds it by its indexes."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any, Literal, cast

import pytest
import sqlalchemy as sa

from engine.access.decide import decide
from engine.access.grants import CheckedGrant, CheckedRoles
from engine.access.listing import listed
from engine.access.model import Role
from engine.catalog import Catalog, load
from engine.conditions import sql
from engine.conditions.types import STRING, TIMESTAMP, EntityType, StateType, Type
from engine.conditions.values import Timestamp
from engine.diagnostics import Place
from tests.engine.conditions.agency import NOW_VALUE, World
from tests.engine.conditions.listed import ACTORS, facts, stored
from tests.engine.conditions.test_sql import policies

ROOT = Path(__file__).parents[3]
PLACE = Place("rules/access/A.yaml", 1, 1)
NEWEST = (("created_at", True), ("id", False))


def test_a_list_holds_what_each_decision_allows(database: sa.Engine):
    rng = random.Random(7)
    tables = facts(rng)
    made = iter(policies(rng, 120))
    with stored(database, tables) as (connection, store):
        for number in range(40):
            grants = tuple(
                CheckedGrant("A", "bookings.read", "booking", where, frozenset(), None, PLACE)
                for where in [next(made) for _ in range(3)][: 1 + number % 3]
            )
            roles = CheckedRoles({"A": Role("A", 1, "", (), PLACE)}, {"A": grants}).of(["A"])
            actor = ACTORS[number % 2]
            query = listed(roles, actor, "bookings.read", "booking", store, NOW_VALUE, [("id", False)], 1_000)
            found = [row.id for row in connection.execute(query)]
            world = World(tables)
            wanted = [
                id
                for id, record in tables["booking"].items()
                if decide(roles, actor, "bookings.read", "booking", record, world, NOW_VALUE).allowed
            ]
            assert found == sorted(wanted)


def test_a_role_set_without_the_grant_lists_nothing_and_one_without_a_condition_lists_all(database: sa.Engine):
    tables = facts(random.Random(1))
    grant = CheckedGrant("A", "bookings.read", "booking", None, frozenset(), None, PLACE)
    roles = CheckedRoles({"A": Role("A", 1, "", (), PLACE)}, {"A": (grant,)})
    with stored(database, tables) as (connection, store):

        def count(*names: str) -> int:
            query = listed(
                roles.of(names), ACTORS[0], "bookings.read", "booking", store, NOW_VALUE, [("id", False)], 999
            )
            return len(connection.execute(query).all())

        assert count() == 0
        assert count("A") == len(tables["booking"])


@pytest.fixture(scope="module")
def agency() -> Catalog:
    return load(ROOT)


def task_fields(agency: Catalog) -> dict[str, Type]:
    machine = agency.machines["task"]
    standard: dict[str, Type] = {"id": STRING, "status": StateType("task")}
    standard |= dict.fromkeys(("created_at", "updated_at", "status_since"), TIMESTAMP)
    relations: dict[str, Type] = {name: EntityType(to.machine) for name, to in machine.relations.items()}
    return standard | {name: field.type for name, field in machine.fields.items()} | relations


def tasks(connection: sa.Connection, agency: Catalog, count: int) -> tuple[sql.Store, list[dict[str, Any]]]:
    """A table of tasks with indexes on assignee and queue, filled."""
    dialect = cast(Literal["sqlite", "postgresql"], connection.dialect.name)
    fields = task_fields(agency)
    table = sa.Table("task", sa.MetaData(), *sql.columns(fields, dialect))
    sa.Index("task_assignee", table.c.assignee, table.c.created_at)
    sa.Index("task_queue", table.c.queue, table.c.created_at)
    table.create(connection)
    rng = random.Random(3)
    records = [
        {
            "id": f"t{number:06}",
            "status": "open",
            "title": "Call",
            "priority": "high",
            "created_at": Timestamp(NOW_VALUE - rng.randrange(10**9) * 1_000_000),
            **rng.choice([{"assignee": f"us_{rng.randrange(200)}"}, {"queue": f"q{rng.randrange(200)}"}, {}]),
        }
        for number in range(count)
    ]
    connection.execute(table.insert(), [sql.row(record, fields) for record in records])
    if dialect == "postgresql":
        connection.exec_driver_sql("ANALYZE task")
    return sql.Store(dialect, {"task": table}), records


def test_the_list_of_tasks_is_read_by_the_indexes_on_assignee_and_queue(database: sa.Engine, agency: Catalog):
    actor = {"id": "us_7", "roles": ["OPERATOR"], "queues": ["q7"]}
    roles = agency.access.of(["OPERATOR"])
    with database.begin() as connection:
        store, records = tasks(connection, agency, 20_000)
        query = listed(roles, actor, "tasks.read", "task", store, NOW_VALUE, NEWEST, 50)
        plan = explained(connection, query)
        found = [row.id for row in connection.execute(query)]
    assert "task_assignee" in plan
    assert "task_queue" in plan
    assert "Seq Scan" not in plan
    assert "SCAN task" not in plan
    world = World({})
    mine = [r for r in records if decide(roles, actor, "tasks.read", "task", r, world, NOW_VALUE).allowed]
    assert found == [r["id"] for r in sorted(mine, key=lambda r: (-r["created_at"], r["id"]))][:50]
    assert len(found) == 50


def test_a_condition_that_fixes_no_indexed_column_is_one_query(database: sa.Engine, agency: Catalog):
    roles = agency.access.of(["OPERATOR"])
    with database.begin() as connection:
        store, _ = tasks(connection, agency, 10)
        plain = sql.Store(store.dialect, {"task": store.tables["task"].alias()})
        query = listed(roles, {"id": "u", "roles": [], "queues": []}, "tasks.read", "task", plain, NOW_VALUE, NEWEST, 5)
        assert "UNION ALL" not in str(query)
        assert connection.execute(query).all() == []


def explained(connection: sa.Connection, query: sa.Select[Any]) -> str:
    """The plan of a query, as the database tells it."""
    head = "EXPLAIN " if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
    compiled = query.compile(connection, compile_kwargs={"render_postcompile": True})
    names = compiled.positiontup
    values: Any = compiled.params if names is None else tuple(compiled.params[name] for name in names)
    return "\n".join(str(row) for row in connection.exec_driver_sql(head + str(compiled), values))
