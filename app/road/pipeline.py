"""The unit of work: one transaction holds state, events, audit, runs, timers and outbox; all of it is tried again whole.

SQLite begins with its write lock, within a lock of the process, so that threads queue instead of polling. PostgreSQL
locks the rows that commands ask for; deadlocks, serialization failures and rows changed meanwhile begin the unit anew.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from app.clock import Clock
from app.records.database import WRITING
from app.road.caller import Caller
from app.road.commands import decision
from app.road.conflicts import ConflictError, winner_of
from app.road.problems import BusyError, CollisionError, ForbiddenError
from app.road.releases import LiveReleases
from app.road.road import StoredRoad
from app.road.rows import stamp
from app.road.world import ChangedMeanwhileError
from engine.conditions.values import Timestamp

Result = TypeVar("Result")
TRIES = 8
PATIENCE = 10.0
"""Seconds after which a unit is not begun anew: whoever sent the request is told to send it again."""
TRIES_FOR_THE_GONE = 2
"""How often a unit is begun anew because whoever stood in its way is gone."""
AGAIN = {"40001", "40P01", "55P03"}
"""SQLSTATEs after which the whole unit may be tried again: serialization failure, deadlock, lock not available."""


class Pipeline:
    """Runs units of work on a store. ``committed`` is called after each commit, to wake whoever looks for work, and ``waits``
    with the instant at which the first of what it left waiting is due.
    """

    def __init__(self, database: Engine, releases: LiveReleases, clock: Clock) -> None:
        self.database = database
        self.releases = releases
        self.clock = clock
        self.committed: Callable[[], None] | None = None
        self.waits: Callable[[Timestamp], None] | None = None
        sqlite = database.dialect.name == "sqlite"
        self._turn: AbstractContextManager[object] = threading.RLock() if sqlite else nullcontext()

    def run(self, caller: Caller, work: Callable[[StoredRoad], Result], *, undo_window: int = 0) -> Result:
        """The result of ``work``, which is committed with everything that follows from it.

        Raises ProblemError where the change is not made, with nothing kept but the audit of a refusal.
        """
        gone = 0
        until = time.monotonic() + PATIENCE
        for attempt in range(TRIES):
            try:
                return self._once(caller, work, undo_window)
            except ForbiddenError as refusal:
                self._note(caller, refusal)
                raise
            except ConflictError as conflict:
                collision = self._collision(caller, conflict)
                if collision is None and gone < TRIES_FOR_THE_GONE:
                    gone += 1
                elif collision is None:
                    raise CollisionError(
                        f"{_capital(conflict)}. Nothing was changed; send the request again."
                    ) from conflict
                else:
                    raise collision from conflict
            except ChangedMeanwhileError:
                pass
            except DBAPIError as error:
                if not _passes(error):
                    raise
            if time.monotonic() > until:
                break
            time.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 - spreads out who tries again
        raise BusyError("The store is busy. Nothing was changed; send the request again.")

    def _once(self, caller: Caller, work: Callable[[StoredRoad], Result], undo_window: int) -> Result:
        with self._turn, self.database.connect() as plain:
            connection = plain.execution_options(**WRITING)
            with connection.begin():
                road = self.releases.take(self.releases.live(connection))
                try:
                    road.begin(connection, caller, self.clock.now())
                    road.undo_window = undo_window
                    result = work(road)
                    road.finish()
                    due = road.journal.first_due()
                finally:
                    self.releases.give_back(road)
        if self.committed is not None:
            self.committed()
        if self.waits is not None and due is not None:
            self.waits(stamp(due))
        return result

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A writing transaction that walks no road: for the bookkeeping of leases. SQLite's writers take their turn."""
        with self._turn, self.database.connect() as plain:
            connection = plain.execution_options(**WRITING)
            with connection.begin():
                yield connection

    def read(self, caller: Caller, work: Callable[[StoredRoad], Result]) -> Result:
        """The result of ``work`` on the store as it is at one instant; nothing that it does is kept."""
        with self.database.connect() as plain:
            connection = plain
            if self.database.dialect.name == "postgresql":
                connection = plain.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin() as transaction:
                road = self.releases.take(self.releases.live(connection))
                try:
                    road.begin(connection, caller, self.clock.now())
                    return work(road)
                finally:
                    self.releases.give_back(road)
                    transaction.rollback()

    def _collision(self, caller: Caller, conflict: ConflictError) -> CollisionError | None:
        """Who was there first, on a new look at the store; None where they are gone by now."""
        if not conflict.rivalry:
            return CollisionError(f"{_capital(conflict)}.")

        def look(road: StoredRoad) -> CollisionError | None:
            winner = winner_of(road.connection, conflict)
            if winner is None:
                return None
            plural = road.catalog.machines[winner.machine].plural
            record = road.store.tables[winner.machine][winner.id]
            if not caller.system and not decision(road, f"{plural}.read", winner.machine, record).allowed:
                return CollisionError(f"{_capital(conflict)}.")
            named = (winner.machine, winner.id, winner.code)
            return CollisionError(f"{_capital(conflict)}, by {winner}.", named)

        return self.read(caller, look)

    def _note(self, caller: Caller, refusal: ForbiddenError) -> None:
        """The audit of a refusal, by itself: the refused change was taken back with its transaction."""

        def note(road: StoredRoad) -> None:
            road.journal.refused(refusal.machine, refusal.id, refusal.permission, str(refusal))

        self.run(caller, note)


def _capital(conflict: ConflictError) -> str:
    text = str(conflict)
    return f"{text[0].upper()}{text[1:]}"


def _passes(error: DBAPIError) -> bool:
    """Whether a failure may pass when the unit is tried again."""
    if getattr(error.orig, "sqlstate", None) in AGAIN:
        return True
    return isinstance(error, OperationalError) and "locked" in str(error.orig)
