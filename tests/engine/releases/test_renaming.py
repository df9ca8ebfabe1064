"""A log told under the states of yesterday is replayed under those of today, where a migration says what they became."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog import load
from engine.conditions.values import Timestamp
from engine.events.envelope import WireEvent
from engine.releases.migration import Migration
from engine.releases.renaming import Renaming, followed
from engine.simulation import backtest

CASES = Path(__file__).parents[2] / "cases" / "backtest"
BASE, LOG = CASES / "base", CASES / "base.jsonl"
NOTHING: dict[str, list[Any]] = {"added": [], "removed": [], "changed": []}


def renamed(folder: Path, **states: str) -> Path:
    """The workshop with other names for its states, in every document."""
    shutil.copytree(BASE, folder)
    for path in folder.rglob("*.yaml"):
        text = path.read_text("utf-8")
        for old, new in states.items():
            text = re.sub(rf"\b{old}\b(?!:? \{{from)", new, text)
        path.write_text(text, "utf-8")
    return folder


def test_a_draft_that_only_calls_states_otherwise_does_the_same(tmp_path: Path):
    names = {"quoted": "priced", "approved": "agreed", "in_work": "underway"}
    draft, base = load(renamed(tmp_path / "draft", **names)), load(BASE)
    assert draft.ok, draft.diagnostics
    before = backtest.run(base, LOG)
    found = backtest.run(draft, LOG, base, migrate={"repair": names})
    assert found["diff"] == NOTHING
    told = json.dumps(before["machines"]["repair"])
    for old, new in names.items():
        assert old in told
        told = told.replace(old, new)
    assert found["machines"]["repair"] == json.loads(told)
    assert {key: found[key] for key in ("rules", "sla", "pending_at_end")} == {
        key: before[key] for key in ("rules", "sla", "pending_at_end")
    }
    unnamed = backtest.run(draft, LOG, base)
    assert unnamed["machines"]["repair"]["diverged"] > before["machines"]["repair"]["diverged"]


def test_two_states_that_become_one_leave_no_move_between_them(tmp_path: Path):
    shutil.copytree(BASE, tmp_path / "draft")
    machine = tmp_path / "draft" / "statemachines" / "repair.yaml"
    text = machine.read_text("utf-8").replace("  in_work: {}\n", "")
    text = text.replace("from: [approved], to: in_work", "from: [quoted], to: approved")
    machine.write_text(text.replace("from: [in_work]", "from: [approved]"), "utf-8")
    draft, base = load(tmp_path / "draft"), load(BASE)
    found = backtest.run(draft, LOG, base, migrate={"repair": {"in_work": "approved"}})
    before = backtest.run(base, LOG)
    final = {**before["machines"]["repair"]["final"]}
    one = final.pop("in_work", 0) + final.pop("approved", 0)
    assert found["machines"]["repair"]["final"] == ({**final, "approved": one} if one else final)


OLD = load(BASE).machines
NEW = OLD


def moved(name: str = "status_changed", **data: Any) -> WireEvent:
    return WireEvent(id="e1", type=f"repair.{name}", time=Timestamp(1), subject="rp_1", data=data)


@pytest.mark.parametrize(
    ("event", "data"),
    [
        (moved(**{"from": "quoted", "to": "approved", "transition": "approve"}), {"from": "q", "to": "a"}),
        (moved(**{"from": "received", "to": "ready"}), {"from": "received", "to": "ready"}),
        (moved(transition="approve"), {"to": "a"}),
        (moved(**{"from": "quoted", "to": "quoted"}), {"from": "q", "to": "q"}),
        (moved(**{"from": "approved", "to": "in_work", "transition": "begin"}), None),
        (moved("created", code="R1", status="quoted"), {"code": "R1", "status": "q"}),
        (moved("updated", bench="quoted"), {"bench": "quoted"}),
    ],
)
def test_an_event_reads_as_its_states_are_called_now(event: WireEvent, data: dict[str, str] | None):
    plan: Migration = {"repair": {"quoted": "q", "approved": "a", "in_work": "a"}}
    found = Renaming(plan, OLD, NEW).of(event)
    assert (found.data if found is not None else None) == data
    if found is not None and data == event.data:
        assert found is event


def test_facts_and_changes_are_renamed_too_and_other_machines_are_left_alone():
    facts: dict[str, Any] = {"repair": {"rp_2": {"status": "quoted"}}, "part": {"pt_1": {"status": "quoted"}}}
    event = WireEvent(
        id="e1",
        type="repair.updated",
        time=Timestamp(1),
        subject="rp_1",
        facts=facts,
        changes={"status": (None, "quoted"), "bench": ("quoted", None)},
    )
    found = Renaming({"repair": {"quoted": "q"}}, OLD, NEW).of(event)
    assert found is not None
    assert found.facts == {"repair": {"rp_2": {"status": "q"}}, "part": {"pt_1": {"status": "quoted"}}}
    assert found.changes == {"status": (None, "q"), "bench": ("quoted", None)}
    assert not Renaming({"repair": {}}, OLD, NEW)


STATES = st.sampled_from("abcd")
PLANS = st.dictionaries(st.sampled_from(["m", "n"]), st.dictionaries(STATES, STATES, max_size=3), max_size=2)


@given(first=PLANS, then=PLANS, machine=st.sampled_from(["m", "n"]), state=STATES)
def test_two_migrations_as_one_lead_where_they_lead_one_after_the_other(
    first: Migration, then: Migration, machine: str, state: str
):
    once = first.get(machine, {}).get(state, state)
    twice = then.get(machine, {}).get(once, once)
    assert followed(first, then).get(machine, {}).get(state, state) == twice
