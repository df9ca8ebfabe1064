"""Every page that the application has, as the map of its addresses tells: none is forgotten, and none has barriers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from werkzeug.routing import Rule

from tests.app.web.journeys.conftest import DESKTOP, PHONE, Served, Visiting, settled
from tests.app.web.journeys.states.every import EVERY
from tests.app.web.pages.looking import Looking

if TYPE_CHECKING:
    from playwright.sync_api import Page

NO_PAGES = {"built", "static", "favicon", "language", "theme"}
"""Endpoints that answer with something else than a page, under addresses with parts of their own."""
PARTS: dict[str, Callable[[Served], str]] = {}
"""Values for parts of addresses that are no id of an entity, by ``endpoint.part``."""


def addresses(served: Served) -> Iterator[str]:
    """The addresses of all pages, each with something real in it. Fails at a part for which nothing real is known."""
    for rule in _rules(served):
        yield _filled(served, rule)


def _rules(served: Served) -> Iterator[Rule]:
    for rule in served.house.http.application.url_map.iter_rules():
        blueprint, _, name = rule.endpoint.rpartition(".")
        if blueprint not in ("pages", "public") or name in NO_PAGES or "GET" not in (rule.methods or ()):
            continue
        if (blueprint, name) == ("public", "received"):  # its token is made by sending the form; tested with it
            continue
        yield rule


def _filled(served: Served, rule: Rule) -> str:
    def real(part: re.Match[str]) -> str:
        return _real(served, rule, part)

    return re.sub(r"<(?:[^:>]+:)?([^>]+)>", real, rule.rule)


def _real(served: Served, rule: Rule, part: re.Match[str]) -> str:
    made = PARTS.get(f"{rule.endpoint.rpartition('.')[2]}.{part[1]}")
    if made is not None:
        return made(served)
    before = rule.rule[: part.start()].strip("/").split("/")
    kinds = [{"inquiries": "inquiry", "people": "user"}.get(one, one.removesuffix("s")) for one in before]
    found = next((kind for kind in reversed(kinds) if kind in served.ids), None)
    assert found is not None, f"tell in PARTS what stands for {part[0]} in {rule.rule}"
    return served.ids[found][0]


def pages(served: Served, page: Page) -> list[str]:
    """The addresses that lead to a whole page for who is signed in there; parts of pages are left out."""
    found = []
    for address in addresses(served):
        answer = page.request.get(address, headers={"Accept": "text/html"}, max_redirects=0)
        assert answer.status < 500, f"{answer.status} at {address}"
        if answer.status == 200 and answer.text().lstrip().startswith("<!doctype"):
            found.append(address)
    return found


def barriers_of(page: Page, barriers: Callable[..., list[str]]) -> Iterator[str]:
    """What stands in somebody's way on a page, light and dark, on a desk and on a phone."""
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.emulate_media(color_scheme="light")
        yield from barriers(page)
        page.emulate_media(color_scheme="dark")
        yield from (f"dark: {one}" for one in barriers(page, "color-contrast"))
    wide = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    if wide > 0:
        yield f"{wide} pixels wider than a phone"


@pytest.mark.slow
@pytest.mark.parametrize(("who", "locale"), [("owner", "en"), ("operator", "ru"), (None, "en")])
def test_no_page_has_a_barrier(
    visit: Visiting, served: Served, barriers: Callable[..., list[str]], who: str | None, locale: str
):
    page = visit(who, locale=locale)
    all = pages(served, page)
    assert len(all) >= 4
    found = []
    for address in all:
        page.goto(address)
        if page.locator("#live").count():
            settled(page)
        found += [f"{address}: {one}" for one in barriers_of(page, barriers)]
    assert not found, f"{len(found)} barriers\n" + "\n".join(found)


def test_every_page_has_states_that_are_looked_at(served: Served):
    """A new page is told of in `tests.app.web.journeys.states`, with what it can look like."""
    looking, paths = Looking(served.house, "owner"), served.house.http.application.url_map.bind("localhost")
    told = {state.at.format(**served.ids) for state in EVERY if isinstance(state.at, str)}
    stated = {paths.match(re.split(r"[?#]", at)[0], method="GET")[0] for at in told}
    untold = [
        rule.rule for rule in _rules(served) if rule.endpoint not in stated and _whole(looking, _filled(served, rule))
    ]
    assert not untold, f"no state is told of {untold}"


def _whole(looking: Looking, address: str) -> bool:
    """Whether an address leads to a whole page."""
    answer = looking.door.http.get(address, headers={"Accept": "text/html"})
    return answer.status_code == 200 and answer.get_data(as_text=True).lstrip().startswith("<!doctype")
