"""Visitors of pages: Flask-Login and Flask-Principal over the platform's own sessions."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_login import current_user, login_required

from app.web.app import create_app
from app.web.visitors import may, needs, safe_next
from tests.app.web.conftest import Agency
from tests.app.web.signing_in import HERE

TRIED = ("users.create", "payments.read", "tasks.read")


@pytest.fixture
def pages(house: Agency) -> Flask:
    """The application with three more pages."""
    app = create_app(house.platform)

    @login_required  # type: ignore[untyped-decorator]
    def mine() -> dict[str, object]:
        return {"name": current_user.name, "may": [one for one in TRIED if may(one)]}

    @needs("payments.read").require(403)  # type: ignore[untyped-decorator]
    def money() -> str:
        return "all of it"

    def door() -> dict[str, object]:
        return {"known": current_user.is_authenticated, "may": [one for one in TRIED if may(one)]}

    app.add_url_rule("/mine", "mine", mine)
    app.add_url_rule("/money", "money", money)
    app.add_url_rule("/door", "door", door)
    return app


def browser(pages: Flask, name: str) -> FlaskClient:
    http = pages.test_client()
    body = {"email": f"{name}@demo.virel", "password": "demo-demo-demo"}
    assert http.post("/api/v1/auth/session", json=body, headers={"Origin": HERE}).status_code == 204
    return http


def test_a_page_knows_its_visitor_and_what_the_roles_let_them_see(pages: Flask):
    assert browser(pages, "operator").get("/mine").get_json() == {"name": "Oleg Operator", "may": ["tasks.read"]}
    assert browser(pages, "finance").get("/mine").get_json()["may"] == ["payments.read", "tasks.read"]
    assert browser(pages, "owner").get("/mine").get_json()["may"] == list(TRIED)


def test_a_stranger_is_sent_to_the_door_and_may_do_nothing(pages: Flask):
    http = pages.test_client()
    answer = http.get("/mine?tab=2")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login?next=/mine%3Ftab%3D2")
    assert http.get("/door").get_json() == {"known": False, "may": []}


def test_a_page_that_needs_a_permission_is_shown_to_who_has_it(pages: Flask):
    assert browser(pages, "finance").get("/money").get_data(as_text=True) == "all of it"
    assert browser(pages, "operator").get("/money").status_code == 403
    assert pages.test_client().get("/money").status_code == 403


def test_new_roles_are_seen_on_the_next_page(house: Agency, pages: Flask):
    http = browser(pages, "operator")
    assert http.get("/money").status_code == 403
    house.owner.patch(f"/users/{house.ids['operator']}", {"roles": ["FINANCE"]})
    assert http.get("/money").status_code == 200
    house.owner.move(f"/users/{house.ids['operator']}", "deactivate")
    assert http.get("/mine").status_code == 302


def test_no_cookie_beside_the_sessions_own_is_ever_set(pages: Flask):
    http = browser(pages, "operator")
    http.get("/mine")
    assert [cookie.key for cookie in (http._cookies or {}).values()] == ["sid"]


@pytest.mark.parametrize(
    ("target", "goes"),
    [
        ("/bookings?x=1", "/bookings?x=1"),
        ("/", "/"),
        (None, "/"),
        ("", "/"),
        ("//evil.test", "/"),
        ("/\\evil.test", "/"),
        ("/a\\b", "/"),
        ("https://evil.test/", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
    ],
)
def test_after_signing_in_one_stays_on_this_site(target: str | None, goes: str):
    assert safe_next(target) == goes


def test_the_pages_of_links_are_shown_to_everybody_and_say_where_what_is_typed_goes(pages: Flask):
    http = pages.test_client()
    for path, target in (("/welcome", "invitations/accept"), ("/password", "password/reset")):
        text = http.get(path).get_data(as_text=True)
        assert f'data-to="/api/v1/auth/{target}"' in text
        assert "password.js" in text
    with http.get("/static/password.js") as script:
        assert script.status_code == 200
    assert 'href="/password"' in http.get("/login").get_data(as_text=True)


def test_a_person_signs_in_at_the_door_and_leaves(pages: Flask):
    http = pages.test_client()
    form = {"email": "owner@demo.virel", "password": "demo-demo-demo"}
    here = {"Origin": HERE}
    assert http.post("/login", data=form).status_code == 403
    assert http.post("/login", data={**form, "password": "x"}, headers=here).status_code == 401
    answer = http.post("/login?next=/mine", data=form, headers=here)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/mine")
    csrf = http.get("/api/v1/me").get_json()["csrf_token"]
    assert http.post("/logout", headers=here).status_code == 403
    assert http.get("/mine").status_code == 200
    left = http.post("/logout", data={"csrf_token": csrf}, headers=here)
    assert (left.status_code, left.headers["Location"]) == (303, "/login")
    assert http.get("/mine").status_code == 302
