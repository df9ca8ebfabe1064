"""Refresh tokens: used once, followed by another, and a theft ends the family."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.app.web.conftest import Agency
from tests.app.web.signing_in import DAY, SECOND, Door, audited, letters, rows


def test_a_refresh_hands_out_new_tokens_and_the_next_one_does_again(house: Agency):
    door = Door(house)
    token = door.tokens("operator")["refresh_token"]
    seen = {token}
    for _ in range(3):
        house.clock.advance(60 * SECOND)
        answer = door.refresh(token)
        assert answer.status_code == 200
        token = answer.get_json()["refresh_token"]
        assert door.holds(answer.get_json()["access_token"])
        assert token not in seen
        seen.add(token)


def test_a_second_use_ends_the_whole_family_says_so_in_the_audit_and_by_letter(house: Agency):
    door = Door(house)
    first, elsewhere = door.tokens("operator"), door.tokens("operator")
    second = door.refresh(first["refresh_token"]).get_json()
    house.clock.advance(11 * SECOND)
    stolen = door.refresh(first["refresh_token"])
    assert stolen.status_code == 401
    assert stolen.get_json()["error"] == "invalid_grant"
    assert not door.holds(first["access_token"])
    assert not door.holds(second["access_token"])
    assert door.refresh(second["refresh_token"]).status_code == 401
    assert door.holds(elsewhere["access_token"]), "another sign-in is another family"
    assert audited(house, house.ids["operator"])[-1] == ("user.refresh", "refused")
    assert len(letters(house, "account-token-reuse", house.ids["operator"])) == 1
    assert [row["ended_because"] for row in rows(house, "SELECT ended_because FROM token_families")].count("reuse") == 1


def test_a_second_tab_within_ten_seconds_gets_the_very_same_successor(house: Agency):
    door = Door(house)
    token = door.tokens("operator")["refresh_token"]
    first = door.refresh(token).get_json()
    house.clock.advance(10 * SECOND)
    again = door.refresh(token)
    assert again.status_code == 200
    assert again.get_json()["refresh_token"] == first["refresh_token"]
    assert door.holds(again.get_json()["access_token"])


def test_the_grace_is_over_once_the_successor_was_used(house: Agency):
    door = Door(house)
    token = door.tokens("operator")["refresh_token"]
    successor = door.refresh(token).get_json()["refresh_token"]
    assert door.refresh(successor).status_code == 200
    assert door.refresh(token).status_code == 401


def test_the_grace_outlives_a_change_of_keys(house: Agency):
    door = Door(house)
    token = door.tokens("operator")["refresh_token"]
    first = door.refresh(token).get_json()
    keys = house.platform.identity.keys["refresh"]
    keys.insert(0, b"a newer key" * 3)
    assert door.refresh(token).get_json()["refresh_token"] == first["refresh_token"]


def test_eight_tabs_at_once_have_one_winner_and_share_what_it_got(house: Agency):
    token = Door(house).tokens("operator")["refresh_token"]
    doors = [Door(house) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda door: door.refresh(token), doors))
    assert [answer.status_code for answer in answers] == [200] * 8
    assert len({answer.get_json()["refresh_token"] for answer in answers}) == 1
    assert len(rows(house, "SELECT hash FROM refresh_tokens WHERE used_at IS NULL")) == 1


def test_a_token_waits_a_fortnight_and_a_family_lives_sixty_days(house: Agency):
    door = Door(house)
    unused, token = door.tokens("operator")["refresh_token"], door.tokens("operator")["refresh_token"]
    for day in range(1, 60):
        house.clock.advance(DAY)
        answer = door.refresh(token)
        assert answer.status_code == 200, day
        token = answer.get_json()["refresh_token"]
        if day == 14:
            assert door.refresh(unused).status_code == 401
    house.clock.advance(DAY)
    assert door.refresh(token).status_code == 401


def test_what_is_no_refresh_token_is_refused_alike(house: Agency):
    door = Door(house)
    for token in ("x" * 43, door.tokens("operator")["access_token"], "½"):
        answer = door.refresh(token)
        assert answer.status_code == 401
        assert answer.get_json()["error"] == "invalid_grant"
