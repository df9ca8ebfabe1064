"""How much one caller may ask: a sliding window for each token, session or address, told in every answer.

With Redis the windows are shared by all processes. Where Redis does not answer each process counts by itself for a while,
so that nobody is let through unmeasured, and nobody but the first one waits for what is away.
"""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from flask import Flask, Response, g, request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import Storage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.web.problems import problem
from app.web.windows import Windows

LOG = logging.getLogger("virel.web")
PATIENCE = 5.0
"""Seconds for which a Redis that does not answer is not asked again."""
STRANGERS = 25
"""An address without a token or a session may ask for this part of what a caller with one may."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is left to a caller, and in how many seconds some of it comes back."""

    item: RateLimitItem
    remaining: int
    reset: int


class Rates:
    """The limits of a process."""

    def __init__(self, each_minute: int, redis: str | None) -> None:
        self._known = RateLimitItemPerMinute(each_minute)
        self._strangers = RateLimitItemPerMinute(max(1, each_minute // STRANGERS))
        self._own = Windows()
        self._shared = SlidingWindowCounterRateLimiter(_shared(redis)) if redis is not None else None
        self._away = 0.0

    def take(self) -> Standing | None:
        """Counts this request; what is left, or None where it is one too many (then ``standing`` says how long)."""
        found = _caller()
        item = self._strangers if found is None else self._known
        who = found or request.remote_addr or "unknown"
        good, remaining, reset = self._hit(item, who)
        g.standing = Standing(item, remaining, max(1, math.ceil(reset - time.time())))
        return g.standing if good else None

    def _hit(self, item: RateLimitItem, who: str) -> tuple[bool, int, float]:
        """Whether it is not one too many, how many are left, and when some come back."""
        if self._shared is not None and time.monotonic() >= self._away:
            try:
                good = self._shared.hit(item, who)
                stats = self._shared.get_window_stats(item, who)
            except Exception as error:  # noqa: BLE001 - whatever keeps Redis from answering: the process counts by itself
                LOG.warning("requests are counted by this process alone for now: %s", error)
                self._away = time.monotonic() + PATIENCE
            else:
                return good, stats.remaining, stats.reset_time
        return self._own.hit(who, item.amount)


def _shared(redis: str) -> Storage:
    # A client of redis-py tries again by itself, with pauses that add up to seconds.
    once = Retry(NoBackoff(), 0)
    options: dict[str, Any] = {"socket_timeout": 0.2, "socket_connect_timeout": 0.2, "retry": once}
    found = storage_from_string(redis, **options)
    assert isinstance(found, Storage)
    return found


def _caller() -> str | None:
    """Whose request it is, before anybody has looked at whether its token holds: tokens are counted by their hash."""
    authorization = request.headers.get("Authorization")
    if authorization:
        return sha256(authorization.encode("utf-8", "replace")).hexdigest()
    for name in ("__Host-sid", "sid"):
        cookie = request.cookies.get(name)
        if cookie:
            return sha256(cookie.encode("utf-8", "replace")).hexdigest()
    return None


def limit_rates(app: Flask, each_minute: int, redis: str | None) -> None:
    """Has the application count every request of the interface."""
    rates = Rates(each_minute, redis)

    def count() -> Response | None:
        if not request.path.startswith("/api/"):
            return None
        if rates.take() is not None:
            return None
        standing: Standing = g.standing
        wait = {"Retry-After": str(standing.reset)}
        return problem(429, f"That was too much at once; go on in {standing.reset} seconds.", headers=wait)

    def tell(response: Response) -> Response:
        standing: Standing | None = g.get("standing")
        if standing is not None:
            response.headers["RateLimit-Limit"] = str(standing.item.amount)
            response.headers["RateLimit-Remaining"] = str(standing.remaining)
            response.headers["RateLimit-Reset"] = str(standing.reset)
        return response

    app.before_request(count)
    app.after_request(tell)
