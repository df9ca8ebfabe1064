"""The append-only store of events, the same on SQLite and on PostgreSQL.

An event is kept once, under its id, as the line of JSON that ``engine.events.envelope.encode`` makes of it; the other
columns are there to find it. Events are numbered in the order in which they are committed, without gaps: writers take
turns, so that whoever has read up to a number has seen everything before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    func,
    insert,
    select,
)

from app.records.database import Store, StoreError, append_only
from engine.events.envelope import WireEvent, decode, encode

if TYPE_CHECKING:
    from engine.conditions.values import Timestamp

_BATCH = 500
MICROSECOND = 1_000
"""In nanoseconds. A store counts in microseconds, which hold the years 1 to 9999; the event's text is exact."""

METADATA = MetaData()
EVENTS = Table(
    "events",
    METADATA,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("type", String, nullable=False),
    Column("machine", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("time", BigInteger, nullable=False, comment="microseconds since 1970-01-01T00:00:00Z, rounded down"),
    Column("root", String, nullable=False, comment="the id of the first event in the chain: its own where it is that"),
    Column("release", Integer, comment="the release under which it happened"),
    Column("transition", String, comment="of a move: its name"),
    Column("state", String, comment="of a move: the state that was entered"),
    Column("body", Text, nullable=False),
    Index("events_by_entity", "machine", "subject", "seq"),
    Index("events_by_root", "root", "seq"),
)
append_only(EVENTS, ("id = NEW.id", "seq = NEW.seq"))


class ConflictingEventError(StoreError):
    """Another event is known under this id."""

    def __init__(self, event_id: str) -> None:
        super().__init__(f'a different event is already stored under the id "{event_id}"; nothing was stored')
        self.event_id = event_id


@dataclass(frozen=True, slots=True)
class Appended:
    """How many events were new, and how many were known already."""

    added: int
    known: int


class EventStore(Store):
    """Events in a database."""

    name = "event store"
    metadata = (METADATA,)
    table = EVENTS

    def append(self, events: Iterable[WireEvent]) -> Appended:
        """Stores the events in their order, all or none; one that is known already, unchanged, is left alone.

        Raises ``ConflictingEventError`` for another event under a known id.
        """
        added = known = 0
        with self.transaction(writing=True) as connection:
            seq = connection.scalar(select(func.coalesce(func.max(EVENTS.c.seq), 0))) or 0
            for batch in _batches(events):
                fresh = _unknown(connection, batch)
                if fresh:
                    rows = [_row(seq + number, one, body) for number, (one, body) in enumerate(fresh, 1)]
                    connection.execute(insert(EVENTS), rows)
                seq += len(fresh)
                added += len(fresh)
                known += len(batch) - len(fresh)
        return Appended(added, known)

    def read(
        self,
        after: int = 0,
        *,
        machine: str | None = None,
        subject: str | None = None,
        root: str | None = None,
        since: Timestamp | None = None,
        until: Timestamp | None = None,
    ) -> Iterator[tuple[int, WireEvent]]:
        """The events numbered above ``after`` that fit, with their numbers, in order.

        ``since`` and ``until`` (exclusive) bound the event's own time. What is yielded is one state of the store, however
        long the reading takes.
        """
        query = select(EVENTS.c.seq, EVENTS.c.body).where(EVENTS.c.seq > after).order_by(EVENTS.c.seq)
        for column, value in ((EVENTS.c.machine, machine), (EVENTS.c.subject, subject), (EVENTS.c.root, root)):
            if value is not None:
                query = query.where(column == value)
        if since is not None:
            query = query.where(EVENTS.c.time >= int(since) // MICROSECOND)
        if until is not None:
            query = query.where(EVENTS.c.time <= int(until) // MICROSECOND)
        with self.transaction() as connection:
            for seq, body in connection.execution_options(yield_per=_BATCH).execute(query):
                event = decode(body.encode())
                if (since is None or event.time >= since) and (until is None or event.time < until):
                    yield seq, event


def stored(connection: Connection) -> Iterator[tuple[int, WireEvent]]:
    """Every event with its number, in order, within a transaction of any store of the database."""
    query = select(EVENTS.c.seq, EVENTS.c.body).order_by(EVENTS.c.seq)
    for seq, body in connection.execute(query, execution_options={"yield_per": _BATCH}):
        yield seq, decode(body.encode())


def _batches(events: Iterable[WireEvent]) -> Iterator[list[WireEvent]]:
    waiting = iter(events)
    while batch := list(islice(waiting, _BATCH)):
        yield batch


def _unknown(connection: Connection, batch: Sequence[WireEvent]) -> list[tuple[WireEvent, str]]:
    """The events of a batch that are not stored yet, each once, with their lines."""
    ids = [one.id for one in batch]
    stored = connection.execute(select(EVENTS.c.id, EVENTS.c.body).where(EVENTS.c.id.in_(ids)))
    bodies: dict[str, str] = {row.id: row.body for row in stored}
    fresh: list[tuple[WireEvent, str]] = []
    for one in batch:
        body = encode(one).decode()
        there = bodies.get(one.id)
        if there is None:
            bodies[one.id] = body
            fresh.append((one, body))
        elif there != body:
            raise ConflictingEventError(one.id)
    return fresh


def _row(seq: int, one: WireEvent, body: str) -> dict[str, object]:
    return {
        "seq": seq,
        "id": one.id,
        "type": one.type,
        "machine": one.machine,
        "subject": one.subject,
        "time": int(one.time) // MICROSECOND,
        "root": one.root or one.id,
        "body": body,
    }


def last_number(connection: Connection) -> int:
    """The highest number of an event, 0 before the first."""
    return connection.scalar(select(func.coalesce(func.max(EVENTS.c.seq), 0))) or 0


def events_after(connection: Connection, number: int) -> list[tuple[int, WireEvent]]:
    """The events numbered above ``number``, with their numbers, in order."""
    query = select(EVENTS.c.seq, EVENTS.c.body).where(EVENTS.c.seq > number).order_by(EVENTS.c.seq)
    return [(row.seq, decode(row.body.encode())) for row in connection.execute(query)]
