"""What is done in the Action Center: to one item, to several, and what everybody is told of it."""

from __future__ import annotations

import re
from html import unescape

import pytest

from app.web.pages.work.presence import LASTS, Presences
from tests.app.processes import NOON
from tests.app.web.conftest import Agency
from tests.app.web.pages.at_work import a_task, an_exception, somebody
from tests.app.web.test_release_one import a_booking


def status(house: Agency, machine: str, id: str) -> str:
    return str(house.owner.get(f"/{machine}s/{id}")["status"])


def test_a_task_is_taken_completed_and_taken_back(house: Agency):
    task = a_task(house, "Call Anna")
    operator = somebody(house, "operator")
    assert operator.act(f"/acts/task/{task['id']}/assign")["said"]["text"] == "It is yours now."
    told = operator.act(f"/acts/task/{task['id']}/complete")["said"]
    assert told["text"] == "Call Anna: done."
    assert status(house, "task", task["id"]) == "done"
    assert operator.titles() == []
    operator.act("/acts/undo", command=told["undo"])
    assert operator.titles() == ["Call Anna"]


def test_a_second_click_does_nothing_twice(house: Agency):
    task = a_task(house, "Call Anna")
    manager = somebody(house, "manager")
    first = manager.act(f"/acts/task/{task['id']}/start", key="one")
    assert manager.act(f"/acts/task/{task['id']}/start", key="one") == first
    manager.act(f"/acts/task/{task['id']}/start", 409, key="two")


def test_what_changed_since_is_not_changed_again(house: Agency):
    task = a_task(house, "Call Anna")
    house.operator.move(f"/tasks/{task['id']}", "start")
    told = somebody(house, "manager").act(f"/acts/task/{task['id']}/complete", 412, version=1)
    assert "changed since" in told["refused"]["text"]
    assert status(house, "task", task["id"]) == "in_progress"


def test_acts_that_were_kept_offline_follow_each_other(house: Agency):
    task = a_task(house, "Call Anna")
    manager = somebody(house, "manager")
    manager.act(f"/acts/task/{task['id']}/assign", key="one", version=1)
    manager.act(f"/acts/task/{task['id']}/start", 412, key="stranger", version=1)
    manager.act(f"/acts/task/{task['id']}/start", key="two", after="one", version=1)
    manager.act(f"/acts/task/{task['id']}/complete", key="three", after="one,two", version=1)
    assert status(house, "task", task["id"]) == "done"


@pytest.mark.parametrize("when", ["before", "between"])
def test_a_colleague_s_change_amid_acts_that_were_kept_offline_refuses_what_follows(house: Agency, when: str):
    task = a_task(house, "Call Anna")
    manager = somebody(house, "manager")
    if when == "before":
        house.owner.patch(f"/tasks/{task['id']}", {"title": "Call Berta"})
    manager.act(f"/acts/task/{task['id']}/assign", 204 if when == "between" else 412, key="one", version=1)
    if when == "between":
        house.owner.patch(f"/tasks/{task['id']}", {"title": "Call Berta"})
    manager.act(f"/acts/task/{task['id']}/start", 412, key="two", after="one", version=1)
    assert status(house, "task", task["id"]) != "in_progress"


def test_nobody_follows_the_acts_of_a_colleague(house: Agency):
    task = a_task(house, "Call Anna")
    somebody(house, "operator").act(f"/acts/task/{task['id']}/assign", key="one", version=1)
    manager = somebody(house, "manager")
    manager.act(f"/acts/task/{task['id']}/start", 412, key="two", after="one", version=1)


def test_no_reason_is_invented_for_what_is_put_off_without_one(house: Agency):
    task = a_task(house, "Call Anna")
    manager = somebody(house, "manager")
    manager.act(f"/acts/task/{task['id']}/snooze", until="hour", reason=" ")
    one = house.manager.get(f"/audit?entity_type=task&entity_id={task['id']}")["items"][0]
    assert (one["changes"]["status"], one["reason"]) == (["open", "snoozed"], None)
    manager.act(f"/acts/task/{task['id']}/start")
    manager.act(f"/acts/task/{task['id']}/snooze", until="hour", reason="She is travelling")
    assert (
        house.manager.get(f"/audit?entity_type=task&entity_id={task['id']}")["items"][0]["reason"]
        == "She is travelling"
    )


