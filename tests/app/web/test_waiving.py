"""A deposit is waived by who may; that it is paid comes of payments alone."""

from __future__ import annotations

import pytest

from tests.app.web.conftest import Agency
from tests.app.web.test_release_one import RATE, a_booking


@pytest.mark.parametrize("name", ["finance", "owner", "manager"])
def test_a_deposit_is_waived_and_the_booking_confirmed(house: Agency, name: str) -> None:
    path = f"/bookings/{a_booking(house)['id']}"
    house.operator.move(path, "request_deposit")
    assert getattr(house, name).patch(path, {"deposit_status": "waived"})["deposit_status"] == "waived"
    if house.operator.get(path)["status"] != "confirmed":
        house.operator.move(path, "confirm")
    assert house.operator.get(path)["status"] == "confirmed"


def test_nobody_else_waives_it(house: Agency) -> None:
    path = f"/bookings/{a_booking(house)['id']}"
    for person in (house.operator, house.content):
        person.patch(path, {"deposit_status": "waived"}, 403)
    assert house.owner.get(path)["deposit_status"] == "none"


def test_that_it_is_paid_comes_of_payments(house: Agency) -> None:
    path = f"/bookings/{a_booking(house)['id']}"
    refused = house.finance.patch(path, {"deposit_status": "paid"}, 409)
    assert refused["detail"] == (
        '"deposit_status" of booking is made due, none or waived by hand, and only one of these is changed: '
        "what else it is comes of payments. Record the payment, or its refund."
    )
    house.operator.move(path, "request_deposit")
    due = {
        "purpose": "deposit",
        "amount": RATE,
        "due_at": "2026-03-10T12:00:00Z",
        "booking": path.rsplit("/", maxsplit=1)[-1],
    }
    payment = house.finance.post("/payments", due)["id"]
    house.finance.move(f"/payments/{payment}", "succeed")
    assert house.finance.get(path)["deposit_status"] == "paid"
    house.finance.patch(path, {"deposit_status": "waived"}, 409)
    house.finance.patch(path, {"deposit_status": "paid"})
