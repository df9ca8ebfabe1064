"""Everything that rules wait for has a fate when they change, and keeps what it was when they do not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.conditions.values import Timestamp
from engine.events.envelope import WireEvent
from engine.releases.content import ReleaseContent, content_of
from engine.releases.pending import Pending, fates
from engine.simulation.replayed import replayed
from engine.simulation.waiting import waiting
from tests.engine.releases.editing import BASE

HOUR = 3600 * 10**9
AT = Timestamp(100 * HOUR)
DELAY = """kind: rule
id: waits
version: 1
description: Acts later.
trigger: booking.created
acts_as: OPS
actions:
  - create_exception: {reason: later}
    after: 2h
  - start_timer: {name: look, after: 3h}
"""
DWELL = """kind: rule
id: dwells
version: 1
description: Looks at a booking that stays a draft.
trigger: {dwell: {entity: booking, in_state: draft, for: 5h}}
acts_as: OPS
actions:
  - create_exception: {reason: quiet}
"""


def catalog(**rules: str | None) -> Any:
    documents = dict(content_of(BASE).documents)
    for name, text in ({"waits": DELAY, "dwells": DWELL} | rules).items():
        if text is not None:
            documents[f"rules/automation/{name}.yaml"] = text.encode()
    found = ReleaseContent(documents).catalog()
    assert found.ok, found.diagnostics
    return found


OLD = catalog()


def wait_list() -> list[Pending]:
    data = {"code": "B", "total": {"amount": 1, "currency": "EUR"}, "guests": 1, "deposit_status": "none"}
    data |= {"starts_at": "2026-04-01T00:00:00Z", "client": "c1"}
    created = WireEvent(id="e1", type="booking.created", time=Timestamp(99 * HOUR), subject="b1", data=data)
    return waiting(replayed(OLD, [created]))


def told(new: Any, changed: set[str], plan: Any = None) -> list[tuple[str, str, str, int]]:
    found = fates(wait_list(), OLD.rules, new.rules, changed, AT, plan)
    return [(one.pending.kind, one.outcome, one.why, int(one.due) // HOUR) for one in found]


def test_a_simulation_tells_what_its_rules_wait_for():
    assert [(one.kind, one.rule, one.entity, one.action, int(one.due) // HOUR) for one in wait_list()] == [
        ("delay", "waits", "b1", "create_exception", 101),
        ("timer", "waits", "b1", "start_timer", 102),
        ("dwell", "dwells", "b1", "", 104),
    ]


def test_what_does_not_change_is_left_alone():
    assert {one[1:3] for one in told(OLD, set())} == {("unchanged", "the rule stays as it is")}


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (
            {"waits": DELAY.replace("reason: later", "reason: late")},
            [("delay", "recheck", "on_change: recheck", 101), ("timer", "recheck", "on_change: recheck", 102)],
        ),
        (
            {"waits": DELAY + "on_change: finish\n"},
            [("delay", "finish", "on_change: finish", 101), ("timer", "finish", "on_change: finish", 102)],
        ),
        (
            {"waits": DELAY + "on_change: cancel\n"},
            [("delay", "cancel", "on_change: cancel", 101), ("timer", "cancel", "on_change: cancel", 102)],
        ),
        (
            {"waits": DELAY + "stage: off\n"},
            [("delay", "cancel", "the rule is off", 101), ("timer", "cancel", "the rule is off", 102)],
        ),
        (
            {"waits": DELAY.replace("  - start_timer: {name: look, after: 3h}\n", "")},
            [("delay", "recheck", "on_change: recheck", 101), ("timer", "cancel", "the action is gone", 102)],
        ),
        (
            {"waits": None},
            [("delay", "cancel", "the rule is gone", 101), ("timer", "cancel", "the rule is gone", 102)],
        ),
    ],
)
def test_the_fate_of_delays_and_timers(new: Any, expected: Any):
    assert [one for one in told(catalog(**new), {"waits"}) if one[0] != "dwell"] == expected


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (DWELL.replace("5h", "7h"), ("dwell", "recheck", "on_change: recheck", 106)),
        (DWELL.replace("5h", "10m"), ("dwell", "recheck", "on_change: recheck", 100)),
        (DWELL.replace("draft", "confirmed"), ("dwell", "cancel", 'the rule no longer waits in "draft"', 104)),
        (DWELL.replace("trigger: {dwell", "on_change: finish\ntrigger: {dwell"), ("dwell", "finish", "on_change: finish", 104)),
        (None, ("dwell", "cancel", "the rule is gone", 104)),
    ],
)  # fmt: skip
def test_the_fate_of_dwell_times(new: str | None, expected: Any):
    assert told(catalog(dwells=new), {"dwells"})[-1] == expected


def test_a_dwell_time_goes_with_an_entity_that_moves():
    new = catalog(dwells=DWELL.replace("draft", "confirmed"))
    found = told(new, {"dwells"}, {"booking": {"draft": "confirmed"}})
    assert found[-1] == ("dwell", "recheck", "on_change: recheck", 104)


def test_a_rule_that_no_longer_dwells_lets_go():
    new = catalog(dwells=DELAY.replace("id: waits", "id: dwells"))
    assert told(new, {"dwells"})[-1] == ("dwell", "cancel", "the rule no longer waits for a dwell time", 104)


def test_the_last_word_of_a_rule_that_goes_is_its_own():
    old = catalog(waits=DELAY + "on_change: finish\n")
    new = catalog(waits=None)
    found = fates(wait_list(), old.rules, new.rules, {"waits"}, AT)
    assert [one.outcome for one in found] == ["finish", "finish", "unchanged"]


NEW = [catalog(), catalog(waits=None), catalog(dwells=None), catalog(waits=DELAY + "on_change: cancel\n")]


@given(
    st.lists(
        st.builds(
            Pending,
            st.sampled_from(["delay", "timer", "dwell"]),
            st.sampled_from(["waits", "dwells", "gone"]),
            st.just("booking"),
            st.sampled_from(["b1", "b2"]),
            st.integers(0, 10**15).map(Timestamp),
            st.sampled_from(["create_exception", "start_timer", "assign", ""]),
            st.sampled_from(["draft", "confirmed", ""]),
            st.none() | st.just(Timestamp(1)),
        )
    ),
    st.sampled_from(NEW),
    st.sets(st.sampled_from(["waits", "dwells", "gone"])),
)
def test_everything_that_waits_is_accounted_for(pending, new, changed):
    found = fates(pending, OLD.rules, new.rules, changed, AT)
    assert [one.pending for one in found] == pending
    assert all((one.outcome == "unchanged") == (one.pending.rule not in changed) for one in found)
    assert all(one.why for one in found)
