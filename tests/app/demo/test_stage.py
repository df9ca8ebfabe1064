"""The demo's stories on a store: what the stage remembers is what the store holds."""

from __future__ import annotations

from app.agency import life
from app.demo.stage import StoreStage
from app.workers.sweep import Sweep


def test_what_it_remembers_of_a_day_is_what_the_store_holds(platform):
    sweep = Sweep(platform)

    def reach(instant):
        platform.clock.instant = instant
        sweep.perform_due(instant)

    stage = StoreStage(platform, reach, lambda: True)
    steps = 0
    for _ in life.live(stage, days=1, seed=3):
        steps += 1
        if steps % 10 == 0:
            for (machine, id), known in list(stage._known.items()):
                assert known == stage._read(machine, id)
    assert steps > 50
    assert len(stage._known) > 20


def test_it_remembers_nothing_when_others_are_at_work(platform, desk):
    client = desk.client()
    stage = StoreStage(platform, lambda instant: None, lambda: False)
    assert (stage.look("client", client) or {})["name"] == "Anna"
    desk.change("client", client, name="Berta")
    assert (stage.look("client", client) or {})["name"] == "Berta"
