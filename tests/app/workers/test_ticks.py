"""Schedules tick for whom they are meant, once, and make up for what was missed as their rule says."""

from __future__ import annotations

import pytest

from app.road.caller import system
from app.workers import ticks
from app.workers.sweep import WORKER
from engine.conditions.values import Timestamp

RULE = "chase-unpaid-deposit"
FILE = f"rules/automation/{RULE}.yaml"


@pytest.fixture
def unpaid(desk):
    """Three bookings of which two await their deposit; schedules begin now, Monday at noon."""
    client = desk.client()
    found = []
    for number in range(3):
        booking = desk.booking(client, desk.model(name=f"M{number}"), 3, starts_at="2026-03-05T08:00:00Z")
        if number:
            desk.move("booking", booking, "request_deposit")
            desk.change("booking", booking, deposit_status="due")
        found.append(booking)
    desk.do(ticks.begin, WORKER)
    return found


def ticked(desk, rule: str = RULE) -> list:
    query = "SELECT id, subject FROM events WHERE type = 'schedule.ticked' AND id LIKE :rule ORDER BY seq"
    return desk.rows(query, rule=f"{rule}/%")


def edited(*swaps: tuple[str, str]):
    def edit(text: str) -> str:
        for old, new in swaps:
            assert old in text
            text = text.replace(old, new)
        return text

    return edit


def test_a_rule_that_is_new_ticks_from_now_on(desk, worker):
    worker.run_once()
    assert ticked(desk) == []
    rows = desk.rows("SELECT last FROM schedule_ticks")
    assert rows
    assert {row["last"] for row in rows} == {desk.platform.clock.now() // 1000}


def test_a_tick_is_for_each_entity_that_it_is_meant_for(desk, worker, unpaid):
    desk.later(hours=20, minutes=1)  # nine in Berlin is eight in UTC
    worker.run_once()
    assert [row["id"] for row in ticked(desk)] == [
        f"{RULE}/2026-03-03T08:00:00Z/{booking}" for booking in sorted(unpaid[1:])
    ]
    assert len(desk.rows("SELECT id FROM tasks WHERE title LIKE 'Call Anna about the deposit%'")) == 2
    worker.run_once()
    assert len(ticked(desk)) == 2


def test_a_tick_that_was_broken_off_goes_on_where_it_stopped(desk, worker, unpaid):
    desk.later(hours=20, minutes=1)
    due = Timestamp.parse("2026-03-03T08:00:00Z")
    desk.do(lambda road: ticks.perform(road, RULE, due, unpaid[1]), WORKER)
    assert not desk.do(lambda road: ticks.perform(road, RULE, due, unpaid[1]), WORKER)
    worker.run_once()
    assert sorted(row["subject"] for row in ticked(desk)) == sorted(unpaid[1:])
    assert len(desk.rows("SELECT id FROM tasks WHERE title LIKE 'Call Anna about the deposit%'")) == 2


def test_what_a_tick_set_off_can_be_told_from_its_event(desk, worker, unpaid):
    desk.later(hours=20)
    worker.run_once()

    def event(road):
        return road.event(f"{RULE}/2026-03-03T08:00:00Z/{unpaid[1]}")

    found = desk.platform.pipeline.read(system("test"), event)
    assert found.data == {"rule": RULE, "due": Timestamp.parse("2026-03-03T08:00:00Z")}
    assert found.root == found.id


@pytest.mark.parametrize(
    ("missed", "days"),
    [("once", ["2026-03-04"]), ("all", ["2026-03-03", "2026-03-04"]), ("skip", [])],
)
def test_ticks_that_were_missed_are_made_up_for_as_the_rule_says(desk, worker, unpaid, root, missed, days):
    desk.publish(root, edited(("missed: once", f"missed: {missed}")), FILE)
    desk.later(hours=45)
    worker.run_once()
    assert [row["id"].split("/")[1][:10] for row in ticked(desk) if row["subject"] == unpaid[1]] == days
    worker.run_once()
    assert len(ticked(desk)) == 2 * len(days)
    last = desk.rows("SELECT last FROM schedule_ticks WHERE rule = :rule", rule=RULE)[0]["last"]
    assert last == Timestamp.parse("2026-03-04T08:00:00Z") // 1000
    desk.later(hours=23, seconds=30)
    worker.run_once()
    assert len(ticked(desk)) == 2 * len(days) + 2


def test_an_entity_of_which_nobody_can_tell_whether_it_is_meant_does_not_pass_in_silence(desk, worker, unpaid, root):
    where = 'where: booking.status == "awaiting_deposit"'
    desk.publish(root, edited((where, "where: booking.total.amount / (booking.total.amount - 500000) < 0")), FILE)
    desk.change("booking", unpaid[0], total={"amount": 600_000, "currency": "EUR"})
    desk.later(hours=20)
    worker.run_once()
    assert sorted(row["subject"] for row in ticked(desk)) == sorted(unpaid[1:])
    runs = desk.rows("SELECT outcome, reason FROM rule_runs WHERE rule = :rule", rule=RULE)
    assert {(run["outcome"], "zero" in run["reason"]) for run in runs} == {("errored", True)}


def test_a_where_that_no_list_can_hold_is_judged_one_by_one(desk, worker, unpaid, root):
    where = 'where: booking.status == "awaiting_deposit"'
    desk.publish(
        root, edited((where, 'where: booking.status == "awaiting_deposit" && booking.city.matches("^B")')), FILE
    )
    desk.later(hours=20)
    worker.run_once()
    assert sorted(row["subject"] for row in ticked(desk)) == sorted(unpaid[1:])


def test_a_schedule_without_entities_ticks_once(desk, worker, unpaid, root):
    def alone(text: str) -> str:
        head, _, rest = text.partition("    for_each:")
        rest = rest.partition("    missed: once\n")[2]
        actions = "acts_as: OPS_MANAGER\nactions:\n  - create_task: {title: Look around, queue: operations}\n"
        return f"{head}    missed: once\n{actions}" if rest else text

    desk.publish(root, alone, FILE)
    desk.later(hours=20)
    worker.run_once()
    worker.run_once()
    assert [(row["id"], row["subject"]) for row in ticked(desk)] == [(f"{RULE}/2026-03-03T08:00:00Z", "")]
    assert len(desk.rows("SELECT id FROM tasks WHERE title = 'Look around'")) == 1


def test_an_entity_whose_tick_fails_is_given_to_a_person_and_the_others_get_theirs(desk, worker, unpaid, monkeypatch):
    real = ticks.perform

    def perform(road, rule, due, entity):
        if entity == unpaid[1]:
            raise RuntimeError("no such luck")
        return real(road, rule, due, entity)

    monkeypatch.setattr(ticks, "perform", perform)
    desk.later(hours=20)
    worker.run_once()
    assert [row["subject"] for row in ticked(desk)] == [unpaid[2]]
    told = desk.rows("SELECT title, about FROM exceptions WHERE reason = 'tick_failed'")
    assert [(row["title"], row["about"]) for row in told] == [(f"{RULE}: no such luck", f"booking/{unpaid[1]}")]
