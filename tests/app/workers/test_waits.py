"""What waited is performed once, when it is due, by the rule that counts then."""

from __future__ import annotations

import pytest

from app.workers import waits


def waiting(desk, kind: str) -> list:
    return desk.rows("SELECT * FROM timers WHERE kind = :kind AND state = 'pending' ORDER BY number", kind=kind)


def states(desk, kind: str) -> list[str]:
    return [row["state"] for row in desk.rows("SELECT state FROM timers WHERE kind = :kind ORDER BY number", kind=kind)]


def titles(desk, table: str) -> list[str]:
    return [row["title"] for row in desk.rows(f"SELECT title FROM {table} ORDER BY id")]


@pytest.fixture
def pair(desk):
    """A client and a model."""
    return desk.client(), desk.model()


@pytest.fixture
def paid(desk, pair):
    """A booking that a deposit confirmed: its confirmation to the client waits ten minutes."""
    booking = desk.booking(*pair)
    desk.move("booking", booking, "request_deposit")
    desk.pay(booking)
    assert desk.get("booking", booking)["status"] == "confirmed"
    return booking


def confirmations(desk) -> list:
    return [row for row in desk.rows("SELECT * FROM outbox") if "booking-confirmed" in str(row["payload"])]


def test_a_delayed_action_is_performed_once_when_it_is_due(desk, worker, paid):
    desk.later(minutes=9, seconds=59)
    worker.run_once()
    assert states(desk, "delay") == ["pending"]
    assert confirmations(desk) == []
    desk.later(seconds=1)
    worker.run_once()
    worker.run_once()
    assert states(desk, "delay") == ["done"]
    assert [row["entity"] for row in confirmations(desk)] != []
    assert len(confirmations(desk)) == 1
    runs = desk.rows("SELECT * FROM rule_runs WHERE rule = 'confirm-booking-on-deposit' ORDER BY number")
    assert [(run["outcome"], run["reason"]) for run in runs] == [
        ("performed", None),
        ("performed", "send_notification after its delay"),
    ]


def test_a_timer_emits_its_event_and_rules_hear_it(desk, worker, pair):
    booking = desk.booking(*pair)
    desk.move("booking", booking, "request_deposit")
    desk.change("booking", booking, deposit_status="due")
    desk.later(days=3)
    worker.run_once()
    events = desk.rows("SELECT * FROM events WHERE type = 'booking.timer'")
    assert [event["subject"] for event in events] == [booking]
    assert states(desk, "timer") == ["done"]
    assert desk.get("booking", booking)["status"] == "released"
    assert desk.rows("SELECT root FROM events WHERE type = 'booking.timer'")[0]["root"] != events[0]["id"]


def test_a_timer_that_was_cancelled_emits_nothing(desk, worker, paid):
    desk.later(days=4)
    worker.run_once()
    assert states(desk, "timer") == ["cancelled"]
    assert desk.rows("SELECT id FROM events WHERE type = 'booking.timer'") == []


def test_a_dwell_time_that_is_over_is_told_to_its_rule(desk, worker, pair):
    inquiry = desk.inquiry(*pair)
    desk.later(days=1)
    worker.run_once()
    events = desk.rows("SELECT id FROM events WHERE type = 'inquiry.dwelled'")
    assert len(events) == 1
    code = desk.get("inquiry", inquiry)["code"]
    assert f"{code} has waited a whole working day" in titles(desk, "exceptions")
    run = desk.rows("SELECT * FROM rule_runs WHERE rule = 'chase-stale-inquiry'")[0]
    assert (run["outcome"], run["event"]) == ("performed", events[0]["id"])
    assert run["trace"] is not None


def test_a_dwell_time_ends_with_its_state(desk, worker, pair):
    inquiry = desk.inquiry(*pair)
    desk.move("inquiry", inquiry, "answer")
    desk.later(days=1, hours=1)
    worker.run_once()
    rows = desk.rows("SELECT state FROM timers WHERE kind = 'dwell' AND rule = 'chase-stale-inquiry'")
    assert [row["state"] for row in rows] == ["cancelled"]
    assert desk.rows("SELECT id FROM events WHERE type = 'inquiry.dwelled'") == []


def test_what_is_due_at_one_time_is_performed_in_order(desk, worker, pair, monkeypatch):
    seen = []
    real = waits.perform

    def perform(road, releases, number, machine, entity):
        done = real(road, releases, number, machine, entity)
        seen.append(number)
        return done

    monkeypatch.setattr(waits, "perform", perform)
    first = desk.inquiry(*pair)
    desk.later(minutes=1)
    second = desk.inquiry(*pair)
    desk.later(days=2)
    worker.run_once()
    ordered = desk.rows("SELECT number FROM timers WHERE state = 'done' ORDER BY due, rank, number")
    assert [row["number"] for row in ordered] == [one for one in seen if one in {row["number"] for row in ordered}]
    assert len(ordered) >= 2
    assert first != second


