"""What Release 1 is accepted by, over HTTP, on both stores."""

from __future__ import annotations

from typing import Any

from tests.app.web.conftest import Agency

RATE = {"amount": 100_000, "currency": "EUR"}
STARTS, ENDS = "2026-03-20T09:00:00Z", "2026-03-20T17:00:00Z"


def a_client(house: Agency, **values: Any) -> dict[str, Any]:
    found: dict[str, Any] = house.owner.post("/clients", {"name": "Anna", "email": "anna@example.test", **values})
    return found


def a_model(house: Agency, **values: Any) -> dict[str, Any]:
    given = {
        "name": "Mia",
        "category": "runway",
        "home_city": "Berlin",
        "day_rate": RATE,
        "rating_internal": 4,
        **values,
    }
    made = house.content.post("/models", given)
    house.content.move(f"/models/{made['id']}", "publish")
    found: dict[str, Any] = house.content.get(f"/models/{made['id']}")
    return found


def an_inquiry(house: Agency, client: str, **values: Any) -> dict[str, Any]:
    given = {"category": "runway", "starts_at": STARTS, "ends_at": ENDS, "client": client, **values}
    who = house.manager if "budget" in values else house.operator  # operators neither see nor set it
    found: dict[str, Any] = who.post("/inquiries", given)
    return found


def a_booking(house: Agency) -> dict[str, Any]:
    inquiry = an_inquiry(house, a_client(house)["id"])
    choice = {"model": a_model(house)["id"], "city": "Berlin"}
    found: dict[str, Any] = house.operator.post(f"/inquiries/{inquiry['id']}/convert-to-booking", choice)
    return found


def test_an_operator_logs_in_and_is_told_who_they_are(house: Agency) -> None:
    me = house.operator.get("/me")
    assert me["email"] == "operator@demo.virel"
    assert me["roles"] == ["OPERATOR"]


def test_an_operator_sees_only_tasks_of_their_own_or_unassigned_ones_in_their_queues(house: Agency) -> None:
    manager, operator = house.manager, house.operator
    mine = manager.post("/tasks", {"title": "Call Anna", "assignee": house.ids["operator"]})
    queued = manager.post("/tasks", {"title": "Call Berta", "queue": "operations"})
    others = manager.post("/tasks", {"title": "Count the money", "queue": "finance"})
    taken = manager.post("/tasks", {"title": "Call Clara", "queue": "operations", "assignee": house.ids["manager"]})
    assert {task["id"] for task in operator.get("/tasks")["items"]} == {mine["id"], queued["id"]}
    for hidden in (others, taken):
        operator.get(f"/tasks/{hidden['id']}", 404)
        operator.move(f"/tasks/{hidden['id']}", "start", 404)
    assert {task["id"] for task in manager.get("/tasks")["items"]} == {t["id"] for t in (mine, queued, others, taken)}


def test_an_operator_sees_no_finances(house: Agency) -> None:
    booking = a_booking(house)
    seen = house.operator.get(f"/bookings/{booking['id']}")
    assert "total" not in seen
    assert "deposit_status" not in seen
    assert house.finance.get(f"/bookings/{booking['id']}")["total"]["currency"] == "EUR"
    house.operator.get("/payments", 403)
    refused = house.operator.get('/bookings?filter=booking.total.currency == "EUR"', 422)
    assert "OPERATOR may not see it" in refused["errors"][0]["message"]
    for path in (f"/bookings/{booking['id']}/timeline", f"/audit?entity_type=booking&entity_id={booking['id']}"):
        text = str(house.operator.get(path))
        assert "100000" not in text
        assert "total" not in text


def test_models_are_made_read_changed_moved_and_archived(house: Agency) -> None:
    content = house.content
    model = a_model(house)
    assert model["status"] == "active"
    assert model["public_code"].startswith("MD-")
    changed = content.patch(f"/models/{model['id']}", {"name": "Mia Ölander", "notes_internal": "Prefers mornings"})
    assert changed["name"] == "Mia Ölander"
    content.move(f"/models/{model['id']}", "pause", 422)
    content.move(f"/models/{model['id']}", "pause", reason="Travelling")
    assert house.operator.send("DELETE", f"/models/{model['id']}").status_code == 403
    assert house.owner.send("DELETE", f"/models/{model['id']}").status_code == 204
    assert house.owner.get(f"/models/{model['id']}")["status"] == "archived"
    assert "notes_internal" not in house.operator.get(f"/models/{model['id']}")


