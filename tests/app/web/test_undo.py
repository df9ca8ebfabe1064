"""Undo over HTTP: what a command changed comes back, and what it set going is called off, while nobody has acted since."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.store.waiting import OUTBOX, TIMERS
from app.workers.worker import Worker
from tests.app.web.conftest import Agency, Person
from tests.app.web.test_release_one import a_booking, a_client, an_inquiry

SECOND = 1_000_000_000


def rows(house: Agency, table: sa.Table) -> list[Any]:
    with house.platform.database.connect() as connection:
        return list(connection.execute(sa.select(table)).mappings())


def command_of(who: Person) -> str:
    """What undoes the last command of somebody."""
    return who.answers[-1].headers["Virel-Undo"]


def undone(who: Person, command: str, status: int = 200, **headers: str) -> Any:
    return who.post("/undo", {"command": command}, status, **headers)


def plain(body: dict[str, Any]) -> dict[str, Any]:
    """Without what counts changes."""
    return {name: value for name, value in body.items() if name not in ("etag", "updated_at", "status_since", "sla")}


def test_changed_fields_come_back_and_the_version_goes_on(house: Agency) -> None:
    client = a_client(house)
    before = house.owner.get(f"/clients/{client['id']}")
    house.owner.patch(f"/clients/{client['id']}", {"tier": "vip", "phone": "+49 30 1"})
    answer = undone(house.owner, command_of(house.owner))
    assert answer == {"undone": [{"type": "client", "id": client["id"]}]}
    after = house.owner.get(f"/clients/{client['id']}")
    assert plain(after) == plain(before)
    assert after["etag"] == '"v3"'
    actions = [
        row["changes"] for row in house.owner.get(f"/audit?entity_type=client&entity_id={client['id']}")["items"]
    ]
    assert actions[0] == {"tier": ["vip", "basic"], "phone": ["+49 30 1", None]}


def test_what_was_made_is_closed(house: Agency) -> None:
    task = house.manager.post("/tasks", {"title": "Call Anna"})
    undone(house.manager, command_of(house.manager))
    assert house.manager.get(f"/tasks/{task['id']}")["status"] == "cancelled"
    booking = a_booking(house)
    command = command_of(house.operator)
    answer = undone(house.operator, command)
    assert {"type": "booking", "id": booking["id"]} in answer["undone"]
    assert house.finance.get(f"/bookings/{booking['id']}")["status"] == "cancelled"
    inquiry = house.operator.get(f"/inquiries/{booking['inquiry']}")
    assert inquiry["status"] != "converted", "and the inquiry that became it is asked again"


def test_what_rules_did_is_taken_back_with_the_command(house: Agency) -> None:
    booking = a_booking(house)
    before = house.finance.get(f"/bookings/{booking['id']}")
    house.operator.move(f"/bookings/{booking['id']}", "request_deposit")
    command = command_of(house.operator)
    assert house.finance.get(f"/bookings/{booking['id']}")["deposit_status"] == "due"
    waiting = [row for row in rows(house, TIMERS) if row["root"] == command]
    assert [row["mark"] for row in waiting if row["kind"] == "timer"] == ["deposit-overdue"]
    undone(house.operator, command)
    assert plain(house.finance.get(f"/bookings/{booking['id']}")) == plain(before)
    of_it = [row for row in rows(house, TIMERS) if row["root"] == command]
    assert {(row["state"], row["problem"]) for row in of_it if row["kind"] == "timer"} == {("cancelled", "undone")}
    left = [row for row in rows(house, OUTBOX) if row["root"] == command]
    assert all(row["state"] == "withdrawn" for row in left)


def test_a_timer_that_the_command_cancelled_waits_again(house: Agency) -> None:
    booking = a_booking(house)
    path = f"/bookings/{booking['id']}"
    house.operator.move(path, "request_deposit")
    due = {row["number"]: row["due"] for row in rows(house, TIMERS) if row["kind"] == "timer"}
    house.clock.advance(30 * SECOND)
    house.operator.move(path, "cancel", reason="Rain")
    states = {row["number"]: row["state"] for row in rows(house, TIMERS) if row["kind"] == "timer"}
    assert set(states.values()) == {"cancelled"}
    undone(house.operator, command_of(house.operator))
    again = {
        row["number"]: row["due"] for row in rows(house, TIMERS) if row["kind"] == "timer" if row["state"] == "pending"
    }
    assert again == due


def test_a_message_is_withdrawn_and_one_that_left_cannot_be(house: Agency) -> None:
    inquiry = an_inquiry(house, a_client(house)["id"])
    command = command_of(house.operator)
    left = [row for row in rows(house, OUTBOX) if row["root"] == command]
    assert left, "the client is told that the inquiry was received"
    Worker(house.platform, None).run_once()
    undone(house.operator, command)
    assert {row["state"] for row in rows(house, OUTBOX) if row["root"] == command} == {"withdrawn"}
    assert house.operator.get(f"/inquiries/{inquiry['id']}")["status"] == "lost"
    an_inquiry(house, a_client(house, email="b@example.test")["id"])
    command = command_of(house.operator)
    with house.platform.database.begin() as connection:
        connection.execute(sa.update(OUTBOX).where(OUTBOX.c.root == command).values(state="leased"))
    refused = undone(house.operator, command, 409)
    assert "a message has left already" in refused["detail"]


def test_it_is_refused_when_the_time_is_over(house: Agency) -> None:
    client = a_client(house)
    house.owner.patch(f"/clients/{client['id']}", {"tier": "vip"})
    command = command_of(house.owner)
    house.clock.advance(15 * SECOND + 1_000)
    assert "too late" in undone(house.owner, command, 409)["detail"]
    assert house.owner.get(f"/clients/{client['id']}")["tier"] == "vip"


def test_it_is_refused_once_another_has_acted_on_what_it_touched(house: Agency) -> None:
    booking = a_booking(house)
    house.operator.move(f"/bookings/{booking['id']}", "request_deposit")
    command = command_of(house.operator)
    house.manager.patch(f"/bookings/{booking['id']}", {"city": "Hamburg"})
    refused = undone(house.operator, command, 409)
    assert f"Max Manager has acted on booking {booking['code']} since" in refused["detail"]
    assert house.manager.get(f"/bookings/{booking['id']}")["status"] == "awaiting_deposit"


def test_a_command_of_another_is_not_there_for_one(house: Agency) -> None:
    client = a_client(house)
    house.owner.patch(f"/clients/{client['id']}", {"tier": "vip"})
    command = command_of(house.owner)
    assert undone(house.manager, command, 404)
    assert undone(house.manager, "no-such-command", 404)["detail"] == undone(house.manager, command, 404)["detail"]
    undone(house.owner, command)


def test_it_happens_once_however_often_it_is_asked(house: Agency) -> None:
    client = a_client(house)
    house.owner.patch(f"/clients/{client['id']}", {"tier": "vip"})
    command = command_of(house.owner)
    first = undone(house.owner, command, Idempotency_Key="undo-1")
    assert undone(house.owner, command, Idempotency_Key="undo-1") == first, "a repeat gets the same answer"
    assert "undone already" in undone(house.owner, command, 409, Idempotency_Key="undo-2")["detail"]
    assert "undone already" in undone(house.owner, command, 409)["detail"]
    assert house.owner.get(f"/clients/{client['id']}")["etag"] == '"v3"'


def test_a_repeat_of_an_undone_command_does_it_no_second_time(house: Agency) -> None:
    body = {"title": "Call Anna"}
    made = house.manager.post("/tasks", body, Idempotency_Key="task-1")
    command = command_of(house.manager)
    again = house.manager.post("/tasks", body, Idempotency_Key="task-1")
    assert again["id"] == made["id"]
    assert command_of(house.manager) == command, "whoever lost the first answer can still undo it"
    undone(house.manager, command)
    house.manager.post("/tasks", body, Idempotency_Key="task-1")
    assert [task["status"] for task in house.manager.get("/tasks")["items"]] == ["cancelled"]
    undone(house.manager, command, 409)


def test_what_was_done_to_people_is_not_undone(house: Agency) -> None:
    who = house.ids["operator"]
    etag = house.owner.send("GET", f"/users/{who}").headers["ETag"]
    answer = house.owner.send("PATCH", f"/users/{who}", {"name": "Otto"}, If_Match=etag)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    if "Virel-Undo" in answer.headers:
        assert "change it back" in undone(house.owner, answer.headers["Virel-Undo"], 409)["detail"]


def test_a_clock_that_the_command_stopped_runs_on_as_if_nothing_had_been(house: Agency) -> None:
    inquiry = an_inquiry(house, a_client(house)["id"])
    path = f"/inquiries/{inquiry['id']}"

    def clock() -> dict[str, Any]:
        found = next(one for one in house.operator.get(path)["sla"] if one["policy"] == "first-response")
        assert isinstance(found, dict)
        return found

    before = clock()
    assert before["state"] == "pending"
    house.clock.advance(60 * SECOND)
    house.operator.move(path, "answer")
    command = command_of(house.operator)
    assert clock()["state"] == "achieved"
    house.clock.advance(10 * SECOND)
    undone(house.operator, command)
    after = clock()
    assert (after["state"], after["due"], after["warn_at"]) == ("pending", before["due"], before["warn_at"])
    assert after["remaining"] == before["remaining"] - 70
    house.operator.move(path, "answer")
    assert clock()["state"] == "achieved"


def test_a_clock_that_the_command_opened_is_gone(house: Agency) -> None:
    inquiry = an_inquiry(house, a_client(house)["id"])
    command = command_of(house.operator)
    assert house.operator.get(f"/inquiries/{inquiry['id']}")["sla"]
    undone(house.operator, command)
    assert house.operator.get(f"/inquiries/{inquiry['id']}")["sla"] == []


def test_a_service_is_taken_off_by_removing_it_and_not_by_undoing_the_total_alone(house: Agency) -> None:
    path = f"/bookings/{a_booking(house)['id']}"
    service = {"title": "Make-up", "price": {"amount": 9_000, "currency": "EUR"}}
    made = house.manager.send("POST", f"{path}/services", service)
    assert "Virel-Undo" not in made.headers
    known = house.manager.get(path)["total"]
    events = house.manager.get(f"{path}/timeline")["items"]
    root = next(one["id"] for one in events if one["type"] == "booking.updated")
    house.manager.post("/undo", {"command": root}, 409)
    assert house.manager.get(path)["total"] == known
    assert len(house.manager.get(f"{path}/services")["items"]) == 1
