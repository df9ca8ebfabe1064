"""The Action Center's list and cards: what they show to whom, in which order, and why."""

from __future__ import annotations

import json
import re
from html import unescape

import sqlalchemy as sa

from app.road import worklist
from app.road.caller import Caller
from app.store.entities import ENTITIES
from tests.app.web.conftest import Agency
from tests.app.web.pages.at_work import a_task, an_exception, somebody
from tests.app.web.signing_in import HOUR, MINUTE
from tests.app.web.test_release_one import a_booking, a_client, an_inquiry


def test_the_list_is_in_order_of_priority_and_then_of_what_runs_out_first(house: Agency):
    a_task(house, "Low", priority="low")
    a_task(house, "Normal, later", priority="normal", due="2026-03-05T12:00:00Z")
    a_task(house, "Normal, sooner", priority="normal", due="2026-03-03T12:00:00Z")
    a_task(house, "Normal, whenever", priority="normal")
    a_task(house, "Urgent", priority="urgent")
    page = somebody(house, "manager").get("/")
    assert re.findall(r'<span class="t"><span>(.*?)</span>', page) == [
        "Urgent",
        "Normal, sooner",
        "Normal, later",
        "Normal, whenever",
        "Low",
    ]
    assert "(5) Action Center" in page
    assert "urgent, and nothing of that priority runs out sooner" in page


def test_an_operator_sees_nothing_of_others(house: Agency):
    a_task(house, "For operations")
    theirs = house.manager.post("/tasks", {"title": "For the finance desk", "queue": "finance"})
    given = a_task(house, "Given to the manager")
    house.manager.post(f"/tasks/{given['id']}/assign", {"user": house.ids["manager"]}, 200)
    operator = somebody(house, "operator")
    assert operator.titles() == ["For operations"]
    assert operator.counts()["all"] == 1
    for id in (theirs["id"], given["id"]):
        operator.get(f"/todo/task/{id}", 404)
        assert operator.titles(f"/todo/rows?keys=task/{id}") == []
        operator.act(f"/acts/task/{id}/complete", 404)
        operator.act(f"/acts/task/{id}/assign", 404)


def test_money_never_reaches_who_may_not_see_it(house: Agency):
    booking = a_booking(house)
    task = a_task(house, "Look at it", about=f"booking/{booking['id']}")
    booking = house.manager.get(f"/bookings/{booking['id']}")  # whoever converted it may not see its total
    amount = f"{booking['total']['amount'] // 100:,}"
    assert amount in somebody(house, "manager").get(f"/todo/task/{task['id']}")
    card = somebody(house, "operator").get(f"/todo/task/{task['id']}")
    assert booking["code"] in card
    assert amount not in card
    assert str(booking["total"]["amount"]) not in card
    assert "deposit is" not in card


def test_the_first_line_claims_no_more_than_its_priority(house: Agency):
    a_task(house, "Urgent, a little late", priority="urgent", due="2026-03-02T11:00:00Z")
    a_task(house, "Low, very late", priority="low", due="2026-02-20T11:00:00Z")
    manager = somebody(house, "manager")
    assert "urgent, and the latest of that priority: 1 h past due" in manager.get("/")
    late = "/?priority=low"
    assert "low, and the latest of that priority: 10 d" in manager.get(late).replace("10 days", "10 d")
    a_task(house, "High", priority="high", due="2026-03-02T13:00:00Z")
    assert "high, and the first of that priority to run out: in 1 h" in manager.get("/?priority=high")


def test_strangers_are_sent_to_the_entrance(house: Agency):
    http = house.http.application.test_client()
    for path in ("/", "/todo/list", "/todo/rows", "/todo/reasons"):
        assert http.get(path).status_code == 302, path
    assert http.post("/acts/work/bulk").status_code in (302, 401, 403)


def test_a_filter_narrows_the_list_and_says_when_nothing_is_left(house: Agency):
    a_task(house, "Ёлки звонить", priority="urgent")
    mine = a_task(house, "Mine")
    house.manager.post(f"/tasks/{mine['id']}/assign", {"user": house.ids["manager"]}, 200)
    an_exception(house, "100% odd_one")
    manager = somebody(house, "manager")
    assert manager.titles("/todo/list?q=ёлки") == ["Ёлки звонить"]
    assert manager.titles("/todo/list?priority=urgent") == ["Ёлки звонить"]
    assert manager.titles("/todo/list?assignee=me") == ["Mine"]
    assert set(manager.titles("/todo/list?assignee=nobody")) == {"Ёлки звонить", "100% odd_one"}
    assert manager.titles("/todo/list?q=100%25 odd_") == ["100% odd_one"]
    assert manager.titles("/todo/list?q=100_ odd") == []
    assert manager.titles("/todo/list?tab=exceptions") == ["100% odd_one"]
    assert manager.titles("/todo/list?tab=mine") == ["Mine"]
    assert "Nothing fits the filter" in manager.get("/?q=nowhere")


