"""States of what strangers see: the public form, signing in, links out of letters, and what goes wrong."""

from __future__ import annotations

from tests.app.web.journeys.conftest import Served
from tests.app.web.journeys.states.stating import Scene, State, Step, click, press, write
from tests.app.web.signing_in import MINUTE, letters, secret_of

SEND = "#inquiry button"
BAD = "status of 422"
INVITATION = "account-invitation"


def time_passes(scene: Scene) -> None:
    """So that the form was looked at as people do."""
    scene.served.house.clock.advance(MINUTE)


def time_flies(scene: Scene) -> None:
    scene.served.house.clock.advance(60 * 24 * 8 * MINUTE)


def filled(name: str) -> tuple[Step, ...]:
    return (
        time_passes,
        click("label:has([value=runway])"),
        write("#starts_at", "2027-05-05T10:00"),
        write("#ends_at", "2027-05-06T18:00"),
        write("#name", name),
        write("#email", "claire@example.test"),
    )


def invitation(served: Served) -> str:
    """The link of a letter to somebody who is invited."""
    told = {"email": f"ida.{len(letters(served.house, INVITATION))}@example.test", "name": "Ida", "roles": ["OPERATOR"]}
    served.house.owner.post("/users", told)
    return f"/welcome#{secret_of(letters(served.house, INVITATION)[-1])}"


def tries_again(scene: Scene) -> None:
    """Tries wrong passwords until it has to wait."""
    for _ in range(30):
        if scene.page.get_by_text("Too many attempts").count():
            return
        scene.page.locator("#email").fill("nobody@demo.virel")
        scene.page.locator("#password").fill("not this one")
        with scene.page.expect_navigation():
            scene.page.locator("form button.pri").first.click()
    raise AssertionError("nobody is kept from guessing")


FORM = [
    State("the form is fresh", "/inquire", "#inquiry button", who=None),
    State("the form in Russian", "/inquire?lang=ru", "#inquiry button", who=None, locale="ru"),
    State("the form without scripts", "/inquire", "#inquiry button", who=None, scripts=False),
    State("the form of a model", "/inquire?model=MD-0001", "#model", who=None),
    State("the form with mistakes", "/inquire", ".note", (time_passes, click(SEND)), who=None, forgive=BAD),
    State(
        "the form with mistakes, in Russian, without scripts",
        "/inquire?lang=ru",
        ".note li",
        (time_passes, write("#email", "x"), click(SEND)),
        who=None,
        forgive=BAD,
        locale="ru",
        scripts=False,
    ),
    State("the form is too old", "/inquire", ".note", (time_flies, click(SEND)), who=None, forgive=BAD),
    State(
        "the form was sent too fast", "/inquire", ".note", (*filled("Hasty")[1:], click(SEND)), who=None, forgive=BAD
    ),
    State("the form has arrived", "/inquire", "#number", (*filled("Claire «C» Vasseur"), click(SEND)), who=None),
    State(
        "the form has arrived, in Russian",
        "/inquire?lang=ru",
        "#number",
        (*filled("Анна"), write("#email", "anna.v@example.test"), click(SEND)),
        who=None,
        locale="ru",
    ),
    State("a receipt that is gone", "/inquire/none", "h1", who=None, forgive="status of 404"),
]
SIGNING_IN = [
    State("one signs in", "/login", "#password", who=None, locale="ru"),
    State(
        "the password is wrong",
        "/login",
        "#problem",
        (write("#email", "owner@demo.virel"), write("#password", "not this one"), press("Enter")),
        who=None,
        forgive="status of 401",
    ),
    State(
        "the password was wrong too often", "/login", "#problem", (tries_again,), who=None, forgive="status of 4(01|29)"
    ),
    State("a password is chosen", invitation, "#choose", who=None),
    State(
        "a password that is guessed first",
        invitation,
        "#password-fault",
        (write("#choose #password", "password1234"), click("#choose button")),
        who=None,
        forgive=BAD,
    ),
    State(
        "a link that does not hold",
        "/welcome#" + "x" * 43,
        "#problem",
        (write("#choose #password", "correct horse battery"), click("#choose button")),
        who=None,
        forgive="status of 4",
        locale="ru",
    ),
    State("a password is forgotten", "/password", "#ask", who=None),
    State(
        "a letter is on its way",
        "/password",
        "#done",
        (write("#ask #email", "owner@demo.virel"), click("#ask button")),
        who=None,
    ),
]
