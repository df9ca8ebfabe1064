"""What the product is accepted by, as journeys: signing in, thirty items triaged, an exception settled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from app.identity.demo import PASSWORD
from tests.app.web.journeys.conftest import Served, Visiting, settled
from tests.app.web.journeys.hands import WAYS, Hands
from tests.app.web.pages.at_work import a_task, an_exception
from tests.app.web.signing_in import rows

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHOSEN = ".r[aria-selected=true]"
MANY = 30
SETTLED = ("done", "resolved", "snoozed", "given")
"""What leaves the list, so that the next item is chosen by itself."""


@WAYS
def test_one_signs_in(visit: Visiting, served: Served, mouse: bool, locale: str):
    page = visit(None, "/clients", locale=locale)
    hands, before = Hands(page, mouse), sessions(served)
    hands.write("#email", "operator@demo.virel")
    hands.write("#password", PASSWORD)
    hands.do("form button.pri")
    page.wait_for_url("**/clients")
    settled(page)
    assert page.locator("html").get_attribute("lang") == locale
    assert sessions(served) == before + 1


def sessions(served: Served) -> int:
    id = served.house.ids["operator"]
    return len(rows(served.house, f"SELECT user FROM sessions WHERE \"user\" = '{id}'"))


@WAYS
def test_thirty_items_are_triaged_with_at_most_two_keys_each(visit: Visiting, served: Served, mouse: bool, locale: str):
    house, name = served.house, f"Heap {'mouse' if mouse else 'keys'} {locale}"
    plan = dict(heap(served, name))
    assert len(plan) == MANY
    page = visit("manager", f"/?tab=all&q={name.replace(' ', '+')}", locale=locale)
    settled(page)
    assert page.locator("#rows .r").count() == MANY
    hands, left = Hands(page, mouse), dict(plan)
    for key in page.locator("#rows .r").evaluate_all("all => all.map(row => row.dataset.keyOf)"):
        hands.pressed = 0
        if mouse:
            hands.click(f"#rows [data-key-of='{key}']")
        elif len(left) == MANY:
            hands.press("j")
        assert chosen(page) == key, "the next one is where it was"
        wanted = left.pop(key)
        with hands.acting():
            triage(hands, wanted)
        if not mouse and wanted not in SETTLED:
            hands.press("j")
        assert hands.pressed <= (3 if mouse else 2), f"{hands.pressed} presses for what is {wanted}"
        if left and (wanted in SETTLED or not mouse):
            page.wait_for_function(f"key => document.querySelector('{CHOSEN}').dataset.keyOf !== key", arg=key)
    assert {key: outcome(house, key) for key in plan} == plan


def chosen(page: Page) -> str | None:
    return page.evaluate(f"() => document.querySelector('{CHOSEN}')?.dataset.keyOf ?? null")


def heap(served: Served, name: str) -> Iterator[tuple[str, str]]:
    """Thirty items, and what is to become of each."""
    house = served.house
    said = an_exception(house, "One of before")
    house.manager.move(f"/exceptions/{said['id']}", "resolve", reason="Called back")
    for number in range(20):
        task = a_task(house, f"{name} {number:02}", priority=("urgent", "high", "normal")[number % 3])
        yield f"task/{task['id']}", ("done", "done", "taken", "snoozed", "given")[number % 5]
    for number in range(10):
        exception = an_exception(house, f"{name} E{number}", priority="high")
        yield f"exception/{exception['id']}", ("acknowledged", "resolved")[number % 2]


def triage(hands: Hands, wanted: str) -> None:
    """Does to the chosen item what is to become of it."""
    page = hands.page
    if wanted == "done":
        hands.do("#card [data-key=e]", "e")
    elif wanted == "taken":
        hands.do("#card [data-key=i]", "i")
    elif wanted == "acknowledged":
        hands.do("#card [data-key=o]", "o")
    elif wanted == "snoozed":
        hands.do("#card [data-key=s]", "s")
        hands.do("#snooze-offers [role=option]", "1")
    elif wanted == "given":
        hands.do("#card [data-key=a]", "a")
        hands.do("#assign-people [role=option]:not(#p-nobody)", "Enter")
    else:
        hands.do("#card [data-key=e]", "e")
        page.locator("#sheet-reason[open]").wait_for()
        page.wait_for_function("() => document.getElementById('reason-text').value !== ''")
        hands.do("#sheet-reason [data-send]", "Enter")


def outcome(house: Any, key: str) -> str:
    """What the store says has become of an item."""
    kind, _sep, id = key.partition("/")
    item = house.owner.get(f"/{kind}s/{id}")
    if item["status"] != "assigned":
        return str(item["status"])
    return "taken" if item["assignee"] == house.ids["manager"] else "given"


@WAYS
def test_an_exception_is_settled_with_a_reason(visit: Visiting, served: Served, mouse: bool, locale: str):
    house = served.house
    exception = an_exception(house, f"Unreachable {mouse} {locale}", priority="urgent")
    page = visit("manager", f"/?q=Unreachable+{mouse}+{locale}", locale=locale)
    settled(page)
    hands = Hands(page, mouse)
    hands.do(f"#r-exception-{exception['id']}", "j")
    hands.do("#card [data-key=e]", "e")
    page.locator("#sheet-reason[open]").wait_for()
    page.wait_for_load_state("networkidle")
    hands.write("#reason-text", "Reached by phone «сейчас»")
    with hands.acting():
        hands.do("#sheet-reason [data-send]", "Enter")
    page.locator(f"#r-exception-{exception['id']}.gone").wait_for()
    assert house.owner.get(f"/exceptions/{exception['id']}")["status"] == "resolved"
    told = house.owner.get(f"/audit?entity_type=exception&entity_id={exception['id']}")["items"]
    assert told[0]["reason"] == "Reached by phone «сейчас»", told
