"""The pages of payments over HTTP: noted, received, given back, a deposit waived, and who is told nothing of money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from app.road.caller import Caller
from app.road.lists import page as listed
from app.web.pages.payments.routes import URGENT
from tests.app.web.conftest import Agency
from tests.app.web.pages.looking import Looking, field
from tests.app.web.population import RATE

TOTAL = {"amount": 123_456, "currency": "EUR"}
SECRETS = ("1,234.56", "123456", "34.56", "1,200", "EUR", "Bank 7781")


@dataclass
class World:
    """An agency with a client, a model, and somebody of each role who looks at it."""

    house: Agency
    client: dict[str, Any]
    model: dict[str, Any]
    finance: Looking
    manager: Looking
    operator: Looking

    def booking(self, day: int, **more: Any) -> dict[str, Any]:
        times = {"starts_at": f"2026-06-{day:02}T08:00:00Z", "ends_at": f"2026-06-{day:02}T18:00:00Z"}
        values = {"client": self.client["id"], "model": self.model["id"], "city": "Berlin", "total": TOTAL, **times}
        made: dict[str, Any] = self.house.owner.post("/bookings", {**values, **more})
        return made

    def payment(self, booking: dict[str, Any], **more: Any) -> dict[str, Any]:
        due = {"purpose": "deposit", "amount": TOTAL, "due_at": "2026-05-01T12:00:00Z", "booking": booking["id"]}
        made: dict[str, Any] = self.house.owner.post("/payments", {**due, **more})
        return made

    def payments(self, booking: dict[str, Any]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.house.owner.get(f'/payments?filter=payment.booking.id == "{booking["id"]}"')[
            "items"
        ]
        return found


@pytest.fixture(scope="module")
def world(lasting: Agency) -> World:
    owner = lasting.owner
    client = owner.post("/clients", {"name": "Север & <b>Sons</b>", "email": "n@example.test"})
    model = owner.post("/models", {"name": "Мия", "category": "runway", "home_city": "Berlin", "day_rate": RATE})
    owner.move(f"/models/{model['id']}", "publish")
    return World(lasting, client, model, *(Looking(lasting, who) for who in ("finance", "manager", "operator")))


def test_a_payment_is_noted_and_the_dialog_proposes_what_is_left(world: World):
    booking = world.booking(1)
    path = f"/bookings/{booking['id']}"
    assert field(world.finance.open(path), "amount") == "1234.56"
    given: dict[str, Any] = {
        "purpose": "deposit",
        "amount": "34.56",
        "amount_currency": "EUR",
        "due_at": "2026-05-01T12:00",
    }
    told = world.finance.act(f"/acts/booking/{booking['id']}/payments", **given)
    assert told["said"]["text"] == "Deposit of 34.56\N{NO-BREAK SPACE}EUR is noted."
    assert told["said"]["undo"]
    page = world.finance.open(path)
    assert field(page, "amount") == "1200.00"
    assert '<option value="balance" selected>' in page
    assert [one["status"] for one in world.payments(booking)] == ["pending"]
    for wrong in ({"amount": "x"}, {"amount": "0"}, {"amount": "-5"}, {"due_at": ""}, {"purpose": "gift"}):
        assert world.finance.act(f"/acts/booking/{booking['id']}/payments", 422, **{**given, **wrong})["refused"]
    assert len(world.payments(booking)) == 1


def test_money_that_is_here_is_noted_with_its_reference(world: World):
    booking = world.booking(2)
    given: dict[str, Any] = {"purpose": "deposit", "amount": "34.56", "amount_currency": "EUR", "received": "1"}
    world.finance.act(f"/acts/booking/{booking['id']}/payments", **given, reference="Bank 7781")
    [payment] = world.payments(booking)
    assert payment["status"] == "succeeded"
    assert "Bank 7781" in world.finance.open(f"/payments/{payment['id']}")
    assert world.house.owner.get(f"/bookings/{booking['id']}")["deposit_status"] == "paid"
    assert "The money is here" not in world.manager.open(f"/bookings/{booking['id']}")
    refused = world.manager.act(f"/acts/booking/{booking['id']}/payments", 403, **given)
    assert refused["refused"]["text"]
    assert len(world.payments(booking)) == 1, "half of it must not be left"


def test_the_page_of_a_payment_offers_what_its_machine_and_the_role_allow(world: World):
    payment = world.payment(world.booking(3))
    path = f"/payments/{payment['id']}"
    page = world.finance.open(path)
    for move in ("succeed", "fail", "void"):
        assert f'id="move-{move}"' in page
    assert 'id="move-refund"' not in page
    seen = world.manager.open(path)
    assert 'id="move-void"' in seen
    assert 'id="move-succeed"' not in seen
    world.manager.act(f"/acts/payment/{payment['id']}/succeed", 403)
    said = world.finance.act(f"/acts/payment/{payment['id']}/succeed")["said"]
    assert said["text"] == "Payment is now: Succeeded."
    after = world.finance.open(path)
    assert 'data-ask="/acts/payment/' in after
    assert 'id="move-refund"' in after
    world.finance.act(f"/acts/payment/{payment['id']}/refund", reason="They were ill")
    ended = world.finance.open(f"{path}?part=1")
    assert "They were ill" in ended
    assert "This is where it ends" in ended


def test_the_list_begins_with_what_needs_somebody_first(world: World):
    days = {"late": "2026-02-01", "soon": "2026-02-20", "later": "2026-12-01", "failed": "2027-01-01"}
    made = {
        name: world.payment(world.booking(10 + n), due_at=f"{day}T12:00:00Z")["id"]
        for n, (name, day) in enumerate(days.items())
    }
    world.house.finance.move(f"/payments/{made['failed']}", "fail")
    page = world.finance.open("/payments")
    places = [page.index(f'id="rec-{made[name]}"') for name in ("failed", "late", "soon", "later")]
    assert places == sorted(places)
    assert page.count("Overdue</span>") == 2
    overdue = world.finance.open("/payments?part=overdue")
    assert made["late"] in overdue
    assert made["later"] not in overdue
    assert made["late"] in world.finance.open("/payments?part=all&q=Север")
    assert made["late"] not in world.finance.open("/payments?part=received")


def test_a_list_in_its_own_order_goes_on_where_it_ended(world: World):
    def read(road: Any) -> list[str]:
        found: list[str] = []
        cursor = None
        while True:
            here = listed(road, "payment", limit=2, cursor=cursor, filter="payment.status in unpaid", order=URGENT)
            found += [one["id"] for one in here.records]
            cursor = here.next_cursor
            if cursor is None:
                return found

    who = Caller({"id": world.house.ids["finance"], "roles": ["FINANCE"], "queues": ["finance"]})
    ids = world.house.platform.pipeline.read(who, read)
    assert len(ids) == len(set(ids)) > 4
    stood = [world.house.owner.get(f"/payments/{id}") for id in ids]
    assert stood == sorted(stood, key=lambda one: (one["status"], one["due_at"], one["id"]))


def test_a_deposit_is_waived_with_a_reason_and_asked_for_after_all(world: World):
    booking = world.booking(20)
    page = world.finance.open(f"/bookings/{booking['id']}")
    assert f'data-ask="/acts/booking/{booking["id"]}/waive"' in page
    assert world.finance.act(f"/acts/booking/{booking['id']}/waive", 422)["refused"]["text"]
    world.operator.act(f"/acts/booking/{booking['id']}/waive", 403, reason="No")
    world.finance.act(f"/acts/booking/{booking['id']}/waive", reason="A friend of 1,234.56")
    assert world.house.owner.get(f"/bookings/{booking['id']}")["deposit_status"] == "waived"
    for path in (f"/bookings/{booking['id']}", f"/audit?entity_type=booking&entity_id={booking['id']}"):
        assert "A friend of 1,234.56" in world.finance.open(path), path
        assert "A friend of" not in world.operator.open(path), path
    trail = world.house.operator.get(f"/audit?entity_type=booking&entity_id={booking['id']}")["items"]
    assert "A friend" not in str(trail)
    assert "A friend" not in str(world.house.operator.get(f"/bookings/{booking['id']}/timeline"))
    world.finance.act(f"/acts/booking/{booking['id']}/ask-after-all")
    assert world.house.owner.get(f"/bookings/{booking['id']}")["deposit_status"] == "due"


def test_who_may_not_see_money_is_told_nothing_of_it(world: World):
    booking = world.booking(21)
    given: dict[str, Any] = {"purpose": "deposit", "amount": "1200", "amount_currency": "EUR", "received": "1"}
    world.finance.act(f"/acts/booking/{booking['id']}/payments", **given, reference="Bank 7781")
    [payment] = world.payments(booking)
    for who in (world.operator, Looking(world.house, "content")):
        for path in (f"/bookings/{booking['id']}", f"/bookings/{booking['id']}?part=1", "/bookings?part=all"):
            text = who.open(path)
            for secret in (*SECRETS, payment["id"], 'id="payments"', "note-payment", "/payments"):
                assert secret not in text, f"{secret} at {path}"
        who.open("/payments", 403)
        who.open(f"/payments/{payment['id']}", 404)
        who.act(f"/acts/payment/{payment['id']}/refund", 404, reason="No")
        who.act(f"/acts/booking/{booking['id']}/payments", 403, **given)
