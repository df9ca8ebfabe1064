"""What goes wrong is a page for those who ask for one, problem details for programs, and a sentence for parts of pages."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from app.identity.refusals import ThrottledError
from app.road.problems import BusyError, CollisionError, ForbiddenError, NotAllowedNowError, StaleError
from tests.app.web.conftest import Agency
from tests.app.web.signing_in import HERE, Door

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def entered(house: Agency, who: str) -> Door:
    door = Door(house)
    assert door.enter(who).status_code == 204
    return door


def looked(door: Door, path: str, method: str = "GET", **more: Any) -> TestResponse:
    return door.http.open(path, method=method, headers={**PAGE, **more.pop("headers", {})}, **more)


def test_a_missing_page_leads_on_in_the_frame_and_tells_its_number(house: Agency):
    answer = looked(entered(house, "operator"), "/nowhere", headers={"Referer": f"{HERE}/clients?part=vip"})
    text = answer.get_data(as_text=True)
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "Nothing is here" in text
    assert answer.headers["X-Request-Id"] in text
    assert 'href="/clients?part=vip">Back</a>' in text
    assert 'aria-label="Main"' in text


def test_a_way_back_never_leads_to_another_site_or_in_a_circle(house: Agency):
    door = entered(house, "operator")
    for came in ("https://elsewhere.test/x", f"{HERE}/nowhere", f"{HERE}//elsewhere.test", ""):
        text = looked(door, "/nowhere", headers={"Referer": came}).get_data(as_text=True)
        assert 'href="/">' in text, came
        assert "elsewhere" not in text


def test_strangers_are_told_too_in_their_language(house: Agency):
    answer = looked(Door(house), "/nowhere", headers={"Accept-Language": "ru"})
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert '<html lang="ru"' in answer.get_data(as_text=True)


def test_programs_and_the_interface_keep_problem_details(house: Agency):
    door = entered(house, "operator")
    assert door.http.get("/nowhere").mimetype == "application/problem+json"
    assert looked(door, "/api/v1/nowhere").mimetype == "application/problem+json"
    assert looked(door, "/nowhere", headers={"Accept": "application/json"}).mimetype == "application/problem+json"


def test_what_an_address_carries_is_never_markup(house: Agency):
    answer = looked(entered(house, "operator"), "/<script>alert(1)</script>", headers={"Referer": f'{HERE}/"><b>'})
    assert "<script>alert" not in answer.get_data(as_text=True)
    assert '"><b>' not in answer.get_data(as_text=True)


def test_a_part_of_a_page_gets_its_sentence_in_a_header(house: Agency):
    door = entered(house, "operator")
    answer = looked(door, "/todo/task/none", headers={"HX-Request": "true"})
    told = json.loads(answer.headers["HX-Trigger"])
    assert answer.status_code == 404
    assert told == {"refused": {"text": "There is nothing at this address, or nothing that you may see."}}


def test_an_act_after_the_session_is_told_so_and_is_not_led_to_the_login_page(house: Agency):
    door = entered(house, "operator")
    door.http.delete_cookie("sid")
    for method, path in (("POST", "/acts/task/x/start"), ("GET", "/todo/list")):
        answer = looked(door, path, method, headers={"HX-Request": "true", "Origin": HERE})
        assert answer.status_code == 401
        assert "signedOut" in json.loads(answer.headers["HX-Trigger"])


def test_a_form_after_the_session_leads_back_to_itself_and_an_act_to_the_start(house: Agency):
    door = Door(house)
    assert looked(door, "/clients/new", "POST", headers={"Origin": HERE}).location == "/login?next=/clients/new"
    assert looked(door, "/acts/undo", "POST", headers={"Origin": HERE}).status_code in (302, 401)


def test_a_write_of_a_page_from_before_says_to_load_it_anew(house: Agency):
    answer = looked(
        entered(house, "operator"), "/clients/new", "POST", data={"csrf_token": "old"}, headers={"Origin": HERE}
    )
    assert answer.status_code == 403
    assert "Load the page anew" in answer.get_data(as_text=True)


def test_a_body_that_is_too_large_is_told_so(house: Agency):
    door = entered(house, "owner")
    large = {"csrf_token": door.csrf, "name": "x" * 2_000_000}
    answer = looked(door, "/clients/new", "POST", data=large, headers={"Origin": HERE})
    assert (answer.status_code, answer.mimetype) == (413, "text/html")
    assert "larger than we take" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("raised", "status"),
    [(RuntimeError("a secret"), 500), (sa.exc.OperationalError("q", {}, Exception("a secret")), 503)],
)
def test_a_failure_needs_nothing_of_the_store_to_be_told(
    house: Agency, monkeypatch: pytest.MonkeyPatch, raised: Exception, status: int
):
    door = entered(house, "operator")

    def fails(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr(type(house.platform.database), "connect", fails)
    monkeypatch.setattr(type(house.platform.pipeline), "read", fails)
    monkeypatch.setattr(type(house.platform.pipeline), "transaction", fails)
    answer = looked(door, "/", headers={"Accept-Language": "ru"})
    text = answer.get_data(as_text=True)
    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    assert '<html lang="ru"' in text
    assert "a secret" not in text
    assert answer.headers["X-Request-Id"] in text


REFUSALS: list[tuple[Exception, int, str]] = [
    (
        ForbiddenError("client", "1", "clients.read", "OPERATOR may not read clients", "rules/x.yaml:3"),
        403,
        "may not read",
    ),
    (NotAllowedNowError("Confirm waits: the deposit is due."), 409, "Confirm waits: the deposit is due."),
    (CollisionError("BK-4799 is firm."), 409, "BK-4799 is firm."),
    (StaleError("client", "1", 3), 412, "has changed since"),
    (ThrottledError(30), 429, "Wait a minute"),
    (BusyError("busy"), 503, "Try again in a moment"),
]


@pytest.mark.parametrize(("error", "status", "said"), REFUSALS, ids=[type(one[0]).__name__ for one in REFUSALS])
def test_a_refusal_is_said_in_full_on_a_page_and_to_a_part_of_one(
    house: Agency, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, said: str
):
    def refuses() -> None:
        raise error

    door = entered(house, "operator")
    monkeypatch.setitem(house.http.application.view_functions, "pages.clients", refuses)
    answer = looked(door, "/clients")
    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    assert said in answer.get_data(as_text=True)
    assert answer.headers["X-Request-Id"] in answer.get_data(as_text=True)
    part = looked(door, "/clients", headers={"HX-Request": "true"})
    assert part.status_code == status
    assert json.loads(part.headers["HX-Trigger"])["refused"]["text"]
    if status == 429:
        assert answer.headers["Retry-After"] == "30"
