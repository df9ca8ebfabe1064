"""Entities move to the new machines: by the records of a world, and by the fold of what was recorded."""

from __future__ import annotations

from typing import Any

from engine.conditions.values import Timestamp
from engine.events.envelope import WireEvent
from engine.reading import Source
from engine.releases.content import ReleaseContent, content_of
from engine.releases.migration import migrated, read_migration, vanishing
from engine.releases.rows import Rows
from tests.engine.releases.editing import BASE

BOOKING = "statemachines/booking.yaml"
MACHINES = content_of(BASE).catalog().machines


def without(**renamed: str) -> ReleaseContent:
    documents = dict(content_of(BASE).documents)
    for old, new in renamed.items():
        documents[BOOKING] = documents[BOOKING].replace(old.encode(), new.encode())
    return ReleaseContent(documents)


def event(number: int, type: str, subject: str = "b1", **data: object) -> WireEvent:
    return WireEvent(id=f"e{number}", type=type, time=Timestamp(number), subject=subject, data=data)


def test_what_vanishes_is_what_a_machine_of_both_loses():
    assert not vanishing(MACHINES, MACHINES)
    assert not vanishing({}, MACHINES)
    lost = vanishing(MACHINES, without(confirmed="firm").catalog().machines)
    assert (lost.states, lost.machines) == ({"booking": ("confirmed",)}, ())
    lost = vanishing(MACHINES, {id: one for id, one in MACHINES.items() if id != "client"})
    assert (lost.states, lost.machines) == ({}, ("client",))


def test_a_state_without_its_machine_is_meant_for_every_machine_that_loses_it():
    new = without(confirmed="firm").catalog().machines
    lost = vanishing(MACHINES, new)
    for text in ('{"confirmed": "firm"}', "booking:\n  confirmed: firm\n"):
        assert read_migration(Source("x", text), lost, new) == ({"booking": {"confirmed": "firm"}}, ())


def test_a_world_after_a_migration_differs_in_states_alone():
    tables: dict[str, dict[str, dict[str, Any]]] = {
        "booking": {
            "b1": {"id": "b1", "status": "confirmed", "status_since": 5},
            "b2": {"id": "b2", "status": "draft"},
            "b3": {"id": "b3"},
        },
        "client": {"c1": {"id": "c1", "status": "confirmed"}},
    }
    after, moves = migrated(tables, {"booking": {"confirmed": "firm", "firm": "draft"}})
    assert moves == [("booking", "b1", "confirmed", "firm")]
    assert after == {
        **tables,
        "booking": {**tables["booking"], "b1": {"id": "b1", "status": "firm", "status_since": 5}},
    }
    assert tables["booking"]["b1"]["status"] == "confirmed"
    assert migrated(after, {"booking": {"confirmed": "firm"}}) == (after, [])


def test_what_was_recorded_says_where_everything_stands():
    rows = Rows(MACHINES)
    for one in (
        event(1, "booking.created"),
        event(2, "booking.status_changed", "b2", to="confirmed"),
        event(3, "payment.created", "p1", status="failed"),
        event(4, "booking.status_changed", transition="confirm"),
        event(5, "booking.updated", notes="x"),
        event(6, "schedule.ticked", "", rule="x"),
        event(7, "starship.created", "s1", status="docked"),
    ):
        rows.take(one)
    assert rows.states == {
        "booking": {"b1": "confirmed", "b2": "confirmed"},
        "payment": {"p1": "failed"},
        "starship": {"s1": "docked"},
    }
    rows.migrate({"booking": {"confirmed": "firm"}, "client": {"active": "gone"}})
    assert rows.states["booking"] == {"b1": "firm", "b2": "firm"}


def test_facts_seed_what_is_not_known_and_nothing_else():
    rows = Rows(MACHINES)
    facts = {"client": {"c1": {"name": "Ann"}, "c2": {"status": "closed"}}}
    rows.take(WireEvent(id="e1", type="booking.created", time=Timestamp(1), subject="b1", facts=facts))
    assert rows.states["client"] == {"c1": "active", "c2": "closed"}
    rows.take(event(2, "client.status_changed", "c1", to="closed"))
    rows.take(WireEvent(id="e3", type="booking.created", time=Timestamp(3), subject="b2", facts=facts))
    assert rows.states["client"] == {"c1": "closed", "c2": "closed"}
