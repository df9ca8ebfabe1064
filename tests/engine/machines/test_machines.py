"""What a machine's document means: where moves start, what they need, what it emits and how its words are understood."""

from __future__ import annotations

import pytest

from engine.catalog import Catalog, build
from engine.machines.model import Machine
from tests.engine.automation.domain import document

BOOKING = """
plural: bookings
fields: {code: string, total: money}
relations: {client: client, inquiry: {to: client, optional: true}, agent: client?}
initial: draft
states: {draft: {}, awaiting: {blocks: tentative}, "On Set": {}, confirmed: {blocks: firm}, cancelled: {final: true}}
transitions:
  request: {from: draft, to: awaiting}
  confirm: {from: [draft, awaiting], to: confirmed, permission: bookings.decide}
  shoot: {from: [confirmed], to: "On Set"}
  reopen: {from: "*", to: draft}
  cancel: {from: "*", to: cancelled, requires: [reason]}
groups: {early: [draft, awaiting], busy: ["On Set", confirmed]}
events: {booking.moved: {data: {by: duration}}, booking.paid: {transition: confirm}}
"""
CLIENT = "initial: there\nstates: {there: {}}"


def catalog(booking: str = BOOKING) -> Catalog:
    return build([document("machine", "booking", booking), document("machine", "client", CLIENT)])


@pytest.fixture
def booking() -> Machine:
    made = catalog(BOOKING.replace("client?", '"client?"'))
    assert made.ok, made.diagnostics
    return made.machines["booking"]


def test_from_everywhere_means_neither_final_states_nor_the_target(booking: Machine):
    assert booking.transitions["reopen"].sources == ("awaiting", "On Set", "confirmed")
    assert booking.transitions["cancel"].sources == ("draft", "awaiting", "On Set", "confirmed")


def test_one_source_needs_no_list(booking: Machine):
    assert booking.transitions["request"].sources == ("draft",)


def test_a_transition_without_a_permission_needs_one_of_its_own_name(booking: Machine):
    needed = {name: transition.permission for name, transition in booking.transitions.items()}
    assert needed == {
        "request": "bookings.request",
        "confirm": "bookings.decide",
        "shoot": "bookings.shoot",
        "reopen": "bookings.reopen",
        "cancel": "bookings.cancel",
    }


def test_every_machine_emits_the_standard_events_and_its_own(booking: Machine):
    assert booking.event_types() == (
        "booking.created",
        "booking.updated",
        "booking.status_changed",
        "booking.sla_warning",
        "booking.sla_breached",
        "booking.timer",
        "booking.moved",
        "booking.paid",
    )


def test_states_keep_what_else_is_said_of_them(booking: Machine):
    assert booking.states["confirmed"].attributes == {"blocks": "firm"}
    assert booking.final_states() == {"cancelled"}


def test_a_question_mark_makes_a_relation_optional(booking: Machine):
    assert {name: relation.optional for name, relation in booking.relations.items()} == {
        "client": False,
        "inquiry": True,
        "agent": True,
    }


def test_groups_and_inputs(booking: Machine):
    assert booking.groups["busy"] == {"On Set", "confirmed"}
    assert booking.transitions["cancel"].requires == ("reason",)


def test_without_a_plural_it_is_the_id_with_an_s():
    assert catalog(BOOKING.replace("plural: bookings\n", "").replace("client?", '"client?"')).machines[
        "client"
    ].plural == ("clients")


def test_two_relations_to_one_machine_are_told_apart_from_behind():
    made = catalog(BOOKING.replace("client?", '"client?"'))
    names = set(made.vocabulary.names("client"))
    assert {"bookings_by_client", "bookings_by_inquiry", "bookings_by_agent"} <= names
    assert "bookings" not in names
