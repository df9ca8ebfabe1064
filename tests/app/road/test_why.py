"""What is told of an event's rules afterwards is what they were judged by when it happened."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import Phase, given, settings

from app.commands.options import challenge, hold
from app.road.caller import system
from app.road.why import _event, judged_again, why
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


def test_verdicts_made_again_are_those_that_were_judged(desk, worker):
    @settings(max_examples=5, deadline=None, phases=[Phase.generate], database=None)
    @given(steps=STEPS)
    def holds(steps: list[tuple[str, int]]) -> None:
        """Each history goes on where the one before it ended: there is nothing to shrink."""
        witness = Witness(desk.platform)
        after = desk.rows("SELECT max(seq) AS seq FROM events")[0]["seq"] or 0
        history = History(desk, worker)
        for what, dice in steps:
            history.step(what, dice)
        assert compared(desk, witness, after) > 10

    holds()


def test_what_a_run_had_set_when_it_moved_something_is_seen_though_it_is_told_only_later(desk, worker, root):
    """`await-deposit` writes the booking, then answers its option's challenge: one `booking.updated` at its end."""
    rule = "rules/automation/release-booking-of-expired-option.yaml"
    line = 'condition: \'option.booking.deposit_status == "due" && option.status == "expired"\''
    desk.publish(
        root, lambda text: re.sub(r"^condition:.*?(?=^\w)", f"{line}\n", text, flags=re.MULTILINE | re.DOTALL), rule
    )
    witness = Witness(desk.platform)
    client, model = desk.client(), desk.model()
    first, second = desk.booking(client, model), desk.booking(client, model)
    for booking in (first, second):
        lower = desk.do(lambda road, booking=booking: hold(road, booking)["id"])
    desk.do(lambda road: challenge(road, lower))
    desk.move("booking", first, "request_deposit")
    row = desk.rows("SELECT id FROM events WHERE type = 'option.status_changed' ORDER BY seq DESC LIMIT 1")[0]
    assert "/await-deposit/" in row["id"]
    told = desk.platform.pipeline.read(EVERYBODY, lambda road: why(road, row["id"]))
    (shown,) = [one for one in told["rules"] if one["rule"] == "release-booking-of-expired-option"]
    assert shown["recomputed"]
    (values,) = [one["values"] for one in shown["conditions"]]
    assert values["option.booking.deposit_status"] == "due"
    assert compared(desk, witness, 0) > 0


def test_what_happened_under_an_earlier_release_is_told_by_its_rules(desk, root):
    inquiry = desk.inquiry(desk.client(), desk.model())
    rule = "rules/automation/rush-vip-inquiry.yaml"
    desk.publish(root, lambda text: text.replace('== "vip"', '== "premium"'), rule)
    row = desk.rows("SELECT id FROM events WHERE type = 'inquiry.created'")[0]
    told = desk.platform.pipeline.read(EVERYBODY, lambda road: why(road, row["id"]))
    (shown,) = [one for one in told["rules"] if one["rule"] == "rush-vip-inquiry"]
    assert (told["event"]["release"], shown["version"]) == (1, 1)
    assert '"vip"' in shown["conditions"][0]["expression"]
    assert inquiry == told["event"]["subject"]
