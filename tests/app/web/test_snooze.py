"""Tasks that are put off come back by themselves; exceptions come back as regressed."""

from __future__ import annotations

from typing import Any

import pytest

from app.road import commands
from app.road.caller import system
from app.workers.worker import Worker
from tests.app.web.conftest import Agency
from tests.app.web.test_release_one import a_booking, a_client

HOUR = 3_600_000_000_000
LATER = "2026-03-02T15:00:00Z"


def a_task(house: Agency, **values: Any) -> dict[str, Any]:
    found: dict[str, Any] = house.manager.post("/tasks", {"title": "Call Anna", "queue": "operations", **values})
    return found


def snoozed(house: Agency, id: str, status: int = 200, **values: Any) -> Any:
    body = {"until": LATER, "reason": "She is travelling", **values}
    return house.operator.post(f"/tasks/{id}/snooze", body, status)


def later(house: Agency, span: int) -> None:
    """Lets time pass; whoever is still there signs in again."""
    house.clock.advance(span)
    house._known.clear()


def work(house: Agency) -> None:
    Worker(house.platform, None).run_once()


def test_a_task_sleeps_until_its_instant(house: Agency) -> None:
    task = a_task(house)
    assert snoozed(house, task["id"])["status"] == "snoozed"
    assert house.operator.get(f"/tasks/{task['id']}")["snoozed_until"] == LATER
    assert house.operator.get("/tasks")["items"][0]["snoozed_until"] == LATER
    later(house, 2 * HOUR)
    work(house)
    assert house.operator.get(f"/tasks/{task['id']}")["status"] == "snoozed"
    later(house, HOUR)
    work(house)
    awake = house.operator.get(f"/tasks/{task['id']}")
    assert awake["status"] == "open"
    assert "snoozed_until" not in awake


def test_it_comes_back_to_whoever_had_it(house: Agency) -> None:
    task = a_task(house)
    house.operator.post(f"/tasks/{task['id']}/assign", {"user": house.ids["operator"]}, 200)
    snoozed(house, task["id"])
    later(house, 3 * HOUR)
    work(house)
    awake = house.operator.get(f"/tasks/{task['id']}")
    assert (awake["status"], awake["assignee"]) == ("assigned", house.ids["operator"])


def test_it_comes_back_early_when_something_happens_to_what_it_is_about(house: Agency) -> None:
    client, other = a_client(house), a_client(house, email="b@example.test")
    task = a_task(house, about=f"client/{client['id']}")
    snoozed(house, task["id"])
    house.owner.patch(f"/clients/{other['id']}", {"tier": "vip"})
    work(house)
    assert house.operator.get(f"/tasks/{task['id']}")["status"] == "snoozed"
    house.owner.patch(f"/clients/{client['id']}", {"tier": "vip"})
    work(house)
    assert house.operator.get(f"/tasks/{task['id']}")["status"] == "open"
    reasons = [row["reason"] for row in house.manager.get(f"/audit?entity_type=task&entity_id={task['id']}")["items"]]
    assert reasons[:2] == ["something has happened", "She is travelling"]


def test_one_that_was_woken_by_hand_stays_as_it_is(house: Agency) -> None:
    task = a_task(house)
    snoozed(house, task["id"])
    house.operator.move(f"/tasks/{task['id']}", "start")
    later(house, 3 * HOUR)
    work(house)
    assert house.operator.get(f"/tasks/{task['id']}")["status"] == "in_progress"


def test_a_snooze_that_is_undone_wakes_nobody_and_an_undone_waking_sleeps_on(house: Agency) -> None:
    task = a_task(house)
    snoozed(house, task["id"])
    house.operator.post("/undo", {"command": house.operator.answers[-1].headers["Virel-Undo"]}, 200)
    assert house.operator.get(f"/tasks/{task['id']}")["status"] == "open"
    snoozed(house, task["id"])
    house.operator.move(f"/tasks/{task['id']}", "start")
    house.operator.post("/undo", {"command": house.operator.answers[-1].headers["Virel-Undo"]}, 200)
    assert house.operator.get(f"/tasks/{task['id']}")["snoozed_until"] == LATER
    later(house, 3 * HOUR)
    work(house)
    assert house.operator.get(f"/tasks/{task['id']}")["status"] == "open"


@pytest.mark.parametrize(
    "body",
    [
        {"until": "2026-03-02T11:59:59Z"},
        {"until": "2027-06-01T00:00:00Z"},
        {"until": "tomorrow"},
        {"until": None},
        {"reason": ""},
        {"extra": "x"},
    ],
    ids=str,
)
def test_a_snooze_that_does_not_fit_changes_nothing(house: Agency, body: dict[str, Any]) -> None:
    task = a_task(house)
    snoozed(house, task["id"], 422, **body)
    assert house.operator.get(f"/tasks/{task['id']}")["status"] == "open"


def reasons(house: Agency) -> list[tuple[str, str]]:
    return [(one["reason"], one["status"]) for one in house.manager.get("/exceptions")["items"]]


def cancel_again(house: Agency, path: str) -> None:
    """Cancels a booking shortly before it begins, as often as one likes."""
    id = path.rpartition("/")[2]
    run = house.platform.pipeline.run
    with house.platform.database.begin() as connection:
        connection.exec_driver_sql(f"UPDATE bookings SET status = 'confirmed' WHERE id = '{id}'")
    run(system("test"), lambda road: commands.move(road, "booking", id, "cancel", {"reason": "Rain"}))


def test_an_exception_is_made_once_and_a_settled_one_has_regressed(house: Agency) -> None:
    booking = a_booking(house)
    path = f"/bookings/{booking['id']}"
    later(house, 17 * 24 * HOUR + 12 * HOUR)
    cancel_again(house, path)
    first = reasons(house)
    assert len(first) == 1, first
    cancel_again(house, path)
    assert reasons(house) == first, "it still stands: nobody is told twice"
    runs = house.manager.get(f"{path}/runs")["items"]
    told = [run for run in runs if any(effect["action"] == "create_exception" for effect in run["effects"])]
    assert len(told) == 2, "but both runs say what they did"
    (one,) = house.manager.get("/exceptions")["items"]
    house.manager.post(f"/exceptions/{one['id']}/resolve", {"reason": "The fee was waived"}, 200)
    cancel_again(house, path)
    assert reasons(house) == [(first[0][0], "regressed")]
    assert house.manager.get(f"/exceptions/{one['id']}")["id"] == one["id"]
