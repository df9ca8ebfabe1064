"""Real servers and workers for tests of crashes: processes over one store that are killed, and begun again.

They are forked, so that none builds the catalog anew. All see one clock, which stands until a test moves it.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from multiprocessing.context import ForkProcess
from multiprocessing.sharedctypes import RawValue
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
import uvicorn

from app.bootstrap import Platform, bootstrap
from app.clock import Clock
from app.identity.demo import PASSWORD, seed_people
from app.identity.passwords import Hasher
from app.outbox.channels.channel import Message
from app.outbox.channels.file import FileChannel
from app.serving import Serving
from app.settings import Settings
from app.workers import worker as work
from app.workers.wakeups import Wakeups, huey_for
from app.workers.worker import Worker
from engine.catalog import Catalog
from engine.conditions.values import Timestamp
from tests.app.processes import NOON, settings_for, started

LEASE_SECONDS = 0.5
SWEPT_EVERY = 0.1
"""Seconds between two sweeps: a clock that a test moves wakes nobody."""
PATIENCE = 30.0
"""Seconds for which a test waits for what must come."""
UNLIT = 0


class SharedClock:
    """Stands where it was put until it is moved, for all processes that were forked with it."""

    def __init__(self, instant: Timestamp = NOON) -> None:
        self._instant = RawValue("q", instant)

    def now(self) -> Timestamp:
        return Timestamp(self._instant.value)

    def put(self, instant: Timestamp) -> None:
        self._instant.value = instant

    def advance(self, **span: float) -> None:
        self._instant.value += timedelta(**span) // timedelta(microseconds=1) * 1_000


class Fuse:
    """Kills the process that burns its last inch, by SIGKILL. ``light`` says how many are left."""

    def __init__(self) -> None:
        self._left = RawValue("i", UNLIT)

    def light(self, inches: int) -> None:
        self._left.value = inches

    def burn(self) -> None:
        if self._left.value == UNLIT:
            return
        self._left.value -= 1
        if self._left.value == UNLIT:
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Fuses:
    """Where one process may be killed: before a statement, when a unit is committed and nobody was told, and just before
    or after a message is delivered.
    """

    statements: Fuse = field(default_factory=Fuse)
    commits: Fuse = field(default_factory=Fuse)
    deliveries: Fuse = field(default_factory=Fuse)

    def laid(self, platform: Platform) -> None:
        """Lays the fuses in the process of a platform."""
        burn = self.statements.burn

        class Cursor(psycopg.Cursor):
            def execute(self, *arguments: Any, **options: Any) -> Any:
                burn()
                return super().execute(*arguments, **options)

        def connected(driver: Any, _: object) -> None:
            if platform.database.dialect.name == "sqlite":
                driver.set_trace_callback(lambda _: burn())
                return
            commit = driver.commit

            def burning() -> None:
                burn()
                commit()

            driver.cursor_factory, driver.commit = Cursor, burning

        sa.event.listen(platform.database, "connect", connected)
        once = platform.pipeline._once

        def told(*arguments: Any) -> Any:
            result = once(*arguments)
            self.commits.burn()
            return result

        platform.pipeline._once = told  # type: ignore[method-assign, assignment]


class FusedChannel(FileChannel):
    """Delivers to files, with a fuse at either side."""

    def __init__(self, folder: Path, fuse: Fuse) -> None:
        super().__init__(folder)
        self._fuse = fuse

    def deliver(self, message: Message) -> None:
        self._fuse.burn()
        super().deliver(message)
        self._fuse.burn()


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@dataclass
class Site:
    """A store with a web process and, where ``apart``, a worker of its own; else the web process works as well."""

    url: str
    folder: Path
    agency: Catalog
    apart: bool
    redis: str | None = None
    clock: Clock = field(default_factory=SharedClock)
    port: int = field(default_factory=free_port)
    fuses: dict[str, Fuses] = field(default_factory=lambda: {"web": Fuses(), "worker": Fuses()})
    running: dict[str, ForkProcess] = field(default_factory=dict)
    crashes: int = 0
    crashed: Callable[[], None] = lambda: None
    prepared: Callable[[], None] = lambda: None
    """Called in each process before its work begins."""
    swept_every: float = SWEPT_EVERY
    undo: int = 15
    looking: list[Platform] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        public = f"http://127.0.0.1:{self.port}"
        plain = settings_for(self.url, self.folder)
        return replaced(plain, mode="demo", redis=self.redis, public_url=public, rate=999_999, undo_seconds=self.undo)

    def platform(self) -> Platform:
        """A platform of one's own over the store."""
        platform = bootstrap(self.settings, self.clock)
        platform.releases._catalogs[1] = self.agency
        return replaced(platform, identity=replaced(platform.identity, hasher=Hasher(memory=64, rounds=1)))

    def seeded(self) -> dict[str, str]:
        """The ids of the demo's people, made before anybody works."""
        with self.look() as platform:
            return seed_people(platform)

    def look(self) -> Look:
        return Look(self)

    def rows(self, sql: str, **values: Any) -> list[Any]:
        with self.look() as platform, platform.database.connect() as connection:
            return list(connection.execute(sa.text(sql), values).mappings())

    @property
    def parts(self) -> dict[str, Callable[[], None]]:
        return {"web": self._serve, **({"worker": self._work} if self.apart else {})}

    def start(self) -> None:
        """Starts what does not run."""
        for name, job in self.parts.items():
            one = self.running.get(name)
            if one is not None and one.is_alive():
                continue
            if one is not None:
                one.join()
                assert one.exitcode == -signal.SIGKILL, f"{name} ended by itself"
                self.crashes += 1
                self.crashed()
            self.running[name] = started(job)

    def kill(self, name: str) -> None:
        """Kills a part; it stays dead until ``start``."""
        self.running[name].kill()

    def stop(self) -> None:
        for one in self.running.values():
            one.kill()
            one.join()
        self.running.clear()

    def ready(self) -> None:
        """Waits until the web process answers."""
        wait_for(lambda: self.asked("/healthz") == 200, "the web process answers")

    def asked(self, path: str) -> int | None:
        """The status of an answer, None without one."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, HTTPException):
            return None
        finally:
            connection.close()

    def _serve(self) -> None:
        logging.disable()
        platform = self.platform()
        self.fuses["web"].laid(platform)
        self.prepared()
        wakeups = Wakeups(huey_for(platform.settings, embedded=True), platform.clock)
        platform.pipeline.waits = wakeups.at
        if not self.apart:
            worker = self._worker("web", platform, wakeups)
            threading.Thread(target=worker.run, args=(threading.Event(),), daemon=True).start()
        uvicorn.run(Serving(platform), host="127.0.0.1", port=self.port, log_level="critical")

    def _work(self) -> None:
        logging.disable()
        platform = self.platform()
        self.fuses["worker"].laid(platform)
        self.prepared()
        wakeups = Wakeups(huey_for(platform.settings, embedded=False), platform.clock) if self.redis else None
        self._worker("worker", platform, wakeups).run(threading.Event())

    def _worker(self, name: str, platform: Platform, wakeups: Wakeups | None) -> Worker:
        work.LONGEST = self.swept_every
        channel = FusedChannel(self.folder / "outbox", self.fuses[name].deliveries)
        return Worker(platform, channel, wakeups, lease_seconds=LEASE_SECONDS)


class Look:
    """A platform for a moment: no connection of the test's own is open when a process is forked from it."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def __enter__(self) -> Platform:
        if not self._site.looking:
            self._site.looking.append(self._site.platform())
        return self._site.looking[0]

    def __exit__(self, *_: object) -> None:
        self._site.looking[0].close()


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: Any


