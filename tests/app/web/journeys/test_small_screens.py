"""On a phone: everything that the frame offers is within reach, several rows are picked by touch, and nothing overflows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.app.web.journeys.conftest import Served, Visiting, settled

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_more_opens_a_sheet_with_all_places_and_the_account(visit: Visiting, axe: Callable[[Page], None]) -> None:
    page = visit("owner", "/", phone=True)
    settled(page)
    page.locator(".tabbar button").tap()
    sheet = page.locator("#nav:popover-open")
    for text in ("Audit", "People and roles", "Your account", "Sign out", "Русский", "Dark"):
        assert sheet.get_by_text(text, exact=True).is_visible(), text
    axe(page)
    page.keyboard.press("Escape")
    assert not page.locator("#nav").is_visible()
    page.locator(".tabbar button").tap()
    sheet.get_by_text("Audit", exact=True).tap()
    page.wait_for_url("**/audit")


def test_several_rows_are_picked_by_touch(visit: Visiting, served: Served) -> None:
    page = visit("manager", "/", phone=True)
    settled(page)
    rows = page.locator("#rows .r")
    assert rows.count() > 1
    page.locator("#pick-mode").tap()
    rows.nth(0).tap()
    rows.nth(1).tap()
    assert page.locator("#rows .r[data-picked]").count() == 2
    assert page.locator("#bulk").is_visible()
    assert not page.locator("#card").is_visible(), "picking opens no card"
    page.locator("[data-unpick]").tap()
    assert page.locator("#pick-mode").get_attribute("aria-pressed") == "false"
    rows.nth(0).tap()
    page.locator("#card h2").wait_for()


def test_an_empty_part_of_the_list_has_no_barriers(visit: Visiting, axe: Callable[[Page], None]) -> None:
    page = visit("owner", "/?tab=snoozed")
    settled(page)
    page.get_by_text("Nothing is put off").wait_for()
    axe(page)


def test_no_page_is_wider_than_a_phone_or_a_tablet(visit: Visiting, served: Served) -> None:
    paths = [
        "/",
        "/inquiries",
        "/bookings",
        "/models",
        "/models?view=table",
        "/clients",
        "/people",
        "/people/roles",
        "/me",
    ]
    paths += [f"/inquiries/{served.ids['inquiry'][0]}", f"/bookings/{served.ids['booking'][0]}", "/bookings/new"]
    page = visit("owner", phone=True)
    for width in (390, 820):
        page.set_viewport_size({"width": width, "height": 900})
        for path in paths:
            page.goto(path)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{path} is {wide} px wide at {width}"


def test_addresses_of_people_are_whole_on_a_phone(visit: Visiting) -> None:
    page = visit("owner", "/people", phone=True)
    settled(page)
    cut = "one => one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight"
    assert page.locator(".addr").count() > 3
    assert not any(one.evaluate(cut) for one in page.locator(".addr").all())
    inside = "one => one.getBoundingClientRect().right <= one.closest('th').getBoundingClientRect().right"
    assert all(one.evaluate(inside) for one in page.locator(".addr").all())


def test_the_way_of_a_booking_fits_a_tablet_without_scrolling(visit: Visiting, served: Served) -> None:
    page = visit("owner", f"/bookings/{served.ids['booking'][0]}")
    settled(page)
    wide = "() => [...document.querySelectorAll('.way, .way *')].filter(one => one.scrollWidth > one.clientWidth + 1 && one.clientWidth).length"
    for width, drawn in ((768, False), (1024, False), (1440, True)):
        page.set_viewport_size({"width": width, "height": 1024})
        assert page.evaluate(wide) == 0, width
        assert (page.locator(".mach").is_visible(), page.locator(".waybar").is_visible()) == (drawn, not drawn)
