"""Sessions of browsers: their cookie, their writes, their ends, and the list of all sign-ins."""

from __future__ import annotations

from dataclasses import replace as replaced
from pathlib import Path

import pytest

from app.bootstrap import bootstrap
from app.clock import SteppedClock
from app.identity.identity import digest
from engine.catalog import Catalog
from tests.app.processes import NOON, settings_for
from tests.app.web.conftest import Agency
from tests.app.web.signing_in import GOOD, HERE, HOUR, MINUTE, SECOND, Door, audited, rows


@pytest.fixture
def browser(house: Agency) -> Door:
    """The operator's browser, signed in."""
    door = Door(house)
    assert door.enter("operator").status_code == 204
    return door


def alive(door: Door) -> bool:
    return door.send("GET", "/me").status_code == 200


def test_the_cookie_is_out_of_the_reach_of_scripts_and_of_other_sites(house: Agency):
    cookie = Door(house).enter("operator").headers["Set-Cookie"]
    parts = cookie.split("; ")
    assert parts[0].startswith("sid=")
    assert len(parts[0]) == len("sid=") + 43, "256 random bits"
    assert set(parts[1:]) == {"HttpOnly", "Path=/", "SameSite=Lax"}


def test_over_tls_the_cookie_is_bound_to_this_very_host(store: str, tmp_path: Path, agency: Catalog):
    settings = replaced(settings_for(store, tmp_path), mode="demo", public_url="https://house.test")
    platform = bootstrap(settings, SteppedClock(NOON))
    platform.releases._catalogs[1] = agency
    try:
        door = Door(Agency(platform))
        body = {"email": "operator@demo.virel", "password": "demo-demo-demo"}
        place = {"base_url": "https://house.test", "headers": {"Origin": "https://house.test"}}
        answer = door.http.post("/api/v1/auth/session", json=body, **place)
        name, *rest = answer.headers["Set-Cookie"].split("; ")
        assert name.startswith("__Host-sid=")
        assert set(rest) == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}
        assert door.http.get("/api/v1/me", base_url="https://house.test").status_code == 200
    finally:
        platform.close()


def test_the_store_knows_only_the_hash_of_a_cookie(house: Agency, browser: Door):
    cookie = browser.http.get_cookie("sid")
    assert cookie is not None
    (row,) = rows(house, "SELECT * FROM sessions")
    assert row["id"] == digest(cookie.value)
    assert cookie.value not in str(row)


def test_a_sign_in_never_takes_up_a_session_that_was_there_before(house: Agency, browser: Door):
    old = browser.http.get_cookie("sid")
    assert browser.enter("operator").status_code == 204
    new = browser.http.get_cookie("sid")
    assert old is not None
    assert new is not None
    assert old.value != new.value
    browser.http.set_cookie("sid", old.value)
    assert not alive(browser)
    browser.http.set_cookie("sid", "of-my-own-choice")
    assert browser.enter("operator").status_code == 204
    assert browser.http.get_cookie("sid").value != "of-my-own-choice"  # type: ignore[union-attr]


def test_a_session_ends_after_thirty_minutes_without_its_owner(house: Agency, browser: Door):
    for _ in range(3):
        house.clock.advance(29 * MINUTE)
        assert alive(browser)
    house.clock.advance(30 * MINUTE)
    assert not alive(browser)


def test_a_session_ends_after_twelve_hours_whatever_its_owner_does(house: Agency, browser: Door):
    for _ in range(12 * 3 - 1):
        house.clock.advance(20 * MINUTE)
        assert alive(browser)
    house.clock.advance(20 * MINUTE)
    assert not alive(browser)


def test_looking_changes_nothing_but_the_note_of_the_last_minute(house: Agency, browser: Door):
    before = rows(house, "SELECT * FROM sessions")
    house.clock.advance(59 * SECOND)
    assert alive(browser)
    assert rows(house, "SELECT * FROM sessions") == before
    house.clock.advance(SECOND)
    assert alive(browser)
    assert rows(house, "SELECT seen_at FROM sessions")[0]["seen_at"] == before[0]["seen_at"] + 60_000_000


