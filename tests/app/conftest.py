"""Stores on SQLite and on PostgreSQL: empty ones, and the agency's with its rules published."""

from __future__ import annotations

import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap import Platform
from app.clock import SteppedClock
from app.commands import entities
from app.outbox.channels.file import FileChannel
from app.records.database import open_database
from app.records.releases import ReleaseStore
from app.road import commands
from app.road.caller import Caller, system
from app.road.road import StoredRoad
from app.store import schema
from app.workers.worker import Worker
from engine.catalog import Catalog, load
from engine.conditions.values import Timestamp
from engine.releases.content import ReleaseContent, content_of
from engine.simulation.world import Record
from tests.app.processes import reopened
from tests.app.redis_server import RedisServer

OWNER = Caller({"id": "the-owner", "roles": ["OWNER"], "queues": []})
Work = Callable[[StoredRoad], Any]


def created(server: str, template: str | None = None) -> str:
    """The address of a new database on a server."""
    import psycopg

    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
    return server.replace("/postgres?", f"/{name}?")


def dropped(server: str, url: str) -> None:
    """Takes a database away, so that the server need not keep hundreds of them."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{url.partition("?")[0].rpartition("/")[2]}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'events.db'}"
        return
    server = request.getfixturevalue("postgresql")
    address = created(server)
    yield address
    dropped(server, address)


@pytest.fixture(scope="session")
def agency(root: Path) -> Catalog:
    """The catalog of the agency's documents."""
    return load(root)


def published(url: str, folder: Path) -> None:
    """Makes a store with the documents of a folder as its first release."""
    database = open_database(url)
    schema.upgrade(database)
    with ReleaseStore(database).publishing() as publishing:
        publishing.add(content_of(folder), author="the-owner", message="The first.", at=Timestamp(0))
    database.dispose()


@pytest.fixture(scope="session")
def sqlite_template(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the agency's store; to be copied."""
    file = tmp_path_factory.mktemp("template") / "virel.db"
    published(f"sqlite:///{file}", root)
    return file


@pytest.fixture(scope="session")
def postgresql_template(root: Path, postgresql: str) -> str:
    """The name of a database with the agency's store; to be copied."""
    address = created(postgresql)
    published(address, root)
    return address.partition("?")[0].rpartition("/")[2]


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a store with the agency's documents published and nothing else in it."""
    if request.param == "sqlite":
        file = tmp_path / "virel.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    server = request.getfixturevalue("postgresql")
    address = created(server, request.getfixturevalue("postgresql_template"))
    yield address
    dropped(server, address)


@pytest.fixture(scope="session")
def lasting_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis that lives as long as the tests."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis of one's own, to be flushed, hung and killed."""
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def platform(store: str, tmp_path: Path, agency: Catalog) -> Iterator[Platform]:
    """A platform over such a store, on a clock that stands at noon until it is moved."""
    platform = reopened(store, tmp_path, agency)
    yield platform
    platform.close()


class Desk:
    """Works as the owner, each call a unit of work."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def do(self, work: Work, caller: Caller = OWNER) -> Any:
        return self.platform.pipeline.run(caller, work)

    def client(self, **values: Any) -> str:
        return self.new("client", {"name": "Anna", "email": "anna@example.test", **values})

    def model(self, *, published: bool = True, **values: Any) -> str:
        rate = {"amount": 100_000, "currency": "EUR"}
        id = self.new("model", {"name": "Mia", "category": "runway", "home_city": "Berlin", "day_rate": rate, **values})
        if published:
            self.move("model", id, "publish")
        return id

    def booking(self, client: str, model: str, day: int = 10, days: int = 1, **values: Any) -> str:
        total = {"amount": 500_000, "currency": "EUR"}
        times = {"starts_at": f"2026-04-{day:02}T08:00:00Z", "ends_at": f"2026-04-{day + days - 1:02}T18:00:00Z"}
        return self.new(
            "booking", {"total": total, "city": "Berlin", "client": client, "model": model, **times, **values}
        )

    def slot(self, model: str, day: int, kind: str = "work") -> str:
        times = {"starts_at": f"2026-04-{day:02}T08:00:00Z", "ends_at": f"2026-04-{day:02}T18:00:00Z"}
        return self.new("slot", {"kind": kind, "model": model, **times})

    def new(self, machine: str, values: dict[str, Any]) -> str:
        return self.do(lambda road: entities.create(road, machine, values)["id"])

    def move(self, machine: str, id: str, transition: str, **inputs: Any) -> Record:
        return self.do(lambda road: dict(commands.move(road, machine, id, transition, inputs)))

    def change(self, machine: str, id: str, **values: Any) -> Record:
        """Fields that callers cannot set are changed too."""
        return self.do(lambda road: dict(commands.update(road, machine, id, values)), system("test"))

    def get(self, machine: str, id: str) -> Record:
        return self.platform.pipeline.read(OWNER, lambda road: dict(road.store.tables[machine][id]))

    def confirmed(self, client: str, model: str, day: int = 10, **values: Any) -> str:
        """A confirmed booking."""
        id = self.booking(client, model, day, **values)
        self.change("booking", id, deposit_status="waived")
        if self.get("booking", id)["status"] != "confirmed":
            self.move("booking", id, "confirm")
        return id

    def later(self, **span: float) -> None:
        """Lets time pass."""
        clock = self.platform.clock
        assert isinstance(clock, SteppedClock)
        clock.advance(timedelta(**span) // timedelta(microseconds=1) * 1_000)

    def inquiry(self, client: str, model: str, **values: Any) -> str:
        times = {"starts_at": "2026-04-10T08:00:00Z", "ends_at": "2026-04-10T18:00:00Z"}
        return self.new("inquiry", {"category": "runway", "client": client, "model": model, **times, **values})

    def pay(self, booking: str) -> str:
        """Pays the deposit of a booking."""
        due = {"purpose": "deposit", "amount": {"amount": 1, "currency": "EUR"}, "due_at": "2026-04-01T00:00:00Z"}
        payment = self.new("payment", {**due, "booking": booking})
        data = {"purpose": "deposit"}
        self.do(lambda road: commands.record_event(road, "payment", payment, "payment.succeeded", data))
        return payment

    def publish(self, folder: Path, edit: Callable[[str], str], document: str, message: str = "Another.") -> None:
        """Publishes the documents of a folder with one of them edited, its version raised."""
        content = content_of(folder)
        text = content.documents[document].decode()
        raised = re.sub(r"^version: (\d+)", lambda hit: f"version: {int(hit[1]) + 1}", text, flags=re.MULTILINE)
        documents = {**content.documents, document: edit(raised).encode()}
        with ReleaseStore(self.platform.database).publishing() as publishing:
            at = self.platform.clock.now()
            publishing.add(ReleaseContent(documents), author="the-owner", message=message, at=at)

    def rows(self, sql: str, **values: Any) -> list[Any]:
        import sqlalchemy as sa

        with self.platform.database.connect() as connection:
            return list(connection.execute(sa.text(sql), values).mappings())


@pytest.fixture
def desk(platform: Platform) -> Desk:
    """Somebody who works on the platform."""
    return Desk(platform)


@pytest.fixture
def worker(platform: Platform, tmp_path: Path) -> Worker:
    """A worker that delivers to files."""
    return Worker(platform, FileChannel(tmp_path / "outbox"))
