"""What is told of an event's rules afterwards is what they were judged by when it happened."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings

from app.road.caller import system
from app.road.why import _event, judged_again
from engine.machines.records import as_json
from engine.simulation.events import UNDO_SOURCE
from tests.app.history import STEPS, History

EVERYBODY = system("test")
ALONE = (".dwelled", "schedule.ticked")


class Witness:
    """Hears every judgement while it is made."""

    def __init__(self, platform: Any) -> None:
        self.heard: dict[tuple[str, str], tuple[str, Any]] = {}
        take = platform.releases.take

        def taken(release: int) -> Any:
            road = take(release)
            road.watch = lambda *frame: self._watch(road, *frame)
            return road

        platform.releases.take = taken

    def _watch(self, road: Any, event: Any, subject: Any, before: Any, bounds: Any) -> Any:
        frame = (event, subject, before, road.now, event.actor, road.world)
        said = {}
        for bound in bounds:
            if bound.condition is not None:
                told = bound.condition.explain(*frame)
                said[event.id, bound.rule.id] = (told.verdict, [as_json(line.as_json()) for line in told.lines])
        return lambda: self.heard.update(said)


def compared(desk: Any, witness: Witness, after: int) -> int:
    """How many judgements of the events behind a number were made again; each came out as it was heard."""
    events = desk.rows("SELECT id FROM events WHERE seq > :after ORDER BY seq", after=after)
    count = 0
    for row in events:

        def again(road: Any, id: str = row["id"]) -> Any:
            seq, wire = _event(road, id)
            machine = "" if wire.type == "schedule.ticked" else wire.machine
            if wire.type == "schedule.ticked" and wire.subject:
                machine = road.catalog.rules[wire.data["rule"]].text.trigger.for_each
            return wire, judged_again(road, road.catalog, seq, wire, machine)

        wire, found = desk.platform.pipeline.read(EVERYBODY, again)
        assert wire.source != UNDO_SOURCE or not found
        for bound, lines in found:
            heard = witness.heard.get((wire.id, bound.rule.id))
            if lines is None or heard is None:
                continue
            assert (lines["verdict"], lines["conditions"]) == heard, (wire, bound.rule.id)
            count += 1
    return count


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_verdicts_made_again_are_those_that_were_judged(desk, worker, steps):
    witness = Witness(desk.platform)
    after = desk.rows("SELECT max(seq) AS seq FROM events")[0]["seq"] or 0
    history = History(desk, worker)
    for what, dice in steps:
        history.step(what, dice)
    assert compared(desk, witness, after) > 10
