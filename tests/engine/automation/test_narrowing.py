"""What a condition guarantees holds for the actions, and what one trigger lacks is no mistake behind the other."""

from __future__ import annotations

import pytest

from tests.engine.automation.domain import catalog

SOUND = {
    "an action's own if": "trigger: order.called\n"
    "actions: [{set_field: {entity: order, field: count, expression: order.count + 1}, if: has(order.count)}]",
    "the rule's condition, in a text": "trigger: order.called\ncondition: has(order.note)\n"
    'actions: [{create_task: {title: "N {{ order.note }}", queue: q}}]',
    "the rule's condition, in an if": "trigger: order.called\ncondition: has(order.count)\n"
    "actions: [{create_task: {title: x, queue: q}, if: order.count > 3}]",
    "the rule's condition, in a key": "trigger: order.called\ncondition: has(order.count)\n"
    "run: {mode: once, key: order.count}\nactions: [{create_task: {title: x, queue: q}}]",
    "a delay after which the condition is judged again": "trigger: order.called\ncondition: has(order.note)\n"
    'actions: [{create_task: {title: "N {{ order.note }}", queue: q}, after: 1h}]',
    "data of one trigger alone": "trigger: [order.called, order.created]\n"
    'condition: event.type == "order.called" && event.data.about == "x"\nactions: [{create_task: {title: x, queue: q}}]',
    "data of one trigger alone, on lines of their own": "trigger: [order.called, order.created]\n"
    'condition: {all: [event.type == "order.called", event.data.about == "x"]}\n'
    'actions: [{create_task: {title: "{{ event.data.about }}", queue: q}}]',
    "what was before, where there was something": "trigger: [order.created, order.updated]\n"
    "condition: has(before.total) && before.total == 1\nactions: [{create_task: {title: x, queue: q}}]",
    "either of two": "trigger: [order.called, order.created]\n"
    'condition: event.type != "order.called" || event.data.about == "x"\nactions: [{create_task: {title: x, queue: q}}]',
}
UNSOUND = {
    "a delay after which nobody asks again": (
        (
            "trigger: order.called\ncondition: has(order.note)\n"
            'actions: [{create_task: {title: "N {{ order.note }}", queue: q}, after: 1h, recheck: false}]'
        ),
        {"V333"},
    ),
    "behind an or": (
        (
            "trigger: order.called\ncondition: has(order.note) || order.total > 1\n"
            'actions: [{create_task: {title: "N {{ order.note }}", queue: q}}]'
        ),
        {"V333"},
    ),
    "behind the wrong type": (
        (
            "trigger: [order.called, order.created]\n"
            'condition: event.type == "order.created" && event.data.about == "x"\n'
            "actions: [{create_task: {title: x, queue: q}}]"
        ),
        {"V322"},
    ),
}


@pytest.mark.parametrize("name", SOUND)
def test_what_is_guaranteed_may_be_read(name: str):
    assert [d.message for d in catalog({"r": SOUND[name]}).diagnostics if d.severity == "error"] == []


@pytest.mark.parametrize("name", UNSOUND)
def test_what_is_not_guaranteed_is_a_mistake(name: str):
    rule, expected = UNSOUND[name]
    assert {d.code for d in catalog({"r": rule}).diagnostics if d.severity == "error"} == expected
