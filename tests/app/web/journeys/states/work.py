"""States of the Action Center."""

from __future__ import annotations

from itertools import count
from urllib.parse import parse_qs, urlsplit

from tests.app.web.journeys.conftest import PHONE, Served, settled
from tests.app.web.journeys.states.stating import PHONE_FIRST, Scene, State, click, press, tap, until, write
from tests.app.web.pages.at_work import a_task, an_exception


def card_of(title: str, **values: str):
    """The address of the Action Center with a new task alone in it, and its card open."""

    def made(served: Served) -> str:
        id = a_task(served.house, title, **values)["id"]
        return f"/?q={title.replace(' ', '+')}#task/{id}"

    return made


def exceptions(title: str):
    def made(served: Served) -> str:
        said = an_exception(served.house, f"{title} before")
        served.house.manager.move(f"/exceptions/{said['id']}", "resolve", reason="They called back, and all is well")
        id = an_exception(served.house, title, about=f"booking/{served.ids['booking'][3]}")["id"]
        return f"/?q={title.replace(' ', '+')}#exception/{id}"

    return made


def several(served: Served) -> str:
    """Two tasks and an exception, and nothing of other states among them."""
    heap = f"Heaped-{next(HEAPS)}-"
    for number in range(2):
        a_task(served.house, f"{heap}{number}", priority="low")
    an_exception(served.house, f"{heap}to explain", priority="low")
    return f"/?q={heap}"


def colleague_closes(scene: Scene) -> None:
    """A colleague completes what is chosen here."""
    key = scene.page.locator(".r[aria-selected=true]").get_attribute("data-key-of") or ""
    scene.served.house.operator.move(f"/tasks/{key.removeprefix('task/')}", "complete")


def refused_at(scene: Scene) -> None:
    """Presses what stays in view though it is refused."""
    scene.page.locator("#card [aria-disabled=true]").first.click(force=True)


def colleague_looks(scene: Scene) -> None:
    there = scene.visit("operator", scene.page.url.removeprefix(scene.served.address))
    settled(there)
    there.locator("#c-acts").wait_for()
    scene.page.reload()


def more_comes(scene: Scene) -> None:
    scene.page.locator("#rows .r").first.hover()
    heap = parse_qs(urlsplit(scene.page.url).query)["q"][0]
    a_task(scene.served.house, f"{heap}on top", priority="urgent")


def the_list_stays_old(scene: Scene) -> None:
    scene.page.route("**/todo/**", lambda route: route.abort())


HEAPS = count()
PICKED = (press("j", "x", "Shift+J", "Shift+J"), until("#bulk"))
SHEET = "#card [data-key={}]"

WORK = [
    State("nothing is mine", "/?tab=mine", "#rows .empty", who="owner"),
    State("nothing is put off", "/?tab=snoozed", "#rows .empty", locale="ru"),
    State("nothing fits the filter", "/?tab=all&q=zzzz", "#rows .empty"),
    State("nothing to do for a role", "/", "#rows .empty", who="content"),
    State("the filter is open", "/", "#filter [name=priority]", (press("f"),)),
    State("a view is being saved", "/?tab=all&priority=high", "#save-view[open]", (click("[data-open=save-view]"),)),
    State(
        "a view is kept",
        "/?tab=all&priority=normal",
        ".view.on [data-forget]",
        (click("[data-open=save-view]"), write("#view-name", "Ordinary «ones»"), press("Enter")),
    ),
    State("a card is open", card_of("A card"), "#c-acts", locale="ru", sizes=PHONE_FIRST),
    State("a card whose act is refused", "/#exception/{exception[0]}", "#card [aria-disabled=true]", sizes=PHONE_FIRST),
    State(
        "a refusal is told",
        "/#exception/{exception[0]}",
        ".toast",
        (until("#card [aria-disabled=true]"), refused_at),
        sizes=PHONE_FIRST,
    ),
    State(
        "a card that a colleague closes",
        card_of("Closed meanwhile"),
        "#c-head .meta .mut >> text=Closed by",
        (until("#c-acts"), colleague_closes),
        sizes=PHONE_FIRST,
    ),
    State("a card of money", "/#task/{task[1]}", "#card h2", who="owner", sizes=PHONE_FIRST),
    State("it is put off", card_of("Not now"), "#sheet-snooze[open]", (click(SHEET.format("s")),)),
    State("it is given", card_of("Not me"), "#sheet-assign[open]", (click(SHEET.format("a")),), locale="ru"),
    State(
        "it is given to nobody known",
        card_of("To whom"),
        "#sheet-assign[open]",
        (click(SHEET.format("a")), write("#assign-find", "zzzz")),
    ),
    State(
        "a reason is asked for",
        exceptions("Explain it"),
        "#sheet-reason[open] [data-reason]",
        (click(SHEET.format("e")),),
    ),
    State("several are picked", several, "#bulk", PICKED, who="owner"),
    State("several are picked, in Russian", several, "#bulk", PICKED, who="owner", locale="ru"),
    State(
        "some of several are not done",
        several,
        "#sheet-outcome[open] .failed",
        (*PICKED, press("s"), until("#sheet-snooze[open]"), press("1")),
        who="owner",
    ),
    State(
        "several are picked by touch",
        several,
        "#bulk",
        (tap("#pick-mode"), tap("#rows .r >> nth=0"), tap("#rows .r >> nth=1")),
        sizes=(PHONE,),
    ),
    State("an undo is offered", card_of("Done now"), ".toast .btn", (click(SHEET.format("e")),)),
    State("a colleague closes a row", card_of("Closed by another"), ".r.gone", (colleague_closes,)),
    State("a colleague is at it", card_of("Shared"), "#hand", (colleague_looks,), sizes=PHONE_FIRST),
    State("more has come", several, "#news button", (press("j"), until("#c-acts"), more_comes)),
    State(
        "one was too late",
        card_of("Raced for"),
        ".toast.bad",
        (until(SHEET.format("e")), the_list_stays_old, colleague_closes, press("e")),
        forgive="status of 4(09|12)|ERR_FAILED|htmx:",
    ),
]