TASK = {"title": "Call Anna", "queue": "operations"}
REFUSED = {
    "nothing": {},
    "only the token": {"token": "its own"},
    "only the origin": {"Origin": HERE},
    "another site's origin": {"token": "its own", "Origin": "https://evil.test"},
    "no origin that can be named": {"token": "its own", "Origin": "null"},
    "this host on another port": {"token": "its own", "Origin": "http://localhost:81"},
    "this host without TLS told apart": {"token": "its own", "Origin": "https://localhost"},
    "another site, as the browser says": {"token": "its own", "Sec_Fetch_Site": "cross-site"},
    "a sibling's site, as the browser says": {"token": "its own", "Origin": HERE, "Sec_Fetch_Site": "same-site"},
    "a wrong token": {"X_CSRF_Token": "x" * 43, "Origin": HERE},
    "a token in letters that no token has": {"X_CSRF_Token": "ü", "Origin": HERE},
    "an empty token": {"X_CSRF_Token": "", "Origin": HERE},
}


def test_a_write_is_refused_that_another_site_may_have_sent(house: Agency, browser: Door):
    for brings, given in REFUSED.items():
        headers = {name: value for name, value in given.items() if name != "token"}
        if "token" in given:
            headers["X_CSRF_Token"] = str(browser.csrf)
        assert browser.post("/tasks", TASK, **headers).status_code == 403, brings
    assert rows(house, "SELECT * FROM tasks") == []


def test_a_write_from_a_page_of_this_site_is_carried_out(browser: Door):
    for given in ({"Origin": HERE}, {"Sec_Fetch_Site": "same-origin"}, {"Origin": "http://127.0.0.1:8000"}):
        assert browser.post("/tasks", TASK, X_CSRF_Token=str(browser.csrf), **given).status_code == 201


def test_the_token_of_one_session_vouches_for_no_other(house: Agency, browser: Door):
    other = Door(house)
    other.enter("manager")
    assert browser.post("/tasks", TASK, X_CSRF_Token=str(other.csrf), Origin=HERE).status_code == 403


def test_reading_needs_the_cookie_alone(browser: Door):
    assert browser.send("GET", "/bookings", Sec_Fetch_Site="cross-site").status_code == 200


def test_another_site_cannot_sign_a_browser_in(house: Agency):
    body = {"email": "operator@demo.virel", "password": "demo-demo-demo"}
    for headers in ({}, {"Origin": "https://evil.test"}, {"Origin": HERE, "Sec_Fetch_Site": "cross-site"}):
        answer = Door(house).post("/auth/session", body, **headers)
        assert answer.status_code == 403
        assert "Set-Cookie" not in answer.headers


def test_a_token_that_does_not_hold_is_not_made_good_by_a_cookie(browser: Door):
    assert browser.send("GET", "/me", Authorization="Bearer a.b.c").status_code == 401


def test_logging_out_ends_the_session_and_has_the_browser_forget_it(house: Agency, browser: Door):
    cookie = browser.http.get_cookie("sid")
    answer = browser.write("POST", "/auth/logout", {})
    assert answer.status_code == 204
    assert "cache" in answer.headers["Clear-Site-Data"]
    assert browser.http.get_cookie("sid") is None
    assert cookie is not None
    browser.http.set_cookie("sid", cookie.value)
    assert not alive(browser)
    assert audited(house, house.ids["operator"])[-1] == ("user.signed_out", "done")


def test_everybody_sees_their_own_sign_ins_and_which_one_they_look_from(house: Agency, browser: Door):
    program = Door(house, "198.51.100.9")
    body = {"email": "operator@demo.virel", "password": "demo-demo-demo"}
    tokens = program.post("/auth/login", body, User_Agent="importer/1.0 \x1b[31m" + "x" * 500).get_json()
    Door(house).enter("owner")
    items = browser.send("GET", "/me/sessions").get_json()["items"]
    assert [(one["kind"], one["current"]) for one in items if one["current"]] == [("session", True)]
    (token,) = [one for one in items if one["kind"] == "token"]
    assert token["address"] == "198.51.100.9"
    assert token["agent"].startswith("importer/1.0  [31mxxx")
    assert len(token["agent"]) == 200
    assert token["created_at"] == token["seen_at"] == "2026-03-02T12:00:00Z"
    assert len(items) == 2
    theirs = program.send("GET", "/me/sessions", Authorization=f"Bearer {tokens['access_token']}").get_json()["items"]
    assert [one["id"] for one in theirs if one["current"]] == [token["id"]]


def test_one_sign_in_is_ended_and_the_others_stay(house: Agency, browser: Door):
    tokens = Door(house).tokens("operator")
    (token,) = [one for one in browser.send("GET", "/me/sessions").get_json()["items"] if one["kind"] == "token"]
    assert browser.write("DELETE", f"/me/sessions/{token['id']}").status_code == 204
    assert not Door(house).holds(tokens["access_token"])
    assert Door(house).refresh(tokens["refresh_token"]).status_code == 401
    assert alive(browser)
    assert browser.write("DELETE", f"/me/sessions/{token['id']}").status_code == 404


