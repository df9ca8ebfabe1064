"""Pages that say what went wrong have no barrier, whatever went wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from app.identity.refusals import ThrottledError
from app.road.problems import BusyError, ForbiddenError, NotAllowedNowError, StaleError
from tests.app.web.journeys.conftest import Served, Visiting
from tests.app.web.journeys.states.stating import Scene, State, barriers_in, reached

RAISED: list[tuple[int, Exception]] = [
    (403, ForbiddenError("client", "1", "clients.read", "OPERATOR may not read clients", "rules/x.yaml:3")),
    (409, NotAllowedNowError("Confirm waits: the deposit is due.")),
    (412, StaleError("client", "1", 3)),
    (429, ThrottledError(30)),
    (500, RuntimeError("something")),
    (503, BusyError("busy")),
    (503, sa.exc.OperationalError("q", {}, Exception("gone"))),
]
ANSWERED = ".trouble code.m"


def posts(path: str, body: str) -> Callable[[Scene], object]:
    """Sends a form of a page, with what is in ``body`` (JavaScript)."""
    script = f"""() => {{
        const form = Object.assign(document.createElement("form"), {{method: "post", action: "{path}"}});
        for (const [name, value] of Object.entries({body}))
            form.append(Object.assign(document.createElement("input"), {{name, value, type: "hidden"}}));
        document.body.append(form);
        form.submit();
    }}"""
    return lambda scene: scene.page.evaluate(script)


CSRF = "document.body.dataset.csrf"
TROUBLES = [
    State("404 in the frame", "/nowhere", ANSWERED, forgive="404"),
    State("404 for strangers", "/nowhere", ANSWERED, who=None, forgive="404", locale="ru"),
    State("405", "/acts/undo", ANSWERED, forgive="405"),
    State(
        "413",
        "/clients/new",
        ANSWERED,
        (posts("/clients/new", f"{{csrf_token: {CSRF}, name: 'x'.repeat(2000000)}}"),),
        forgive="413",
    ),
    State(
        "sent from a page of before",
        "/clients/new",
        ANSWERED,
        (posts("/clients/new", "{csrf_token: 'old'}"),),
        forgive="403",
    ),
]


@pytest.mark.parametrize("state", TROUBLES, ids=[one.name for one in TROUBLES])
def test_no_barrier_where_something_was_refused(
    visit: Visiting, served: Served, barriers: Callable[..., list[str]], state: State
):
    found = list(barriers_in(state, reached(state, served, visit), barriers))
    assert not found, f"{len(found)} barriers where {state.name}\n" + "\n".join(found)


@pytest.mark.parametrize(("status", "error"), RAISED, ids=[type(one).__name__ for _status, one in RAISED])
def test_no_barrier_where_something_fails(
    visit: Visiting,
    served: Served,
    barriers: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    error: Exception,
):
    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("app.web.pages.finding.page", fails)
    state = State(str(status), "/find?q=x", ANSWERED, forgive=f"status of {status}")
    page = reached(state, served, visit)
    assert page.request.get("/find?q=x").status == status
    found = list(barriers_in(state, page, barriers))
    assert not found, f"{len(found)} barriers where {status} is told\n" + "\n".join(found)
