"""Wake-ups over huey: they only hasten what the next sweep finds anyway, so that one that is lost costs seconds.

They carry no data but the name of their task, as JSON: whoever can write to the queue can wake a worker, nothing more.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from huey import Huey, MemoryHuey, RedisHuey, SqliteHuey
from huey.registry import Message
from huey.serializer import Serializer
from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.clock import Clock, seconds_until
from app.settings import Settings
from engine.conditions.values import Timestamp

FARTHEST = 60.0
"""What is due in more seconds than this is left to the sweeps."""
PATIENCE = 10.0
"""Seconds for which a queue that does not answer is not asked again."""
LOG = logging.getLogger("virel.worker")
LOOK = 0.25
"""Seconds between two looks at a queue that cannot be waited on."""


class JsonSerializer(Serializer):  # type: ignore[misc]
    """Messages as JSON lists: huey's own are pickles, which run whatever their writer likes."""

    def _serialize(self, data: Any) -> bytes:
        return orjson.dumps(list(data))

    def _deserialize(self, data: bytes) -> Any:
        values = orjson.loads(data)
        names = Message._fields
        found = dict(zip(names, values, strict=False))
        if found.get("eta") is not None:
            found["eta"] = datetime.fromisoformat(found["eta"]).replace(tzinfo=None)
        return Message(**found)


def huey_for(settings: Settings, *, embedded: bool) -> Huey:
    """Where wake-ups go: Redis where it is configured, else the memory of this process, or a file beside the store.

    With Redis, ``embedded`` is for a process that sends and never listens.
    """
    options: dict[str, Any] = {"results": False, "serializer": JsonSerializer(), "utc": True}
    if settings.redis is not None:
        # Nobody waits longer for a wake-up to be sent than it would save; listening waits a second at a time. Clients of
        # redis-py try again by themselves, with pauses that add up to seconds.
        times = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5 if embedded else 3}
        pool = ConnectionPool.from_url(settings.redis, retry=Retry(NoBackoff(), 0), **times)
        return RedisHuey("virel", connection_pool=pool, **options)
    if embedded:
        return MemoryHuey("virel", **options)
    file: Path = settings.data / "wakeups.db"
    return SqliteHuey("virel", filename=str(file), **options)


class Wakeups:
    """Sends wake-ups, and hears them."""

    def __init__(self, huey: Huey, clock: Clock) -> None:
        self._huey = huey
        self._clock = clock
        self._heard: Callable[[], None] = _nothing
        self._away = 0.0
        self._task = huey.task(name="wake")(self._wake)

    def at(self, due: Timestamp) -> None:
        """Has a worker wake when something is due, if that is soon. A queue that is away is let be for a while."""
        seconds = seconds_until(self._clock, due)
        if seconds > FARTHEST or time.monotonic() < self._away:
            return
        try:
            self._task.schedule(delay=seconds) if seconds else self._task()
        except Exception as error:  # noqa: BLE001 - what was committed stands; the sweep finds it
            LOG.warning("no wake-ups for now: %s", error)
            self._away = time.monotonic() + PATIENCE

    def _wake(self) -> None:
        self._heard()

    def listen(self, heard: Callable[[], None], stop: threading.Event) -> None:
        """Calls ``heard`` at every wake-up, until it is to stop."""
        self._heard = heard
        huey = self._huey
        while not stop.is_set():
            for task in huey.read_schedule():
                huey.execute(task)
            task = huey.dequeue()
            if task is not None:
                huey.execute(task)
            else:
                stop.wait(LOOK)


def _nothing() -> None:
    """Heard by nobody."""
