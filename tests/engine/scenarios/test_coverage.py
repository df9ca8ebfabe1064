"""What scenarios cover: rules met, transitions taken, every line of a condition with both outcomes."""

from __future__ import annotations

from engine.catalog import Catalog, build
from engine.simulation import scenario
from engine.simulation.coverage import Coverage
from tests.engine.automation.domain import BUYER, ORDER, document

RULES = {
    "two-lines": "trigger: order.called\ncondition: {all: [order.total > 1, order.kind == 'a']}\n"
    "actions: [{update_status: {entity: order, transition: hold}}]",
    "resting": "trigger: order.called\nstage: 'off'\ncondition: order.total > 9\n"
    "actions: [{create_task: {title: t, queue: q}}]",
    "unheard": "trigger: buyer.updated\nactions: [{create_task: {title: t, queue: q}}]",
}
SCENARIO = """
at: 2026-01-01T10:00:00Z
defaults: {order: {total: 2, kind: a}}
given: [{entity: order, id: o1}, {entity: order, id: o2, kind: b}, {entity: order, id: o3, status: sent}]
steps:
"""


def covered(*steps: str) -> tuple[Catalog, Coverage]:
    text = SCENARIO + "".join(f"  - {step}\n" for step in steps)
    machines = [document("machine", "order", ORDER), document("machine", "buyer", BUYER)]
    rules = [document("rule", id, body) for id, body in RULES.items()]
    catalog = build([*machines, *rules, document("scenario", "s", text)])
    assert catalog.ok, catalog.diagnostics
    coverage = Coverage(catalog)
    assert scenario.run(catalog, catalog.scenarios["s"], coverage) == []
    return catalog, coverage


def test_nothing_is_covered_by_waiting():
    _, coverage = covered("{advance: 1h}")
    assert coverage.as_json() == {"rules": 0.0, "transitions": 0.0, "conditions": 0.0}


def test_both_outcomes_of_a_line_count():
    _, coverage = covered("{event: order.called, subject: o1}")
    # Two lines were met, neither unmet; the move of the rule is taken, of seven that people might take.
    assert coverage.as_json() == {"rules": 0.5, "transitions": round(1 / 7, 4), "conditions": 0.5}
    assert coverage.missing()["conditions"] == [
        "rules/automation/two-lines.yaml:6:19 never unmet",
        "rules/automation/two-lines.yaml:6:36 never unmet",
    ]


def test_a_line_counts_by_itself_whatever_the_verdict():
    _, coverage = covered("{event: order.called, subject: o1}", "{event: order.called, subject: o2}")
    assert coverage.as_json()["conditions"] == 0.75
    assert coverage.missing()["rules"] == ["unheard"]
    assert "order hold" not in coverage.missing()["transitions"]


def test_a_refused_move_covers_nothing():
    _, coverage = covered("{event: order.called, subject: o3, expect: [{refused: hold}]}")
    assert "order hold" in coverage.missing()["transitions"]


def test_an_errored_line_is_neither_outcome():
    _, coverage = covered("{event: order.called, subject: unknown, expect: [{rule: two-lines, verdict: errored}]}")
    assert coverage.as_json()["conditions"] == 0.0


def test_what_there_is_none_of_is_covered():
    catalog = build([document("machine", "buyer", BUYER)])
    assert Coverage(catalog).as_json() == {"rules": 1.0, "transitions": 0.0, "conditions": 1.0}
