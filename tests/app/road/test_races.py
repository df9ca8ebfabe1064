"""Several processes want the same models' time: nobody gets it twice, nothing is lost, losers learn who won.

``VIREL_RACES`` says how many attempts all processes make together.
"""

from __future__ import annotations

import json
import os
import random
from functools import partial
from pathlib import Path
from typing import Any

from app.commands import entities, options
from app.road import commands
from app.road.caller import Caller, system
from app.road.problems import BusyError, CollisionError, NotAllowedNowError, StaleError
from app.road.road import StoredRoad
from app.road.verify import verify_store
from tests.app.processes import in_processes, reopened

ATTEMPTS = int(os.environ.get("VIREL_RACES", "240"))
PROCESSES = 8


def confirm(id: str, road: StoredRoad) -> None:
    commands.move(road, "booking", id, "confirm")


def reschedule(id: str, times: dict[str, str], road: StoredRoad) -> None:
    entities.update(road, "booking", id, times)


def hold(id: str, road: StoredRoad) -> None:
    options.hold(road, id)


def compete(url: str, folder: Path, agency, bookings: list[str], client: str, seed: int) -> None:
    """Confirms, moves, cancels and edits at random, and notes what became of each attempt."""
    platform = reopened(url, folder, agency)
    chance = random.Random(seed)
    caller = Caller({"id": f"p{seed}", "roles": ["OWNER"], "queues": []})
    told: dict[str, Any] = {"won": 0, "lost": [], "refused": 0, "busy": 0, "stale": 0, "counted": 0, "held": 0}

    def count(road: StoredRoad) -> None:
        """Adds one to a number that all processes count with: a lost update would show."""
        record = road.store.lock("client", client)
        assert record is not None
        number = int(record.get("notes_internal", "0"))
        version = road.store.version("client", client)
        commands.update(road, "client", client, {"notes_internal": str(number + 1)}, version=version)

    for _ in range(ATTEMPTS // PROCESSES):
        booking, day = chance.choice(bookings), chance.randrange(10, 13)
        times = {"starts_at": f"2026-04-{day}T08:00:00Z", "ends_at": f"2026-04-{day}T18:00:00Z"}
        draw = chance.random()
        try:
            if draw < 0.5:
                platform.pipeline.run(caller, partial(confirm, booking))
                told["won"] += 1
            elif draw < 0.7:
                platform.pipeline.run(caller, partial(reschedule, booking, times))
            elif draw < 0.8:
                platform.pipeline.run(caller, partial(hold, booking))
                told["held"] += 1
            else:
                platform.pipeline.run(caller, count)
                told["counted"] += 1
        except CollisionError as lost:
            told["lost"].append(lost.winner)
        except NotAllowedNowError:
            told["refused"] += 1
        except StaleError:
            told["stale"] += 1
        except BusyError:
            told["busy"] += 1
    (folder / f"told-{seed}.json").write_text(json.dumps(told))
    platform.close()


def test_nobody_gets_a_models_time_twice_and_every_loser_learns_who_won(desk, agency, tmp_path):
    client, models = desk.client(), [desk.model(name=f"M{number}") for number in range(2)]
    bookings = [desk.booking(client, models[number % 2], 10 + number % 3) for number in range(ATTEMPTS // 6)]

    def waive(road: StoredRoad) -> None:
        for id in bookings:
            commands.update(road, "booking", id, {"deposit_status": "waived"})

    desk.do(waive, system("test"))
    url = desk.platform.database.url.render_as_string(hide_password=False)
    desk.platform.close()
    in_processes([partial(compete, url, tmp_path, agency, bookings, client, seed) for seed in range(PROCESSES)])
    told = [json.loads((tmp_path / f"told-{seed}.json").read_bytes()) for seed in range(PROCESSES)]
    overlapping = desk.rows(
        "SELECT a.id FROM bookings a JOIN bookings b ON a.model = b.model AND a.id < b.id "
        "AND a.status IN ('confirmed', 'on_set') AND b.status IN ('confirmed', 'on_set') "
        "AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at"
    )
    assert overlapping == []
    won = sum(one["won"] for one in told)
    lost = [winner for one in told for winner in one["lost"]]
    assert won >= 1
    assert lost
    assert [winner for winner in lost if winner is None] == []
    for machine, id, code in lost:
        assert machine == "booking"
        assert desk.get("booking", id)["code"] == code
    confirmed = desk.rows("SELECT count(*) AS n FROM bookings WHERE status = 'confirmed'")[0]["n"]
    assert confirmed == won
    counted = sum(one["counted"] for one in told)
    assert int(desk.get("client", client).get("notes_internal", "0")) == counted
    assert sum(one["stale"] + one["busy"] for one in told) == 0
    assert verify_store(desk.platform.database, desk.platform.keys("audit")).findings == []
