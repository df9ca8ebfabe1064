"""A large store for the measurements of reading: made from a seed, loaded by COPY, kept between runs.

A booking has a client, a model, a payment and a task, most of them long done; ten events happened around it, each with its audit row. States,
cities, queues and people are drawn evenly enough that every list has something for everybody.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import psycopg

from app.store import schema
from bench import stores
from bench.measure import tell
from engine.conditions.values import Timestamp
from engine.events.envelope import Actor, WireEvent, encode
from engine.releases.content import ReleaseContent

CLIENTS = MODELS = 1_000
CITIES = ("Berlin", "Paris", "Milan", "Vienna", "Hamburg", "London", "Madrid", "Lisbon")
STATES = ("draft", "option", "awaiting_deposit", "confirmed", "completed", "completed", "cancelled", "released")
TASK_STATES = ("open", "in_progress", "snoozed", "done", "done", "done", "cancelled")
DONE_STATES = ("done", "done", "done", "cancelled")
TO_DO = 23_333
"""The last so many tasks have some of all states, so that 10,000 are to be done or put off; those before are over."""
QUEUES = ("operations", "content", "finance", "press")
DAY = 86_400_000_000
BEGIN = 1_600_000_000_000_000
"""Microseconds: September 2020."""
EVENTS_EACH = 10
Row = tuple[Any, ...]


def prepared(server: str, documents: ReleaseContent, count: int, out: Path) -> str:
    """The address of a store with ``count`` bookings: the one of an earlier run, where its making was the same."""
    made_by = sha256(Path(__file__).read_bytes() + schema.newest().encode())
    for path, content in sorted(documents.documents.items()):
        made_by.update(path.encode() + b"\0" + content)
    name = f"bookings_{count}_{made_by.hexdigest()[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return stores.database_of(server, name, anew=False)
    tell(f"  loading {count:,} bookings and {count * EVENTS_EACH:,} events (once)")
    making = stores.database_of(server, "making")
    stores.published(making, documents, out).close()
    with psycopg.connect(making) as connection:
        users = dict(connection.execute("SELECT split_part(email, '@', 1), id FROM users").fetchall())
        # Nothing refers to what is not there, and what is half loaded at a power cut is thrown away.
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")
        for table, columns, rows in _tables(count, users):
            with connection.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        # What is numbered by the database goes on behind what was copied in with its numbers.
        numbered = connection.execute(
            "SELECT table_name, column_name, pg_get_serial_sequence(table_name, column_name) FROM "
            "information_schema.columns WHERE table_schema = 'public' AND pg_get_serial_sequence(table_name, column_name) IS NOT NULL"
        ).fetchall()
        for table, column, sequence in numbered:
            connection.execute(f"SELECT setval('{sequence}', greatest(1, (SELECT max({column}) FROM {table})))")
    with psycopg.connect(making, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE making RENAME TO "{name}"')
    return stores.database_of(server, name, anew=False)


def id_of(kind: int, number: int) -> str:
    """The id of the ``number``-th of its kind; ids rise with the instants of their making, as UUIDv7 do."""
    return f"{number:08x}-{kind:04x}-7000-8000-{number:012x}"


CLIENT, MODEL, BOOKING, PAYMENT, TASK, EVENT = range(1, 7)


def made_at(number: int) -> int:
    """When the ``number``-th booking was made."""
    return BEGIN + number * 60_000_000


def _tables(count: int, users: dict[str, str]) -> Iterator[tuple[str, str, Iterator[Row]]]:
    standard = "id, status, created_at, updated_at, status_since, version"
    yield "clients", f"{standard}, code, name, tier, kind, locale, timezone, email", _clients()
    yield (
        "models",
        f"{standard}, public_code, name, category, home_city, timezone, day_rate_amount, day_rate_currency, rating_internal",
        _models(),
    )
    yield (
        "bookings",
        f"{standard}, code, total_amount, total_currency, deposit_status, starts_at, ends_at, city, notes, client, model",
        _bookings(count),
    )
    yield (
        "payments",
        f"{standard}, purpose, amount_amount, amount_currency, due_at, booking",
        _payments(count),
    )
    yield "tasks", f"{standard}, title, queue, priority, due, about, assignee", _tasks(count, users)
    yield "events", "id, type, machine, subject, time, root, release, transition, state, body", _events(count, users)
    yield (
        "audit",
        "machine, entity, place, at, actor, action, outcome, changes, reason, event, request, address, previous, hash",
        _audit(count, users),
    )


def _clients() -> Iterator[Row]:
    for n in range(CLIENTS):
        tier = "vip" if n % 20 == 0 else "standard"
        row = (f"CL-{n:06}", f"Client {n}", tier, "brand", "en", "Europe/Berlin", f"client{n}@example.test")
        yield (id_of(CLIENT, n), "active", BEGIN + n, BEGIN + n, BEGIN + n, 1, *row)


def _models() -> Iterator[Row]:
    for n in range(MODELS):
        row = (
            f"MD-{n:06}",
            f"Model {n}",
            "runway",
            CITIES[n % len(CITIES)],
            "Europe/Berlin",
            100_000,
            "EUR",
            n % 5 + 1,
        )
        yield (id_of(MODEL, n), "published", BEGIN + n, BEGIN + n, BEGIN + n, 1, *row)


def _bookings(count: int) -> Iterator[Row]:
    draw = random.Random(1)
    for n in range(count):
        made, state = made_at(n), STATES[draw.randrange(len(STATES))]
        starts = BEGIN + (n // MODELS + 30) * DAY  # a model's bookings never overlap
        amount = 50_000 + draw.randrange(500) * 1_000
        row = (f"BK-{n:08}", amount, "EUR", "paid" if state in ("confirmed", "completed") else "due", starts)
        more = (starts + DAY // 2, CITIES[draw.randrange(len(CITIES))], "Call the studio." if n % 3 == 0 else None)
        whose = (id_of(CLIENT, draw.randrange(CLIENTS)), id_of(MODEL, n % MODELS))
        yield (id_of(BOOKING, n), state, made, made, made, 5, *row, *more, *whose)


def _payments(count: int) -> Iterator[Row]:
    for n in range(count):
        made = made_at(n) + 1
        row = ("deposit", 20_000, "EUR", made + DAY, id_of(BOOKING, n))
        yield (id_of(PAYMENT, n), "pending" if n % 4 == 0 else "succeeded", made, made, made, 2, *row)


def _tasks(count: int, users: dict[str, str]) -> Iterator[Row]:
    draw, people = random.Random(2), sorted(users.values())
    for n in range(count):
        made = made_at(n) + 2
        assignee = people[draw.randrange(len(people))] if n % 3 else None
        states = TASK_STATES if n >= count - TO_DO else DONE_STATES
        row = (f"Look at BK-{n:08}", QUEUES[draw.randrange(len(QUEUES))], ("normal", "high", "urgent", "low")[n % 4])
        more = (made + DAY, f"booking/{id_of(BOOKING, n)}", assignee)
        yield (id_of(TASK, n), states[draw.randrange(len(states))], made, made, made, 2, *row, *more)


def _happened(
    count: int, users: dict[str, str]
) -> Iterator[tuple[int, int, int, str, str, str, dict[str, Any], dict[str, Any], str]]:
    """Number, place in its entity's chain, instant, machine, entity, type, data, changes, actor."""
    people = sorted(users.values())
    for n in range(count):
        booking, payment, task = id_of(BOOKING, n), id_of(PAYMENT, n), id_of(TASK, n)
        by, made = people[n % len(people)], made_at(n)
        start = {"city": "Berlin", "code": f"BK-{n:08}", "client": id_of(CLIENT, n % CLIENTS)}
        rule = "rule:look-after@1"
        steps: tuple[tuple[int, str, str, str, dict[str, Any], dict[str, Any], str], ...] = (
            (1, "booking", booking, "booking.created", start, {}, by),
            (1, "payment", payment, "payment.created", {"purpose": "deposit", "booking": booking}, {}, by),
            (1, "task", task, "task.created", {"title": f"Look at BK-{n:08}", "about": f"booking/{booking}"}, {}, rule),
            (
                2,
                "booking",
                booking,
                "booking.status_changed",
                _move("draft", "option", "hold"),
                _status("draft", "option"),
                by,
            ),
            (3, "booking", booking, "booking.updated", {"notes": "Call."}, {"notes": (None, "Call.")}, by),
            (2, "payment", payment, "payment.succeeded", {"purpose": "deposit"}, _status("pending", "succeeded"), by),
            (
                4,
                "booking",
                booking,
                "booking.updated",
                {"deposit_status": "paid"},
                {"deposit_status": ("due", "paid")},
                rule,
            ),
            (
                5,
                "booking",
                booking,
                "booking.status_changed",
                _move("option", "confirmed", "confirm"),
                _status("option", "confirmed"),
                by,
            ),
            (2, "task", task, "task.status_changed", _move("open", "done", "complete"), _status("open", "done"), by),
            (
                6,
                "booking",
                booking,
                "booking.updated",
                {"notes": "Call again."},
                {"notes": ("Call.", "Call again.")},
                by,
            ),
        )
        for step, (place, machine, entity, type, data, changes, actor) in enumerate(steps):
            yield n * EVENTS_EACH + step, place, made + step * 1_000_000, machine, entity, type, data, changes, actor


