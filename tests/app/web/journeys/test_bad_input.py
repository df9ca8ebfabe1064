"""Bad input on pages: pressed twice, too late, signed out in between, hostile texts, and a list of ten thousand."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any

from app.store.entities import ENTITIES
from tests.app.web.journeys.conftest import PATIENCE, PHONE, Served, Visiting, settled
from tests.app.web.journeys.test_interruptions import signs_in
from tests.app.web.pages.at_work import a_task, an_exception
from tests.app.web.population import RATE
from tests.app.web.signing_in import rows

if TYPE_CHECKING:
    from playwright.sync_api import Page

LONG = "Ж" * 100 + "W" * 100 + "م" * 99 + "🎤"
HOSTILE = (
    LONG,
    """<script>window.hurt = 1</script>"><img src=x onerror="window.hurt = 1"> محمد بن سلمان, Zoë 👩‍🎤 Ёж""",
)
MANY = 10_000


def happened(served: Served, id: str, transition: str) -> int:
    sql = f"SELECT count(*) AS times FROM events WHERE subject = '{id}' AND transition = '{transition}'"
    return int(rows(served.house, sql)[0]["times"])


def test_pressed_twice_is_done_once(visit: Visiting, served: Served):
    task = a_task(served.house, "Twice", priority="urgent")["id"]
    page = visit("operator", f"/?q=Twice#task/{task}")
    page.locator("#card [data-key=b]").dblclick()
    page.locator("#card .chip", has_text="In progress").wait_for()
    booking = served.ids["booking"][3]
    sheet = visit("owner", f"/bookings/{booking}")
    settled(sheet)
    sheet.locator("#move-request_deposit").dblclick()
    sheet.locator(".st.now[data-state=awaiting_deposit]").wait_for()
    settled(sheet)
    assert (happened(served, task, "start"), happened(served, booking, "request_deposit")) == (1, 1)


def test_a_stale_form_says_what_changed_and_keeps_what_was_typed(visit: Visiting, served: Served):
    visit.forgive("status of 412")
    client = served.ids["client"][1]
    page = visit("manager", f"/clients/{client}/edit")
    settled(page)
    page.locator("#f-phone").fill("+49 30 1111111")
    served.house.owner.patch(f"/clients/{client}", {"name": "Berta «the second»"})
    page.locator("form.sheetform button.pri").click()
    page.get_by_text("Berta «the second»").first.wait_for()
    assert page.locator("#f-phone").input_value() == "+49 30 1111111"
    assert page.locator("#f-name").input_value() == "Berta «the second»", "a field that was left alone follows"
    assert served.house.owner.get(f"/clients/{client}").get("phone") is None
    page.locator("form.sheetform button.pri").click()
    page.wait_for_url(f"**/clients/{client}")
    stored = served.house.owner.get(f"/clients/{client}")
    assert (stored["name"], stored["phone"]) == ("Berta «the second»", "+49 30 1111111")


def test_whoever_was_slower_is_told_and_shown_by_whom(visit: Visiting, served: Served):
    visit.forgive("status of 4(09|12)")
    task = a_task(served.house, "Raced for", priority="urgent")["id"]
    page = visit("manager", f"/?q=Raced#task/{task}")
    page.locator("#card [data-key=e]").wait_for()
    settled(page)
    page.route("**/todo/**", lambda route: route.abort())  # what the page shows is old
    visit.forgive("net::ERR_FAILED")
    served.house.operator.move(f"/tasks/{task}", "complete")
    page.keyboard.press("e")
    page.locator(".toast.bad").wait_for()
    page.unroute("**/todo/**")
    a_task(served.house, "Raced after")
    page.locator(f"#r-task-{task}.gone", has_text="Oleg Operator").wait_for()
    assert happened(served, task, "complete") == 1


def test_a_session_that_ends_in_the_middle_of_an_act_costs_nothing_but_the_signing_in(visit: Visiting, served: Served):
    visit.forgive("401")
    exception = an_exception(served.house, "Ends in between", priority="urgent")["id"]
    page = visit("manager", f"/?q=between#exception/{exception}")
    page.locator("#card [data-key=e]").wait_for()
    settled(page)
    page.keyboard.press("e")
    page.locator("#sheet-reason[open]").wait_for()
    page.wait_for_load_state("networkidle")
    page.locator("#reason-text").fill("They called «back»")
    page.context.clear_cookies(name="sid")
    page.keyboard.press("Enter")
    page.locator("#signedout a").click()
    assert served.house.owner.get(f"/exceptions/{exception}")["status"] == "open"
    page.wait_for_url("**/login?next=**")
    signs_in(page, "manager")
    page.locator(".toast", has_text="Ends in between").wait_for()
    assert served.house.owner.get(f"/exceptions/{exception}")["status"] == "resolved"
    told = served.house.owner.get(f"/audit?entity_type=exception&entity_id={exception}")["items"]
    assert "They called «back»" in [one["reason"] for one in told]


