"""A replay of what happened, undone commands among it, comes to what the store holds."""

from __future__ import annotations

from typing import Any

from hypothesis import Phase, given, settings

from app.road.road import entity_id
from engine.conditions.values import Timestamp
from engine.events.envelope import decode
from engine.simulation.ledger import Ledger
from engine.simulation.performer import RefusedError
from engine.simulation.simulation import Simulation
from engine.simulation.world import World
from tests.app.history import STEPS, History, pass_time

FIRM = ("confirmed", "on_set")
ALONE = (".dwelled", "schedule.ticked")
DAY = 86_400_000_000_000


class FirmOnce(World):
    """A world that refuses, as the database does, to book a model firmly twice at one time."""

    __slots__ = ()
    shared = True

    def write(self) -> None:
        firm = [one for one in self.tables["booking"].values() if one["status"] in FIRM]
        touched = {change[2]["id"] for change in self._journal if change[1:2] == ("booking",)}
        for mine in [one for one in firm if one["id"] in touched]:
            for other in sorted(firm, key=lambda one: (one["created_at"], one["id"])):
                meets = other["starts_at"] < mine["ends_at"] and other["ends_at"] > mine["starts_at"]
                if other is not mine and other["model"] == mine["model"] and meets:
                    raise RefusedError(
                        "", f"the model is firmly booked at that time already, by booking {other['code']}"
                    )


def replayed(agency: Any, stored: list[Any], until: Timestamp) -> tuple[Simulation, list[str]]:
    derived: list[str] = []
    simulation = Simulation(agency, Ledger(), on_event=lambda event: derived.append(event.id), strict=True)
    simulation.world.__class__ = FirmOnce
    simulation.identity = entity_id
    simulation.begin(stored[0].time)
    for one in stored:
        if one.depth == 0 and not one.type.endswith(ALONE):
            assert simulation.take(one).result in ("applied", "refused"), one
    simulation.advance(until, including=True)
    return simulation, derived


def test_a_replay_comes_to_what_the_store_holds(desk, worker, agency):
    undone: list[int] = []

    @settings(max_examples=8, deadline=None, phases=[Phase.generate], database=None)
    @given(steps=STEPS)
    def holds(steps: list[tuple[str, int]]) -> None:
        """Each history goes on where the one before it ended: there is nothing to shrink."""
        worker.run_once()
        history = History(desk, worker)
        for what, dice in steps:
            history.step(what, dice)
            history.step("undo", dice) if dice % 4 == 0 else None
        until = Timestamp(desk.platform.clock.now() + DAY)
        pass_time(desk, worker, until)
        stored = [decode(row["body"].encode()) for row in desk.rows("SELECT body FROM events ORDER BY seq")]
        simulation, derived = replayed(agency, stored, until)
        assert sorted(one.id for one in stored if one.depth > 0 and not one.type.endswith(ALONE)) == sorted(derived)
        for id in agency.machines:
            for record in simulation.world.tables[id].values():
                assert desk.get(id, record["id"]) == record
        clocks = desk.rows("SELECT policy, entity, due, ended FROM sla_clocks WHERE opened IS NOT NULL")
        for row in clocks:
            latest = simulation.clocks.latest(row["policy"], row["entity"])
            assert latest is not None, row
            due, ended = latest[0].due, latest[0].ended
            assert (due and int(due) // 1000, ended and int(ended) // 1000) == (row["due"], row["ended"]), row
        pending = desk.rows(
            "SELECT kind, rule, entity, due FROM timers WHERE state = 'pending' AND kind != 'escalation'"
        )
        waiting = [
            (*e.waits[:2], e.waits[3], int(e.due) // 1000) for e in simulation.agenda.pending() if e.waits is not None
        ]
        assert sorted((row["kind"], row["rule"], row["entity"], row["due"]) for row in pending) == sorted(waiting)
        undone.append(history.undone)

    holds()
    assert sum(undone) > 0
