"""Signing in with address and password, and the bearer's token."""

from __future__ import annotations

import logging

import pytest
import sqlalchemy as sa

from app.identity.demo import PASSWORD
from app.identity.passwords import Hasher
from app.store.identity import CREDENTIALS
from tests.app.web.conftest import Agency
from tests.app.web.signing_in import DAY, MINUTE, SECOND, Door, audited, everything, rows


def test_a_login_hands_out_tokens_that_say_how_long_they_hold(house: Agency):
    answer = Door(house).login("operator")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.get_json()
    assert set(body) == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 600)


def test_the_address_may_be_written_in_capitals_and_with_spaces_around(house: Agency):
    assert Door(house).login("  OPERATOR@Demo.Virel ").status_code == 200


def test_the_bearer_is_told_who_they_are_and_what_they_may_do(house: Agency):
    me = house.operator.get("/me")
    assert me["id"] == house.ids["operator"]
    assert me["queues"] == ["operations"]
    assert (me["locale"], me["timezone"]) == ("en", "Europe/Berlin")
    assert "bookings.confirm" in me["permissions"]
    assert "payments.read" not in me["permissions"]
    assert me["csrf_token"] is None


def test_what_is_no_token_gets_401_and_is_told_what_to_send(house: Agency):
    for authorization in ("", "Bearer", "Bearer ", "Basic YTpi", "Bearer not-a-token", "Bearer a.b.c"):
        answer = Door(house).send("GET", "/me", Authorization=authorization)
        assert answer.status_code == 401, authorization
        assert answer.headers["WWW-Authenticate"].lower().startswith("bearer")
        assert answer.content_type.startswith("application/problem+json")


def test_without_cookie_and_token_nothing_is_answered(house: Agency):
    for path in ("/me", "/me/sessions", "/bookings", "/users"):
        assert Door(house).send("GET", path).status_code == 401


def test_an_access_token_ends_after_ten_minutes(house: Agency):
    door = Door(house)
    token = door.tokens("operator")["access_token"]
    house.clock.advance(10 * MINUTE - SECOND)
    assert door.holds(token)
    house.clock.advance(SECOND)
    assert not door.holds(token)


def test_a_wrong_address_and_a_wrong_password_are_answered_alike(house: Agency):
    door = Door(house)
    wrong, unknown = door.login("operator", "not the password"), door.login("nobody@demo.virel", "not the password")
    assert wrong.status_code == unknown.status_code == 401
    bodies = [answer.get_json() for answer in (wrong, unknown)]
    for body in bodies:
        del body["request_id"]
    assert bodies[0] == bodies[1]
    assert {name for name, _ in wrong.headers} == {name for name, _ in unknown.headers}


def test_a_wrong_address_costs_the_same_work_as_a_wrong_password(house: Agency, monkeypatch: pytest.MonkeyPatch):
    compared = []
    matches = Hasher.matches

    def spy(hasher: Hasher, hash: str | None, password: str) -> bool:
        compared.append(hash is not None)
        return matches(hasher, hash, password)

    monkeypatch.setattr(Hasher, "matches", spy)
    statements: list[int] = []

    @sa.event.listens_for(house.platform.database, "after_cursor_execute")
    def count(*_: object) -> None:
        statements[-1] += 1

    for name in ("operator", "nobody@demo.virel"):
        statements.append(0)
        Door(house).login(name, "not the password")
    assert compared == [True, False]
    assert statements[0] == pytest.approx(statements[1], abs=1)  # the head of a chain is made, or moved


def test_a_login_and_its_refusal_are_audited_with_the_address(house: Agency):
    Door(house).login("operator", "not the password")
    Door(house).login("operator")
    found = audited(house, house.ids["operator"])
    assert found == [("user.created", "done"), ("user.sign_in", "refused"), ("user.signed_in", "done")]
    sql = "SELECT address, request FROM audit WHERE action = 'user.sign_in'"
    (row,) = rows(house, sql)
    assert row["address"] == "203.0.113.7"
    assert row["request"]