def test_an_inquiry_is_matched_with_a_reason_for_everybody_and_converted(house: Agency) -> None:
    fitting = a_model(house)
    dear = a_model(house, name="Zoe", day_rate={"amount": 900_000, "currency": "EUR"})
    inquiry = an_inquiry(house, a_client(house)["id"], budget=RATE)
    ranking = house.manager.post(f"/inquiries/{inquiry['id']}/match", status=200)
    assert [one["id"] for one in ranking["included"]] == [fitting["id"]]
    assert [one["id"] for one in ranking["excluded"]] == [dear["id"]]
    assert ranking["excluded"][0]["failed"][0]["else"] == "Dearer than the budget"
    assert ranking["included"][0]["score"] == sum(term["points"] for term in ranking["included"][0]["terms"])
    assert ranking["candidates"] == 2
    choice = {"model": fitting["id"], "city": "Berlin"}
    booking = house.operator.post(f"/inquiries/{inquiry['id']}/convert-to-booking", choice)
    assert booking["inquiry"] == inquiry["id"]
    assert booking["client"] == inquiry["client"]
    assert house.operator.get(f"/inquiries/{inquiry['id']}")["status"] == "converted"
    house.operator.post(f"/inquiries/{inquiry['id']}/convert-to-booking", choice, 409)


def test_a_booking_has_a_timeline_and_its_inquiry(house: Agency) -> None:
    booking = a_booking(house)
    house.manager.post(
        f"/bookings/{booking['id']}/services", {"title": "Make-up", "price": {"amount": 9_000, "currency": "EUR"}}
    )
    timeline = house.manager.get(f"/bookings/{booking['id']}/timeline")["items"]
    assert {(one["entity"]["type"], one["type"]) for one in timeline} >= {
        ("booking", "booking.created"),
        ("booking", "booking.updated"),
        ("inquiry", "inquiry.status_changed"),
    }
    assert [one["at"] for one in timeline] == sorted((one["at"] for one in timeline), reverse=True)
    people = house.manager.get(f"/bookings/{booking['id']}/timeline?kind=people")["items"]
    assert {one["kind"] for one in people} == {"people"}
    assert house.manager.get(f"/bookings/{booking['id']}")["total"]["amount"] == 109_000


def test_an_operator_confirms_a_booking_once_its_deposit_is_paid_or_waived(house: Agency) -> None:
    booking = a_booking(house)
    path = f"/bookings/{booking['id']}"
    refused = house.operator.move(path, "confirm", 409)
    assert "guard" in refused["detail"]
    house.operator.move(path, "request_deposit")
    payment = house.finance.post(
        "/payments",
        {"purpose": "deposit", "amount": RATE, "due_at": "2026-03-10T12:00:00Z", "booking": booking["id"]},
    )
    house.finance.move(f"/payments/{payment['id']}", "succeed")
    confirmed = house.operator.get(path)
    assert confirmed["status"] == "confirmed"
    assert house.finance.get(path)["deposit_status"] == "paid"
    tasks = house.operator.get("/tasks")["items"]
    assert any(booking["code"] in task["title"] for task in tasks)


def test_an_operator_resolves_an_exception_with_a_reason(house: Agency) -> None:
    booking = a_booking(house)
    house.operator.move(f"/bookings/{booking['id']}", "request_deposit")
    payment = house.finance.post(
        "/payments",
        {"purpose": "deposit", "amount": RATE, "due_at": "2026-03-10T12:00:00Z", "booking": booking["id"]},
    )
    house.finance.move(f"/payments/{payment['id']}", "fail")
    found = house.operator.get('/exceptions?filter=exception.status == "open"')["items"]
    assert len(found) == 1
    path = f"/exceptions/{found[0]['id']}"
    house.operator.post(f"{path}/resolve", {}, 422)
    settled = house.operator.post(f"{path}/resolve", {"reason": "The client paid by transfer"}, 200)
    assert settled["status"] == "resolved"


def test_every_change_is_in_the_audit_with_before_and_after(house: Agency) -> None:
    client = a_client(house)
    house.owner.patch(f"/clients/{client['id']}", {"tier": "vip"})
    house.operator.send("PATCH", f"/clients/{client['id']}", {"tier": "gold"}, If_Match='"v2"')
    rows = house.owner.get(f"/audit?entity_type=client&entity_id={client['id']}")["items"]
    assert [(row["action"], row["outcome"]) for row in rows] == [
        ("clients.update", "refused"),
        ("client.updated", "done"),
        ("client.created", "done"),
    ]
    assert rows[1]["changes"] == {"tier": ["basic", "vip"]}
    assert rows[1]["actor"] == house.ids["owner"]
    assert all(row["request_id"] for row in rows)


def test_a_released_task_is_nobodys_and_goes_back_to_its_queue(house: Agency) -> None:
    task = house.manager.post("/tasks", {"title": "Call them", "queue": "operations"})
    path = f"/tasks/{task['id']}"
    me = house.operator.get("/me")["id"]
    house.manager.post(f"{path}/assign", {"user": me}, 200)
    released = house.operator.move(path, "release")
    assert (released["status"], "assignee" in released) == ("open", False)
