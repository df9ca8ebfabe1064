"""A booking's life, with the web process and the worker killed at any moment of it, by SIGKILL.

The client repeats what was not acknowledged, under the same key. Whoever is killed, and when, every life must leave what
the first one left, in which nobody was killed. ``VIREL_CRASHES`` says how many kills there are.
"""

from __future__ import annotations

import json
import os
import random
import signal
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from app.live.sequencer import number_pending
from app.road.road import StoredRoad, entity_id
from app.road.verify import verify_store
from app.workers.sweep import WORKER, due_items
from app.workers.ticks import unknown
from engine.catalog import Catalog
from engine.conditions.values import Timestamp
from engine.events.envelope import decode
from engine.machines.records import as_json
from engine.simulation.ledger import Ledger
from engine.simulation.simulation import Simulation
from tests.app.servers import Caller, SharedClock, Site, wait_for

CRASHES = int(os.environ.get("VIREL_CRASHES", "24"))
"""Kills on each store."""
DAY = 86_400 * 10**9
EUR = {"amount": 100_000, "currency": "EUR"}
KINDS = ("statement", "commit", "moment", "delivery")


@contextmanager
def alarm(seconds: float, ring: Any) -> Iterator[None]:
    """Has something done after a while, if this lasts so long."""
    before = signal.signal(signal.SIGALRM, lambda *_: ring())
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@dataclass
class Nemesis:
    """Plans where somebody dies next, until there were enough deaths."""

    site: Site
    chance: random.Random
    most: int
    planned: tuple[str, str] | None = None
    died: Counter[tuple[str, str]] = field(default_factory=Counter)

    def plan(self) -> None:
        if self.planned is not None or self.site.crashes >= self.most:
            return
        name, kind = self.chance.choice(list(self.site.parts)), self.chance.choice(KINDS)
        if kind == "delivery":
            name = list(self.site.parts)[-1]  # whoever works
        self.planned = (name, kind)
        if kind == "statement":
            self.site.fuses[name].statements.light(self.chance.randint(1, 120))
        elif kind == "commit":
            self.site.fuses[name].commits.light(self.chance.randint(1, 3))
        elif kind == "delivery":
            self.site.fuses[name].deliveries.light(self.chance.randint(1, 2))

    def crashed(self) -> None:
        if self.planned is not None:
            self.died[self.planned] += 1
        self.planned = None

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Somebody may die while this is done."""
        self.plan()
        if self.planned is None or self.planned[1] != "moment":
            yield
            return
        name = self.planned[0]
        with alarm(self.chance.uniform(0.001, 0.08), lambda: self.site.kill(name)):
            yield


class Life:
    """One booking, from the first inquiry to the thanks after the shoot."""

    def __init__(self, site: Site, nemesis: Nemesis, people: dict[str, Caller]) -> None:
        self._site = site
        self._nemesis = nemesis
        self._people = people
        self.ids: dict[str, str] = {}

    def told(self, who: str, path: str, body: Any = None) -> Any:
        """Posts, under a key of its own."""
        with self._nemesis.at_work():
            return self._people[who].post(path, body, Idempotency_Key=str(uuid.uuid4()))

    def move(self, who: str, path: str, transition: str) -> Any:
        return self.told(who, f"{path}/status", {"transition": transition})

    def edited(self, who: str, path: str, values: dict[str, Any]) -> Any:
        """Changes an entity as it is now; whoever was quicker is read again."""
        while True:
            with self._nemesis.at_work():
                etag = self._people[who].get(path)["etag"]
                answer = self._people[who].send("PATCH", path, values, If_Match=etag, Idempotency_Key=str(uuid.uuid4()))
            if answer.status != 412:
                assert answer.status == 200, answer
                return answer.body

    def live(self, number: int) -> None:
        clock = self._site.clock
        assert isinstance(clock, SharedClock)
        begin = clock.now()
        starts = Timestamp(begin + 5 * DAY)
        times = {"starts_at": starts.text(), "ends_at": Timestamp(starts + DAY // 3).text()}
        ids = self.ids
        client = self.told("owner", "/clients", {"name": "Anna", "email": f"anna{number}@example.test"})
        given = {"name": f"Mia {number}", "category": "runway", "home_city": "Berlin", "day_rate": EUR}
        model = self.told("content", "/models", given)
        self.move("content", f"/models/{model['id']}", "publish")
        inquiry = self.told("operator", "/inquiries", {"category": "runway", "client": client["id"], **times})
        ranking = self.told("operator", f"/inquiries/{inquiry['id']}/match")
        assert ranking["candidates"] == number + 1
        booking = self.told(
            "operator", f"/inquiries/{inquiry['id']}/convert-to-booking", {"model": model["id"], "city": "Berlin"}
        )
        ids |= {"client": client["id"], "model": model["id"], "inquiry": inquiry["id"], "booking": booking["id"]}
        path = f"/bookings/{booking['id']}"
        option = self.told("operator", f"{path}/options")
        ids |= {"option": option["id"], "slot": option["slot"]}
        clock.advance(minutes=1)
        self.quiet()
        self.move("operator", path, "request_deposit")
        deposit = {"purpose": "deposit", "amount": EUR, "due_at": starts.text(), "booking": booking["id"]}
        payment = self.told("finance", "/payments", deposit)
        ids["payment"] = payment["id"]
        clock.advance(minutes=1)
        self.quiet()
        self.move("finance", f"/payments/{payment['id']}", "succeed")
        assert self._people["operator"].get(path)["status"] == "confirmed"
        clock.advance(minutes=15)
        self.quiet()
        service = self.told("manager", f"{path}/services", {"title": "Make-up", "price": {**EUR, "amount": 9_000}})
        edited = self.edited("manager", path, {"notes": "Bring the red coat"})
        assert edited["notes"] == "Bring the red coat"
        clock.put(starts)
        self.quiet()
        self.move("operator", path, "start")
        clock.advance(hours=8)
        self.quiet()
        self.move("operator", path, "finish")
        clock.put(Timestamp(begin + 14 * DAY))
        self.quiet()
        last = self._people["owner"].get(path)
        assert (last["status"], last["deposit_status"]) == ("completed", "paid")
        assert (last["total"]["amount"], last["notes"]) == (109_000, "Bring the red coat")
        services = self._people["owner"].get(f"{path}/services")["items"]
        assert services == [service]

    def quiet(self) -> None:
        """Waits until all that is due was performed and delivered, whoever has to be brought back for that."""

        def idle() -> bool:
            self._site.start()
            with self._site.look() as platform:
                until = platform.clock.now()
                if platform.pipeline.read(WORKER, lambda road: due_items(road, until) or unknown(road)):
                    return False
            query = "SELECT number FROM outbox WHERE state = 'leased' OR (state = 'new' AND not_before <= :now) LIMIT 1"
            return not self._site.rows(query, now=until // 1_000)

        with self._nemesis.at_work():
            wait_for(idle, "nothing is due")


def left_by(site: Site, ids: dict[str, str]) -> dict[str, Counter[tuple[Any, ...]]]:
    """What a life left behind, without ids: events, runs, waits, messages, clocks, audit, and what became of all."""
    found: dict[str, Counter[tuple[Any, ...]]] = {}
    inside = ", ".join(f"'{one}'" for one in ids.values())
    roots = f"(SELECT root FROM events WHERE subject IN ({inside}))"
    made = f"SELECT subject FROM events WHERE root IN {roots} AND type IN ('task.created', 'exception.created')"
    everything = f"(SELECT subject FROM events WHERE subject IN ({inside}) UNION {made})"
    queries = {
        "events": f"SELECT type, transition, state, count(*) AS n FROM events WHERE subject IN {everything} GROUP BY 1, 2, 3",
        "runs": f"SELECT rule, outcome, reason, count(*) AS n FROM rule_runs WHERE entity IN {everything} GROUP BY 1, 2, 3",
        "timers": f"SELECT kind, rule, state, count(*) AS n FROM timers WHERE entity IN {everything} GROUP BY 1, 2, 3",
        "outbox": f"SELECT kind, rule, state, count(*) AS n FROM outbox WHERE entity IN {everything} GROUP BY 1, 2, 3",
        "clocks": f"SELECT policy, state, count(*) AS n FROM sla_clocks WHERE entity IN {everything} GROUP BY 1, 2",
        "audit": f"SELECT action, outcome, count(*) AS n FROM audit WHERE entity IN {everything} GROUP BY 1, 2",
        "tasks": f"SELECT status, queue, priority, count(*) AS n FROM tasks WHERE id IN {everything} GROUP BY 1, 2, 3",
        "exceptions": f"SELECT status, reason, count(*) AS n FROM exceptions WHERE id IN {everything} GROUP BY 1, 2",
        "options": f"SELECT status, rank, count(*) AS n FROM options WHERE booking = '{ids['booking']}' GROUP BY 1, 2",
        "payments": f"SELECT status, count(*) AS n FROM payments WHERE booking = '{ids['booking']}' GROUP BY 1",
        "bookings": f"SELECT status, count(*) AS n FROM bookings WHERE inquiry = '{ids['inquiry']}' GROUP BY 1",
        "inquiries": f"SELECT status, count(*) AS n FROM inquiries WHERE client = '{ids['client']}' GROUP BY 1",
        "slots": f"SELECT status, count(*) AS n FROM slots WHERE model = '{ids['model']}' GROUP BY 1",
    }
    for name, query in queries.items():
        rows = [tuple(row.values()) for row in site.rows(query)]
        found[name] = Counter({row[:-1]: row[-1] for row in rows})
    return found


def everything(machine: str, road: StoredRoad) -> list[dict[str, Any]]:
    """The records of a machine."""
    rows = road.connection.execute(road.store.rows(machine).table.select()).fetchall()
    return [dict(road.store.take(machine, row)) for row in rows]


def folded(site: Site, agency: Catalog) -> int:
    """Replays every stored event without any rule, and holds each entity to its row; how many entities that were."""
    alone = replaced(agency, rules={}, policies={}, matchers={}, scheduled=[], dwelling={})
    simulation = Simulation(alone, Ledger(), strict=True)
    simulation.identity = entity_id
    stored = [decode(row["body"].encode()) for row in site.rows("SELECT body FROM events ORDER BY seq")]
    simulation.begin(stored[0].time)
    for one in stored:
        if one.machine in agency.machines:
            simulation.take(one)
    count = 0
    for id, machine in agency.machines.items():
        with site.look() as platform:
            rows = platform.pipeline.read(WORKER, partial(everything, id))
        kept = {row["id"]: as_json(row) for row in rows}
        replayed = {key: as_json(record) for key, record in simulation.world.tables[id].items()}
        assert set(kept) == set(replayed), machine.id
        for key, record in kept.items():
            assert replayed[key] == record
        count += len(kept)
    return count


@pytest.mark.slow
def test_whoever_is_killed_every_life_leaves_what_the_calm_one_left(
    store: str, tmp_path: Path, agency: Catalog
) -> None:
    site = Site(store, tmp_path, agency, apart=not store.startswith("sqlite"))
    nemesis = Nemesis(site, random.Random(5), 0)
    site.crashed = nemesis.crashed
    site.seeded()
    people = {name: Caller(site, name) for name in ("owner", "manager", "operator", "content", "finance")}
    site.start()
    try:
        site.ready()
        calm = Life(site, nemesis, people)
        calm.live(0)
        expected = left_by(site, calm.ids)
        assert not site.crashes
        nemesis.most = CRASHES
        number = 0
        while site.crashes < CRASHES:
            number += 1
            life = Life(site, nemesis, people)
            life.live(number)
            assert left_by(site, life.ids) == expected, nemesis.died
    finally:
        site.stop()
    print(f"{site.crashes} kills in {number} lives on {store.partition(':')[0]}: {dict(nemesis.died)}")  # noqa: T201 - a figure, shown with -s
    in_order(site, agency)


def in_order(site: Site, agency: Catalog) -> None:
    """The store as it must be when nobody is at work and nothing is due."""
    assert {row["state"] for row in site.rows("SELECT DISTINCT state FROM outbox")} <= {"new", "done"}
    assert site.rows("SELECT number FROM outbox WHERE lease IS NOT NULL") == []
    done = {row["key"] for row in site.rows("SELECT key FROM outbox WHERE state = 'done'")}
    files = list((site.folder / "outbox").glob("*.json"))
    assert {json.loads(file.read_bytes())["key"] for file in files} == done
    assert {file.stem for file in files} == {sha256(key.encode()).hexdigest()[:32] for key in done}
    doubled = "SELECT event, rule, count(*) AS n FROM rule_runs WHERE reason IS NULL GROUP BY 1, 2 HAVING count(*) > 1"
    assert site.rows(doubled) == []
    with site.look() as platform:
        assert verify_store(platform.database, platform.keys("audit")).findings == []
        while number_pending(platform.pipeline):
            continue
    feed = site.rows("SELECT seq, event FROM feed ORDER BY seq")
    assert [row["seq"] for row in feed] == list(range(1, len(feed) + 1))
    told = [row["id"] for row in site.rows("SELECT id FROM events WHERE machine <> 'schedule'")]
    assert sorted(row["event"] for row in feed) == sorted(told)
    if site.url.startswith("sqlite"):
        assert [row["integrity_check"] for row in site.rows("PRAGMA integrity_check")] == ["ok"]
    assert folded(site, agency) > 0