def test_nobody_ends_the_sign_in_of_another(house: Agency, browser: Door):
    other = Door(house)
    other.enter("manager")
    (session,) = [one for one in other.send("GET", "/me/sessions").get_json()["items"] if one["current"]]
    foreign = browser.write("DELETE", f"/me/sessions/{session['id']}")
    unknown = browser.write("DELETE", "/me/sessions/nothing")
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.get_json()["detail"] == unknown.get_json()["detail"]
    assert alive(other)


def test_signing_out_everywhere_ends_sessions_and_tokens_of_this_person_alone(house: Agency, browser: Door):
    second, other = Door(house), Door(house)
    second.enter("operator")
    other.enter("manager")
    tokens = second.tokens("operator")
    assert browser.write("DELETE", "/me/sessions").status_code == 204
    assert not alive(browser)
    assert not alive(second)
    assert not second.holds(tokens["access_token"])
    assert second.refresh(tokens["refresh_token"]).status_code == 401
    assert alive(other)
    assert Door(house).enter("operator").status_code == 204


def test_an_owner_sees_and_ends_the_sign_ins_of_others_and_an_operator_does_not(house: Agency, browser: Door):
    path = f"/users/{house.ids['operator']}/sessions"
    assert [one["kind"] for one in house.owner.get(path)["items"]] == ["session"]
    house.manager.get(path, 403)
    assert browser.send("GET", f"/users/{house.ids['owner']}/sessions").status_code == 404
    assert house.owner.send("DELETE", path).status_code == 204
    assert not alive(browser)


def test_a_new_password_needs_the_old_one_and_ends_every_sign_in(house: Agency, browser: Door):
    tokens = Door(house).tokens("operator")
    wrong = browser.write("POST", "/me/password", {"current": "not this", "password": GOOD})
    assert [error["pointer"] for error in wrong.get_json()["errors"]] == ["/current"]
    weak = browser.write("POST", "/me/password", {"current": "demo-demo-demo", "password": "password"})
    assert [error["pointer"] for error in weak.get_json()["errors"]] == ["/password"]
    assert alive(browser)
    assert browser.write("POST", "/me/password", {"current": "demo-demo-demo", "password": GOOD}).status_code == 204
    assert not alive(browser)
    assert not Door(house).holds(tokens["access_token"])
    assert Door(house).enter("operator").status_code == 401
    assert Door(house).enter("operator", GOOD).status_code == 204


def test_people_say_their_own_name_and_zone_and_nothing_else(house: Agency, browser: Door):
    tag = browser.send("GET", "/me").headers["ETag"]
    said = {"name": "Oleg O.", "locale": "ru", "timezone": "Europe/Moscow"}
    answer = browser.write("PATCH", "/me", said, If_Match=tag)
    assert answer.status_code == 200
    assert {name: answer.get_json()[name] for name in said} == said
    assert answer.headers["ETag"] != tag
    assert browser.write("PATCH", "/me", {"name": "X"}, If_Match=tag).status_code == 412
    assert browser.write("PATCH", "/me", {"name": "X"}).status_code == 428
    for field in ("roles", "queues", "email", "status", "id"):
        refused = browser.write("PATCH", "/me", {field: ["OWNER"]}, If_Match="*")
        assert refused.status_code == 422, field
        assert refused.get_json()["errors"][0]["pointer"] == f"/{field}"
    assert browser.write("PATCH", "/me", {"timezone": "Mars/Base"}, If_Match="*").status_code == 422


def test_a_session_lasts_by_peoples_own_clock_not_by_a_demos_fast_one(store: str, tmp_path: Path, agency: Catalog):
    from app.clock import ScaledClock, WallClock

    fast = bootstrap(settings_for(store, tmp_path), ScaledClock(NOON, 1_000))
    slow = bootstrap(settings_for(store, tmp_path), SteppedClock(NOON))
    assert isinstance(fast.identity.clock, WallClock)
    assert slow.identity.clock is slow.clock
    fast.close()
    slow.close()


def test_hours_pass_before_a_program_has_to_sign_in_again(house: Agency):
    door = Door(house)
    token = door.tokens("operator")["refresh_token"]
    house.clock.advance(13 * HOUR)
    assert door.refresh(token).status_code == 200
