"""Leases on rows of the outbox: one worker at a time is at a message, and one that came late may settle nothing.

``not_before`` is an instant of the platform's clock; a lease runs on the database's own, so that workers whose clocks
differ agree on its end. A lease that ran out was held by a worker that died or hung, perhaps after it delivered.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from app.store.statements import loaded
from app.store.waiting import OUTBOX

SECOND = 1_000_000
"""In microseconds."""
MOST_ATTEMPTS = 12
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 3_600.0
"""Seconds between attempts: doubled after each."""


@dataclass(frozen=True, slots=True)
class Leased:
    """A row that this worker may deliver. ``lapsed`` tells that an earlier lease on it ran out unsettled."""

    number: int
    token: int
    attempts: int
    lapsed: bool
    row: Mapping[str, Any]

    @property
    def payload(self) -> dict[str, Any]:
        """What is to be delivered."""
        found: dict[str, Any] = loaded(self.row["payload"])
        return found

    @property
    def about(self) -> str | None:
        """The entity that it is about, as ``booking/ID``."""
        machine, entity = self.row["machine"], self.row["entity"]
        return f"{machine}/{entity}" if machine and entity else None


def lease(connection: Connection, who: str, now: int, seconds: float) -> Leased | None:
    """The next row that may leave by ``now`` (microseconds), leased; None where there is none."""
    wall = _wall(connection)
    ready = sa.or_(
        sa.and_(OUTBOX.c.state == "new", OUTBOX.c.not_before <= now),
        sa.and_(OUTBOX.c.state == "leased", OUTBOX.c.leased_until < wall),
    )
    query = sa.select(OUTBOX).where(ready).order_by(OUTBOX.c.not_before, OUTBOX.c.number).limit(1)
    row = connection.execute(query.with_for_update(skip_locked=True)).mappings().first()
    if row is None:
        return None
    token, attempts = row["token"] + 1, row["attempts"] + 1
    until = wall + int(seconds * SECOND)
    values = {"state": "leased", "lease": who, "token": token, "leased_until": until, "attempts": attempts}
    connection.execute(sa.update(OUTBOX).where(OUTBOX.c.number == row["number"]).values(**values))
    return Leased(row["number"], token, attempts, row["state"] == "leased", dict(row))


def waiting(database: Engine, now: int) -> bool:
    """Whether a row may leave: a look that takes no lock."""
    with database.connect() as connection:
        wall = _wall(connection)
        new = sa.select(OUTBOX.c.number).where(OUTBOX.c.state == "new", OUTBOX.c.not_before <= now).limit(1)
        lapsed = sa.select(OUTBOX.c.number).where(OUTBOX.c.state == "leased", OUTBOX.c.leased_until < wall).limit(1)
        return any(connection.execute(query).first() is not None for query in (new, lapsed))


def settle(connection: Connection, leased: Leased, state: str, at: int, problem: str | None = None) -> bool:
    """Records the end of a delivery; false where the lease is no longer this one, so that another settles it."""
    values = {"state": state, "problem": problem, "settled_at": at, "lease": None, "leased_until": None}
    return _held(connection, leased, values)


def put_off(connection: Connection, leased: Leased, until: int, problem: str) -> bool:
    """Gives the row back, to be tried again at ``until``; false where the lease is no longer this one."""
    values = {"state": "new", "problem": problem, "not_before": until, "lease": None, "leased_until": None}
    return _held(connection, leased, values)


def pause(attempts: int) -> float:
    """Seconds before the next attempt: backed off, and spread so that what failed together does not return together."""
    longest = min(FIRST_PAUSE * 2.0 ** (attempts - 1), LONGEST_PAUSE)
    return random.uniform(longest / 2, longest)  # noqa: S311 - spreads, keeps no secret


def _held(connection: Connection, leased: Leased, values: Mapping[str, Any]) -> bool:
    update = sa.update(OUTBOX).where(OUTBOX.c.number == leased.number)
    update = update.where(OUTBOX.c.state == "leased", OUTBOX.c.token == leased.token)
    return connection.execute(update.values(**values)).rowcount == 1


def _wall(connection: Connection) -> int:
    """The database's own clock, in microseconds."""
    if connection.dialect.name == "postgresql":
        query = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)"
    else:  # to the millisecond, rounded
        query = "SELECT CAST(round((julianday('now') - 2440587.5) * 86400000) AS integer) * 1000"
    found: int = connection.exec_driver_sql(query).scalar_one()
    return found
