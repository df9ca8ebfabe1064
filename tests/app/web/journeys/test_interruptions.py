"""A session or a connection that ends in the middle of work costs nothing that was typed or done."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from app.identity.demo import PASSWORD
from tests.app.web.journeys.conftest import Served, Visiting, settled
from tests.app.web.pages.at_work import a_task

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route, WebSocketRoute

ACT = "() => htmx.ajax('POST', '/acts/undo', {values: {command: 'none'}, swap: 'none'})"


def signs_in(page: Page, who: str) -> None:
    page.locator("#email").fill(f"{who}@demo.virel")
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("by", ["act", "form"])
@pytest.mark.parametrize("back", ["manager", "owner"])
def test_what_was_typed_outlives_a_session_for_the_same_person_only(visit: Visiting, by: str, back: str):
    visit.forgive("401|404|409")
    page = visit("manager", "/clients/new")
    settled(page)
    page.locator("#f-name").fill("Anna «A» Ünlü")
    page.locator("#f-tier").select_option("vip")
    page.context.clear_cookies(name="sid")
    if by == "act":
        page.evaluate(ACT)
        page.locator("#signedout").wait_for()
        assert page.locator("#f-name").input_value() == "Anna «A» Ünlü"
        page.locator("#signedout a").click()
    else:
        page.locator("main form button").click()
    page.wait_for_url("**/login?next=**")
    signs_in(page, back)
    page.wait_for_url("**/clients/new")
    settled(page)
    typed = (page.locator("#f-name").input_value(), page.locator("#f-tier").input_value())
    assert typed == (("Anna «A» Ünlü", "vip") if back == "manager" else ("", "basic"))


def test_an_act_at_the_end_of_a_session_is_done_once_the_same_person_is_back(visit: Visiting, served: Served):
    visit.forgive("401")
    task = a_task(served.house, "Begun at the last moment")["id"]
    page = visit("operator", "/clients")
    settled(page)
    page.context.clear_cookies(name="sid")
    page.evaluate(f"() => htmx.ajax('POST', '/acts/task/{task}/start', {{swap: 'none'}})")
    page.locator("#signedout a").click()
    page.wait_for_url("**/login?next=**")
    signs_in(page, "operator")
    page.locator(".toast", has_text="in progress.").wait_for()
    assert served.house.operator.get(f"/tasks/{task}")["status"] == "in_progress"


def test_an_act_whose_answer_was_lost_is_sent_again_with_its_key_and_done_once(visit: Visiting, served: Served):
    visit.forgive("ERR_FAILED|htmx:sendError|htmx:afterRequest")
    task = served.ids["task"][3]
    page = visit("operator", "/")
    settled(page)
    keys: list[str] = []

    def loses_the_first(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            assert route.fetch().status == 204
            route.abort()
        else:
            route.continue_()

    page.route("**/acts/task/**", loses_the_first)
    page.locator(f"#r-task-{task}").click()
    page.locator("#card :is([hx-post$='/start'], [data-act$='/start'])").click()
    page.get_by_text("It is kept here").first.wait_for()
    page.get_by_text("what was kept is sent now").first.wait_for()
    page.locator(".toast", has_text="in progress.").wait_for()
    assert len(keys) == 2
    assert keys[0] == keys[1]
    assert page.evaluate("() => sessionStorage.getItem('virel.kept')") == "[]"
    house = served.house
    with house.platform.database.connect() as connection:
        sql = f"SELECT count(*) FROM events WHERE subject = '{task}' AND transition = 'start'"
        assert connection.exec_driver_sql(sql).scalar() == 1


def test_a_silent_connection_is_told_within_five_seconds_and_found_again_at_once(visit: Visiting):
    page = visit("operator")
    silent = False
    sockets: list[WebSocketRoute] = []

    def between(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        server = socket.connect_to_server()
        server.on_message(lambda message: None if silent and socket is sockets[0] else socket.send(message))

    page.route_web_socket("**/live*", between)
    page.goto("/")
    settled(page)
    silent, begun = True, time.monotonic()
    page.locator("#stale").wait_for()
    assert time.monotonic() - begun < 10  # five seconds, and as much for a machine that does other things, too
    assert page.locator("#live").inner_text() == "Reconnecting …"
    page.get_by_role("button", name="Try now").click()
    settled(page)
    assert not page.locator("#stale").is_visible()
    assert len(sockets) >= 2


def test_a_part_that_is_brought_up_to_date_keeps_its_elements_and_what_is_done_in_them(visit: Visiting, served: Served):
    row = f"rec-{served.ids['client'][0]}"
    page = visit("operator", "/clients")
    settled(page)
    page.evaluate("id => { window.kept = document.getElementById(id); kept.querySelector('a').focus(); }", row)
    served.house.owner.post("/clients", {"name": "A later one", "email": "later@example.test"})
    page.get_by_text("A later one").wait_for()
    settled(page)
    assert page.evaluate("id => document.getElementById(id) === window.kept && kept.isConnected", row)
    assert page.evaluate("() => document.activeElement.closest('tr') === window.kept")


def test_a_session_that_ends_elsewhere_is_told_without_any_act(
    visit: Visiting, served: Served, monkeypatch: pytest.MonkeyPatch
):
    visit.forgive("401")
    monkeypatch.setattr("app.live.socket.RECHECK", 0.2)
    page = visit("operator", "/clients")
    settled(page)
    csrf = page.locator("body").get_attribute("data-csrf")
    answer = page.request.post(
        "/logout", form={"csrf_token": csrf or ""}, headers={"Origin": served.address}, max_redirects=0
    )
    assert answer.status == 303
    page.locator("#signedout").wait_for()
    assert page.locator("#signedout a").get_attribute("href") == "/login?next=%2Fclients"


def test_an_act_that_met_no_connection_outlives_its_page(visit: Visiting, served: Served):
    visit.forgive("ERR_FAILED|htmx:sendError|htmx:afterRequest")
    task = served.ids["task"][2]
    page = visit("operator", "/clients")
    settled(page)
    back = False
    page.route("**/acts/**", lambda route: route.continue_() if back else route.abort())
    page.evaluate(f"() => htmx.ajax('POST', '/acts/task/{task}/start', {{swap: 'none'}}).catch(() => 0)")
    page.get_by_text("It is kept here").first.wait_for()
    page.reload()
    back = True  # so that nothing was done on the page before
    page.locator(".toast", has_text="in progress.").wait_for()
    assert served.house.operator.get(f"/tasks/{task}")["status"] == "in_progress"


def test_acts_on_one_entity_that_met_no_connection_are_done_in_their_order(visit: Visiting, served: Served):
    visit.forgive("ERR_FAILED|htmx:sendError|htmx:afterRequest")
    task = served.ids["task"][1]
    page = visit("manager", "/clients")
    settled(page)
    back = False
    page.route("**/acts/**", lambda route: route.continue_() if back else route.abort())
    version = served.house.owner.get(f"/tasks/{task}")["etag"].strip('"v')
    for what in ("assign", "start", "complete"):
        sent = f"htmx.ajax('POST', '/acts/task/{task}/{what}', {{swap: 'none', values: {{version: '{version}'}}}})"
        page.evaluate(f"() => {sent}.catch(() => 0)")
    page.wait_for_function("() => JSON.parse(sessionStorage.getItem('virel.kept')).length === 3")
    back = True
    page.locator(".toast", has_text="done.").wait_for()
    assert served.house.owner.get(f"/tasks/{task}")["status"] == "done"
    assert page.locator(".toast.bad", has_text="changed since").count() == 0


def test_a_page_whose_reader_gets_other_roles_is_loaded_anew_with_what_was_typed(
    visit: Visiting, served: Served, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("app.live.socket.RECHECK", 0.2)
    page = visit("operator", "/clients")
    settled(page)
    page.locator("#q").fill("berta")
    doors = page.locator(".nav > a").count()
    served.house.owner.patch(f"/users/{served.house.ids['operator']}", {"roles": ["OPERATOR", "OWNER"]})
    page.wait_for_function("count => document.querySelectorAll('.nav > a').length > count", arg=doors)
    page.wait_for_function("() => document.getElementById('q').value === 'berta'")
