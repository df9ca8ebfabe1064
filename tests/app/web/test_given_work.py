"""Work is given by a command alone, by who may give it, to who is there; transitions that are part of a command too."""

from __future__ import annotations

from typing import Any

import pytest

from tests.app.web.conftest import Agency

UNTIL = "2026-12-01T08:00:00Z"


def fault(answer: Any) -> tuple[str, str]:
    (one,) = answer["errors"]
    return one["pointer"], one["message"]


def a_task(house: Agency, **values: Any) -> str:
    return str(house.manager.post("/tasks", {"title": "Call", "queue": "operations", **values})["id"])


@pytest.mark.parametrize("change", ["assignee", "queue"])
def test_work_is_not_given_by_changing_a_field(house: Agency, change: str) -> None:
    task = a_task(house)
    given = {"assignee": house.ids["owner"], "queue": "finance"}[change]
    for person in (house.operator, house.manager):
        refused = person.patch(f"/tasks/{task}", {change: given}, 422)
        said = f"task is given away by a command of its own: send it to /tasks/{task}/assign"
        assert fault(refused) == (f"/{change}", said)
    assert house.operator.patch(f"/tasks/{task}", {"title": "Call back"})["title"] == "Call back"
    assert "assignee" not in house.operator.get(f"/tasks/{task}")


def test_work_is_made_for_others_by_who_may_give_it(house: Agency) -> None:
    title, owner = {"title": "Call"}, house.ids["owner"]
    assert house.operator.post("/tasks", {**title, "assignee": owner}, 403)["permission"] == "tasks.assign"
    own = house.operator.post("/tasks", {**title, "assignee": house.operator.id})
    assert own["status"] == "assigned"
    given = house.manager.post("/tasks", {**title, "assignee": house.operator.id})
    assert (given["assignee"], given["status"]) == (house.operator.id, "assigned")


def test_work_is_made_for_and_given_to_who_works_here_now(house: Agency) -> None:
    gone = house.ids["content"]
    house.owner.post(f"/users/{gone}/status", {"transition": "deactivate"}, 200)
    task = a_task(house)
    said = f"there is no active user {gone}"
    made = house.manager.post("/tasks", {"title": "Call", "assignee": gone}, 422)
    assert fault(made) == ("/assignee", said)
    assert fault(house.manager.post(f"/tasks/{task}/assign", {"user": gone}, 422)) == ("/user", said)


def test_work_goes_into_queues_that_are_known(house: Agency) -> None:
    task = a_task(house)
    said = 'nobody works a queue "operatoins"; did you mean "operations"?'
    for path, body in (("/tasks", {"title": "Call"}), (f"/tasks/{task}/assign", {})):
        assert fault(house.manager.post(path, {**body, "queue": "operatoins"}, 422)) == ("/queue", said)
    for queue in ("content", "inquiries"):  # one that a person works, one that a rule names
        assert house.manager.post(f"/tasks/{task}/assign", {"queue": queue}, 200)["queue"] == queue
    house.owner.patch(f"/users/{house.ids['content']}", {"queues": ["castings"]})
    house.manager.post(f"/tasks/{task}/assign", {"queue": "castings"}, 200)


def test_a_transition_that_is_part_of_a_command_is_not_taken_alone(house: Agency) -> None:
    task = a_task(house)
    client = house.owner.post("/clients", {"name": "Anna", "email": "anna@example.test"})["id"]
    times = {"starts_at": "2026-04-10T08:00:00Z", "ends_at": "2026-04-10T18:00:00Z"}
    inquiry = house.owner.post("/inquiries", {"category": "runway", "client": client, **times})["id"]
    house.owner.move(f"/inquiries/{inquiry}", "answer")
    for path, transition, command in (
        (f"/tasks/{task}", "snooze", "snooze"),
        (f"/tasks/{task}", "assign", "assign"),
        (f"/inquiries/{inquiry}", "convert", "convert-to-booking"),
    ):
        refused = house.manager.move(path, transition, 409)
        assert refused["detail"].endswith(f"is part of a command that does more: send it to {path}/{command}.")
    assert house.owner.get(f"/inquiries/{inquiry}")["status"] == "answered"
    assert house.operator.get(f"/tasks/{task}")["status"] == "open"


def test_blanks_are_no_reason(house: Agency) -> None:
    task = a_task(house)
    snoozed = house.operator.post(f"/tasks/{task}/snooze", {"until": UNTIL, "reason": " \t"}, 422)
    assert fault(snoozed) == ("/reason", "say why it is put off")
    client = house.owner.post("/clients", {"name": "Anna", "email": "anna@example.test"})["id"]
    times = {"starts_at": "2026-04-10T08:00:00Z", "ends_at": "2026-04-10T18:00:00Z"}
    inquiry = house.owner.post("/inquiries", {"category": "runway", "client": client, **times})["id"]
    lost = house.owner.move(f"/inquiries/{inquiry}", "lose", 422, reason="  ")
    assert fault(lost) == ("/reason", '"lose" needs a reason')
