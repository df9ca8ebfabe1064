"""What is told of an event's rules afterwards is what they were judged by when it happened."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.commands.options import challenge, hold
from app.road import commands
from app.road.caller import system
from app.road.problems import NotFoundError, ProblemError
from app.road.why import _event, judged_again, why
from engine.machines.records import as_json
from engine.simulation.events import UNDO_SOURCE

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


STEPS = st.lists(st.tuples(st.sampled_from(["book", "ask", "hold", "pay", "move", "set", "wait", "shift"]), st.integers(0, 999)), min_size=6, max_size=16)


class History:
    """Some days at the agency, by dice."""

    def __init__(self, desk: Any, worker: Any) -> None:
        self.desk, self.worker = desk, worker
        self.known: dict[str, list[str]] = {"booking": [], "inquiry": [], "option": []}
        self.clients = [desk.client(), desk.client(tier="vip", email="v@example.test")]
        self.models = [desk.model(), desk.model(name="Ida")]
        for what, dice in (("book", 0), ("book", 3), ("hold", 0), ("hold", 1), ("ask", 1)):
            self.step(what, dice)

    def step(self, what: str, dice: int) -> None:
        try:
            getattr(self, f"_{what}")(dice)
        except ProblemError:
            pass  # the machines do not allow it: nothing happened

    def _pick(self, kind: str, dice: int) -> str:
        found = self.known[kind]
        if not found:
            raise NotFoundError(kind, "")
        return found[dice % len(found)]

    def _book(self, dice: int) -> None:
        total = {"amount": 100_000 + dice * 5_000, "currency": "EUR"}
        client, model = self.clients[dice % 2], self.models[dice // 2 % 2]
        self.known["booking"].append(self.desk.booking(client, model, 10 + dice % 3, total=total))

    def _ask(self, dice: int) -> None:
        self.known["inquiry"].append(self.desk.inquiry(self.clients[dice % 2], self.models[dice // 2 % 2]))

    def _hold(self, dice: int) -> None:
        booking = self._pick("booking", dice)
        self.known["option"].append(self.desk.do(lambda road: hold(road, booking)["id"]))

    def _pay(self, dice: int) -> None:
        booking = self._pick("booking", dice)
        if dice % 3:
            self.desk.move("booking", booking, "request_deposit")
        self.desk.pay(booking)

    def _move(self, dice: int) -> None:
        kind = list(self.known)[dice % 3]
        id = self._pick(kind, dice // 3)
        status = self.desk.get(kind, id)["status"]
        machine = self.desk.platform.releases.catalog(1).machines[kind]
        names = [one.name for one in machine.transitions.values() if status in one.sources]
        if names and dice % 5:
            self.desk.move(kind, id, names[dice % len(names)], reason="dice")
        elif kind == "option":
            self.desk.do(lambda road: challenge(road, id))

    def _set(self, dice: int) -> None:
        booking = self._pick("booking", dice)
        self.desk.change("booking", booking, deposit_status=("none", "due", "waived", "paid")[dice % 4], city=f"C{dice}")

    def _shift(self, dice: int) -> None:
        booking = self._pick("booking", dice)
        self.desk.change("booking", booking, model=self.models[dice % 2])

    def _wait(self, dice: int) -> None:
        self.desk.later(minutes=1 + dice * 5)
        self.worker.run_once()


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_verdicts_made_again_are_those_that_were_judged(desk, worker, steps):
    witness = Witness(desk.platform)
    after = desk.rows("SELECT max(seq) AS seq FROM events")[0]["seq"] or 0
    history = History(desk, worker)
    for what, dice in steps:
        history.step(what, dice)
    import sys; print(compared(desk, witness, after), len(steps), file=sys.stderr)