def overflow(page: Page) -> int:
    found: int = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    return found


def test_hostile_texts_show_as_text_and_break_no_layout(visit: Visiting, served: Served):
    owner, made = served.house.owner, []
    for number, text in enumerate(HOSTILE):
        day = {"starts_at": f"2026-07-{number + 1:02}T08:00:00Z", "ends_at": f"2026-07-{number + 1:02}T18:00:00Z"}
        client = owner.post("/clients", {"name": text, "email": f"h{number}@example.test"})["id"]
        model = owner.post("/models", {"name": text, "category": "runway", "home_city": text[:60], "day_rate": RATE})[
            "id"
        ]
        owner.move(f"/models/{model}", "publish")
        inquiry = owner.post("/inquiries", {"category": "runway", "client": client, "message": text, **day})["id"]
        booking = owner.post(
            "/bookings", {"client": client, "model": model, "city": text[:60], "total": RATE, "notes": text, **day}
        )["id"]
        task = a_task(served.house, text, priority="urgent", about=f"booking/{booking}")["id"]
        made.append((text, client, model, inquiry, booking, task))
    page = visit("manager")
    wide = []
    for text, client, model, inquiry, booking, task in made:
        paths = [f"/clients/{client}", f"/models/{model}", f"/inquiries/{inquiry}", f"/bookings/{booking}"]
        for path in [*paths, f"/?tab=all#task/{task}"]:
            page.set_viewport_size(PHONE if text == LONG else {"width": 1440, "height": 900})  # type: ignore[arg-type]
            page.goto(path)
            settled(page)
            page.get_by_text(text[:40]).first.wait_for(state="attached")
            if overflow(page) > 0:
                wide.append(f"{path}: {overflow(page)} pixels too wide for {text[:20]}")
            if text == LONG:
                page.set_viewport_size({"width": 1440, "height": 900})
                if overflow(page) > 0:
                    wide.append(f"{path}: {overflow(page)} pixels too wide at a desk")
            assert page.evaluate("() => window.hurt") is None
    for path in ("/clients", "/models", "/inquiries", "/bookings", "/?tab=all"):
        for size in (PHONE, {"width": 1440, "height": 900}):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.goto(path)
            settled(page)
            if overflow(page) > 0:
                wide.append(f"{path}: {overflow(page)} pixels too wide")
    assert not wide, "\n".join(wide)


def test_a_list_of_ten_thousand_comes_and_is_walked_by_keys(visit: Visiting, served: Served):
    pattern = a_task(served.house, "One of many", priority="low")["id"]
    many_like(served, pattern)
    page = visit("manager", "/?tab=all")
    settled(page)
    assert page.locator("[data-count-of=all]").inner_text().replace(",", "") >= str(MANY)
    place = "() => [...document.querySelectorAll('#rows .r')].findIndex((one) => one.ariaSelected === 'true')"
    end = time.monotonic() + 3 * PATIENCE / 1000
    while page.evaluate(place) < 140:  # at the end of what is there a key waits for no rows
        assert time.monotonic() < end, "the next rows did not come"
        page.keyboard.press("j")
    before = page.evaluate(place)
    for _ in range(10):
        page.keyboard.press("k")
    assert page.evaluate(place) == before - 10
    page.locator("#c-acts").wait_for()


def many_like(served: Served, id: str) -> None:
    """Ten thousand tasks more, past the road, which would take its time."""
    table = ENTITIES["task"]
    with served.house.platform.database.connect() as connection:
        row: dict[str, Any] = dict(connection.execute(table.select().where(table.c.id == id)).mappings().one())
    values = [row | {"id": str(uuid.uuid4()), "title": f"Many {number}"} for number in range(MANY)]
    with served.house.platform.database.begin() as connection:
        connection.execute(table.insert(), values)
