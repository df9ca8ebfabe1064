"""What is numbered after it was committed: nothing missed, no gap, each entity's changes in their order."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.live.sequencer import number_pending
from app.road import commands
from app.road.caller import system
from app.road.road import StoredRoad
from app.store.journal import FEED
from tests.app.processes import in_processes, reopened, started

WRITERS = 6
EACH = 60


def write(url: str, folder: Path, agency: Any, clients: list[str], seed: int) -> None:
    """Changes clients, some of which other writers change too."""
    platform = reopened(url, folder, agency)

    def change(number: int, road: StoredRoad) -> None:
        for client in (clients[seed], clients[-1]) if number % 5 == 0 else (clients[seed],):
            commands.update(road, "client", client, {"notes_internal": f"{seed}/{number}"})

    for number in range(EACH):
        platform.pipeline.run(system("test"), partial(change, number))
    platform.close()


def sequence(url: str, folder: Path, agency: Any) -> None:
    """Numbers as a hub does, until it is killed; notes when each number was given."""
    platform = reopened(url, folder, agency)
    with (folder / "given.txt").open("w") as given:
        last = 0
        while True:
            if number_pending(platform.database):
                with platform.database.connect() as connection:
                    head = connection.scalar(sa.select(sa.func.max(FEED.c.seq)))
                given.write("".join(f"{seq} {time.time_ns()}\n" for seq in range(last + 1, head + 1)))
                given.flush()
                last = head
            time.sleep(0.01)


def test_what_six_writers_commit_is_numbered_without_a_gap_and_in_each_entitys_order(desk, agency, tmp_path):
    url = desk.platform.database.url.render_as_string(hide_password=False)
    clients = [desk.client(email=f"c{number}@example.test") for number in range(WRITERS + 1)]
    desk.platform.close()
    sequencers = [started(partial(sequence, url, tmp_path, agency))]
    in_processes([partial(write, url, tmp_path, agency, clients, seed) for seed in range(WRITERS)])
    deadline = time.monotonic() + 10
    while desk.rows("SELECT number FROM feed_pending LIMIT 1") and time.monotonic() < deadline:
        time.sleep(0.02)
    for one in sequencers:
        assert one.is_alive()
        one.kill()
        one.join()
    feed = desk.rows("SELECT f.seq, f.event, f.entity, f.version, e.seq AS stored FROM feed f JOIN events e ON e.id = f.event ORDER BY f.seq")
    events = desk.rows("SELECT id FROM events")
    assert [row["seq"] for row in feed] == list(range(1, len(feed) + 1))
    assert sorted(row["event"] for row in feed) == sorted(row["id"] for row in events)
    assert len(feed) >= WRITERS * EACH * 6 // 5
    for client in clients:
        mine = [(row["version"], row["stored"]) for row in feed if row["entity"] == client]
        assert mine == sorted(mine)
        assert len({version for version, _ in mine}) == len(mine)
