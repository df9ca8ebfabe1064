"""Python and SQL decide alike, row by row, on SQLite and on PostgreSQL."""

from __future__ import annotations

import random
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import settings

from engine.conditions import sql
from engine.conditions.block import parse_block
from engine.conditions.check import check_condition
from engine.conditions.condition import Condition
from engine.conditions.listable import unlistable
from tests.engine.conditions.agency import BOOKING, NOW_VALUE, condition, node_of, quoted
from tests.engine.conditions.listed import ACTORS, Writer, facts, frame_of, stored

ROWS = 40
POLICIES = 10_000 if settings().max_examples > 1_000 else 600
"""Each is judged on 40 rows for two actors: 48,000 decisions on either database at the default profile."""

BATCH = 20


EDGES = (
    "booking.guests - 1 < 0",
    "booking.guests + 1 > 0",
    "-(booking.guests) < 0",
    "booking.guests / -1 > 0",
    "booking.guests % -1 == 0",
    "booking.guests * 2 > 0 || booking.guests * 2 <= 0",
    "booking.guests / client.visits >= 0",
    "booking.guests % client.visits >= 0",
    '!(booking.code.contains("%"))',
    'booking.code.startsWith("a%_")',
    'booking.code.endsWith("")',
    "booking.code < client.name",
    "booking.guests == 9007199254740992.0",
    "booking.code in []",
    "booking.guests in [booking.guests, client.visits]",
    'booking.starts_at - "3650000d" < now',
)
"""Where databases and Python part ways unless somebody takes care."""


def policies(rng: random.Random, count: int) -> list[Condition]:
    """So many conditions that the checker and the lists take."""
    writer, found = Writer(rng), []
    while len(found) < count:
        checked, _ = check_condition(parse_block(node_of(quoted(writer.condition()))), BOOKING)
        if checked is not None and not unlistable(checked):
            found.append(checked)
    return found


def answer(verdict: Any) -> bool | None:
    return verdict if verdict is True or verdict is False else None


def judged(
    connection: sa.Connection, store: sql.Store, conditions: list[Condition], actor: dict[str, Any]
) -> dict[str, list[bool | None]]:
    """Each booking's answers by the database."""
    table = store.tables["booking"]
    asker = sql.Asker(actor, NOW_VALUE)
    columns = [sql.predicate(one, store, table, asker).label(f"v{n}") for n, one in enumerate(conditions)]
    rows = connection.execute(sa.select(table.c.id, *columns)).all()
    return {row[0]: [None if value is None else bool(value) for value in row[1:]] for row in rows}


@pytest.mark.slow
def test_python_and_sql_decide_alike(database: sa.Engine):
    rng = random.Random(20260327)
    tables = facts(rng, ROWS)
    made = [*map(condition, EDGES), *policies(rng, POLICIES)]
    counts: dict[bool | None, int] = {True: 0, False: 0, None: 0}
    with stored(database, tables) as (connection, store):
        for start in range(0, len(made), BATCH):
            batch = made[start : start + BATCH]
            for actor in ACTORS:
                rows = judged(connection, store, batch, actor)
                for id, found in rows.items():
                    frame = frame_of(tables, id, actor)
                    for one, value in zip(batch, found, strict=True):
                        wanted = answer(one.judge(*frame))
                        counts[wanted] += 1
                        assert value is wanted, (one, tables["booking"][id], actor, one.judge(*frame))
    assert sum(counts.values()) >= 10_000
    assert min(counts.values()) > sum(counts.values()) // 20, counts