def test_what_cannot_be_done_is_tried_again_and_at_last_given_to_a_person(desk, worker, paid, monkeypatch):
    def broken(*_):
        raise RuntimeError("no such luck")

    monkeypatch.setattr(waits, "_delay", broken)
    desk.later(minutes=10)
    worker.run_once()
    row = waiting(desk, "delay")[0]
    assert (row["attempts"], row["problem"]) == (1, "no such luck")
    worker.run_once()
    assert waiting(desk, "delay")[0]["attempts"] == 1
    for _ in range(7):
        desk.later(minutes=10)
        worker.run_once()
    assert states(desk, "delay") == ["failed"]
    told = [title for title in titles(desk, "exceptions") if "no such luck" in title]
    assert told == ["confirm-booking-on-deposit: what it waited for could not be done. no such luck"]


def test_one_that_fails_does_not_keep_the_others_from_happening(desk, worker, pair, paid, monkeypatch):
    monkeypatch.setattr(waits, "_delay", lambda *_: 1 / 0)
    desk.inquiry(*pair)
    desk.later(days=1, hours=1)
    worker.run_once()
    assert states(desk, "delay") == ["pending"]
    assert len(desk.rows("SELECT id FROM events WHERE type = 'inquiry.dwelled'")) == 1


RULE = "rules/automation/confirm-booking-on-deposit.yaml"
DWELL = "rules/automation/chase-stale-inquiry.yaml"


def on_change(said: str, *swaps: tuple[str, str]):
    def edit(text: str) -> str:
        for old, new in swaps:
            assert old in text
            text = text.replace(old, new)
        return text.replace("acts_as:", f"on_change: {said}\nacts_as:")

    return edit


@pytest.mark.parametrize(
    ("said", "swap", "state", "sent"),
    [
        ("recheck", ("recheck: false ", "recheck: true "), "done", 0),
        ("recheck", ("template: booking-confirmed", "template: shoot-thanks"), "done", 0),
        ("recheck", ("queue: operations", "queue: inquiries"), "done", 1),
        ("finish", ("recheck: false ", "recheck: true "), "done", 1),
        ("cancel", ("queue: operations", "queue: inquiries"), "cancelled", 0),
    ],
    ids=["judged again and dropped", "by the new rule", "unchanged in this", "as promised", "dropped"],
)
def test_a_delay_meets_what_its_rule_became(desk, worker, paid, root, said, swap, state, sent):
    desk.publish(root, on_change(said, swap), RULE)
    desk.later(minutes=10)
    worker.run_once()
    assert states(desk, "delay") == [state]
    assert len(confirmations(desk)) == sent


def test_a_dwell_time_counts_under_the_new_rule_from_its_beginning(desk, worker, pair, root):
    desk.inquiry(*pair)
    desk.publish(root, on_change("recheck", ("for: 1wd, calendar: agency-hours", "for: 28h")), DWELL)
    desk.later(days=1)
    worker.run_once()
    assert desk.rows("SELECT id FROM events WHERE type = 'inquiry.dwelled'") == []
    desk.later(hours=4)
    worker.run_once()
    assert len(desk.rows("SELECT id FROM events WHERE type = 'inquiry.dwelled'")) == 1


def test_what_an_old_rule_promised_is_finished_by_its_release(desk, worker, pair, root):
    inquiry = desk.inquiry(*pair)
    desk.publish(
        root,
        on_change(
            "finish", ("for: 1wd, calendar: agency-hours", "for: 99h"), ("has waited a whole working day", "is late")
        ),
        DWELL,
    )
    desk.later(days=1)
    worker.run_once()
    code = desk.get("inquiry", inquiry)["code"]
    assert f"{code} has waited a whole working day" in titles(desk, "exceptions")
    release = desk.rows("SELECT release FROM rule_runs WHERE rule = 'chase-stale-inquiry'")
    assert [row["release"] for row in release] == [1]


def test_a_clock_that_is_late_escalates_by_itself(desk, worker, pair):
    inquiry = desk.inquiry(*pair)
    desk.later(days=5)
    worker.run_once()
    breaches = desk.rows("SELECT id FROM events WHERE type = 'inquiry.sla_breached'")
    assert breaches
    clock = desk.rows("SELECT * FROM sla_clocks WHERE entity = :id AND policy = 'first-response'", id=inquiry)[0]
    assert clock["next"] is None
    worker.run_once()
    assert len(desk.rows("SELECT id FROM events WHERE type = 'inquiry.sla_breached'")) == len(breaches)


def test_a_clock_whose_policy_is_gone_is_looked_at_no_more(desk, worker, pair):
    desk.inquiry(*pair)
    with desk.platform.database.begin() as connection:
        connection.exec_driver_sql("UPDATE sla_clocks SET policy = 'gone-' || policy")
    desk.later(days=30)
    worker.run_once()
    assert [row["next"] for row in desk.rows("SELECT next FROM sla_clocks WHERE policy LIKE 'gone-%'")] == [None]
