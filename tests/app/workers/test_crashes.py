"""Workers killed at any moment, by SIGKILL: what was due is performed exactly once, and every message leaves once.

``VIREL_CRASHES`` says how often.
"""

from __future__ import annotations

import os
import random
import threading
import time
from functools import partial
from pathlib import Path

from app.outbox.channels.file import FileChannel
from app.road import commands
from app.road.caller import system
from app.road.road import StoredRoad
from app.road.verify import verify_store
from app.workers.worker import Worker
from engine.catalog import Catalog
from engine.conditions.values import Timestamp
from tests.app.processes import reopened, started

CRASHES = int(os.environ.get("VIREL_CRASHES", "12"))
LATER = "2026-03-06T12:00:00Z"


def work(url: str, folder: Path, agency: Catalog) -> None:
    """Works until it is killed."""
    from app.clock import SteppedClock

    platform = reopened(url, folder, agency, SteppedClock(Timestamp.parse(LATER)))
    Worker(platform, FileChannel(folder / "outbox"), lease_seconds=0.2).run(threading.Event())


def test_what_is_due_is_performed_exactly_once_whoever_is_killed(desk, agency, tmp_path):
    client = desk.client()
    each, by = 12, Timestamp.parse(LATER) // 1000
    count = each * CRASHES

    def begin(road: StoredRoad) -> None:
        """Inquiries that wait for an answer and bookings whose deposit is late."""
        from app.commands import entities

        times = {"starts_at": "2026-04-10T08:00:00Z", "ends_at": "2026-04-10T18:00:00Z"}
        for number in range(each):
            entities.create(road, "inquiry", {"category": "runway", "client": client, **times})
            model = entities.create(
                road,
                "model",
                {
                    "name": f"M{number}",
                    "category": "runway",
                    "home_city": "Berlin",
                    "day_rate": {"amount": 1, "currency": "EUR"},
                },
            )
            commands.move(road, "model", model["id"], "publish")
            total = {"amount": 1, "currency": "EUR"}
            booking = entities.create(
                road,
                "booking",
                {"total": total, "city": "Berlin", "client": client, "model": model["id"], **times},
            )
            commands.move(road, "booking", booking["id"], "request_deposit")
            commands.update(road, "booking", booking["id"], {"deposit_status": "due"})

    url = desk.platform.database.url.render_as_string(hide_password=False)
    chance = random.Random(11)
    running = [started(partial(work, url, tmp_path, agency)) for _ in range(2)]

    def due() -> int:
        return desk.rows("SELECT count(*) AS n FROM timers WHERE state = 'pending' AND due <= :by", by=by)[0]["n"]

    at_work = 0
    for _ in range(CRASHES):
        # New work for every death, and death once some of it is done: there is work left, however fast the machine.
        desk.do(begin, system("test"))
        enough, patience = due() - chance.randint(1, 4), time.monotonic() + 20
        while due() > enough and time.monotonic() < patience:
            time.sleep(0.002)
        time.sleep(chance.uniform(0.0, 0.02))
        victim = running.pop(chance.randrange(len(running)))
        victim.kill()
        victim.join()
        at_work += due() > 0
        running.append(started(partial(work, url, tmp_path, agency)))
    for one in running:
        one.kill()
        one.join()
    clock = desk.platform.clock
    clock.instant = Timestamp.parse(LATER)
    last = reopened(url, tmp_path, agency, clock)
    worker = Worker(last, FileChannel(tmp_path / "outbox"), lease_seconds=0.2)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        worker.run_once()
        if not desk.rows("SELECT number FROM outbox WHERE state IN ('new', 'leased') LIMIT 1"):
            break
        clock.advance(15_000_000_000)
        time.sleep(0.25)
    last.close()
    assert at_work >= CRASHES // 2
    left = desk.rows(
        "SELECT kind, state FROM timers WHERE state IN ('pending', 'failed') AND due <= :by",
        by=clock.now() // 1000,
    )
    assert left == []
    dwelled = desk.rows(
        "SELECT subject, count(*) AS n FROM events WHERE type = 'inquiry.dwelled' AND id LIKE '%chase-stale%' GROUP BY subject"
    )
    assert [row["n"] for row in dwelled] == [1] * count
    stale = desk.rows("SELECT id FROM exceptions WHERE reason = 'inquiry_unanswered'")
    assert len(stale) == count
    timers = desk.rows("SELECT subject, count(*) AS n FROM events WHERE type = 'booking.timer' GROUP BY subject")
    assert [row["n"] for row in timers] == [1] * count
    runs = desk.rows(
        "SELECT event, rule, count(*) AS n FROM rule_runs WHERE reason IS NULL GROUP BY event, rule HAVING count(*) > 1"
    )
    assert runs == []
    outbox = desk.rows("SELECT state, count(*) AS n FROM outbox GROUP BY state")
    assert [row["state"] for row in outbox] == ["done"]
    files = list((tmp_path / "outbox").glob("*.json"))
    assert len(files) == outbox[0]["n"] >= count
    assert verify_store(desk.platform.database, desk.platform.keys("audit")).findings == []
