"""Who is at the list now, and which card each has open: so that two do not do one thing.

It is a courtesy, not a lock, and is kept in memory: in that of the process, and where there is Redis in Redis, so that all
processes know the same. Whoever does not say so again is gone after a minute. While Redis does not answer each process
knows its own visitors.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

LOG = logging.getLogger("virel.web")
LASTS = 60.0
"""Seconds."""
PATIENCE = 5.0
"""Seconds for which a Redis that does not answer is not asked again."""
KEY = "virel:at-work"
MOST = 500
"""People that are kept at once."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at the list. ``item`` is the key of the card that is open, or empty; ``since`` an instant as JSON has it."""

    user: str
    name: str
    item: str
    since: str
    heard: float


class Presences:
    """The visits that this process knows of, shared over Redis where there is one."""

    def __init__(self, redis: str | None, wall: Callable[[], float] = time.time) -> None:
        once = Retry(NoBackoff(), 0)
        self._redis = (
            Redis.from_url(redis, socket_timeout=0.2, socket_connect_timeout=0.2, retry=once) if redis else None
        )
        self._wall = wall
        self._away = 0.0
        self._own: dict[str, Visit] = {}

    def note(self, user: str, name: str, item: str, now: str) -> list[Visit]:
        """Notes where somebody is, since ``now`` unless they are there already; who is anywhere now, in order of coming."""
        known = {visit.user: visit for visit in self.visits()}
        before = known.get(user)
        since = before.since if before is not None and before.item == item else now
        known[user] = visit = Visit(user, name, item, since, self._wall())
        self._own = dict(list(known.items())[-MOST:])
        self._ask(lambda redis: self._share(redis, visit))
        return sorted(known.values(), key=lambda one: (one.since, one.user))

    def leave(self, user: str) -> None:
        """Forgets somebody."""
        self._own.pop(user, None)
        self._ask(lambda redis: redis.hdel(KEY, user))

    def visits(self) -> list[Visit]:
        """Who is there now."""
        shared = self._ask(lambda redis: redis.hgetall(KEY))
        found = [Visit(**orjson.loads(text)) for text in shared.values()] if shared is not None else self._own.values()
        return [visit for visit in found if self._wall() - visit.heard < LASTS]

    def _share(self, redis: Any, visit: Visit) -> None:
        told = {name: getattr(visit, name) for name in ("user", "name", "item", "since", "heard")}
        with redis.pipeline(transaction=False) as sending:
            sending.hset(KEY, visit.user, orjson.dumps(told))
            sending.expire(KEY, int(2 * LASTS))
            sending.execute()

    def _ask(self, what: Callable[[Any], Any]) -> Any:
        """What Redis says; None without one, and while it is away."""
        if self._redis is None or time.monotonic() < self._away:
            return None
        try:
            return what(self._redis)
        except RedisError as error:
            LOG.warning("who is at the list is known to this process alone for now: %s", error)
            self._away = time.monotonic() + PATIENCE
            return None
