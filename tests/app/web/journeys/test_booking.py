"""A booking in a browser, by keyboard alone: refused, held, cancelled with a reason, and the way lit as it is taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.app.web.journeys.conftest import Served, Visiting, settled

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_a_booking_by_keyboard_alone(visit: Visiting, served: Served, axe: Callable[[Page], None]):
    visit.forgive("status of 422")
    booking = served.ids["booking"][2]
    page = visit("owner", f"/bookings/{booking}")
    settled(page)
    looks = (
        "one => Object.fromEntries([...document.querySelectorAll('.st')].map(s => [s.dataset.state, s.classList[1]]))"
    )
    assert page.evaluate(looks)["draft"] == "now"
    page.keyboard.press("c")
    page.locator(".toast.bad").get_by_text("Confirm waits").wait_for()
    page.locator("#line-confirm summary").focus()
    page.keyboard.press("Enter")
    page.get_by_text("statemachines/booking.yaml").wait_for()
    page.keyboard.press("h")
    page.locator(".st.now[data-state=option]").wait_for()
    assert page.evaluate(looks)["draft"] == "done"
    assert page.locator('.ed.lit[data-from="draft"][data-to="option"]').count() == 1
    assert page.locator("#line-confirm").get_attribute("open") is not None, "what was opened stays open"
    axe(page)
    page.keyboard.press("d")
    page.locator("#asking[open]").wait_for()
    axe(page)
    page.keyboard.type("The client cancelled")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator(".st.now[data-state=cancelled]").wait_for()
    assert page.locator("#asking[open]").count() == 0
    page.get_by_text("The client cancelled").wait_for()
    page.keyboard.press("w")
    page.locator("#why[open]").wait_for()
    axe(page)
    page.keyboard.press("Escape")
    page.keyboard.press("z")
    page.locator(".st.now[data-state=option]").wait_for()


def test_the_audit_has_no_barrier(visit: Visiting, served: Served, axe: Callable[[Page], None]):
    page = visit("owner", f"/audit?entity_type=booking&entity_id={served.ids['booking'][1]}", phone=True)
    settled(page)
    axe(page)
    page.locator("a[data-why]").first.click()
    page.locator("#why[open]").wait_for()
    axe(page)