def test_what_left_the_list_says_who_closed_it_and_when(house: Agency):
    task = a_task(house, "Soon done")
    house.operator.move(f"/tasks/{task['id']}", "complete")
    row = somebody(house, "manager").get(f"/todo/rows?keys=task/{task['id']} task/none nonsense booking/x")
    assert "Closed by Oleg Operator, " in row
    assert "data-gone" in row
    assert row.count('role="option"') == 1


def test_a_deadline_says_how_it_stands(house: Agency):
    noon = "2026-03-02T"
    a_task(house, "Soon", due=f"{noon}13:30:00Z", priority="urgent")
    assert "1 h 30 min left" in somebody(house, "manager").get("/")
    house.clock.advance(85 * MINUTE)
    row = somebody(house, "manager").get("/todo/list")
    assert "sla warning" in row
    assert "5 min left" in row
    assert "left, warned" not in row  # nobody warns of it
    house.clock.advance(HOUR)
    assert "55 min late" in somebody(house, "manager").get("/todo/list")


def test_a_clock_outside_of_its_hours_says_when_they_begin(house: Agency):
    house.clock.advance(9 * HOUR)
    an_exception(house, "At night", priority="high")
    page = somebody(house, "manager").get("/")
    assert "sla outside" in page
    assert re.search(r"Closed until \w+ \d\d:00", page)


def test_the_card_says_which_rule_made_it_and_on_what(house: Agency):
    client = a_client(house, tier="vip")["id"]
    inquiry = house.manager.post(
        "/inquiries",
        {
            "category": "runway",
            "client": client,
            "starts_at": "2026-04-01T08:00:00Z",
            "ends_at": "2026-04-01T18:00:00Z",
        },
    )
    task = next(
        one
        for one in house.manager.get("/tasks")["items"]
        if one["about"] == f"inquiry/{inquiry['id']}" and one["priority"] == "urgent"
    )
    card = somebody(house, "manager").get(f"/todo/task/{task['id']}")
    assert "rush-vip-inquiry@1" in card
    assert "inquiry.client.tier == &#34;vip&#34;" in card
    assert "ver met" in card
    assert inquiry["code"] in card
    assert "first-response@1" in card  # the clock of what it is about, with its ledger
    assert '<rect class="' in card


def test_a_move_whose_guard_does_not_hold_stays_visible_with_why(house: Agency):
    booking = a_booking(house)
    task = a_task(house, "Confirm it", about=f"booking/{booking['id']}")
    manager = somebody(house, "manager")
    card = manager.get(f"/todo/task/{task['id']}")
    button = re.search(r"<button[^>]*aria-disabled[^>]*>", card)
    assert button is not None
    assert 'data-key="c"' in button[0]
    described = re.search(r'aria-describedby="([^"]+)"', button[0])
    assert described is not None
    assert f'id="{described[1]}"' in card
    assert "Confirm waits: " in card
    assert re.search(r"booking\.yaml:\d+", card)
    told = manager.act(f"/acts/task/{task['id']}/of/booking/confirm", 409)
    assert "guard" in told["refused"]["text"]


def test_ten_thousand_items_are_ranked_by_the_store(house: Agency):
    table = ENTITIES["task"]
    base = {
        "status": "open",
        "updated_at": 1,
        "status_since": 1,
        "version": 1,
        "queue": "operations",
        "priority": "normal",
    }
    with house.platform.pipeline.transaction() as connection:
        rows = [
            {**base, "id": f"t{n}", "created_at": n + 1, "title": f"Task {n}", "due": (n * 7919) % 10_007}
            for n in range(10_000)
        ]
        connection.execute(sa.insert(table), rows)
    manager = somebody(house, "manager")
    page = manager.get("/")
    assert page.count('role="option" aria-selected="false" data-key-of') == 30
    assert "10,000" in page
    more = manager.get("/todo/list?from=30&rows=100")
    assert more.count("data-key-of") == 100
    assert not set(re.findall(r'data-key-of="([^"]+)"', page)) & set(re.findall(r'data-key-of="([^"]+)"', more))
    actor = Caller({"id": house.ids["manager"], "roles": ["OPS_MANAGER"], "queues": []})
    every = house.platform.pipeline.read(actor, worklist.worklist)
    assert len(every) == 10_000
    assert [item.due for item in every] == sorted(item.due or 0 for item in every)