class Caller:
    """Somebody at a site, who repeats under the same key whatever was not acknowledged."""

    def __init__(self, site: Site, name: str) -> None:
        self._site = site
        self._name = name
        self._token: str | None = None

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """The answer, however often it takes to get one."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            self._site.start()
            try:
                if self._token is None:
                    login = {"email": f"{self._name}@demo.virel", "password": PASSWORD}
                    told = self._once("POST", "/auth/login", login, {})
                    assert told.status == 200, told
                    self._token = told.body["access_token"]
                answer = self._once(method, path, body, headers)
            except (OSError, HTTPException):
                time.sleep(0.01)
                continue
            if answer.status != 401:
                return answer
            self._token = None
        raise AssertionError(f"{method} {path} was not answered")

    def get(self, path: str) -> Any:
        return self._good(self.send("GET", path))

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self._good(self.send("POST", path, body if body is not None else {}, **headers))

    def _good(self, answer: Answer) -> Any:
        assert answer.status < 300, answer
        return answer.body

    def _once(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Answer:
        connection = HTTPConnection("127.0.0.1", self._site.port, timeout=PATIENCE)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self._token is not None:
            named["Authorization"] = f"Bearer {self._token}"
        content = None
        if body is not None:
            content, named["Content-Type"] = json.dumps(body).encode(), "application/json"
        try:
            connection.request(method, f"/api/v1{path}", content, named)
            answer = connection.getresponse()
            text = answer.read()
            return Answer(answer.status, dict(answer.getheaders()), json.loads(text) if text else None)
        finally:
            connection.close()


def wait_for(holds: Callable[[], bool], what: str, seconds: float = PATIENCE) -> float:
    """Waits until something holds; for how many seconds."""
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < seconds, f"in {seconds} s it did not come to this: {what}"
        time.sleep(0.02)
    return time.monotonic() - begun
