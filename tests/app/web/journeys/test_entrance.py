"""Signing in by a browser, and the frame that one stands in then."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from app.identity.demo import PASSWORD
from tests.app.web.journeys.conftest import Visiting, settled

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_one_signs_in_by_keyboard_and_the_action_center_lives(visit: Visiting):
    visit.forgive("status of 401")
    page = visit(None, "/clients?part=vip")
    assert page.url.endswith("/login?next=/clients%3Fpart%3Dvip")
    page.locator("#email").fill("operator@demo.virel")
    page.locator("#password").fill("not this one")
    page.keyboard.press("Enter")
    page.get_by_text("do not go together").wait_for()
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/clients?part=vip")
    page.goto("/")
    settled(page)
    assert page.locator("#live").inner_text() == "Live, release 1"
    assert page.locator("#rows .r").count() >= 1


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_the_action_center_has_no_barrier(visit: Visiting, axe: Callable[[Page], None], dark: bool, phone: bool):
    page = visit("operator", "/", dark=dark, phone=phone)
    settled(page)
    axe(page)