def _move(source: str, target: str, transition: str) -> dict[str, Any]:
    return {"from": source, "to": target, "transition": transition}


def _status(source: str, target: str) -> dict[str, Any]:
    return {"status": (source, target)}


def _events(count: int, users: dict[str, str]) -> Iterator[Row]:
    for n, _, at, machine, entity, type, data, changes, actor in _happened(count, users):
        id = id_of(EVENT, n)
        who = Actor(actor, ["OPS_MANAGER"], [])
        wire = WireEvent(
            id=id, type=type, time=Timestamp(at * 1_000), source="virel", subject=entity, data=data, actor=who,
            release=1, changes=changes,
        )  # fmt: skip
        move = data if type.endswith("status_changed") else {}
        yield (id, type, machine, entity, at, id, 1, move.get("transition"), move.get("to"), encode(wire).decode())


def _audit(count: int, users: dict[str, str]) -> Iterator[Row]:
    # The chain's seals are of their true length; nobody verifies this store.
    seal = sha256(b"bench").hexdigest()
    for n, place, at, machine, entity, type, data, changes, actor in _happened(count, users):
        shown = changes or {name: (None, value) for name, value in data.items()}
        row = (type, "done", orjson.dumps(shown).decode(), None, id_of(EVENT, n), None, "127.0.0.1", seal, seal)
        yield (machine, entity, place, at, actor, *row)
