"""Numbers what was committed, after it was committed.

A number that a transaction draws for itself is no place in the order of commits: a reader that has come past it may
never see the row. So each unit leaves its changes in ``feed_pending``, and one sequencer at a time moves what is visible
there to ``feed``, under the next numbers, without gaps.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

from app.records.database import asking
from app.road.pipeline import Pipeline
from app.store.journal import FEED, PENDING

BATCH = 500
LOCK = 0x56_49_52_46  # the advisory lock under which one sequencer at a time works


def number_pending(pipeline: Pipeline) -> int:
    """Moves what is pending into the feed; how many changes that were. Another sequencer at work is left to it."""
    with asking(pipeline.database) as connection:
        waiting = connection.scalar(sa.select(sa.exists().select_from(PENDING)))
    if not waiting:
        return 0
    with pipeline.transaction() as connection:
        if connection.dialect.name == "postgresql":
            mine = connection.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(LOCK)))
            if not mine:
                return 0
        return _move(connection)


def _move(connection: Connection) -> int:
    rows = connection.execute(sa.select(PENDING).order_by(PENDING.c.number).limit(BATCH)).mappings().all()
    if not rows:
        return 0
    last = head(connection)
    feed = [
        {name: row[name] for name in ("event", "machine", "entity", "version", "at")} | {"seq": last + place}
        for place, row in enumerate(rows, start=1)
    ]
    connection.execute(FEED.insert(), feed)
    connection.execute(PENDING.delete().where(PENDING.c.number.in_([row["number"] for row in rows])))
    return len(rows)


def head(connection: Connection) -> int:
    """The last number of the feed, 0 before the first."""
    return connection.scalar(sa.select(sa.func.coalesce(sa.func.max(FEED.c.seq), 0))) or 0
