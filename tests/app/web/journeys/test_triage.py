"""Inquiries worked through without a mouse: moved to, taken, answered, undone, matched and booked; and everything by ⌘K."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.app.web.journeys.conftest import Served, Visiting

if TYPE_CHECKING:
    from playwright.sync_api import Route


def _late(route: Route) -> None:
    """Has an answer come after the feed has told of what was done."""
    answer = route.fetch()
    time.sleep(1.5)
    route.fulfill(response=answer)


def test_inquiries_are_triaged_by_keyboard_alone(visit: Visiting, served: Served) -> None:
    page = visit("manager", "/inquiries")
    rows, toast = page.locator(".recs tbody tr"), page.locator(".toast").last
    many = rows.count()
    assert many == 3
    page.keyboard.press("j")
    page.keyboard.press("j")
    here = page.evaluate("document.activeElement.closest('tr').id")
    page.keyboard.press("i")
    toast.get_by_text("is yours").wait_for()
    page.locator(f"#{here} .av").wait_for()
    assert page.evaluate("document.activeElement.closest('tr')?.id") == here, "the place is kept while rows are renewed"
    page.route("**/answer", _late)
    page.keyboard.press("a")
    toast.get_by_text("Answered").wait_for()
    page.locator(f"#{here}").wait_for(state="detached")
    assert rows.count() == many - 1
    assert page.evaluate("document.activeElement.closest('tr') !== null"), "the next row takes its place"
    page.keyboard.press("z")
    page.locator(f"#{here}").wait_for()
    there = page.evaluate("document.activeElement.closest('tr').id")
    page.keyboard.press("l")
    page.locator("#ask[open]").wait_for()
    page.keyboard.type("a reason with j and k in it")
    page.keyboard.press("Control+Enter")
    page.locator(f"#{there}").wait_for(state="detached")
    page.keyboard.press("z")
    page.locator(f"#{there}").wait_for()
    page.locator(f"#{there}").get_by_role("link").first.focus()
    page.keyboard.press("m")
    page.wait_for_url("**/inquiries/*#match")
    page.locator(".fits tbody tr").first.wait_for()
    page.keyboard.press("j")
    page.keyboard.press("b")
    page.wait_for_url("**/convert?model=*")
    assert page.locator("[name=city]").input_value() == "", "where the shoot is, nobody has said"


def test_the_palette_finds_entities_places_and_what_the_page_can_do(visit: Visiting, served: Served) -> None:
    inquiry = served.ids["inquiry"][0]
    page = visit("manager", f"/inquiries/{inquiry}")
    code = page.locator(".crumb .m").inner_text()
    page.goto("/inquiries?part=all")
    page.keyboard.press("j")
    page.keyboard.press("Control+k")
    shown = page.locator("#palette [role=option]:visible")
    texts = shown.all_inner_texts()
    assert any("Match" in text for text in texts), "what the row can do, though the focus has left it"
    assert any(code in text for text in texts), "where one was"
    page.keyboard.type("anna")
    page.locator("#palette [data-group=found] [role=option]").first.wait_for()
    chosen = page.locator("#palette-q").get_attribute("aria-activedescendant")
    assert page.locator(f"[id='{chosen}'][aria-selected=true]").count() == 1
    assert page.locator("#palette mark").first.inner_text().lower() == "anna"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/clients/" in url or "/inquiries/" in url or "/bookings/" in url)
