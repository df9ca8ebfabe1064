"""Random rules over random logs: the same answer twice, with records or without, and the state the fold of its events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.catalog import Catalog
from engine.conditions.values import Timestamp
from engine.events.envelope import WireEvent
from engine.events.jsonl import write_events
from engine.machines.model import STANDARD_FIELDS
from engine.machines.records import as_json
from engine.simulation import backtest
from engine.simulation.backtest import machines_json, rules_json
from engine.simulation.events import Event
from engine.simulation.ledger import Ledger
from engine.simulation.simulation import Simulation
from tests.engine.automation.domain import catalog

START = Timestamp.parse("2026-01-01T00:00:00Z")
MINUTE = 60_000_000_000
CONDITIONS = [
    "order.kind == 'a'",
    "order.kind != 'b'",
    "order.total < 5",
    "order.status == 'open'",
    "order.status in waiting",
    "has(order.note)",
    "order.?count.orValue(0) < 4",
    "order.buyer.orders_seen < 9",
    "order.buyer.orders.exists(o, o.status == 'held')",
    "count_moves(order, 'held', '2h') < 3",
]
ACTIONS = [
    "set_field: {entity: order, field: total, expression: order.total + 1}",
    "set_field: {entity: order, field: count, expression: 'order.?count.orValue(0) + 1'}",
    "set_field: {entity: order, field: note, value: 'at {{ now }}'}",
    "set_field: {entity: order, field: note, value: null}",
    "set_field: {entity: order, field: kind, value: b}",
    "set_field: {entity: buyer, field: orders_seen, expression: order.buyer.orders_seen + 1}",
    "update_status: {entity: order, transition: hold}",
    "update_status: {entity: order, transition: resume}",
    "update_status: {entity: order, to: packed}",
    "update_status: {entity: order, to: sent}",
    "create_task: {title: 'for {{ order.total }}', queue: q, due: 1h}",
    "create_exception: {reason: r}",
    "start_timer: {name: t, after: 30m}",
    "start_timer: {name: u, after: 90m}",
    "cancel_timers: {name: t}",
    "send_notification: {template: none, to: {queue: q}}",
]
TRIGGERS = [
    "order.called",
    "order.created",
    "order.updated",
    "order.status_changed",
    "order.timer",
    "order.boxed",
    "[order.called, order.status_changed]",
    "{dwell: {entity: order, in_state: waiting, for: 45m}}",
    "{dwell: {entity: order, in_state: held, for: 1h}}",
    "{schedule: {cron: '0 * * * *', for_each: order, where: order.total > 1}}",
]
OTHERS = {
    "tasks": "trigger: task.created\nactions: [{update_status: {entity: task, transition: start}}]",
    "unseen": "trigger: {dwell: {entity: exception, in_state: open, for: 1h}}\n"
    "actions: [{update_status: {entity: exception, transition: acknowledge}}]",
    "buyers": "trigger: buyer.updated\ncondition: buyer.orders_seen == 3\n"
    "actions: [{set_field: {entity: order, field: total, value: 0}, for_each: buyer.orders}]",
}


@st.composite
def a_rule(draw: st.DrawFn) -> str:
    """One rule about an order."""
    lines = [f"trigger: {draw(st.sampled_from(TRIGGERS))}"]
    if draw(st.booleans()):
        lines.append(f'condition: "{draw(st.sampled_from(CONDITIONS))}"')
    lines.append(
        "run: " + draw(st.sampled_from(["{mode: always}"] * 3 + ["{mode: once}", "{every: 1h}", "{mode: restart}"]))
    )
    lines.append("stage: " + draw(st.sampled_from(["live"] * 4 + ["shadow", "'off'"])))
    lines.append(f"order: {draw(st.integers(-1, 1))}")
    lines.append(f"backstop: {draw(st.sampled_from(['false'] * 5 + ['true']))}")
    lines.append("actions:")
    for action in draw(st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=3)):
        lines.append(f"  - {action}")
        if draw(st.integers(0, 4)) == 0:
            lines.append("    after: " + draw(st.sampled_from(["0s", "20m", "2h"])))
            lines.append(f"    recheck: {draw(st.sampled_from(['true', 'false']))}")
        if draw(st.integers(0, 6)) == 0:
            lines.append(f'    if: "{draw(st.sampled_from(CONDITIONS))}"')
    return "\n".join(lines)


@st.composite
def rules(draw: st.DrawFn) -> dict[str, str]:
    """Some rules about orders and perhaps others."""
    about_orders = draw(st.lists(a_rule(), min_size=1, max_size=5))
    others = draw(st.sets(st.sampled_from(sorted(OTHERS))))
    return {**{f"r{n}": text for n, text in enumerate(about_orders)}, **{name: OTHERS[name] for name in others}}


@st.composite
def logs(draw: st.DrawFn) -> list[WireEvent]:
    """A log of two buyers, three orders and what befalls them; some of it cannot be."""
    time, events = int(START), []

    def add(kind: str, subject: str, data: dict[str, Any]) -> None:
        event = WireEvent(id=f"e{len(events)}", type=kind, subject=subject, time=Timestamp(time), data=data)
        events.append(event)

    for buyer in ("b1", "b2"):
        add("buyer.created", buyer, {"orders_seen": 0})
    for order, buyer in (("o1", "b1"), ("o2", "b1"), ("o3", "b2")):
        price = {"amount": 100, "currency": "EUR"}
        add("order.created", order, {"total": 1, "kind": "a", "price": price, "flag": True, "buyer": buyer})
    for _ in range(draw(st.integers(1, 10))):
        time += draw(st.sampled_from([0, 1, 15, 30, 45, 60])) * MINUTE
        kind = draw(st.sampled_from(["called", "updated", "status_changed", "boxed"]))
        data: dict[str, Any] = {}
        if kind == "updated":
            data = draw(st.sampled_from([{"total": 7}, {"note": "n"}, {"kind": "b"}, {"count": 2, "total": 0}]))
        elif kind == "status_changed":
            data = {"to": draw(st.sampled_from(["open", "held", "packed", "sent"]))}
        elif kind == "called":
            data = {"about": "x"}
        add(f"order.{kind}", draw(st.sampled_from(["o1", "o2", "o3"])), data)
    return events


def replayed(made: Catalog, log: list[WireEvent], **more: Any) -> Simulation:
    simulation = Simulation(made, Ledger(), **more)
    for event in log:
        simulation.take(event)
    simulation.advance(Timestamp(log[-1].time + 180 * MINUTE), including=True)
    return simulation


def told(simulation: Simulation) -> Iterator[Any]:
    yield machines_json(simulation, simulation.ledger)
    yield rules_json(simulation, simulation.ledger)
    yield sum(1 for _ in simulation.agenda.pending())


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(rules(), logs())
def test_a_replay_says_the_same_twice_and_a_draft_like_its_baseline_differs_in_nothing(
    tmp_path: Path, rules: dict[str, str], log: list[WireEvent]
):
    path = tmp_path / "log.jsonl"
    write_events(path, log)
    made = catalog(rules)
    first = backtest.run(made, path)
    assert json.dumps(backtest.run(catalog(rules), path)) == json.dumps(first)
    against = backtest.run(made, path, catalog(rules))
    assert against["diff"] == {"added": [], "removed": [], "changed": []}
    assert json.dumps({**against, "diff": None}) == json.dumps({**first, "diff": None})


@given(rules(), logs())
def test_what_nobody_reads_need_not_be_kept(rules: dict[str, str], log: list[WireEvent]):
    made = catalog(rules)
    assert list(told(replayed(made, log))) == list(told(replayed(made, log, slim=True)))


def test_what_befalls_a_task_that_only_rules_about_its_creation_read_is_told_without_its_record():
    made = catalog(
        {
            "makes": "trigger: order.called\nactions: [{create_task: {title: t, queue: q}}]",
            "raises": "trigger: task.created\ncondition: task.title == 't'\n"
            "actions: [{set_field: {entity: task, field: priority, value: urgent}}]",
        }
    )
    assert made.needs.passing == {"task"}
    task = "e1/makes/create_task"
    log = [
        WireEvent(id="e0", type="order.created", subject="o1", time=START, data={"total": 1}),
        WireEvent(id="e1", type="order.called", subject="o1", time=START),
        WireEvent(id="e2", type="task.updated", subject=task, time=START, data={"priority": "low"}),
        WireEvent(id="e3", type="task.created", subject=task, time=START, data={"title": "t", "queue": "q"}),
        WireEvent(id="e4", type="task.created", subject="t1", time=START, data={"title": "t", "queue": "q"}),
        WireEvent(id="e5", type="order.called", subject="o1", time=START, facts={"task": {task: {"title": "t"}}}),
        WireEvent(id="e6", type="task.status_changed", subject=task, time=START, data={"transition": "start"}),
        WireEvent(id="e7", type="task.status_changed", subject=task, time=START, data={"transition": "start"}),
    ]
    slim = replayed(made, log, slim=True)
    assert slim.world.tables["task"] == {}
    assert slim.ledger.machine("task").diverged == 2
    assert list(told(slim)) == list(told(replayed(made, log)))


@given(rules(), logs())
def test_the_state_is_the_fold_of_all_events(rules: dict[str, str], log: list[WireEvent]):
    every: list[WireEvent] = []

    def note(event: Event) -> None:
        data = as_json({name: value for name, value in event.data.items() if name not in STANDARD_FIELDS})
        made = event.type.endswith(".created")
        changes = {} if made else {name: (as_json(old), as_json(new)) for name, (old, new) in event.changes.items()}
        every.append(event.wire(data, changes))

    simulation = Simulation(catalog(rules), Ledger(), on_event=note)
    for event in log:
        place = len(every)
        while (due := simulation.agenda.next_due()) is not None and due < event.time:
            simulation.advance(due, including=True)
            place = len(every)
        if simulation.take(event).result == "applied":
            every.insert(place, event)
    simulation.advance(Timestamp(log[-1].time + 180 * MINUTE), including=True)

    folded = Simulation(catalog({}), Ledger())
    for event in every:
        if not event.id.endswith("/status_changed"):  # the move behind a declared event has been taken with it
            assert folded.take(event).result == "applied", event
    assert folded.world.tables == simulation.world.tables
    assert len({event.id for event in every}) == len(every), "every event has an id of its own"


def test_a_run_that_fails_leaves_no_trace_in_the_fold():
    rules = {
        "r": "trigger: order.called\nactions:\n  - set_field: {entity: order, field: total, value: 9}\n"
        "  - create_task: {title: t, queue: q}\n  - update_status: {entity: order, to: sent}",
    }
    log = [
        WireEvent(id="e0", type="order.created", subject="o1", time=START, data={"total": 1}),
        WireEvent(id="e1", type="order.called", subject="o1", time=START),
    ]
    seen: list[str] = []
    simulation = replayed(catalog(rules), log, on_event=lambda event: seen.append(event.type))
    assert seen == ["exception.created"]
    assert simulation.world.tables["order"]["o1"]["total"] == 1
    assert simulation.world.tables["task"] == {}


@pytest.mark.parametrize("mode", ["once", "{every: 1h}"])
def test_a_failed_run_does_not_count_as_a_run(mode: str):
    run = mode if mode.startswith("{") else "{mode: once}"
    rules = {"r": f"trigger: order.called\nrun: {run}\nactions: [{{update_status: {{entity: order, to: sent}}}}]"}
    log = [
        WireEvent(id="e0", type="order.created", subject="o1", time=START),
        WireEvent(id="e1", type="order.called", subject="o1", time=START),
        WireEvent(id="e2", type="order.boxed", subject="o1", time=START),
        WireEvent(id="e3", type="order.called", subject="o1", time=START),
        WireEvent(id="e4", type="order.called", subject="o1", time=START),
    ]
    simulation = replayed(catalog(rules), log)
    assert simulation.world.tables["order"]["o1"]["status"] == "sent"
    assert simulation.ledger.rules["r"].fired == 2
