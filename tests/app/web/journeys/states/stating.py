"""States of pages as data: where one begins, what one does there, and what is then in view.

A state that is not reached fails, and so does one that is gone when the light or the size of the screen changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.app.web.journeys.conftest import DESKTOP, PHONE, Served, Visiting, settled

if TYPE_CHECKING:
    from playwright.sync_api import Page

BOTH = (DESKTOP, PHONE)
"""The sizes of screens, that in which the state is reached first."""
PHONE_FIRST = (PHONE, DESKTOP)


@dataclass(frozen=True, slots=True)
class Scene:
    """A page that somebody has open, the agency behind it, and others who may come to visit."""

    page: Page
    served: Served
    visit: Visiting


Step = Callable[[Scene], object]


@dataclass(frozen=True, slots=True)
class State:
    """A state of a page.

    ``at`` is its address, with ids of the population as in ``{client[0]}``, or a function that makes what it is about;
    ``shown`` selects what is in view once the ``steps`` are done.
    """

    name: str
    at: str | Callable[[Served], str]
    shown: str
    steps: tuple[Step, ...] = ()
    who: str | None = "manager"
    locale: str = "en"
    sizes: tuple[dict[str, int], ...] = BOTH
    forgive: str = ""
    tour: bool = False
    scripts: bool = True


def press(*keys: str) -> Step:
    """Presses keys, one after the other."""

    def does(scene: Scene) -> None:
        for key in keys:
            scene.page.keyboard.press(key)

    return does


def click(selector: str) -> Step:
    return lambda scene: scene.page.locator(selector).first.click()


def tap(selector: str) -> Step:
    return lambda scene: scene.page.locator(selector).first.tap()


def write(selector: str, text: str) -> Step:
    return lambda scene: scene.page.locator(selector).first.fill(text)


def until(selector: str) -> Step:
    """Waits until something is in view."""
    return lambda scene: scene.page.locator(selector).first.wait_for()


def reached(state: State, served: Served, visit: Visiting) -> Page:
    """A page in the state."""
    if state.forgive:
        visit.forgive(state.forgive)
    phone = state.sizes[0] == PHONE
    page = visit(state.who, phone=phone, locale=state.locale, tour=state.tour)
    if not state.scripts:  # those of the page alone, for axe is one too
        visit.forgive("ERR_FAILED")
        page.route("**/*.js", lambda route: route.abort())
    page.goto(state.at.format(**served.ids) if isinstance(state.at, str) else state.at(served))
    if state.scripts and page.locator("#live").count():
        settled(page)
    for step in state.steps:
        step(Scene(page, served, visit))
    page.locator(state.shown).first.wait_for()
    return page


def barriers_in(state: State, page: Page, barriers: Callable[..., list[str]]) -> Iterator[str]:
    """What stands in somebody's way in a state, light and dark, at each of its sizes."""
    for size in state.sizes:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        place = f"{size['width']} px"
        page.emulate_media(color_scheme="light")
        page.locator(state.shown).first.wait_for()
        yield from (f"{place}: {one}" for one in barriers(page))
        page.emulate_media(color_scheme="dark")
        yield from (f"{place}, dark: {one}" for one in barriers(page, "color-contrast"))
        assert page.locator(state.shown).first.is_visible(), f"{state.shown} was gone too soon"
        wide = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            yield f"{wide} pixels wider than {place}"
