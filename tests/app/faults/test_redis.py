"""Redis flushed, killed and hung: it carries wake-ups and counters alone, and nothing rests on it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace as replaced
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.bootstrap import bootstrap
from app.clock import WallClock
from app.web.app import create_app
from engine.catalog import Catalog
from tests.app.processes import reopened
from tests.app.redis_server import RedisServer
from tests.app.servers import Caller, Site, wait_for

LIMIT = 20
pytestmark = pytest.mark.parametrize("store", ["postgresql"], indirect=True)  # SQLite is for one host, without Redis


class Twins:
    """Two web processes' applications, over one store and one Redis, which let a caller ask so often in a minute."""

    def __init__(self, store: str, folder: Path, agency: Catalog, redis: RedisServer) -> None:
        first = reopened(store, folder, agency)
        settings = replaced(first.settings, rate=LIMIT, redis=redis.url)
        first.close()
        self.platforms = [bootstrap(settings) for _ in range(2)]
        self.clients: list[FlaskClient] = [create_app(one).test_client() for one in self.platforms]

    def ask(self, which: int, token: str = "a") -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        answer = self.clients[which].get("/api/v1/me", headers=headers)
        assert answer.headers["RateLimit-Limit"] == str(LIMIT)
        return answer

    def let_through(self, which: int, token: str = "a", most: int = 3 * LIMIT) -> int:
        """How many requests are let through until one is not."""
        for count in range(most):
            if self.ask(which, token).status_code == 429:
                return count
        return most


@pytest.fixture
def twins(store: str, tmp_path: Path, agency: Catalog, redis: RedisServer) -> Iterator[Twins]:
    found = Twins(store, tmp_path, agency, redis)
    yield found
    for one in found.platforms:
        one.close()


def test_processes_count_a_caller_together(twins: Twins) -> None:
    answers = [twins.ask(number % 2) for number in range(LIMIT)]
    assert {one.status_code for one in answers} == {401}
    assert [int(one.headers["RateLimit-Remaining"]) for one in answers] == list(range(LIMIT))[::-1]
    refused = [twins.ask(which) for which in (0, 1)]
    assert [one.status_code for one in refused] == [429, 429]
    assert all(1 <= int(one.headers["Retry-After"]) <= 60 for one in refused)
    assert twins.ask(0, "another").status_code == 401


def test_a_flushed_redis_forgets_once_and_then_counts_again(twins: Twins, redis: RedisServer) -> None:
    assert twins.let_through(0) == LIMIT
    redis.flush()
    assert twins.let_through(1) == LIMIT
    assert twins.ask(0).status_code == 429


def test_without_redis_each_process_counts_by_itself_and_nobody_waits(twins: Twins, redis: RedisServer) -> None:
    assert twins.let_through(0) == LIMIT
    redis.kill()
    begun = time.monotonic()
    assert twins.ask(1).status_code == 401, "nobody is locked out"
    assert twins.let_through(1) == LIMIT - 1, "nobody is let through unmeasured"
    assert twins.let_through(0) <= LIMIT
    assert time.monotonic() - begun < 3


def test_a_redis_that_hangs_delays_one_request_and_not_each(twins: Twins, redis: RedisServer) -> None:
    twins.ask(0)
    redis.hang()
    begun = time.monotonic()
    assert twins.let_through(0) == LIMIT
    assert time.monotonic() - begun < 3


def test_a_redis_that_is_back_is_counted_with_again(
    twins: Twins, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.web.rates.PATIENCE", 0.2)
    redis.kill()
    twins.ask(0)
    redis.start()
    time.sleep(0.3)
    assert twins.let_through(0, "b") == LIMIT
    assert twins.ask(1, "b").status_code == 429


@pytest.fixture
def site(store: str, tmp_path: Path, agency: Catalog, redis: RedisServer) -> Iterator[Site]:
    """A web process and a worker of its own that sweeps as rarely as it does at work, woken over Redis."""
    found = Site(store, tmp_path, agency, apart=True, redis=redis.url, clock=WallClock(), swept_every=5, undo=0)
    found.seeded()
    found.start()
    found.ready()
    wait_for(lambda: not found.rows("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM schedule_ticks)"), "the worker works")
    yield found
    found.stop()


def effect_of_an_inquiry(site: Site, owner: Caller, number: int) -> float:
    """After how many seconds the receipt of a new inquiry was delivered."""
    client = owner.post("/clients", {"name": "Anna", "email": f"anna{number}@example.test"})
    times = {"starts_at": "2027-03-20T09:00:00Z", "ends_at": "2027-03-20T17:00:00Z"}
    begun = time.monotonic()
    inquiry = owner.post("/inquiries", {"category": "runway", "client": client["id"], **times})
    assert time.monotonic() - begun < 2, "whoever asks waits for no queue"
    folder = site.folder / "outbox"

    def delivered() -> bool:
        return any(inquiry["id"] in file.read_text() for file in folder.glob("*.json"))

    wait_for(delivered, "the receipt was delivered", seconds=10)
    return time.monotonic() - begun


def test_a_worker_is_woken_over_redis_and_without_it_the_sweep_finds_everything(site: Site, redis: RedisServer) -> None:
    owner = Caller(site, "owner")
    owner.get("/me")
    woken = sorted(effect_of_an_inquiry(site, owner, number) for number in range(5))
    assert woken[2] < 1, woken
    redis.flush()
    effect_of_an_inquiry(site, owner, 5)
    redis.kill()
    without = effect_of_an_inquiry(site, owner, 6)
    redis.start()
    again = [effect_of_an_inquiry(site, owner, number) for number in range(7, 9)]
    redis.hang()
    hung = effect_of_an_inquiry(site, owner, 9)
    assert max(without, hung, *again) < 10
    print(f"woken after {woken[2]:.2f} s (at most {woken[-1]:.2f}), without Redis after {without:.2f} s")  # noqa: T201 - a figure, shown with -s
    assert site.rows("SELECT state, count(*) AS n FROM outbox GROUP BY state") == [{"state": "done", "n": 10}]
