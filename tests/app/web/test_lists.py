"""Lists and timelines are asked by statements that are kept: each caller, filter and instant still gets its own answer."""

from __future__ import annotations

from datetime import timedelta

from app.road.caller import Caller
from app.road.lists import page
from app.road.road import StoredRoad
from tests.app.web.conftest import Agency
from tests.app.web.test_release_one import a_booking

MINUTE = timedelta(minutes=1) // timedelta(microseconds=1) * 1_000


def a_task(house: Agency, title: str, **more: str) -> str:
    found: str = house.manager.post("/tasks", {"title": title, "priority": "normal", **more})["id"]
    return found


def titles(person, path: str) -> list[str]:
    return [one["title"] for one in person.get(path)["items"]]


def test_a_list_that_is_asked_again_shows_what_came_since(house: Agency) -> None:
    a_task(house, "first")
    assert titles(house.manager, "/tasks") == ["first"]
    a_task(house, "second")
    assert titles(house.manager, "/tasks") == ["second", "first"]


def test_a_filter_by_the_present_instant_is_asked_anew_each_time(house: Agency) -> None:
    a_task(house, "due soon", due="2026-03-02T12:02:00Z")
    path = "/tasks?filter=has(task.due) %26%26 task.due < now"
    assert titles(house.manager, path) == []
    house.clock.advance(5 * MINUTE)
    assert titles(house.manager, path) == ["due soon"]


def test_two_callers_of_one_role_have_lists_of_their_own(house: Agency) -> None:
    a_task(house, "for the operator", assignee=house.ids["operator"])
    a_task(house, "for content", assignee=house.ids["content"])
    for _ in range(2):
        assert titles(house.operator, "/tasks") == ["for the operator"]
        assert titles(house.content, "/tasks") == ["for content"]


def test_pages_of_every_length_make_the_whole_list(house: Agency) -> None:
    for number in range(7):
        a_task(house, f"task {number}", queue="operations")
    whole = titles(house.operator, "/tasks")
    assert len(whole) == 7
    for limit in range(1, 8):
        found, cursor = [], ""
        while True:
            page = house.operator.get(f"/tasks?limit={limit}{cursor}")
            found += [one["title"] for one in page["items"]]
            if not page["has_more"]:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert found == whole


def test_pages_of_every_length_make_the_whole_timeline(house: Agency) -> None:
    from tests.app.web.test_release_one import a_booking

    booking = a_booking(house)
    for number in range(3):
        a_task(house, f"task {number}", about=f"booking/{booking['id']}")
    path = f"/bookings/{booking['id']}/timeline"
    for kind in ("", "&kind=people", "&kind=system"):
        whole = [one["id"] for one in house.manager.get(f"{path}?limit=100{kind}")["items"]]
        for limit in (1, 2, 3):
            found, cursor = [], ""
            while True:
                page = house.manager.get(f"{path}?limit={limit}{kind}{cursor}")
                found += [one["id"] for one in page["items"]]
                if not page["has_more"]:
                    break
                cursor = f"&cursor={page['next_cursor']}"
            assert found == whole


def test_what_a_list_leaves_out_is_not_missing_for_whoever_asks_next(house: Agency) -> None:
    booking = a_booking(house)
    caller = Caller({"id": "somebody", "roles": ["OPERATOR"], "queues": []})

    def read(road: StoredRoad) -> tuple[bool, bool]:
        told = page(road, "booking", limit=10, cursor=None, filter=None).records[0]
        return "total" in told, "total" in road.world.tables["booking"][booking["id"]]

    assert house.platform.pipeline.read(caller, read) == (False, True)
