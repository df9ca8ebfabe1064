"""Loops are found before anything runs, with no false alarm; forced to run all the same, they are stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.catalog import Catalog, load
from engine.conditions.values import Timestamp
from engine.events.envelope import WireEvent
from engine.simulation.ledger import Ledger
from engine.simulation.simulation import Simulation
from tests.engine.automation.domain import catalog

START = Timestamp.parse("2026-01-01T00:00:00Z")
HOUR = 3_600_000_000_000

FACTS: dict[str, dict[str, dict[str, Any]]] = {
    "order": {
        "o1": {
            "total": 1,
            "kind": "a",
            "price": {"amount": 1, "currency": "EUR"},
            "flag": False,
            "buyer": "b1",
        }
    },
    "buyer": {"b1": {"orders_seen": 0}},
}

SEEDED: dict[str, dict[str, str]] = {
    "a value that follows from what another rule changes": {
        "r": "trigger: order.updated\nactions: [{set_field: {entity: order, field: total, expression: order.buyer.orders_seen}}]",
        "s": "trigger: order.updated\n"
        "actions: [{set_field: {entity: order.buyer, field: orders_seen, expression: order.buyer.orders_seen + 1}}]",
    },
    "a value that follows from the clock": {
        "r": "trigger: order.updated\n"
        "actions: [{set_field: {entity: order, field: total, expression: 'now.getFullYear() + order.total'}}]",
    },
    "a field that counts itself": {
        "r": "trigger: order.updated\nactions: [{set_field: {entity: order, field: total, expression: order.total + 1}}]",
    },
    "a field that is said to have changed": {
        "r": "trigger: order.updated\ncondition: changed(order.total)\n"
        "actions: [{set_field: {entity: order, field: total, expression: order.total + 1}}]",
    },
    "two fields that set each other off": {
        "r": "trigger: order.updated\ncondition: changed(order.total)\n"
        "actions: [{set_field: {entity: order, field: count, expression: 'order.?count.orValue(0) + 1'}}]",
        "s": "trigger: order.updated\ncondition: changed(order.count)\n"
        "actions: [{set_field: {entity: order, field: total, expression: order.total + 1}}]",
    },
    "two fields in one run": {
        "r": "trigger: order.updated\ncondition: {all: [changed(order.total), changed(order.count)]}\n"
        "actions: [{set_field: {entity: order, field: total, expression: order.total + 1}},"
        " {set_field: {entity: order, field: count, expression: order.total + 1}}]",
    },
    "to and fro between two states": {
        "r": "trigger: order.status_changed\ncondition: event.data.to == 'held'\n"
        "actions: [{update_status: {entity: order, transition: resume}}]",
        "s": "trigger: order.status_changed\ncondition: order.status == 'open'\n"
        "actions: [{update_status: {entity: order, transition: hold}}]",
    },
    "round three states": {
        "r": "trigger: order.status_changed\ncondition: order.status == 'open'\n"
        "actions: [{update_status: {entity: order, to: packed}}]",
        "s": "trigger: order.status_changed\ncondition: event.data.transition == 'pack' && order.status == 'packed'\n"
        "actions: [{update_status: {entity: order, to: held}}]",
        "t": "trigger: order.status_changed\ncondition: order.status in waiting && order.status != 'open'\n"
        "actions: [{update_status: {entity: order, transition: resume}}]",
    },
    "out and back in one run": {
        "r": "trigger: order.status_changed\ncondition: event.data.to == 'held'\n"
        "actions: [{update_status: {entity: order, transition: resume}},"
        " {update_status: {entity: order, transition: hold}}]",
    },
    "a task for every task": {
        "r": "trigger: task.created\nactions: [{create_task: {title: again, queue: q}}]",
    },
    "a task for every task, once for each": {
        "r": "trigger: task.created\nrun: {mode: once}\nactions: [{create_task: {title: again, queue: q}}]",
    },
    "tasks and exceptions in turn": {
        "r": "trigger: task.created\nactions: [{create_exception: {reason: task}}]",
        "s": "trigger: exception.created\nactions: [{create_task: {title: look, queue: q}}]",
    },
    "a task that moves and makes another": {
        "r": "trigger: task.created\nactions: [{update_status: {entity: task, transition: start}}]",
        "s": "trigger: task.status_changed\ncondition: task.status == 'in_progress'\nrun: {mode: once}\n"
        "actions: [{create_task: {title: next, queue: q}}]",
    },
    "over to the buyer and back": {
        "r": "trigger: order.updated\n"
        "actions: [{set_field: {entity: buyer, field: orders_seen, expression: order.buyer.orders_seen + 1}}]",
        "s": "trigger: buyer.updated\nactions: [{set_field: {entity: order, field: total, expression: order.total + 1},"
        " for_each: buyer.orders}]",
    },
    "a field by a text": {
        "r": "trigger: order.updated\nactions: [{set_field: {entity: order, field: note, value: 'at {{ now }} {{ order.total }}'}},"
        " {set_field: {entity: order, field: total, expression: order.total + 1}}]",
    },
    "two values that take turns": {
        "r": "trigger: order.updated\ncondition: order.kind == 'a'\n"
        "actions: [{set_field: {entity: order, field: kind, value: b}}]",
        "s": "trigger: order.updated\ncondition: order.kind == 'b'\n"
        "actions: [{set_field: {entity: order, field: kind, value: a}}]",
    },
    "a value that is there and gone": {
        "r": "trigger: order.updated\ncondition: has(order.note)\n"
        "actions: [{set_field: {entity: order, field: note, value: null}}]",
        "s": "trigger: order.updated\ncondition: '!has(order.note)'\n"
        "actions: [{set_field: {entity: order, field: note, value: x}}]",
    },
    "a timer without a delay": {
        "r": "trigger: order.timer\ncondition: event.data.name == 't'\nactions: [{start_timer: {name: t, after: 0s}}]",
    },
    "a delay of nothing": {
        "r": "trigger: order.updated\nactions: [{set_field: {entity: order, field: total, expression: order.total + 1},"
        " after: 0s}]",
    },
    "a key that is new each time": {
        "r": "trigger: order.updated\nrun: {mode: once, key: event.id}\n"
        "actions: [{set_field: {entity: order, field: total, expression: order.total + 1}}]",
    },
    "a list of triggers": {
        "r": "trigger: [order.called, order.status_changed, order.updated]\n"
        "actions: [{set_field: {entity: order, field: total, expression: order.total + 1}}]",
    },
    "money and flags": {
        "r": "trigger: order.updated\ncondition: order.flag == true\n"
        "actions: [{set_field: {entity: order, field: flag, value: false}},"
        " {set_field: {entity: order, field: price, value: {amount: 5, currency: EUR}}}]",
        "s": "trigger: order.updated\ncondition: order.flag == false\n"
        "actions: [{set_field: {entity: order, field: flag, value: true}},"
        " {set_field: {entity: order, field: price, value: {amount: 6, currency: EUR}}}]",
    },
    "assigned to and fro": {
        "r": "trigger: task.updated\ncondition: task.?queue.orValue('') == 'one'\n"
        "actions: [{assign: {entity: task, queue: two}}]",
        "s": "trigger: task.updated\ncondition: task.?queue.orValue('') == 'two'\n"
        "actions: [{assign: {entity: task, queue: one}}]",
    },
    "a backstop that never rests": {
        "r": "trigger: order.updated\nbackstop: true\n"
        "actions: [{set_field: {entity: order, field: total, expression: order.total + 1}}]",
    },
    "only if it is so": {
        "r": "trigger: order.updated\nactions: [{set_field: {entity: order, field: total, expression: order.total + 1},"
        " if: order.total > 0}]",
    },
}

SLOW: dict[str, dict[str, str]] = {
    "a reminder every day": {
        "r": "trigger: order.timer\nactions: [{start_timer: {name: again, after: 1d}}]",
    },
    "a count every hour": {
        "r": "trigger: order.updated\nactions: [{set_field: {entity: order, field: total, expression: order.total + 1},"
        " after: 1h}]",
    },
    "states that time takes in turn": {
        "r": "trigger: {dwell: {entity: order, in_state: open, for: 1h}}\nactions: [{update_status: {entity: order, to: held}}]",
        "s": "trigger: {dwell: {entity: order, in_state: held, for: 1h}}\n"
        "actions: [{update_status: {entity: order, transition: resume}}]",
    },
}

HARMLESS: dict[str, dict[str, str]] = {
    "a move that the condition asks for not to have been": {
        "r": "trigger: order.updated\ncondition: order.status == 'open'\n"
        "actions: [{update_status: {entity: order, transition: hold}},"
        " {set_field: {entity: order, field: count, expression: 'order.?count.orValue(0) + 1'}}]",
    },
    "only where there is nothing yet": {
        "r": "trigger: order.updated\n"
        "actions: [{set_field: {entity: order, field: count, value: 4}, if: '!has(order.count)'}]",
    },
    "only where there is something to clear": {
        "r": "trigger: order.updated\ncondition: has(order.note)\n"
        "actions: [{set_field: {entity: order, field: note, value: null}}]",
    },
    "only where it is not cleared yet": {
        "r": "trigger: order.updated\ncondition: order.?note.orValue('') == 'a'\n"
        "actions: [{set_field: {entity: order, field: note, value: null}}]",
    },
    "a value that follows from what no rule changes": {
        "r": "trigger: order.updated\nactions: [{set_field: {entity: order, field: total, expression: 'order.?count.orValue(1) * 2'}}]",
    },
    "a value that is set for good": {
        "r": "trigger: order.updated\nactions: [{set_field: {entity: order, field: note, value: x}}]",
    },
    "several that are set for good": {
        "r": "trigger: order.updated\nactions: [{set_field: {entity: order, field: note, value: x}},"
        " {set_field: {entity: order, field: kind, value: a}}]",
    },
    "unless it is so already": {
        "r": "trigger: order.updated\ncondition: order.kind != 'b'\n"
        "actions: [{set_field: {entity: order, field: kind, value: b}},"
        " {set_field: {entity: order, field: total, expression: order.total + 1}}]",
    },
    "unless there is one already": {
        "r": "trigger: order.updated\ncondition: '!has(order.note)'\n"
        "actions: [{set_field: {entity: order, field: note, value: '{{ order.total }}'}},"
        " {set_field: {entity: order, field: note, value: x}}]",
    },
    "unless the optional one is so": {
        "r": "trigger: order.updated\ncondition: order.?note.orValue('') != 'x'\n"
        "actions: [{set_field: {entity: order, field: note, value: x}},"
        " {set_field: {entity: order, field: total, expression: order.total + 1}}]",
    },
    "above a bound that is undershot": {
        "r": "trigger: order.updated\ncondition: order.total > 100\n"
        "actions: [{set_field: {entity: order, field: total, value: 100}}]",
    },
    "another field than the one asked for": {
        "r": "trigger: order.updated\ncondition: changed(order.total)\n"
        "actions: [{set_field: {entity: order, field: count, expression: order.total * 2}}]",
    },
    "asked for among other things": {
        "r": "trigger: order.updated\ncondition: changed(order.total) && order.total > 3\n"
        "actions: [{set_field: {entity: order, field: count, expression: order.total * 2}}]",
    },
    "none of its own doing": {
        "r": "trigger: order.updated\ncondition: {none: [changed(order.count)]}\n"
        "actions: [{set_field: {entity: order, field: count, expression: 'order.?count.orValue(0) + 1'}}]",
    },
    "states one after the other": {
        "r": "trigger: order.status_changed\ncondition: order.status == 'open'\n"
        "actions: [{update_status: {entity: order, to: packed}}]",
        "s": "trigger: order.status_changed\ncondition: event.data.to == 'packed'\n"
        "actions: [{update_status: {entity: order, to: sent}}]",
    },
    "neither of a group": {
        "r": "trigger: order.status_changed\ncondition: order.status in waiting\n"
        "actions: [{update_status: {entity: order, to: packed}}]",
    },
    "a move its state does not allow": {
        "r": "trigger: order.status_changed\nactions: [{update_status: {entity: order, to: sent}}]",
    },
    "once for each": {
        "r": "trigger: order.updated\nrun: {mode: once}\n"
        "actions: [{set_field: {entity: order, field: total, expression: order.total + 1}}]",
    },
    "throttled": {
        "r": "trigger: order.updated\nrun: {mode: throttle, every: 1h}\n"
        "actions: [{set_field: {entity: order, field: total, expression: order.total + 1}}]",
    },
    "a task of another kind": {
        "r": "trigger: task.created\ncondition: task.priority == 'urgent'\n"
        "actions: [{create_task: {title: follow up, queue: q}}]",
    },
    "a task with another title": {
        "r": "trigger: task.created\ncondition: task.title.startsWith('Call')\n"
        "actions: [{create_task: {title: follow up, queue: q}}]",
    },
    "a timer of another name": {
        "r": "trigger: order.timer\ncondition: event.data.name == 'first'\n"
        "actions: [{start_timer: {name: second, after: 1h}}]",
    },
    "a rule that rests": {
        "r": "trigger: order.updated\nstage: 'off'\n"
        "actions: [{set_field: {entity: order, field: total, expression: order.total + 1}}]",
    },
    "money for good": {
        "r": "trigger: order.status_changed\n"
        "actions: [{set_field: {entity: order, field: price, value: {amount: 5, currency: EUR}}}]",
        "s": "trigger: order.updated\nactions: [{create_task: {title: t, queue: q}}]",
    },
}


def codes(made: Catalog) -> set[str]:
    return {d.code for d in made.diagnostics if d.code not in ("V604", "V524")}


@pytest.mark.parametrize("name", SEEDED)
def test_a_loop_is_found_before_it_runs(name: str):
    assert codes(catalog(SEEDED[name])) == {"V607"}


@pytest.mark.parametrize("name", SLOW)
def test_a_loop_that_waits_is_a_warning(name: str):
    assert codes(catalog(SLOW[name])) == {"V608"}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_ends_by_itself_is_no_loop(name: str):
    assert codes(catalog(HARMLESS[name])) == set()


ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("folder", [ROOT, *sorted((ROOT / "examples").iterdir())], ids=lambda path: path.name)
def test_no_false_alarm_on_documents_in_use(folder: Path):
    assert not {"V607", "V608"} & {d.code for d in load(folder).diagnostics}


def set_off(made: Catalog) -> Simulation:
    """Everything that may set the rules off, and a day of waiting."""
    simulation = Simulation(made, Ledger())
    facts: dict[str, dict[str, dict[str, Any]]] = {
        **FACTS,
        "task": {"t1": {"title": "t", "queue": "two", "priority": "low"}},
    }
    events: list[tuple[str, str, dict[str, Any]]] = [
        ("order.called", "o1", {"about": "x"}),
        ("order.updated", "o1", {"total": 2, "count": 7, "note": "n"}),
        ("order.status_changed", "o1", {"to": "held"}),
        ("order.status_changed", "o1", {"to": "open"}),
        ("order.timer", "o1", {"name": "t"}),
        ("buyer.updated", "b1", {"orders_seen": 5}),
        ("task.created", "t2", {"title": "x", "priority": "low"}),
        ("task.updated", "t1", {"queue": "one"}),
    ]
    for number, (kind, subject, data) in enumerate(events):
        simulation.take(WireEvent(id=f"e{number}", type=kind, subject=subject, time=START, data=data, facts=facts))
    simulation.advance(Timestamp(START + 24 * HOUR), including=True)
    return simulation


@pytest.mark.parametrize("name", SEEDED)
def test_forced_to_run_it_is_stopped_and_shown(name: str):
    simulation = set_off(catalog(SEEDED[name]))
    assert sum(counts.stopped for counts in simulation.ledger.rules.values()) > 0
    assert all(counts.fired <= 8 * 1000 for counts in simulation.ledger.rules.values())


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_called_harmless_ends_by_itself(name: str):
    simulation = set_off(catalog(HARMLESS[name]))
    assert sum(counts.stopped for counts in simulation.ledger.rules.values()) == 0


@pytest.mark.parametrize("name", SLOW)
def test_what_waits_goes_on_with_time(name: str):
    simulation = set_off(catalog(SLOW[name]))
    assert sum(counts.fired for counts in simulation.ledger.rules.values()) > 1
    assert simulation.agenda.next_due() is not None
