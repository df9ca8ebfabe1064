"""Several web processes and a worker are at the same options and bookings: stacks stay stacks, no edit is lost.

``VIREL_RACES`` says how many attempts all processes make together.
"""

from __future__ import annotations

import json
import os
import random
import threading
from collections import Counter
from dataclasses import replace as replaced
from functools import partial
from pathlib import Path
from typing import Any

from app.bootstrap import Platform
from app.clock import SteppedClock
from app.identity.demo import seed_people
from app.identity.passwords import Hasher
from app.road.verify import verify_store
from app.workers import worker as work
from app.workers.worker import Worker
from engine.conditions.values import Timestamp
from tests.app.processes import NOON, in_processes, reopened, started
from tests.app.web.conftest import Agency

ATTEMPTS = int(os.environ.get("VIREL_RACES", "240"))
PROCESSES = 8
SOON, LATER = "2026-03-02T12:30:00Z", "2026-03-02T13:00:00Z"


def opened(url: str, folder: Path, agency: Any, now: Timestamp = NOON) -> Platform:
    platform = reopened(url, folder, agency, SteppedClock(now))
    demo = replaced(platform.settings, mode="demo", rate=1_000_000)
    identity = replaced(platform.identity, hasher=Hasher(memory=64, rounds=1), demo=True)
    return replaced(platform, settings=demo, identity=identity)


def expire(url: str, folder: Path, agency: Any) -> None:
    """Ends the options whose time is over, until it is killed."""
    work.LONGEST = 0.05
    Worker(opened(url, folder, agency, Timestamp.parse(LATER)), None).run(threading.Event())


def compete(url: str, folder: Path, agency: Any, bookings: list[str], client: str, seed: int) -> None:
    """Holds, confirms, releases, cancels and edits at random, and notes how each attempt was answered."""
    house = Agency(opened(url, folder, agency))
    owner, chance = house.owner, random.Random(seed)
    told: list[tuple[str, int, Any]] = []

    def edit() -> Any:
        """Adds one to a number that all processes count with, as each read it: a lost update would show."""
        seen = owner.send("GET", f"/clients/{client}")
        number = int(seen.get_json().get("notes_internal", "0"))
        values = {"notes_internal": str(number + 1)}
        return owner.send("PATCH", f"/clients/{client}", values, If_Match=seen.headers["ETag"])

    for _ in range(ATTEMPTS // PROCESSES):
        path = f"/bookings/{chance.choice(bookings)}"
        what = chance.choices(["hold", "confirm", "release", "challenge", "cancel", "edit"], [8, 3, 4, 2, 1, 5])[0]
        if what == "hold":
            soon = {"expires_at": SOON} if chance.random() < 0.3 else {}
            answer = owner.send("POST", f"{path}/options", soon)
        elif what == "edit":
            answer = edit()
        elif what in ("confirm", "cancel"):
            answer = owner.send("POST", f"{path}/status", {"transition": what, "reason": "race"})
        else:
            options = owner.get("/options?limit=100")["items"]
            standing = [one["id"] for one in options if one["status"] in ("held", "challenged")]
            if not standing:
                continue
            one = f"/options/{chance.choice(standing)}"
            body = {"transition": "release", "reason": "race"}
            answer = (
                owner.send("POST", f"{one}/{what}")
                if what == "challenge"
                else owner.send("POST", f"{one}/status", body)
            )
        told.append((what, answer.status_code, answer.get_json(silent=True)))
    (folder / f"told-{seed}.json").write_text(json.dumps(told))
    house.platform.close()


def test_option_stacks_stay_stacks_and_no_edit_is_lost_and_every_loser_learns_who_won(desk, agency, tmp_path):
    url = desk.platform.database.url.render_as_string(hide_password=False)
    platform = opened(url, tmp_path, agency)
    people = seed_people(platform)
    platform.close()
    client, models = desk.client(), [desk.model(name=f"M{number}") for number in range(2)]
    bookings = [desk.booking(client, models[number % 2], 10 + number // 2 % 2) for number in range(ATTEMPTS // 6)]
    for id in bookings:
        desk.change("booking", id, deposit_status="waived")
    desk.platform.close()
    worker = started(partial(expire, url, tmp_path, agency))
    in_processes([partial(compete, url, tmp_path, agency, bookings, client, seed) for seed in range(PROCESSES)], 600)
    assert worker.exitcode is None, "the worker ended by itself"
    worker.kill()
    worker.join()
    answers = [one for seed in range(PROCESSES) for one in json.loads((tmp_path / f"told-{seed}.json").read_bytes())]
    assert {status for _, status, _ in answers} <= {200, 201, 409, 412}, Counter(status for _, status, _ in answers)
    stacks_are_stacks(desk)
    losers = [body for what, status, body in answers if status == 409 and body["type"] == "/problems/collision"]
    assert losers
    for body in losers:
        winner = body["winner"]
        assert desk.get(winner["type"], winner["id"]).get("code") == winner["code"]
        assert str(winner["code"]) in body["detail"]
    edits = Counter(status for what, status, _ in answers if what == "edit")
    assert int(desk.get("client", client).get("notes_internal", "0")) == edits[200]
    stale = [body for _, status, body in answers if status == 412]
    assert len(stale) == edits[412]
    for body in stale:
        assert body["winner"]["actor"] == people["owner"]
    assert verify_store(desk.platform.database, desk.platform.keys("audit")).findings == []
    print(Counter((what, status) for what, status, _ in answers))  # noqa: T201 - a figure, shown with -s


def stacks_are_stacks(desk) -> None:
    """Standing options of a slot are ranked from 1 without a gap; beside a confirmed one none stands."""
    for slot in desk.rows("SELECT id FROM slots"):
        rows = desk.rows("SELECT status, rank FROM options WHERE slot = :slot ORDER BY rank", slot=slot["id"])
        standing = [row["rank"] for row in rows if row["status"] in ("held", "challenged")]
        confirmed = [row["rank"] for row in rows if row["status"] == "confirmed"]
        assert standing == list(range(1, len(standing) + 1)), rows
        assert len(confirmed) <= 1
        assert not (confirmed and standing)
    firm = "('confirmed', 'on_set')"
    overlapping = desk.rows(
        "SELECT a.id FROM bookings a JOIN bookings b ON a.model = b.model AND a.id < b.id "
        f"AND a.status IN {firm} AND b.status IN {firm} AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at"
    )
    assert overlapping == []
