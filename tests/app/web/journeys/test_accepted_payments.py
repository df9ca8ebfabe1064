"""A booking made by hand comes to be confirmed with pages alone: an operator makes and holds it, finance notes the money."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.app.web.journeys.conftest import Served, Visiting, settled
from tests.app.web.journeys.hands import Hands
from tests.app.web.journeys.test_wire import Wire

if TYPE_CHECKING:
    from playwright.sync_api import Page

MONEY = re.compile(r"311[.,]1[0-9]|3111[0-9]|EUR")
"""How the deposits noted here would look."""


def made_by_hand(hands: Hands, day: int) -> str:
    """Fills in the form of a new booking; its address."""
    page = hands.page
    hands.do('a[href="/bookings/new"]', "n")
    page.wait_for_url("**/bookings/new")
    hands.write("#f-client", "anna")
    hands.write("#f-model", "Mia")
    for field, hour in (("#f-starts_at", 10), ("#f-ends_at", 18)):  # whose fields are the browser's own
        page.locator(field).fill(f"2026-08-{day:02}T{hour}:00")
    hands.write("#f-city", "Hamburg")
    hands.do(".formacts .btn.pri")
    page.locator(".st.now[data-state=draft]").wait_for()
    return page.url


@pytest.mark.parametrize("mouse", [True, False], ids=["mouse", "keyboard"])
def test_a_booking_made_by_hand_is_confirmed_with_pages_alone(
    visit: Visiting, served: Served, axe: Callable[[Page], None], mouse: bool
):
    day, amount = (3, "311.17") if mouse else (4, "311.18")
    operator = Hands(visit("operator", "/bookings"), mouse)
    wire = Wire(operator.page)
    settled(operator.page)
    address = made_by_hand(operator, day)
    settled(operator.page)
    operator.do("#move-hold", "h")
    operator.page.locator(".st.now[data-state=option]").wait_for()
    assert operator.page.locator("#move-confirm").get_attribute("aria-disabled") == "true"

    finance = Hands(visit("finance", address), mouse)
    page = finance.page
    settled(page)
    finance.do("#note", "p")
    page.locator("#note-payment[open]").wait_for()
    axe(page)
    finance.write("#p-amount", amount)
    with finance.acting():
        finance.do("#note-payment .btn.pri")
    page.locator(".pay .chip", has_text="Pending").wait_for()
    assert page.locator("#note-payment[open]").count() == 0
    finance.do(".pay a.med")
    page.locator("#facts").wait_for()
    settled(page)
    axe(page)
    with finance.acting():
        finance.do("#move-succeed", "s")
    page.locator("#payment .chip", has_text="Succeeded").wait_for()

    operator.page.locator("#move-confirm:not([aria-disabled])").wait_for()
    settled(operator.page)
    operator.do("#move-confirm", "c")
    operator.page.locator(".st.now[data-state=confirmed]").wait_for()
    wire.read()
    assert not list(wire.leaks({"money": MONEY})), "no money reaches whoever may not see it"

    finance.do(f'.crumb a[href="{address.partition(served.address)[2]}"]')
    page.locator("#deposit", has_text="paid").wait_for()


@pytest.mark.parametrize("mouse", [True, False], ids=["mouse", "keyboard"])
def test_finance_waives_a_deposit_with_a_reason_and_gives_one_back(visit: Visiting, served: Served, mouse: bool):
    booking = served.ids["booking"][0 if mouse else 1]
    finance = Hands(visit("finance", f"/bookings/{booking}"), mouse)
    page = finance.page
    settled(page)
    finance.do("#waive")
    page.locator("#ask[open]").wait_for()
    finance.write("#ask-reason", "They are friends")
    with finance.acting():
        finance.do("#ask [data-submit]")
    page.locator("#deposit", has_text="waived").wait_for()
    page.locator("#timeline", has_text="They are friends").wait_for()
    payment = served.ids["payment"][0 if mouse else 1]
    served.house.finance.move(f"/payments/{payment}", "succeed")
    page.goto("/payments")
    settled(page)
    finance.do('.tabs a[href*="received"]')
    finance.do(f'a[href="/payments/{payment}"]')
    settled(page)
    finance.do("#move-refund", "r")
    page.locator("#ask[open]").wait_for()
    finance.write("#ask-reason", "They fell ill")
    with finance.acting():
        finance.do("#ask [data-submit]")
    page.locator("#payment .chip", has_text="Refunded").wait_for()
    page.get_by_text("They fell ill").wait_for()


def test_a_service_that_can_hardly_be_meant_is_asked_about_in_its_dialog(visit: Visiting, served: Served):
    visit.forgive("409")
    booking = served.ids["booking"][3]
    page = visit("manager", f"/bookings/{booking}")
    settled(page)
    page.locator("[data-open=add-service]").click()
    page.locator("#s-title").fill("Helicopter")
    page.locator("#s-price").fill("90000")
    page.locator("#add-service .btn.pri").click()
    page.locator("#add-service [data-fault]", has_text="The total would go from 1,000.00").wait_for()
    assert page.locator("#s-title").input_value() == "Helicopter"
    page.locator("#add-service .btn.pri").click()
    page.locator("#services", has_text="91,000.00").wait_for()
    assert page.locator("#add-service[open]").count() == 0