def test_no_secret_lies_in_the_store_or_in_a_log(house: Agency, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    door = Door(house)
    tokens = door.tokens("operator")
    renewed = door.refresh(tokens["refresh_token"]).get_json()
    door.enter("owner")
    cookie = door.http.get_cookie("sid")
    assert cookie is not None
    kept = everything(house) + caplog.text
    for secret in (PASSWORD, *tokens.values(), renewed["refresh_token"], renewed["access_token"], cookie.value):
        if isinstance(secret, str) and secret != "Bearer":
            assert secret not in kept


def test_a_hash_of_weaker_parameters_is_replaced_when_its_owner_comes_in(house: Agency):
    weak = Hasher(memory=32, rounds=1).hash(PASSWORD)
    mine = sa.update(CREDENTIALS).where(CREDENTIALS.c.user == house.ids["operator"])
    with house.platform.database.begin() as connection:
        connection.execute(mine.values(password=weak))
    assert Door(house).login("operator").status_code == 200
    (kept,) = rows(house, f"SELECT password FROM credentials WHERE \"user\" = '{house.ids['operator']}'")
    assert "m=64,t=1" in kept["password"]
    assert Door(house).login("operator").status_code == 200


def test_guessing_is_slowed_at_one_place_and_a_colleague_elsewhere_comes_in(house: Agency):
    guesser = Door(house, "198.51.100.9")
    for _ in range(5):
        assert guesser.login("operator", "not the password").status_code == 401
    slowed = guesser.login("operator")
    assert slowed.status_code == 429
    assert slowed.headers["Retry-After"] == "1"
    assert guesser.login("manager").status_code == 200
    assert Door(house).login("operator").status_code == 200
    house.clock.advance(SECOND)
    assert guesser.login("operator").status_code == 200


def test_one_place_may_fail_fifty_times_an_hour(house: Agency, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(house.platform.identity.hasher, "matches", lambda *_: False)
    door = Door(house)
    for number in range(50):
        assert door.login(f"person-{number}").status_code == 401
    refused = door.login("operator")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "3600"


def test_a_forged_forwarded_address_changes_nothing(house: Agency):
    door = Door(house)
    for number in range(5):
        body = {"email": "operator@demo.virel", "password": "wrong"}
        door.post("/auth/login", body, X_Forwarded_For=f"192.0.2.{number}")
    assert door.login("operator").status_code == 429


UNFIT: list[tuple[dict[str, object], list[str]]] = [
    ({}, ["/email", "/password"]),
    ({"email": "a@b.test"}, ["/password"]),
    ({"email": 3, "password": ["x"]}, ["/email", "/password"]),
    ({"email": "a@b.test", "password": "x", "role": "OWNER"}, ["/role"]),
    ({"email": "a@b.test", "password": "x" * 2_000}, ["/password"]),
]


def test_a_body_that_does_not_fit_is_told_whole_and_counts_as_no_attempt(house: Agency):
    for body, pointers in UNFIT:
        answer = Door(house).post("/auth/login", body)
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.get_json()["errors"]] == pointers
    assert rows(house, "SELECT * FROM attempts") == []


def test_a_token_of_another_platform_is_not_known(house: Agency):
    token = Door(house).tokens("operator")["access_token"]
    identity = house.platform.identity
    kept = dict(identity.keys)
    try:
        identity.keys["access"] = [b"another" * 8]  # type: ignore[index]
        assert not Door(house).holds(token)
        identity.keys["access"] = [b"another" * 8, *kept["access"]]  # type: ignore[index]
        assert Door(house).holds(token)
    finally:
        identity.keys["access"] = kept["access"]  # type: ignore[index]


def test_logging_out_ends_the_token_and_its_refresh_token_at_once(house: Agency):
    door = Door(house)
    tokens, other = door.tokens("operator"), door.tokens("operator")
    answer = door.post("/auth/logout", {}, Authorization=f"Bearer {tokens['access_token']}")
    assert answer.status_code == 204
    assert "cache" in answer.headers["Clear-Site-Data"]
    assert not door.holds(tokens["access_token"])
    assert door.refresh(tokens["refresh_token"]).status_code == 401
    assert door.holds(other["access_token"])


def test_a_refresh_token_logs_out_where_the_access_token_has_ended(house: Agency):
    door = Door(house)
    tokens = door.tokens("operator")
    house.clock.advance(DAY)
    assert door.post("/auth/logout", {"refresh_token": tokens["refresh_token"]}).status_code == 204
    assert door.refresh(tokens["refresh_token"]).status_code == 401
    assert door.post("/auth/logout", {"refresh_token": "x" * 43}).get_json()["error"] == "invalid_grant"
