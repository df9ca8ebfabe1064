"""What callers may not do to an entity because of the entities around it."""

from __future__ import annotations

from typing import Any

import pytest

from app.commands import entities, options, services
from app.road.problems import InvalidError, NotAllowedNowError, ProblemError
from engine.conditions.values import Timestamp
from engine.simulation.world import Record
from tests.app.conftest import Desk

DAY = 24 * 3_600_000_000_000


def update(desk: Desk, machine: str, id: str, **values: Any) -> Record:
    return desk.do(lambda road: dict(entities.update(road, machine, id, values)))


def move(desk: Desk, machine: str, id: str, transition: str, **inputs: Any) -> Record:
    return desk.do(lambda road: dict(entities.move(road, machine, id, transition, inputs)))


def hold(desk: Desk, booking: str) -> Record:
    return desk.do(lambda road: dict(options.hold(road, booking)))


@pytest.fixture
def held(desk: Desk) -> tuple[str, Record]:
    """A booking and its option."""
    booking = desk.booking(desk.client(), desk.model())
    return booking, hold(desk, booking)


@pytest.mark.parametrize("ahead", [-1, 0, 30 * DAY + 1_000])
def test_an_option_is_not_put_off_beyond_what_it_could_be_given(desk: Desk, held: Any, ahead: int) -> None:
    wanted = Timestamp(desk.platform.clock.now() + ahead).text()
    with pytest.raises(InvalidError, match="an option ends within 30 days from now"):
        update(desk, "option", held[1]["id"], expires_at=wanted)
    later = Timestamp(desk.platform.clock.now() + 30 * DAY)
    assert update(desk, "option", held[1]["id"], expires_at=later.text())["expires_at"] == later


@pytest.mark.parametrize("field", ["slot", "booking"])
def test_an_option_keeps_its_slot_and_booking(desk: Desk, held: Any, field: str) -> None:
    booking = desk.booking(desk.client(), desk.model(), 20)
    other = hold(desk, booking)[field]
    with pytest.raises(InvalidError, match=f"an option keeps its {field}"):
        update(desk, "option", held[1]["id"], **{field: other})


@pytest.mark.parametrize("field", ["model", "starts_at", "ends_at"])
def test_a_booking_that_holds_a_model_is_moved_after_its_option_is_released(desk: Desk, held: Any, field: str) -> None:
    booking, option = held
    to = {"model": desk.model(), "starts_at": "2026-04-10T09:00:00Z", "ends_at": "2026-04-12T18:00:00Z"}[field]
    with pytest.raises(NotAllowedNowError, match=rf"Option {option['id']} holds .*: release it first"):
        update(desk, "booking", booking, **{field: to})
    assert update(desk, "booking", booking, notes="Bring shoes")["notes"] == "Bring shoes"
    move(desk, "option", option["id"], "release", reason="another day")
    assert update(desk, "booking", booking, **{field: to})["status"] == "option"


@pytest.mark.parametrize("gone", ["free", "withdraw", "move"])
def test_a_slot_stays_while_an_option_stands_on_it(desk: Desk, held: Any, gone: str) -> None:
    option = held[1]
    if gone == "withdraw":
        desk.move("slot", option["slot"], "free")  # as a rule might
    attempts = {
        "free": lambda: move(desk, "slot", option["slot"], "free"),
        "withdraw": lambda: move(desk, "slot", option["slot"], "withdraw"),
        "move": lambda: update(desk, "slot", option["slot"], ends_at="2026-04-10T19:00:00Z"),
    }
    with pytest.raises(NotAllowedNowError, match=f"Option {option['id']} stands on this slot: release"):
        attempts[gone]()
    move(desk, "option", option["id"], "release", reason="given up")
    assert move(desk, "slot", option["slot"], "withdraw")["status"] == "withdrawn"


def test_an_option_on_a_withdrawn_slot_is_not_confirmed(desk: Desk, held: Any) -> None:
    option = held[1]
    desk.move("slot", option["slot"], "free")
    desk.move("slot", option["slot"], "withdraw")
    with pytest.raises(NotAllowedNowError, match="confirm"):
        move(desk, "option", option["id"], "confirm")


