"""The five steps around: shown to a browser once, by keyboard, and again from the menu."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.app.web.journeys.conftest import Visiting, settled

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_the_tour_comes_once_goes_by_keyboard_and_comes_again_from_the_menu(
    visit: Visiting, axe: Callable[[Page], None]
):
    page = visit("owner", "/", tour=True)
    settled(page)
    tour = page.locator("#tour")
    assert tour.evaluate("one => one === document.activeElement")
    axe(page)
    titles = []
    for _ in range(5):
        titles.append(tour.locator("h3:visible").inner_text())
        page.keyboard.press("ArrowRight")
    assert titles[0] == "The Action Center"
    assert len(set(titles)) == 5
    assert "virel backtest" in tour.inner_text()
    page.keyboard.press("ArrowLeft")
    assert tour.get_by_role("link", name="Go there").get_attribute("href") == "/inquiries"
    page.goto("/clients")
    settled(page)
    assert not tour.is_visible()
    page.goto("/inquiries")
    settled(page)
    assert tour.locator("h3:visible").inner_text() == titles[3]
    tour.get_by_role("button", name="Close").focus()
    page.keyboard.press("Escape")
    assert not tour.is_visible()
    page.goto("/")
    settled(page)
    assert not tour.is_visible()
    page.locator(".me summary").click()
    page.get_by_role("button", name="Show me around").click()
    assert tour.locator("h3:visible").inner_text() == titles[0]
    assert tour.evaluate("one => one === document.activeElement")


def test_nobody_is_shown_what_their_roles_do_not_open(visit: Visiting):
    page = visit("content", "/", tour=True)
    settled(page)
    told = page.locator("#tour").evaluate("one => one.textContent")
    assert ("Confirm a booking" in told) == page.locator(".nav a[href='/bookings']").is_visible()


def test_on_a_phone_no_step_teaches_letters(visit: Visiting):
    page = visit("owner", "/", tour=True, phone=True)
    settled(page)
    tour = page.locator("#tour")
    told = []
    for _ in range(5):
        told.append(tour.locator("[data-step]:visible").inner_text())
        if tour.locator("[data-next]").is_visible():
            tour.locator("[data-next]").tap()
    assert not re.search(r"\b[A-Z]\b", " ".join(told))
    assert "touch Confirm" in " ".join(told)
    tour.locator("footer [data-end]").tap()
    page.goto("/")
    settled(page)
    assert not tour.is_visible()
