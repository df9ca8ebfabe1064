"""What every page has: keys that it explains, a face on paper, and little to carry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.web.pages.assets import BUILT, manifest
from tests.app.web.journeys.conftest import Served, Visiting, settled

if TYPE_CHECKING:
    from playwright.sync_api import Page

MOST = 150_000
"""Bytes of styles and scripts that a first visit carries, compressed."""


def test_the_help_names_the_keys_that_do_something_and_no_others(visit: Visiting, served: Served):
    page = visit("owner", f"/clients/{served.ids['client'][0]}")
    settled(page)
    page.keyboard.press("?")
    shown = page.locator("#keys dl > div:visible")
    told = {row.split("\n")[0]: row.split("\n")[-1] for row in shown.all_inner_texts()}
    assert told["E"] == "Change"
    assert told["Z"] == "Undo"
    assert ("J" in told) == (page.locator(".recs").count() > 0)
    assert "X" not in told  # there is nothing here to pick
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    page.wait_for_url("**/edit")


def test_on_paper_there_is_the_content_and_nothing_to_press(visit: Visiting, served: Served):
    page = visit("owner", f"/clients/{served.ids['client'][0]}", dark=True)
    settled(page)
    page.emulate_media(media="print")
    assert page.locator("h1").is_visible()
    for hidden in (".nav", ".btn >> nth=0", "#stale"):
        assert not page.locator(hidden).is_visible(), hidden
    colours = page.evaluate(
        "() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector('h1')).color]"
    )
    assert colours[0] == "rgb(255, 255, 255)"
    assert max(int(part) for part in colours[1].removeprefix("rgb(").removesuffix(")").split(",")) < 60
    assert page.pdf()[:5] == b"%PDF-"


def test_a_first_visit_carries_little():
    sizes = {name: Path(BUILT / f"{built}.br").stat().st_size for name, built in manifest().items()}
    assert {"virel.css", "virel.js"} <= set(sizes)
    assert sum(sizes.values()) < MOST, sizes


def test_the_sign_that_browsers_ask_for_is_there(served: Served):
    with served.house.http.get("/favicon.ico", follow_redirects=True) as answer:
        assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")


@pytest.mark.parametrize("who", ["owner", None])
def test_trouble_and_what_lies_over_a_page_have_no_barriers(
    visit: Visiting, axe: Callable[[Page], None], who: str | None
):
    visit.forgive("404")
    page = visit(who, "/nowhere", phone=who is None)
    page.get_by_role("heading", name="Nothing is here").wait_for()
    axe(page)
    if who is None:
        return
    settled(page)
    page.locator(".me summary").click()
    axe(page)
    for key in ("?", "/"):
        page.keyboard.press(key)
        axe(page)
        page.keyboard.press("Escape")


def test_who_looks_through_another_role_is_at_the_list_as_nobody(visit: Visiting):
    page = visit("owner", "/people/roles")
    settled(page)
    said: list[str] = []
    page.on("request", lambda request: said.append(request.url) if "/acts/presence" in request.url else None)
    page.clock.install()
    page.locator("form:has(input[value=OPERATOR]) button").click()
    page.locator("#looking").wait_for()
    settled(page)
    page.clock.fast_forward(61_000)
    page.keyboard.press("j")
    page.locator("#c-head").wait_for()
    assert said == []


def test_a_key_that_can_do_nothing_says_so(visit: Visiting, served: Served):
    page = visit("manager", f"/clients/{served.ids['client'][0]}")
    settled(page)
    said = page.locator("#toasts .toast")
    page.keyboard.press("y")
    assert said.all_inner_texts() == ["Y has nothing to do here."]
    page.keyboard.press("z")
    assert said.all_inner_texts() == ["There is nothing to undo."]
    page.goto("/")
    settled(page)
    for letter in ("c", "x", "w"):
        page.keyboard.press(letter)
        said.get_by_text(f"{letter.upper()} has nothing to do here.").wait_for()
    page.keyboard.press("j")
    page.locator("#c-head").wait_for()
    page.keyboard.press("u")
    said.get_by_text("U has nothing to do here.").wait_for()
    page.evaluate("() => localStorage.setItem('virel.letters', 'off')")
    page.reload()
    settled(page)
    page.keyboard.press("y")
    assert said.count() == 0


def test_a_receipt_prints_black_on_white(visit: Visiting) -> None:
    visit.forgive("404")
    page = visit(None, "/inquire/none", dark=True)
    page.emulate_media(media="print")
    look = "one => [getComputedStyle(one.closest('.cover')).backgroundColor, getComputedStyle(one).color]"
    for part in (".say h1", ".say p"):
        assert page.locator(part).first.evaluate(look) == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]
    assert not page.locator(".langs").is_visible()
