"""Links that are used once: invitations and new passwords."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.app.web.conftest import Agency
from tests.app.web.signing_in import (
    DAY,
    GOOD,
    HOUR,
    MINUTE,
    SECOND,
    Door,
    audited,
    everything,
    letters,
    rows,
    secret_of,
)

NEW = {"email": "Berta@House.Test", "roles": ["OPERATOR"], "queues": ["operations"], "locale": "ru"}


def forgotten(house: Agency, name: str = "operator") -> str:
    """The secret of the link that a person gets who forgot the password."""
    answer = Door(house).post("/auth/password/forgot", {"email": f"{name}@demo.virel"})
    assert answer.status_code == 202
    return secret_of(letters(house, "account-reset", house.ids[name])[-1])


def invited(house: Agency, **values: Any) -> tuple[str, str]:
    """A new person's id, and the secret of the invitation's link."""
    id = house.owner.post("/users", {**NEW, **values})["id"]
    return id, secret_of(letters(house, "account-invitation", id)[-1])


def reset(house: Agency, token: str, password: str = GOOD) -> int:
    return Door(house).post("/auth/password/reset", {"token": token, "password": password}).status_code


def accept(house: Agency, token: str, **more: str) -> int:
    return Door(house).post("/auth/invitations/accept", {"token": token, "password": GOOD, **more}).status_code


def test_an_invited_person_chooses_a_password_and_then_signs_in(house: Agency):
    id, token = invited(house)
    assert Door(house).login("berta@house.test", GOOD).status_code == 401
    answer = Door(house).post("/auth/invitations/accept", {"token": token, "password": GOOD, "name": "Berta B."})
    assert answer.status_code == 204
    assert "Set-Cookie" not in answer.headers
    door = Door(house)
    tokens = door.tokens("berta@house.test", GOOD)
    me = door.send("GET", "/me", Authorization=f"Bearer {tokens['access_token']}").get_json()
    assert (me["id"], me["name"], me["roles"], me["queues"]) == (id, "Berta B.", ["OPERATOR"], ["operations"])


def test_the_letter_speaks_the_persons_language_and_says_until_when(house: Agency):
    id, _ = invited(house)
    (letter,) = letters(house, "account-invitation", id)
    assert (letter["kind"], letter["state"]) == ("notification", "new")
    (text,) = letter["payload"]["texts"]
    assert text["locale"] == "ru"
    assert "до 2026-03-05 12:00 UTC" in text["body"]
    assert letter["payload"]["recipient"] == id


def test_a_link_is_used_once(house: Agency):
    _, token = invited(house)
    assert [accept(house, token) for _ in range(2)] == [204, 422]
    token = forgotten(house)
    assert [reset(house, token) for _ in range(2)] == [204, 422]


def test_eight_who_use_a_link_at_once_are_one_winner(house: Agency):
    token = forgotten(house)
    doors = [Door(house, f"203.0.113.{number}") for number in range(8)]
    body = {"token": token, "password": GOOD}
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda door: door.post("/auth/password/reset", body).status_code, doors))
    assert sorted(found) == [204] + [422] * 7


def test_a_reset_holds_for_half_an_hour_and_an_invitation_for_three_days(house: Agency):
    early = forgotten(house)
    house.clock.advance(30 * MINUTE - SECOND)
    assert reset(house, early) == 204
    late = forgotten(house, "manager")
    house.clock.advance(30 * MINUTE)
    assert reset(house, late) == 422
    _, token = invited(house)
    house.clock.advance(3 * DAY)
    assert accept(house, token) == 422


def test_a_link_of_one_kind_is_none_of_the_other(house: Agency):
    _, invitation = invited(house)
    assert reset(house, invitation) == 422
    assert accept(house, forgotten(house)) == 422
    assert accept(house, invitation) == 204


def test_looking_at_a_link_uses_nothing(house: Agency):
    token = forgotten(house)
    for path in ("/password", "/api/v1/auth/password/reset"):
        Door(house).http.get(f"{path}?token={token}")
    assert reset(house, token) == 204


def test_a_password_that_is_refused_uses_nothing(house: Agency):
    token = forgotten(house)
    for weak in ("short", "password", "operator", "demo-demo-demo"):
        answer = Door(house).post("/auth/password/reset", {"token": token, "password": weak})
        assert answer.status_code == 422
        assert answer.get_json()["errors"][0]["pointer"] == "/password"
    assert reset(house, token) == 204


def test_a_new_password_ends_every_sign_in_and_is_told_by_letter(house: Agency):
    door, browser = Door(house), Door(house)
    tokens = door.tokens("operator")
    browser.enter("operator")
    assert reset(house, forgotten(house)) == 204
    assert not door.holds(tokens["access_token"])
    assert door.refresh(tokens["refresh_token"]).status_code == 401
    assert browser.send("GET", "/me").status_code == 401
    assert door.login("operator").status_code == 401
    assert door.login("operator", GOOD).status_code == 200
    assert len(letters(house, "account-password-changed", house.ids["operator"])) == 1
    assert ("user.password_changed", "done") in audited(house, house.ids["operator"])


def test_asking_tells_nobody_whether_there_is_such_an_account(house: Agency):
    known = Door(house).post("/auth/password/forgot", {"email": "operator@demo.virel"})
    unknown = Door(house).post("/auth/password/forgot", {"email": "nobody@demo.virel"})
    assert (known.status_code, known.get_data()) == (unknown.status_code, unknown.get_data())
    assert len(letters(house, "account-reset")) == 1


def test_asking_again_at_once_sends_no_second_letter_and_later_ends_the_first_link(house: Agency):
    first = forgotten(house)
    house.clock.advance(59 * SECOND)
    assert forgotten(house) == first
    house.clock.advance(SECOND)
    second = forgotten(house)
    assert second != first
    assert [reset(house, token) for token in (first, second)] == [422, 204]


def test_asking_is_slowed_at_one_place(house: Agency):
    door = Door(house)
    found = [door.post("/auth/password/forgot", {"email": "operator@demo.virel"}).status_code for _ in range(6)]
    assert found == [202] * 5 + [429]
    assert (
        Door(house, "198.51.100.9").post("/auth/password/forgot", {"email": "operator@demo.virel"}).status_code == 202
    )


def test_guessing_links_is_slowed_at_one_place(house: Agency):
    assert [reset(house, f"{number:043}") for number in range(6)] == [422] * 5 + [429]


def test_a_reset_works_while_signing_in_is_slowed(house: Agency):
    door = Door(house)
    for _ in range(6):
        door.login("operator", "wrong one")
    assert door.login("operator").status_code == 429
    assert reset(house, forgotten(house)) == 204


def test_whoever_was_deactivated_gets_no_link_and_the_ones_of_before_end(house: Agency):
    token = forgotten(house)
    house.owner.move(f"/users/{house.ids['operator']}", "deactivate")
    assert reset(house, token) == 422
    house.clock.advance(2 * HOUR)
    Door(house).post("/auth/password/forgot", {"email": "operator@demo.virel"})
    assert len(letters(house, "account-reset", house.ids["operator"])) == 1


def test_an_invitation_is_sent_again_and_the_link_before_ends(house: Agency):
    id, first = invited(house)
    assert house.owner.send("POST", f"/users/{id}/invitation").status_code == 204
    second = secret_of(letters(house, "account-invitation", id)[-1])
    assert [accept(house, token) for token in (first, second)] == [422, 204]
    house.owner.post(f"/users/{id}/invitation", status=409)
    house.manager.post(f"/users/{id}/invitation", status=403)
    house.operator.post(f"/users/{id}/invitation", status=404)


def test_a_links_secret_is_in_its_letter_and_nowhere_else(house: Agency):
    id, invitation = invited(house)
    token = forgotten(house)
    accept(house, invitation)
    reset(house, token)
    assert rows(house, f"SELECT * FROM outbox WHERE entity = '{id}'")
    kept = everything(house, but=("outbox",))
    assert invitation not in kept
    assert token not in kept
    assert GOOD not in kept


def test_a_name_that_does_not_fit_uses_nothing(house: Agency):
    _, token = invited(house)
    for name in ("", " ", "a\nb", "x" * 201):
        assert accept(house, token, name=name) == 422
    assert accept(house, token) == 204