def payment(desk: Desk, booking: str, currency: str = "EUR") -> str:
    amount = {"amount": 100, "currency": currency}
    due = {"purpose": "deposit", "amount": amount, "due_at": "2026-04-01T00:00:00Z"}
    return desk.new("payment", {**due, "booking": booking})


def test_a_payment_is_in_the_currency_of_its_booking(desk: Desk, held: Any) -> None:
    with pytest.raises(InvalidError, match="/amount/currency: the booking is in EUR"):
        payment(desk, held[0], "USD")
    id = payment(desk, held[0])
    with pytest.raises(InvalidError, match="/amount/currency: the booking is in EUR"):
        update(desk, "payment", id, amount={"amount": 100, "currency": "USD"})
    assert update(desk, "payment", id, amount={"amount": 200, "currency": "EUR"})["amount"]["amount"] == 200


def test_money_that_was_received_stays_what_it_was(desk: Desk, held: Any) -> None:
    id = payment(desk, held[0])
    move(desk, "payment", id, "succeed")
    for change in ({"amount": {"amount": 99, "currency": "EUR"}}, {"purpose": "fee"}):
        with pytest.raises(NotAllowedNowError, match="The money was received"):
            update(desk, "payment", id, **change)


@pytest.mark.parametrize("counted_in", ["payment", "service"])
def test_a_total_keeps_the_currency_that_others_are_counted_in(desk: Desk, held: Any, counted_in: str) -> None:
    booking = held[0]
    dollars = {"amount": 1, "currency": "USD"}
    free = desk.booking(desk.client(), desk.model())
    assert update(desk, "booking", free, total=dollars)["total"] == dollars
    if counted_in == "payment":
        payment(desk, booking)
    else:
        price = {"amount": 5, "currency": "EUR"}
        desk.do(lambda road: services.add_service(road, booking, {"title": "Hair", "price": price}))
    with pytest.raises(NotAllowedNowError, match="in EUR, so that its total stays in it"):
        update(desk, "booking", booking, total=dollars)


@pytest.mark.parametrize(("transition", "state"), [("block", "blocked"), ("archive", "archived")])
def test_a_client_who_is_blocked_or_archived_gets_no_new_booking(desk: Desk, transition: str, state: str) -> None:
    client, model = desk.client(), desk.model()
    before = desk.booking(client, model)
    move(desk, "client", client, transition, reason="unpaid")
    with pytest.raises(NotAllowedNowError, match=f"The client is {state}"):
        desk.booking(client, model, 20)
    assert update(desk, "booking", before, notes="As agreed")["notes"] == "As agreed"
    other = desk.booking(desk.client(email="other@example.test"), model, 22)
    with pytest.raises(NotAllowedNowError, match=f"The client is {state}"):
        update(desk, "booking", other, client=client)


def test_a_model_who_is_not_represented_is_not_booked(desk: Desk) -> None:
    client, model = desk.client(), desk.model(published=False)
    with pytest.raises(NotAllowedNowError, match="The model is a draft"):
        desk.booking(client, model)
    desk.move("model", model, "publish")
    move(desk, "model", model, "pause", reason="holiday")
    booking = desk.booking(client, model)
    with pytest.raises(NotAllowedNowError, match="The model has an open booking: finish or cancel"):
        move(desk, "model", model, "archive")
    desk.move("booking", booking, "cancel", reason="rain")
    move(desk, "model", model, "archive")
    with pytest.raises(NotAllowedNowError, match="The model is archived"):
        desk.booking(client, model)


def test_what_is_refused_leaves_no_trace(desk: Desk, held: Any) -> None:
    before = desk.get("booking", held[0])
    with pytest.raises(ProblemError):
        update(desk, "booking", held[0], starts_at="2026-04-10T09:00:00Z", notes="later")
    assert desk.get("booking", held[0]) == before


def test_work_is_about_something_there_is(desk: Desk, held: Any) -> None:
    task = desk.new("task", {"title": "Call", "about": f"booking/{held[0]}"})
    for about in ("booking/none", "nothing/1", "booking", held[0], f"client/{held[0]}"):
        with pytest.raises(InvalidError, match=f"/about: there is no {about}: write the kind and the id"):
            desk.new("task", {"title": "Call", "about": about})
        with pytest.raises(InvalidError, match="/about"):
            update(desk, "task", task, about=about)
    assert "about" not in update(desk, "task", task, about=None)
