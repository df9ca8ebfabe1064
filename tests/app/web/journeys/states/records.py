"""States of inquiries, bookings, clients and the audit: lists, forms, dialogs, what is refused and what is told."""

from __future__ import annotations

from typing import Any

from tests.app.web.journeys.conftest import DESKTOP, Served
from tests.app.web.journeys.states.stating import Scene, State, click, press, write
from tests.app.web.population import RATE

SAVE = "form.sheetform button.pri"
STALE = "status of 412"
BAD = "status of 422|Error Code 422"
LATER = {"starts_at": "2026-09-01T08:00:00Z", "ends_at": "2026-09-02T18:00:00Z"}


def meanwhile(kind: str, id: str, **values: Any):
    """A colleague changes what is being changed here."""

    def does(scene: Scene) -> None:
        scene.served.house.owner.patch(f"/{kind}/{id.format(**scene.served.ids)}", values)

    return does


def a_booking(served: Served, **values: Any) -> dict[str, Any]:
    who = {"client": served.ids["client"][0], "model": served.ids["model"][0]}
    found: dict[str, Any] = served.house.owner.post(
        "/bookings", {**who, "city": "Berlin", "total": RATE, **LATER, **values}
    )
    return found


def wanted_twice(served: Served) -> str:
    """A booking whose time another client holds first."""
    first = a_booking(served, client=served.ids["client"][1])
    served.house.owner.post(f"/bookings/{first['id']}/options")
    second = a_booking(served)
    served.house.owner.post(f"/bookings/{second['id']}/options")
    return f"/bookings/{second['id']}"


def cancelled(served: Served) -> str:
    booking = a_booking(served, notes="Bring «both» coats.\nThe client pays the train.")
    served.house.owner.move(f"/bookings/{booking['id']}", "cancel", reason="The client cancelled")
    return f"/bookings/{booking['id']}"


def served_richly(served: Served) -> str:
    booking = a_booking(served)
    for title in ("Hair and make-up", "A fitting the day before, with the client and their tailor"):
        served.house.owner.post(f"/bookings/{booking['id']}/services", {"title": title, "quantity": 2, "price": RATE})
    return f"/bookings/{booking['id']}"


def lost(served: Served) -> str:
    inquiry = served.house.owner.post("/inquiries", {"category": "runway", "client": served.ids["client"][0], **LATER})
    served.house.owner.move(f"/inquiries/{inquiry['id']}", "lose", reason="Too dear")
    return f"/inquiries/{inquiry['id']}"


def too_dear(served: Served) -> str:
    """An inquiry that nobody fits."""
    little = {"amount": 100, "currency": "EUR"}
    inquiry = served.house.owner.post(
        "/inquiries", {"category": "fitness", "client": served.ids["client"][0], "budget": little, **LATER}
    )
    return f"/inquiries/{inquiry['id']}"


def looks_up(scene: Scene) -> None:
    code = scene.served.house.owner.get(f"/bookings/{scene.served.ids['booking'][0]}")["code"]
    scene.page.locator("#code").fill(code)
    scene.page.keyboard.press("Enter")


INQUIRIES = [
    State("no inquiry in a part", "/inquiries?part=closed", "#records .empty"),
    State("no inquiry fits", "/inquiries?q=zzzz", "#records .empty", locale="ru"),
    State("a row with what can be done", "/inquiries", ".rowacts .btn", (press("j"),), sizes=(DESKTOP,)),
    State("an inquiry with mistakes", "/inquiries/new", ".fault", (click(SAVE),), forgive=BAD),
    State("an inquiry with mistakes, in Russian", "/inquiries/new", ".fault", (click(SAVE),), forgive=BAD, locale="ru"),
    State("clients are found", "/inquiries/new", "#clients .pick", (write("#who", "an"),)),
    State("no client is found", "/inquiries/new", "#clients .dim", (write("#who", "zzzz"),)),
    State(
        "the client is known already",
        "/inquiries/new",
        ".knownas",
        (click("input[value=new]"), write("#f-email", "anna@example.test")),
    ),
    State("an inquiry is lost", "/inquiries/{inquiry[1]}", "#ask[open]", (click("#do-lose"),), locale="ru"),
    State("an inquiry is given", "/inquiries/{inquiry[1]}", ".menu2", (click(".give summary"),)),
    State("an inquiry that is lost", lost, ".inqhead .chip"),
    State("models who fit", "/inquiries/{inquiry[1]}", ".fits", locale="ru"),
    State("why they fit", "/inquiries/{inquiry[1]}", ".because[open]", (click(".because summary"),)),
    State("nobody fits", too_dear, "#ranking .empty"),
    State(
        "a booking of an inquiry with mistakes",
        "/inquiries/{inquiry[1]}/convert?model={model[0]}",
        ".fault",
        (write("#f-total", "much"), click(SAVE)),
        who="owner",
        forgive=BAD,
    ),
    State(
        "a booking of an inquiry whose total astonishes",
        "/inquiries/{inquiry[1]}/convert?model={model[0]}",
        "main .notice",
        (write("#f-total", "1"), write("#f-city", "Ulm"), click(SAVE)),
        who="owner",
        forgive=BAD,
    ),
    State("who fits, on a page alone", "/inquiries/{inquiry[1]}/match", ".fits"),
    State("nobody is chosen to be booked", "/inquiries/{inquiry[1]}/convert", ".chosen"),
]