def test_a_page_of_ten_rows_costs_as_many_queries_as_one_of_two(house: Agency):
    manager = somebody(house, "manager")

    def queries() -> int:
        seen: list[str] = []
        count = lambda *args: seen.append(args[2])  # noqa: E731
        sa.event.listen(house.platform.database, "before_cursor_execute", count)
        manager.get("/todo/list")
        sa.event.remove(house.platform.database, "before_cursor_execute", count)
        return len(seen)

    client = a_client(house)["id"]
    for _ in range(2):
        a_task(house, "One", about=f"client/{client}")
    manager.get("/todo/list")
    few = queries()
    for _ in range(8):
        a_task(house, "Another", about=f"client/{client}")
    assert queries() == few


def test_hostile_titles_are_text(house: Agency):
    bad = "<script>alert(1)</script> & " + "длинно " * 40
    task = a_task(house, bad)
    manager = somebody(house, "manager")
    for page in (manager.get("/"), manager.get(f"/todo/task/{task['id']}")):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_time_goes_by_in_the_reader_s_language(house: Agency):
    a_task(house, "Soon", due="2026-03-02T13:30:00Z")
    manager = somebody(house, "manager")
    manager.door.http.set_cookie("lang", "ru")
    page = unescape(manager.get("/"))
    assert '<html lang="ru"' in page
    found = re.search(r'data-patterns="(.*?)">', page, re.DOTALL)
    assert found is not None
    days = json.loads(found[1])["days"]
    assert set(days) == {"1", "2", "5"}  # one of each form that a language has


def test_a_task_without_a_deadline_shows_the_clock_of_what_it_is_about(house: Agency):
    inquiry = an_inquiry(house, a_client(house)["id"])
    task = a_task(house, "Ask once more", about=f"inquiry/{inquiry['id']}")
    a_task(house, "About nothing")
    page = somebody(house, "manager").get("/todo/list")
    row = page.partition(f'id="r-task-{task["id"]}"')[2].partition('id="r-')[0]
    assert "data-due=" in row, "the first response's clock goes on"
    assert page.partition("About nothing")[2].partition('id="r-')[0].count("No deadline") == 1


def test_a_task_about_a_payment_shows_the_booking_to_whoever_may_not_read_the_payment(house: Agency):
    booking = a_booking(house)
    due = {"purpose": "deposit", "amount": {"amount": 31_117, "currency": "EUR"}, "due_at": "2026-04-01T00:00:00Z"}
    payment = house.finance.post("/payments", {**due, "booking": booking["id"]})["id"]
    task = a_task(house, "Ask how they will pay", about=f"payment/{payment}")
    operator = somebody(house, "operator")
    card = operator.get(f"/todo/task/{task['id']}")
    assert f'href="/bookings/{booking["id"]}"' in card
    assert booking["code"] in card
    rows = operator.get(f"/todo/rows?keys=task/{task['id']}")
    assert booking["code"] in rows
    for text in (card, rows):
        for secret in (payment, "311.17", "31117", "Deposit,"):
            assert secret not in text
    operator.act(f"/acts/task/{task['id']}/of/payment/void", 404)
    operator.act(f"/acts/task/{task['id']}/of/booking/cancel", reason="They gave up")
    assert house.owner.get(f"/bookings/{booking['id']}")["status"] == "cancelled"
    finance = somebody(house, "owner").get(f"/todo/task/{task['id']}")
    assert f'href="/payments/{payment}"' in finance


def test_a_story_leaves_out_what_tells_its_reader_nothing(house: Agency):
    booking = a_booking(house)
    due = {"purpose": "deposit", "amount": {"amount": 31_117, "currency": "EUR"}, "due_at": "2026-04-01T00:00:00Z"}
    payment = house.finance.post("/payments", {**due, "booking": booking["id"]})["id"]
    task = a_task(house, "Look at it", about=f"booking/{booking['id']}")
    house.finance.move(f"/payments/{payment}", "succeed")
    card = somebody(house, "operator").get(f"/todo/task/{task['id']}")
    assert "record-paid-deposit" not in card, "its name alone tells that the deposit is here"
    assert "New: booking" in card
    assert "record-paid-deposit" in somebody(house, "manager").get(f"/todo/task/{task['id']}")
    client = house.owner.get(f"/bookings/{booking['id']}")["client"]
    for path in (f"/bookings/{booking['id']}", f"/clients/{client}"):
        assert "record-paid-deposit" not in somebody(house, "operator").get(path)