def test_an_exception_is_settled_with_a_reason_only(house: Agency):
    exception = an_exception(house, "Nobody answers")
    manager = somebody(house, "manager")
    manager.act(f"/acts/exception/{exception['id']}/resolve", 422, reason="  ")
    assert status(house, "exception", exception["id"]) == "open"
    manager.act(f"/acts/exception/{exception['id']}/resolve", reason="Reached by phone")
    assert status(house, "exception", exception["id"]) == "resolved"
    assert "Reached by phone" in manager.get("/todo/reasons?machine=exception&move=resolve")
    assert "Reached by phone" not in somebody(house, "owner").get("/todo/reasons?machine=exception&move=resolve")


@pytest.mark.parametrize(
    ("until", "instant"),
    [
        ("hour", "2026-03-02T13:00:00Z"),
        ("tomorrow", "2026-03-03T08:00:00Z"),
        ("monday", "2026-03-09T08:00:00Z"),
        ("2026-03-04T10:30", "2026-03-04T09:30:00Z"),
    ],
)
def test_a_task_is_put_off_in_the_reader_s_zone(house: Agency, until: str, instant: str):
    house.owner.patch(f"/users/{house.ids['manager']}", {"timezone": "Europe/Berlin"})
    task = a_task(house, "Call Anna")
    manager = somebody(house, "manager")
    manager.act(f"/acts/task/{task['id']}/snooze", until=until)
    assert house.owner.get(f"/tasks/{task['id']}")["snoozed_until"] == instant
    assert manager.titles() == []
    assert manager.titles("/todo/list?tab=snoozed") == ["Call Anna"]
    assert re.search(r"Back .*\d\d:\d\d CET", manager.get("/todo/list?tab=snoozed"))


@pytest.mark.parametrize("until", ["", "yesterday", "2020-01-01T10:00", "2999-01-01T10:00"])
def test_a_task_is_not_put_off_until_an_instant_that_is_none(house: Agency, until: str):
    task = a_task(house, "Call Anna")
    somebody(house, "manager").act(f"/acts/task/{task['id']}/snooze", 422, until=until)
    assert status(house, "task", task["id"]) == "open"


def test_the_booking_that_a_task_is_about_is_moved_from_its_card(house: Agency):
    booking = a_booking(house)
    task = a_task(house, "The client is gone", about=f"booking/{booking['id']}")
    manager = somebody(house, "manager")
    path = f"/acts/task/{task['id']}/of/booking/cancel"
    assert path in manager.get(f"/todo/task/{task['id']}")
    manager.act(path, 422)
    told = manager.act(path, reason="No answer for weeks")
    assert booking["code"] in told["said"]["text"]
    assert status(house, "booking", booking["id"]) == "cancelled"
    manager.act(f"/acts/task/{task['id']}/of/payment/void", 404)
    manager.act(f"/acts/task/{task['id']}/of/booking/start", 404)


def test_one_act_on_several_tells_of_those_that_it_could_not_be_done_to(house: Agency):
    tasks = [a_task(house, f"Task {number}") for number in range(2)]
    exception = an_exception(house, "Nobody answers")
    items = " ".join([*(f"task/{task['id']}" for task in tasks), f"exception/{exception['id']}", "task/none"])
    manager = somebody(house, "manager")
    answer = manager.post("/acts/work/bulk", what="resolve", items=items, key="bulk")
    page = unescape(answer.get_data(as_text=True))
    assert "2 of 4 were not done" in page
    assert re.search(r"Nobody answers</span>\s*<span[^>]*>It needs a reason\.", page)
    assert "One that is not here any more" in page
    assert [status(house, "task", task["id"]) for task in tasks] == ["done", "done"]
    assert status(house, "exception", exception["id"]) == "open"

    again = manager.post("/acts/work/bulk", what="resolve", items=items, key="bulk")
    assert "2 of 4 were not done" in again.get_data(as_text=True)  # done once, told twice
    undo = re.search(r'"undo": "([^"]+)"', answer.headers["HX-Trigger"])
    assert undo is not None
    assert manager.act("/acts/work/undo", command=undo[1])["said"]["text"] == "2 items put back."
    assert [status(house, "task", task["id"]) for task in tasks] == ["open", "open"]


