"""A morning at the Action Center, by keyboard alone, while colleagues work too."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.app.web.journeys.conftest import Served, Visiting, settled
from tests.app.web.pages.at_work import a_task, an_exception

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route


def row(task: dict[str, Any], machine: str = "task") -> str:
    return f"#r-{machine}-{task['id']}"


def chosen(page: Page) -> str:
    return page.locator(".r[aria-selected=true] .t span").first.inner_text()


def go(page: Page, title: str) -> None:
    """Goes to a row by key."""
    for _ in range(page.locator(".r").count()):
        page.keyboard.press("j")
        if chosen(page) == title:
            return
    raise AssertionError(f"no row {title}")


def test_a_morning_by_keyboard(visit: Visiting, served: Served, axe: Callable[[Page], None]):
    house = served.house
    tasks = [a_task(house, f"Morning {number}", priority="urgent") for number in range(4)]
    page = visit("manager", "/")
    settled(page)
    go(page, "Morning 0")
    page.locator("#c-acts").wait_for()
    axe(page)
    page.keyboard.press("e")
    page.locator(f"{row(tasks[0])}.gone", has_text="Closed by Max Manager").wait_for()
    assert chosen(page) == "Morning 1"
    page.locator(".toast", has_text="Morning 0: done.").wait_for()
    page.keyboard.press("z")
    page.locator(f"{row(tasks[0])}:not(.gone)").wait_for()
    assert chosen(page) == "Morning 1"

    page.keyboard.press("a")
    page.keyboard.type("oleg")
    page.keyboard.press("Enter")
    page.locator(".toast", has_text="Given to Oleg Operator.").wait_for()
    assert chosen(page) == "Morning 2"
    page.keyboard.press("s")
    page.locator("#sheet-snooze[open]").wait_for()
    axe(page)
    page.keyboard.press("2")
    page.locator(f"{row(tasks[2])}.gone", has_text="Snoozed").wait_for()
    page.keyboard.press("w")
    assert page.evaluate("document.activeElement.id") in ("c-why", "card", "")  # a hand-made task has a maker


def test_nothing_moves_under_the_cursor(visit: Visiting, served: Served):
    house = served.house
    tasks = [a_task(house, f"Steady {number}", priority="high") for number in range(3)]
    page = visit("manager", "/")
    settled(page)
    page.locator(row(tasks[1])).click()
    page.locator("#c-acts").wait_for()
    page.locator(f"{row(tasks[2])} .check").click()
    stood = page.locator(row(tasks[1])).bounding_box()
    count = page.locator("[data-count-of=all]").inner_text()

    house.operator.move(f"/tasks/{tasks[0]['id']}", "complete")
    page.locator(f"{row(tasks[0])}.gone", has_text="Closed by Oleg Operator").wait_for()
    sooner = a_task(house, "First of all", priority="urgent")
    page.locator("#news", has_text="1 new").wait_for()
    assert page.locator(row(tasks[1])).bounding_box() == stood
    assert chosen(page) == "Steady 1"
    assert page.locator(f"{row(tasks[2])}[data-picked]").count() == 1
    page.locator("[data-count-of=all]").get_by_text(count, exact=True).wait_for()
    assert page.title().startswith(f"({count}) ")

    page.locator("#news button").click()
    page.locator(row(sooner)).wait_for()
    assert page.locator(row(tasks[0])).count() == 0
    assert chosen(page) == "Steady 1"
    assert page.locator(f"{row(tasks[2])}[data-picked]").count() == 1


def test_several_at_once(visit: Visiting, served: Served, axe: Callable[[Page], None]):
    tasks = [a_task(served.house, f"Many {number}", priority="low") for number in range(2)]
    exception = an_exception(served.house, "Many, and one to explain", priority="low")
    page = visit("owner", "/?q=Many")
    settled(page)
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("Shift+J")
    page.keyboard.press("Shift+J")
    page.locator("#bulk", has_text="3 picked").wait_for()
    assert "2 can be settled, 1 with a reason" in page.locator("#bulk").inner_text()
    axe(page)
    page.keyboard.press("s")
    page.locator("#sheet-snooze[open]").wait_for()
    page.keyboard.press("1")
    page.locator("#sheet-outcome", has_text="An exception is settled, not put off.").wait_for()
    axe(page)
    page.keyboard.press("Escape")
    for task in tasks:
        page.locator(f"{row(task)}.gone").wait_for()
    assert page.locator(f"{row(exception, 'exception')}[data-picked]").count() == 1
    assert page.locator("#bulk [data-bulk=snooze]").is_hidden(), "an exception alone is offered no snooze either"


def test_colleagues_see_who_is_at_what(visit: Visiting, served: Served):
    task = a_task(served.house, "Shared work", priority="high")
    operator = visit("operator", f"/#task/{task['id']}")
    operator.locator("#c-acts").wait_for()
    manager = visit("manager", "/")
    settled(manager)
    manager.locator(f"{row(task)} .pres", has_text="Oleg is handling").wait_for()
    assert manager.locator("#here", has_text="Oleg Operator").count() == 1
    manager.locator(row(task)).click()
    manager.locator("#hand", has_text="Oleg is handling").wait_for()
    visit.forgive("404")  # the operator may not see it once it is the manager's
    manager.keyboard.press("t")
    manager.locator("#c-head", has_text="With Max Manager").wait_for()


def test_a_card_covers_a_phone_and_gives_it_back(visit: Visiting, served: Served, axe: Callable[[Page], None]):
    task = a_task(served.house, "On the way", priority="urgent")
    page = visit("operator", "/", phone=True)
    settled(page)
    page.locator(row(task)).tap()
    page.locator("#c-acts").wait_for()
    axe(page)
    box = page.locator("#card").bounding_box()
    assert box is not None
    assert box["width"] == 390
    assert box["y"] == 0
    page.locator("[data-card-back]").tap()
    page.locator(row(task)).wait_for()
    assert not page.locator("#card").is_visible()


def test_a_list_that_nobody_touches_lets_in_what_comes_while_others_close(visit: Visiting, served: Served):
    tasks = [a_task(served.house, f"Idle {number}", priority="urgent") for number in range(2)]
    page = visit("manager", "/?assignee=nobody")
    settled(page)
    page.locator(row(tasks[0])).wait_for()
    served.house.operator.move(f"/tasks/{tasks[0]['id']}", "complete")
    page.locator(f"{row(tasks[0])}.gone").wait_for()
    new = a_task(served.house, "Come meanwhile", priority="urgent")
    page.locator(row(new)).wait_for()
    assert page.locator("#news").is_hidden()


def test_a_mistake_in_a_sheet_is_put_right_in_it(visit: Visiting, served: Served):
    visit.forgive("422")
    task = a_task(served.house, "Later, with a reason", priority="high")
    page = visit("manager", "/?q=Later,")
    settled(page)
    page.locator(row(task)).click()
    page.locator("#c-acts").wait_for()
    page.keyboard.press("s")
    sheet = page.locator("#sheet-snooze[open]")
    sheet.locator("[name=until]").fill("2020-01-01T10:00")
    sheet.locator("[name=reason]").fill("my long why")
    sheet.locator("[name=reason]").press("Enter")
    page.locator(".toast.bad").wait_for()
    sheet.wait_for()
    assert sheet.locator("[name=reason]").input_value() == "my long why"
    sheet.locator("[name=until]").fill("2026-03-05T10:00")
    sheet.locator("[name=reason]").press("Enter")
    page.locator(f"{row(task)}.gone", has_text="Snoozed").wait_for()


def test_a_card_that_cannot_be_fetched_is_not_the_one_before(visit: Visiting, served: Served):
    visit.forgive("ERR_FAILED")
    tasks = [a_task(served.house, f"Unreached {number}", priority="high") for number in range(2)]
    page = visit("manager", "/?q=Unreached")
    settled(page)
    page.keyboard.press("j")
    page.locator("#c-acts").wait_for()
    page.route("**/todo/task/**", lambda route: route.abort())
    page.keyboard.press("j")
    page.locator("#card", has_text="This card could not be fetched.").wait_for()
    page.keyboard.press("e")
    page.locator(".toast.bad", has_text="This card could not be fetched.").wait_for()
    assert served.house.manager.get(f"/tasks/{tasks[0]['id']}")["status"] == "open"


@pytest.fixture
def slow(visit: Visiting) -> Callable[[Page, str], Callable[[], None]]:
    """Has the answers of some addresses wait until they are let through."""

    def hold(page: Page, addresses: str) -> Callable[[], None]:
        waiting: list[Route] | None = []

        def late(route: Route) -> None:
            route.continue_() if waiting is None else waiting.append(route)

        def let_through() -> None:
            nonlocal waiting
            held, waiting = waiting or [], None
            for route in held:
                route.continue_()

        page.route(addresses, late)
        return let_through

    return hold


Slow = Callable[["Page", str], Callable[[], None]]


def test_what_is_typed_before_the_card_has_come_goes_where_it_was_meant(visit: Visiting, served: Served, slow: Slow):
    tasks = [a_task(served.house, f"Typed ahead {number}", priority="urgent") for number in range(3)]
    page = visit("manager", "/?q=Typed+ahead")
    settled(page)
    let_through = slow(page, "**/todo/task/**")
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.keyboard.type("oleg")
    page.keyboard.press("Enter")
    page.keyboard.press("s")
    page.keyboard.press("1")
    let_through()
    page.locator(f"{row(tasks[1])}.gone", has_text="Snoozed").wait_for()
    house = served.house
    given, snoozed, left = (house.manager.get(f"/tasks/{task['id']}") for task in tasks)
    assert (given["status"], given["assignee"]) == ("assigned", house.ids["operator"])
    assert (snoozed["status"], left["status"]) == ("snoozed", "open")


def test_letters_pressed_faster_than_acts_are_done_each_take_the_next_row(visit: Visiting, served: Served, slow: Slow):
    tasks = [a_task(served.house, f"Quickly {number}", priority="urgent") for number in range(3)]
    page = visit("manager", "/?q=Quickly")
    settled(page)
    page.keyboard.press("j")
    page.locator("#c-acts").wait_for()
    let_through = slow(page, "**/acts/task/**")
    page.keyboard.press("e")
    page.keyboard.press("e")
    page.keyboard.press("j")
    let_through()
    for task in tasks[:2]:
        page.locator(f"{row(task)}.gone").wait_for()
    assert [served.house.manager.get(f"/tasks/{task['id']}")["status"] for task in tasks] == ["done", "done", "open"]
    assert page.locator(".toast.bad").count() == 0


def test_who_goes_on_by_hand_while_a_card_is_awaited_has_nothing_done_and_is_told(
    visit: Visiting, served: Served, slow: Slow
):
    tasks = [a_task(served.house, f"Not meant {number}", priority="urgent") for number in range(2)]
    page = visit("manager", "/?q=Not+meant")
    settled(page)
    let_through = slow(page, "**/todo/task/**")
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.keyboard.press("o")
    page.locator(row(tasks[1])).click()
    page.locator(".toast", has_text="What you typed ahead was not done.").wait_for()
    let_through()
    page.locator("#c-acts").wait_for()
    page.keyboard.press("y")
    page.locator(".toast", has_text="Y has nothing to do here.").wait_for()
    assert [served.house.manager.get(f"/tasks/{task['id']}")["status"] for task in tasks] == ["open", "open"]


def test_a_letter_whose_card_comes_too_late_is_forgotten_and_told(visit: Visiting, served: Served, slow: Slow):
    task = a_task(served.house, "Too late", priority="urgent")
    page = visit("manager", "/?q=Too+late")
    page.clock.install()
    settled(page)
    let_through = slow(page, "**/todo/task/**")
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.keyboard.press("y")
    page.clock.fast_forward(9_000)
    page.locator(".toast", has_text="What you typed ahead was not done.").wait_for()
    let_through()
    page.locator("#c-acts").wait_for()
    page.keyboard.press("y")
    page.locator(".toast", has_text="Y has nothing to do here.").wait_for()
    assert page.locator(".toast", has_text="What you typed ahead was not done.").count() == 1
    assert served.house.manager.get(f"/tasks/{task['id']}")["status"] == "open"


def test_keys_typed_ahead_mean_what_they_mean_typed_slowly(visit: Visiting, served: Served, slow: Slow):
    tasks = [a_task(served.house, f"In order {number}", priority="urgent") for number in range(4)]
    page = visit("manager", "/?q=In+order")
    settled(page)
    let_through = slow(page, "**/{todo/task,acts/task,acts/undo}/**")
    page.keyboard.press("j")
    for key in ("e", "z", "j", "e", "a"):  # the first is done and undone, the third is done, the fourth is not given
        page.keyboard.press(key)
    page.keyboard.type("cl")
    for key in ("Escape", "k", "k", "s", "1"):
        page.keyboard.press(key)
    let_through()
    page.locator(f"{row(tasks[1])}.gone", has_text="Snoozed").wait_for()
    told = [served.house.owner.get(f"/tasks/{task['id']}") for task in tasks]
    assert [one["status"] for one in told] == ["open", "snoozed", "done", "open"]
    assert not any(one.get("assignee") for one in told)


def test_what_was_closed_meanwhile_is_not_given_away(visit: Visiting, served: Served):
    visit.forgive("412")
    task = a_task(served.house, "Closed while giving", priority="urgent")
    page = visit("manager", "/?q=Closed+while")
    settled(page)
    page.locator(row(task)).click()
    page.locator("#b-assign").click()
    page.locator("#sheet-assign[open]").wait_for()
    served.house.owner.move(f"/tasks/{task['id']}", "complete")
    page.keyboard.type("oleg")
    page.keyboard.press("Enter")
    page.locator(".toast.bad", has_text="has changed since").wait_for()
    assert served.house.owner.get(f"/tasks/{task['id']}").get("assignee") is None
