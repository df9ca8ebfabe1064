"""States of models with their pictures, of people with their roles, and of one's own account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.app.web.journeys.states.records import BAD, SAVE, STALE, meanwhile
from tests.app.web.journeys.states.stating import Scene, State, Step, click, write
from tests.app.web.population import drawn

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Route


def sends(content: bytes, name: str = "look.png", *, stuck: bool = False) -> Step:
    """Sends a picture; where it is ``stuck``, no answer comes."""

    def does(scene: Scene) -> None:
        if stuck:
            scene.page.route("**/media", never)
        file: FilePayload = {"name": name, "mimeType": "image/png", "buffer": content}
        scene.page.set_input_files("#pick-files", [file])

    return does


def never(route: Route) -> None:
    """Leaves a request without an answer."""


MODELS = [
    State("no model in a part", "/models?part=paused", "#records .empty"),
    State("no model fits", "/models?q=zzzz&view=table", "#records .empty", locale="ru"),
    State("models as a table", "/models?part=all&view=table", ".recs"),
    State("a model with mistakes", "/models/new", ".fault", (click(SAVE),), who="owner", forgive=BAD),
    State(
        "a model changed meanwhile",
        "/models/{model[1]}/edit",
        "main .notice",
        (write("#f-home_city", "Paris"), meanwhile("models", "{model[1]}", home_city="Rome"), click(SAVE)),
        who="owner",
        forgive=STALE,
    ),
    State(
        "a model is paused", "/models/{model[0]}", "#ask-pause[open]", (click("#move-pause"),), who="owner", locale="ru"
    ),
    State("no pictures", "/models/{model[2]}", ".nopics", who="owner"),
    State("a picture is moved by keys", "/models/{model[0]}", ".tile.held", (click("[data-grab]"),), who="owner"),
    State(
        "a picture is taken away",
        "/models/{model[0]}",
        ".gone [data-put-back] >> visible=true",
        (click(".tile:not(.cover) [data-remove]"),),
        who="owner",
    ),
    State(
        "a picture is on its way",
        "/models/{model[1]}",
        "#uploads progress",
        (sends(drawn("blue"), stuck=True),),
        who="owner",
    ),
    State(
        "a picture is refused",
        "/models/{model[1]}",
        "#uploads .why",
        (sends(b"no picture"),),
        who="owner",
        forgive="status of 4",
    ),
    State(
        "a picture is added",
        "/models/{model[1]}",
        "#uploads .done",
        (sends(drawn("yellow")),),
        who="owner",
        locale="ru",
    ),
]

PEOPLE = [
    State("nobody in a part", "/people?part=inactive", "#records .empty", who="owner"),
    State("nobody fits", "/people?q=zzzz", "#records .empty", who="owner", locale="ru"),
    State(
        "an invitation with mistakes",
        "/people/new",
        ".fault",
        (write("#f-email", "operator@demo.virel"), click(SAVE)),
        who="owner",
        forgive=BAD,
    ),
    State(
        "an invitation with mistakes, in Russian",
        "/people/new",
        ".fault",
        (write("#f-email", "operator@demo.virel"), click(SAVE)),
        who="owner",
        forgive=BAD,
        locale="ru",
    ),
    State(
        "somebody is invited",
        "/people/new",
        ".said",
        (write("#f-email", "new@example.test"), write("#f-name", "Nora New"), click("[name=roles]"), click(SAVE)),
        who="owner",
    ),
    State(
        "a person changed meanwhile",
        "/people/{user[0]}",
        "main .notice",
        (write("#f-name", "Carla C"), meanwhile("users", "{user[0]}", name="Carla D"), click(SAVE)),
        who="owner",
        forgive=STALE,
    ),
    State(
        "somebody is deactivated",
        "/people/{user[0]}",
        "#ask-deactivate[open]",
        (click("[data-open=ask-deactivate]"),),
        who="owner",
        locale="ru",
    ),
    State(
        "a role and what it grants",
        "/people/roles?role=OPERATOR",
        ".matrix details[open] .given",
        (click(".matrix td.part summary, .matrix summary"),),
        who="owner",
    ),
    State("why not", "/people/why?permission=clients.update&field=clients.tier", "#answer", who="operator"),
    State(
        "why, of nothing that is there",
        "/people/why?permission=bookings.confirm&entity=BK-0",
        "#answer",
        who="operator",
        locale="ru",
    ),
    State(
        "the account with mistakes",
        "/me",
        ".fault",
        (write("#f-name", ""), write("#f-timezone", "Nowhere"), click("form.sheetform >> nth=0 >> button.pri")),
        who="finance",
        forgive=BAD,
    ),
    State(
        "the account is saved",
        "/me",
        ".said",
        (write("#f-name", "Fred «F» Finance"), click("form.sheetform >> nth=0 >> button.pri")),
        who="finance",
    ),
    State(
        "a password with mistakes",
        "/me",
        "#new-password .fault",
        (write("#f-current", "not this one"), write("#f-password", "password1234"), click("#new-password button")),
        who="finance",
        forgive="status of 4",
        locale="ru",
    ),
]