def test_several_are_given_to_somebody_by_who_may_give(house: Agency):
    tasks = [a_task(house, f"Task {number}") for number in range(2)]
    items = " ".join(f"task/{task['id']}" for task in tasks)
    operator = somebody(house, "operator")
    refused = operator.post("/acts/work/bulk", what="assign", items=items, user=house.ids["manager"])
    assert "2 of 2 were not done" in refused.get_data(as_text=True)
    assert 'data-bulk="assign"' not in operator.get("/")
    manager = somebody(house, "manager")
    manager.post("/acts/work/bulk", what="assign", items=items, user=house.ids["operator"])
    assert sorted(operator.titles("/todo/list?tab=mine")) == ["Task 0", "Task 1"]


def test_everybody_sees_who_has_which_card_open(house: Agency):
    ours, theirs = a_task(house, "Ours"), house.manager.post("/tasks", {"title": "Theirs", "queue": "finance"})
    manager, operator = somebody(house, "manager"), somebody(house, "operator")
    assert manager.post("/acts/presence", item=f"task/{ours['id']}").get_json()["items"] == {}
    told = operator.post("/acts/presence", item="").get_json()
    assert told["items"] == {f"task/{ours['id']}": "Max is handling"}
    assert "Max Manager" in told["here"]
    assert "Max is handling" in operator.get(f"/todo/task/{ours['id']}")
    assert "is handling" not in manager.get(f"/todo/task/{ours['id']}")

    manager.post("/acts/presence", item=f"task/{theirs['id']}")
    assert operator.post("/acts/presence", item="").get_json()["items"] == {}  # not theirs to know
    manager.post("/acts/presence", leave="1")
    assert "Max" not in operator.post("/acts/presence", item="").get_json()["here"]


def test_who_does_not_say_so_again_is_gone_after_a_minute():
    now = [1_000.0]
    presences = Presences(None, lambda: now[0])
    presences.note("one", "One", "task/1", NOON.text())
    now[0] += LASTS - 1
    assert [one.user for one in presences.note("two", "Two", "", NOON.text())] == ["one", "two"]
    now[0] += 2
    assert [one.user for one in presences.visits()] == ["two"]


def test_while_redis_does_not_answer_a_process_knows_its_own():
    presences = Presences("redis://127.0.0.1:1/0")
    presences.note("one", "One", "", NOON.text())
    assert [one.user for one in presences.visits()] == ["one"]


def test_a_view_is_saved_shared_opened_first_and_removed(house: Agency):
    a_task(house, "Urgent one", priority="urgent")
    a_task(house, "Low one", priority="low")
    manager, operator = somebody(house, "manager"), somebody(house, "operator")
    manager.act("/acts/views", name="Burning", sharing="team", tab="all", priority="urgent")
    page = operator.get("/")
    address = re.search(r'<a href="(/\?[^"]*view=[^"]*)"[^>]*>Burning', page)
    assert address is not None
    assert operator.titles(unescape(address[1])) == ["Urgent one"]
    id = re.search(r"view=([\w-]+)", address[1])
    assert id is not None
    operator.act(f"/acts/views/{id[1]}/forget", 404)
    operator.act("/acts/views", 403, name="Mine for all", sharing="team", priority="low")
    operator.act("/acts/views", 422, name=" ", sharing="private")
    operator.act("/acts/views", name="Calm", sharing="default", priority="low")
    assert operator.titles("/") == ["Low one"]
    assert operator.titles("/?tab=all") == ["Urgent one", "Low one"]
    assert manager.titles("/") == ["Urgent one", "Low one"]
    manager.act(f"/acts/views/{id[1]}/forget")
    assert "Burning" not in operator.get("/")