BOOKINGS = [
    State("no booking in a part", "/bookings?part=past", "#records .empty"),
    State("no booking fits", "/bookings?q=zzzz", "#records .empty"),
    State("a booking with mistakes", "/bookings/new", ".fault", (click(SAVE),), forgive=BAD, locale="ru"),
    State(
        "a booking changed meanwhile",
        "/bookings/{booking[0]}/edit",
        "main .notice",
        (write("#f-city", "Paris"), meanwhile("bookings", "{booking[0]}", city="Hamburg"), click(SAVE)),
        forgive=STALE,
    ),
    State(
        "why a move waits",
        "/bookings/{booking[1]}",
        "#line-confirm .guard",
        (click("#line-confirm summary"),),
        who="owner",
    ),
    State("a booking is cancelled", "/bookings/{booking[1]}", "#ask[open]", (click("#move-cancel"),), locale="ru"),
    State("a booking that is cancelled", cancelled, "#notes"),
    State("several want the same time", wanted_twice, "#stack .opt >> nth=1", who="owner", locale="ru"),
    State("services and their prices", served_richly, "#services table", who="owner"),
    State(
        "a service is added",
        "/bookings/{booking[3]}",
        "#add-service[open]",
        (click("[data-open=add-service]"),),
        who="owner",
    ),
    State(
        "a service with a mistake",
        "/bookings/{booking[3]}",
        "#add-service [data-fault] >> visible=true",
        (
            click("[data-open=add-service]"),
            write("#s-title", "Make-up"),
            write("#s-quantity", "many"),
            write("#s-price", "x"),
            click("#add-service .pri"),
        ),
        who="owner",
        forgive=BAD,
    ),
    State("nothing of a kind has happened", "/bookings/{booking[1]}?kind=messages", "#timeline .mut"),
    State("why something happened", "/bookings/{booking[1]}", "#why[open] h2", (click("a[data-why]"),), who="owner"),
]

CLIENTS = [
    State("a client of whom little is known", "/clients/{client[1]}", ".inqside", locale="ru"),
    State("why, on a page alone", "/events/{event[3]}/why", "main h1, main h2", who="owner"),
    State("no client in a part", "/clients?part=blocked", "#records .empty", locale="ru"),
    State("no client fits", "/clients?q=zzzz", "#records .empty"),
    State(
        "a client with mistakes", "/clients/new", ".fault", (write("#f-email", "no address"), click(SAVE)), forgive=BAD
    ),
    State(
        "a client changed meanwhile",
        "/clients/{client[1]}/edit",
        "#meanwhile",
        (write("#f-phone", "+49 30 1"), meanwhile("clients", "{client[1]}", phone="+49 30 2"), click(SAVE)),
        forgive=STALE,
        locale="ru",
    ),
    State("nothing has this code", "/audit?code=BK-0", ".lookup ~ .sec .mut", who="owner"),
    State("something has this code", "/audit", ".hits a", (looks_up,), who="owner"),
    State(
        "why something was done",
        "/audit?entity_type=booking&entity_id={booking[1]}",
        "#why[open]",
        (click("a[data-why]"),),
        who="owner",
    ),
    State("much is found", "/find?q=anna", ".findgroup", locale="ru"),
    State("nothing is found", "/find?q=zzzz", "main .empty"),
    State("nothing is looked for", "/find", "main .empty"),
]
