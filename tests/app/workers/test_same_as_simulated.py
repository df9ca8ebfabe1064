"""What happens at work is what a replay of the same root events makes happen: event by event, id by id."""

from __future__ import annotations

from app.road import commands
from app.road.road import entity_id
from engine.conditions.values import Timestamp
from engine.events.envelope import WireEvent, decode
from engine.simulation.ledger import Ledger
from engine.simulation.simulation import Simulation
from tests.app.history import pass_time

ALONE = (".dwelled", "schedule.ticked")
"""Events that a replay tells only the rule that waited for them."""
END = Timestamp.parse("2026-03-06T12:00:00Z")


def test_a_week_at_work_is_the_week_as_it_is_simulated(desk, worker, agency):
    worker.run_once()
    client, vip, model = desk.client(), desk.client(tier="vip", email="v@example.test"), desk.model()
    desk.inquiry(client, model)
    quick = desk.inquiry(vip, model)
    pass_time(desk, worker, Timestamp.parse("2026-03-02T12:20:00Z"))
    desk.move("inquiry", quick, "answer")
    late, paid = desk.booking(client, model, 9), desk.booking(vip, model, 20)
    for booking in (late, paid):
        desk.move("booking", booking, "request_deposit")
        desk.change("booking", booking, deposit_status="due")
    pass_time(desk, worker, Timestamp.parse("2026-03-03T09:00:00Z"))
    desk.pay(paid)
    pass_time(desk, worker, Timestamp.parse("2026-03-04T10:00:00Z"))
    for row in desk.rows("SELECT id FROM exceptions WHERE status = 'open' ORDER BY id LIMIT 1"):
        desk.do(lambda road, id=row["id"]: commands.move(road, "exception", id, "acknowledge"))
    pass_time(desk, worker, END)

    stored = [decode(row["body"].encode()) for row in desk.rows("SELECT body FROM events ORDER BY seq")]
    assert desk.rows("SELECT number FROM timers WHERE kind = 'escalation' AND state = 'done'")
    derived: list[str] = []
    simulation = Simulation(agency, Ledger(), on_event=lambda event: derived.append(event.id), strict=True)
    simulation.identity = entity_id
    simulation.begin(stored[0].time)
    for one in stored:
        if one.depth == 0 and not one.type.endswith(ALONE):
            assert simulation.take(one).result == "applied", one
    simulation.advance(END, including=True)

    def kept(one: WireEvent) -> bool:
        return one.depth > 0 and not one.type.endswith(ALONE)

    assert sorted(one.id for one in stored if kept(one)) == sorted(derived)
    assert len(derived) > 10
    for id, machine in agency.machines.items():
        for record in simulation.world.tables[id].values():
            there = desk.get(id, record["id"])
            assert (there["status"], there.get("title")) == (record["status"], record.get("title")), machine.id
