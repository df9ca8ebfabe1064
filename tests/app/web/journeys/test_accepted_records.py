"""What the product is accepted by, as journeys: a booking confirmed, an inquiry from the public form booked, the audit read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.app.web.journeys.conftest import Served, Visiting, settled
from tests.app.web.journeys.hands import WAYS, Hands
from tests.app.web.population import RATE
from tests.app.web.signing_in import MINUTE, rows

if TYPE_CHECKING:
    from playwright.sync_api import Page


def a_booking(served: Served, day: int, **values: Any) -> dict[str, Any]:
    times = {"starts_at": f"2026-06-{day:02}T08:00:00Z", "ends_at": f"2026-06-{day:02}T18:00:00Z"}
    who = {"client": served.ids["client"][0], "model": served.ids["model"][0]}
    found: dict[str, Any] = served.house.owner.post(
        "/bookings", {**who, "city": "Berlin", "total": RATE, **times, **values}
    )
    return found


def day_of(mouse: bool, locale: str) -> int:
    """A day of its own for each way, so that none is in another's way."""
    return 4 if mouse else 6 if locale == "en" else 8


@WAYS
def test_a_booking_is_confirmed_once_nothing_stands_against_it(
    visit: Visiting, served: Served, mouse: bool, locale: str
):
    visit.forgive("status of 4(09|22)")
    house, booking = served.house, a_booking(served, day_of(mouse, locale))
    path = f"/bookings/{booking['id']}"
    page = visit("manager", path, locale=locale)
    settled(page)
    hands = Hands(page, mouse)
    page.locator("#move-confirm[aria-disabled]").click(force=True) if mouse else hands.press("c")
    page.locator("#waits-confirm").wait_for()
    assert house.owner.get(path)["status"] == "draft"
    with hands.acting():
        hands.do("#move-request_deposit")
    page.locator(".st.now[data-state=awaiting_deposit]").wait_for()
    house.finance.patch(path, {"deposit_status": "waived"})
    page.locator(".st.now[data-state=confirmed]").or_(
        page.locator("#move-confirm:not([aria-disabled])")
    ).first.wait_for()
    if house.owner.get(path)["status"] != "confirmed":
        with hands.acting():
            hands.do("#move-confirm", "c")
    page.locator(".st.now[data-state=confirmed]").wait_for()
    assert house.owner.get(path)["status"] == "confirmed"


@WAYS
def test_a_visitors_inquiry_is_matched_and_becomes_a_booking(visit: Visiting, served: Served, mouse: bool, locale: str):
    house, name = served.house, f"Claire {mouse} {locale} Щ"
    manager = visit("manager", "/inquiries", locale=locale)
    settled(manager)
    ask(visit(None, f"/inquire?lang={locale}", locale=locale), mouse, name, day_of(mouse, locale), house)
    [found] = rows(house, f"SELECT i.id FROM inquiries i JOIN clients c ON c.id = i.client WHERE c.name = '{name}'")
    id = found["id"]
    manager.locator(f"#rec-{id}").wait_for()
    hands = Hands(manager, mouse)
    manager.bring_to_front()
    if mouse:
        manager.locator(f"#rec-{id}").hover()
        hands.click(f"#match-{id}")
    else:
        hands.press("j")
        while manager.evaluate("() => document.activeElement.closest('tr').id") != f"rec-{id}":
            hands.press("j")
            assert hands.pressed < 20, "the row is not reached"
        hands.press("m")
    manager.wait_for_url("**/inquiries/*#match")
    manager.locator(".fits tbody tr").first.wait_for()
    model = manager.locator(".fits tbody tr").first.get_attribute("id")
    hands.do(".fits tbody tr [data-rowkey=b]", "j", "b")
    manager.wait_for_url("**/convert?model=*")
    hands.write("#f-city", "Hamburg")
    hands.do("form.sheetform button.pri")
    manager.wait_for_url("**/bookings/*")
    booking = house.owner.get(f"/bookings/{manager.url.rpartition('/')[2]}")
    assert (booking["inquiry"], booking["city"], f"fit-{booking['model']}") == (id, "Hamburg", model)
    assert house.owner.get(f"/inquiries/{id}")["status"] == "converted"


def ask(page: Page, mouse: bool, name: str, day: int, house: Any) -> None:
    """Fills in the public form. Its days are the same whichever way round the browser writes day and month."""
    hands, when = Hands(page, mouse), f"{day:02}{day:02}2026"
    house.clock.advance(MINUTE)
    if mouse:
        hands.click("label:has([name=category][value=runway])")
        page.locator("#starts_at").fill(f"2026-{day:02}-{day:02}T10:00")
        page.locator("#ends_at").fill(f"2026-{day:02}-{day:02}T11:00")
    else:
        hands.reach("[name=category]")
        hands.press("Space")
        while page.evaluate("() => document.activeElement.value") != "runway":
            hands.press("ArrowDown")
            assert hands.pressed < 20
        for field, hour in (("#starts_at", "1000"), ("#ends_at", "1100")):
            hands.reach(field)
            page.keyboard.type(when)
            hands.press("ArrowRight")
            page.keyboard.type(f"{hour}a")
    hands.write("#name", name)
    hands.write("#email", f"claire-{mouse}-{page.url[-2:]}@example.test")
    hands.do("#inquiry button")
    page.wait_for_url("**/inquire/*")


@WAYS
def test_an_audit_entry_tells_before_and_after(visit: Visiting, served: Served, mouse: bool, locale: str):
    house, booking = served.house, a_booking(served, 10 + day_of(mouse, locale))
    house.owner.patch(f"/bookings/{booking['id']}", {"city": "Hamburg"})
    page = visit("owner", "/audit", locale=locale)
    settled(page)
    hands = Hands(page, mouse)
    hands.write("#code", booking["code"])
    hands.do("form.lookup button")
    page.locator(".hits a").wait_for()
    hands.do(".hits a")
    entry = page.locator(".aud li").filter(has=page.locator("ins", has_text="Hamburg")).first
    entry.wait_for()
    assert entry.locator("del", has_text="Berlin").count() == 1
    assert entry.locator("header").inner_text().startswith("Olga Owner")
    told = house.owner.get(f"/audit?entity_type=booking&entity_id={booking['id']}")["items"][0]
    assert told["changes"]["city"] == ["Berlin", "Hamburg"]
    assert (entry.get_attribute("id"), told["actor"]) == (f"place-{told['place']}", house.ids["owner"])
