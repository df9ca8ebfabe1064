"""States of what is around every page: search, keys, menus, the tour, and what is told of connection and session."""

from __future__ import annotations

from tests.app.web.journeys.conftest import DESKTOP, PHONE
from tests.app.web.journeys.states.stating import Scene, State, Step, click, press, tap, until, write

ACT = "() => { htmx.ajax('POST', '/acts/undo', {values: {command: 'none'}, swap: 'none'}).catch(() => 0); }"


def no_connection(scene: Scene) -> None:
    """Cuts the connection, and has something done all the same."""
    scene.page.context.set_offline(True)
    scene.page.evaluate(ACT)


def signed_out(scene: Scene) -> None:
    scene.page.context.clear_cookies(name="sid")
    scene.page.evaluate(ACT)


def to_step(number: int) -> tuple[Step, ...]:
    """Goes on in the tour, to a step counted from 1."""
    return (until("#tour"), press(*["ArrowRight"] * (number - 1)))


def looks_as_operator(scene: Scene) -> None:
    scene.page.locator("#role-OPERATOR").get_by_role("button").click()
    scene.page.wait_for_url("**/")


CUT = "ERR_INTERNET_DISCONNECTED|ERR_FAILED|htmx:|WebSocket"

AROUND = [
    State("the search is open", "/clients", "#palette[open] [role=option]", (press("/"),)),
    State("the search is open, in Russian", "/bookings", "#palette[open] [role=option]", (press("/"),), locale="ru"),
    State(
        "the search has found",
        "/clients",
        "#palette [data-group=found] [role=option]",
        (press("ControlOrMeta+k"), write("#palette-q", "anna")),
    ),
    State(
        "the search has found nothing", "/clients", "#palette [data-none]", (press("/"), write("#palette-q", "zzzz"))
    ),
    State("the search offers what a row can do", "/inquiries", "#palette-here-0", (press("j", "ControlOrMeta+k"),)),
    State("the keys are explained", "/", "#keys[open]", (press("?"),)),
    State("the keys are explained, in Russian", "/inquiries/{inquiry[0]}", "#keys[open]", (press("?"),), locale="ru"),
    State("the menu is open", "/clients", ".me .menu", (click(".me summary"),), sizes=(DESKTOP,), who="owner"),
    State("all places on a phone", "/", "#nav:popover-open", (tap(".tabbar button"),), who="owner", sizes=(PHONE,)),
    State(
        "all places on a phone, in Russian",
        "/",
        "#nav:popover-open",
        (tap(".tabbar button"),),
        who="owner",
        sizes=(PHONE,),
        locale="ru",
    ),
    *(
        State(
            f"step {number} of the tour, {locale}",
            "/",
            f"#tour [data-step]:nth-of-type({number})",
            to_step(number),
            who="owner",
            tour=True,
            locale=locale,
        )
        for number, locale in ((1, "en"), (2, "ru"), (3, "en"), (4, "ru"), (5, "en"), (5, "ru"))
    ),
    State(
        "another role is looked through", "/people/roles", "#looking", (looks_as_operator,), who="owner", forgive="403"
    ),
    State(
        "what another role may not see",
        "/people/roles",
        ".trouble",
        (looks_as_operator, lambda scene: scene.page.goto("/people")),
        who="owner",
        forgive="403",
    ),
    State(
        "no connection, and an act is kept",
        "/",
        "#stale >> visible=true",
        (no_connection, until(".toast.bad")),
        forgive=CUT,
    ),
    State(
        "signed out meanwhile", "/clients/new", "#signedout >> visible=true", (signed_out,), forgive="401", locale="ru"
    ),
]
