"""Answers that come by a side door tell no more than the entity itself: repeats, undo, and what work is about."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.commands import entities
from app.road.caller import system
from app.road.road import StoredRoad
from engine.conditions.veil import HIDDEN
from tests.app.web.conftest import Agency
from tests.app.web.test_release_one import RATE, a_booking, a_client, a_model

TIMES = {"starts_at": "2026-04-10T08:00:00Z", "ends_at": "2026-04-10T18:00:00Z"}


def demote(house: Agency, name: str, role: str) -> None:
    house.owner.patch(f"/users/{house.ids[name]}", {"roles": [role]})


@pytest.mark.parametrize("role", ["OPERATOR", "CONTENT_MANAGER"])
def test_a_repeat_shows_no_more_than_its_reader_may_see_now(house: Agency, role: str) -> None:
    booking = {"client": a_client(house)["id"], "model": a_model(house)["id"], "city": "Berlin", "total": RATE}
    made = house.manager.post("/bookings", {**booking, **TIMES}, Idempotency_Key="one")
    assert made["total"] == RATE
    path, service = f"/bookings/{made['id']}/services", {"title": "Make-up", "price": RATE}
    assert house.manager.post(path, service, Idempotency_Key="two")["price"] == RATE
    inquiry = {"category": "runway", "client": booking["client"], "budget": RATE, **TIMES}
    asked = house.manager.post("/inquiries", inquiry, Idempotency_Key="three")
    assert house.manager.post("/inquiries", inquiry, Idempotency_Key="three") == asked
    demote(house, "manager", role)
    again = house.manager.post("/bookings", {**booking, **TIMES}, Idempotency_Key="one")
    assert again["id"] == made["id"]
    assert set(again) == set(house.manager.get(f"/bookings/{made['id']}")) - {"sla"}
    assert "total" not in again
    assert "price" not in house.manager.post(path, service, Idempotency_Key="two")
    again = house.manager.post("/inquiries", inquiry, Idempotency_Key="three")
    assert again == (
        {"id": asked["id"]} if role == "CONTENT_MANAGER" else {k: again[k] for k in asked if k != "budget"}
    )


def test_undo_names_what_its_reader_may_read(house: Agency) -> None:
    booking = a_booking(house)
    due = {"purpose": "deposit", "amount": RATE, "due_at": TIMES["starts_at"], "booking": booking["id"]}
    payment = house.finance.post("/payments", due)["id"]
    house.operator.move(f"/bookings/{booking['id']}", "cancel", reason="The client left")
    command = house.operator.answers[-1].headers["Virel-Undo"]
    assert house.finance.get(f"/payments/{payment}")["status"] == "voided", "a rule takes the pay link along"
    undone = house.operator.post("/undo", {"command": command}, 200, Idempotency_Key="back")["undone"]
    assert {"type": "booking", "id": booking["id"]} in undone
    assert payment not in [one["id"] for one in undone]
    assert house.finance.get(f"/payments/{payment}")["status"] == "pending", "it was undone all the same"
    assert house.operator.post("/undo", {"command": command}, 200, Idempotency_Key="back")["undone"] == undone


def test_work_about_what_its_reader_may_not_read_names_no_id(house: Agency) -> None:
    booking = a_booking(house)["id"]
    due = {"purpose": "deposit", "amount": RATE, "due_at": TIMES["starts_at"]}
    payment = house.finance.post("/payments", {**due, "booking": booking})["id"]
    task = house.manager.post("/tasks", {"title": "Ask", "queue": "operations", "about": f"payment/{payment}"})["id"]
    other = house.manager.post("/tasks", {"title": "Ask", "queue": "operations", "about": f"booking/{booking}"})["id"]
    values = {"reason": "lost", "priority": "high", "about": f"payment/{payment}"}

    def work(road: StoredRoad) -> str:
        return str(entities.create(road, "exception", values)["id"])

    exception = house.platform.pipeline.run(system("test"), work)
    for path in (f"/tasks/{task}", f"/exceptions/{exception}"):
        assert house.operator.get(path)["about"] == HIDDEN
        assert house.manager.get(path)["about"] == f"payment/{payment}"
    assert house.operator.get(f"/tasks/{other}")["about"] == f"booking/{booking}"

    def everything(name: str) -> list[Any]:
        person = getattr(house, name)
        audits = [
            f"/audit?entity_type={kind}&entity_id={id}" for kind, id in (("task", task), ("exception", exception))
        ]
        return [person.get(path) for path in ("/tasks", "/exceptions", f"/bookings/{booking}/timeline", *audits)]

    assert payment not in json.dumps(everything("operator"))
    assert all(payment in json.dumps(one) for one in everything("manager"))
