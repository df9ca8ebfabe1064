"""The people who work here: invited, changed, deactivated, taken back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app.identity import people
from app.road import commands
from app.road.caller import Caller, system
from app.road.problems import ForbiddenError
from tests.app.web.conftest import Agency
from tests.app.web.signing_in import Door, audited, letters, rows

NEW = {"email": "berta@house.test", "roles": ["OPERATOR"], "queues": ["operations"], "name": "Berta"}


def path(house: Agency, name: str) -> str:
    return f"/users/{house.ids[name]}"


def faults(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.get_data(as_text=True)
    return [error["pointer"] for error in answer.get_json()["errors"]]


def test_an_owner_invites_a_person_once_however_often_the_request_comes(house: Agency):
    answers = [house.owner.send("POST", "/users", NEW, Idempotency_Key="one") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].get_json() == answers[1].get_json()
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    made = answers[0].get_json()
    assert (made["email"], made["status"], made["roles"]) == ("berta@house.test", "active", ["OPERATOR"])
    assert len(letters(house, "account-invitation")) == 1
    assert audited(house, made["id"]) == [("user.created", "done")]
    assert house.manager.get(f"/users/{made['id']}")["name"] == "Berta"


def test_only_who_may_invites(house: Agency):
    for person in (house.manager, house.operator, house.content, house.finance):
        person.post("/users", NEW, 403)
    assert letters(house, "account-invitation") == []
    assert audited(house, "")[-1:] == [("users.create", "refused")]


UNFIT: list[tuple[dict[str, Any], list[str]]] = [
    ({"email": None}, ["/email"]),
    ({"email": "berta"}, ["/email"]),
    ({"email": "berta@house"}, ["/email"]),
    ({"email": "a b@house.test"}, ["/email"]),
    ({"email": "berta@house.test\r\nBcc: x@y.test"}, ["/email"]),
    ({"email": "b" * 65 + "@house.test"}, ["/email"]),
    ({"email": f"b@{'h' * 300}.test"}, ["/email"]),
    ({"roles": []}, ["/roles"]),
    ({"roles": None}, ["/roles"]),
    ({"roles": "OWNER"}, ["/roles"]),
    ({"roles": ["OPERATOR", "OPERATOR"]}, ["/roles"]),
    ({"roles": ["OPERATOR", "KING"]}, ["/roles/1"]),
    ({"roles": [["OWNER"]]}, ["/roles", "/roles/0"]),
    ({"queues": "operations"}, ["/queues"]),
    ({"queues": [""]}, ["/queues"]),
    ({"locale": "klingon"}, ["/locale"]),
    ({"timezone": "Mars/Base"}, ["/timezone"]),
    ({"name": "\x1b[31m", "timezone": 3, "role": "OWNER"}, ["/name", "/role", "/timezone"]),
    ({"status": "inactive", "password": "x", "id": "mine"}, ["/id", "/password", "/status"]),
]


def test_what_does_not_fit_is_told_whole_and_changes_nothing(house: Agency):
    before = rows(house, "SELECT id FROM users")
    for values, pointers in UNFIT:
        assert faults(house.owner.send("POST", "/users", {**NEW, **values})) == pointers, values
    assert rows(house, "SELECT id FROM users") == before
    assert letters(house, "account-invitation") == []


def test_a_misspelt_role_is_told_with_the_one_that_was_meant(house: Agency):
    answer = house.owner.send("POST", "/users", {**NEW, "roles": ["OPERATR"]})
    assert "OPERATOR" in answer.get_json()["errors"][0]["message"]


def test_an_address_belongs_to_one_person_however_it_is_written(house: Agency):
    house.owner.post("/users", {**NEW, "email": "Operator@DEMO.virel"}, 409)
    house.owner.patch(path(house, "manager"), {"email": "OPERATOR@demo.virel"}, 409)


def test_a_change_of_roles_counts_from_the_next_request_on(house: Agency):
    operator = house.operator
    operator.get("/payments", 403)
    house.owner.patch(path(house, "operator"), {"roles": ["FINANCE"]})
    operator.get("/payments")
    operator.get("/me")
    assert operator.get("/me")["roles"] == ["FINANCE"]
    house.owner.patch(path(house, "operator"), {"roles": ["OPERATOR"]})
    operator.get("/payments", 403)


def test_a_change_of_queues_counts_from_the_next_request_on(house: Agency):
    task = house.manager.post("/tasks", {"title": "Count", "queue": "finance"})
    house.operator.get(f"/tasks/{task['id']}", 404)
    house.owner.patch(path(house, "operator"), {"queues": ["finance"]})
    house.operator.get(f"/tasks/{task['id']}")


def test_a_change_is_an_event_and_audited_with_before_and_after(house: Agency):
    house.owner.patch(path(house, "operator"), {"roles": ["FINANCE"]})
    assert audited(house, house.ids["operator"])[-1] == ("user.updated", "done")
    (row,) = rows(house, "SELECT changes, actor FROM audit WHERE action = 'user.updated'")
    assert row["actor"] == house.ids["owner"]
    assert "OPERATOR" in str(row["changes"])
    assert "FINANCE" in str(row["changes"])
    assert len(rows(house, "SELECT id FROM events WHERE type = 'user.updated'")) == 1


def test_a_change_needs_the_version_that_was_read(house: Agency):
    there = path(house, "operator")
    assert house.owner.send("PATCH", there, {"name": "X"}).status_code == 428
    assert house.owner.send("PATCH", there, {"name": "X"}, If_Match='"v9"').status_code == 412
    stale = house.owner.send("POST", f"{there}/status", {"transition": "deactivate"}, If_Match='"v9"')
    assert stale.status_code == 412


def test_who_may_not_change_people_does_not(house: Agency):
    there = path(house, "finance")
    assert house.manager.send("PATCH", there, {"name": "X"}, If_Match="*").status_code == 403
    house.manager.move(there, "deactivate", 403)
    assert house.operator.send("PATCH", there, {"name": "X"}, If_Match="*").status_code == 404
    house.operator.move(there, "deactivate", 404)
    own = path(house, "operator")
    assert house.operator.send("PATCH", own, {"roles": ["OWNER"]}, If_Match="*").status_code == 404


def test_the_last_active_owner_is_neither_put_down_nor_deactivated(house: Agency):
    there = path(house, "owner")
    sentence = "This is the last owner who can sign in: make somebody else with a password an owner first."
    assert house.owner.patch(there, {"roles": ["OPS_MANAGER"]}, 409)["detail"] == sentence
    assert house.owner.move(there, "deactivate", 409)["detail"] == sentence
    house.owner.patch(there, {"roles": ["OWNER", "FINANCE"]})
    house.owner.patch(path(house, "manager"), {"roles": ["OWNER"]})
    house.owner.move(there, "deactivate")
    assert house.manager.move(path(house, "manager"), "deactivate", 409)["detail"] == sentence


def test_an_owner_who_is_not_active_does_not_count(house: Agency):
    house.owner.patch(path(house, "manager"), {"roles": ["OWNER"]})
    house.owner.move(path(house, "manager"), "deactivate")
    house.owner.move(path(house, "owner"), "deactivate", 409)


def test_an_owner_who_was_invited_and_cannot_sign_in_yet_does_not_count(house: Agency):
    house.owner.post("/users", {**NEW, "roles": ["OWNER"]})
    house.owner.patch(path(house, "owner"), {"roles": ["OPS_MANAGER"]}, 409)
    house.owner.move(path(house, "owner"), "deactivate", 409)


def test_two_owners_who_put_each_other_down_at_once_leave_one(house: Agency):
    house.owner.patch(path(house, "manager"), {"roles": ["OWNER"]})
    house.manager.get("/me")

    def put_down(pair: tuple[str, str]) -> int:
        door = Door(house)
        token = getattr(house, pair[0]).token
        body = {"transition": "deactivate"}
        return door.post(f"{path(house, pair[1])}/status", body, Authorization=f"Bearer {token}").status_code

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(put_down, [("owner", "manager"), ("manager", "owner")]))
    assert found[0] == 200
    assert found[1] in (401, 409)
    active = rows(house, "SELECT roles FROM users WHERE status = 'active'")
    assert sum("OWNER" in str(row["roles"]) for row in active) == 1


def test_what_was_done_to_people_is_not_undone_behind_their_backs(house: Agency):
    answer = house.owner.send("PATCH", path(house, "operator"), {"name": "X"}, If_Match="*")
    assert "Virel-Undo" not in answer.headers
    (event,) = rows(house, "SELECT root FROM events WHERE type = 'user.updated'")
    house.owner.post("/undo", {"command": event["root"]}, 409)


def test_deactivation_ends_every_sign_in_at_once(house: Agency):
    door, browser = Door(house), Door(house)
    tokens = door.tokens("operator")
    browser.enter("operator")
    moved = house.owner.move(path(house, "operator"), "deactivate", reason="Left the agency.")
    assert moved["status"] == "inactive"
    assert not door.holds(tokens["access_token"])
    assert door.refresh(tokens["refresh_token"]).status_code == 401
    assert browser.send("GET", "/me").status_code == 401
    refused = door.login("operator")
    assert refused.status_code == 401
    assert refused.get_json()["detail"] == door.login("nobody@demo.virel").get_json()["detail"]
    assert ("user.sign_ins_ended", "done") in audited(house, house.ids["operator"])


def test_who_is_taken_back_signs_in_anew_and_no_token_of_before_comes_alive(house: Agency):
    door = Door(house)
    tokens = door.tokens("operator")
    house.owner.move(path(house, "operator"), "deactivate")
    house.owner.move(path(house, "operator"), "reactivate")
    assert not door.holds(tokens["access_token"])
    assert door.refresh(tokens["refresh_token"]).status_code == 401
    assert door.login("operator").status_code == 200
    house.owner.move(path(house, "operator"), "reactivate", 409)


def test_what_waited_for_somebody_who_leaves_waits_for_whoever_takes_it(house: Agency):
    operator = house.ids["operator"]
    manager = house.manager
    waiting = manager.post("/tasks", {"title": "Call", "queue": "operations", "assignee": operator})
    begun = manager.post("/tasks", {"title": "Ask", "queue": "operations", "assignee": operator})
    done = manager.post("/tasks", {"title": "Thank", "queue": "operations", "assignee": operator})
    house.operator.move(f"/tasks/{begun['id']}", "start")
    house.operator.move(f"/tasks/{done['id']}", "complete")
    platform = house.platform
    values = {"reason": "lost", "priority": "high", "assignee": operator}
    lost = platform.pipeline.run(system("test"), lambda road: commands.create(road, "exception", values)["id"])
    house.owner.move(path(house, "operator"), "deactivate")
    for task in (waiting, begun):
        now = manager.get(f"/tasks/{task['id']}")
        assert now.get("assignee") is None
        assert now["status"] == "open"
    assert manager.get(f"/tasks/{done['id']}")["assignee"] == operator, "what was done stays theirs"
    assert manager.get(f"/exceptions/{lost}").get("assignee") is None


def test_a_misspelt_transition_is_told(house: Agency):
    there = f"{path(house, 'operator')}/status"
    assert faults(house.owner.send("POST", there, {"transition": "deactivat"})) == ["/transition"]
    assert faults(house.owner.send("POST", there, {"role": "X"})) == ["/transition", "/role"]


def test_an_owner_may_do_all_that_any_other_role_may(house: Agency):
    catalog = house.platform.releases.catalog(1)
    own = set(catalog.access.of(["OWNER"]).grants)
    for role in catalog.access.roles:
        assert set(catalog.access.of([role]).grants) <= own, role


def test_nobody_gives_what_they_do_not_have_nor_touches_who_has_more(house: Agency, monkeypatch: pytest.MonkeyPatch):
    """With a release in which managers change people, they make no owners and change none."""
    allowed = commands.allow
    monkeypatch.setattr(
        commands, "allow", lambda road, name, *rest: None if name.startswith("users.") else allowed(road, name, *rest)
    )
    manager = Caller({"id": house.ids["manager"], "roles": ["OPS_MANAGER"], "queues": []})
    identity, run = house.platform.identity, house.platform.pipeline.run
    attempts = [
        lambda road: people.invite(identity, road, {**NEW, "roles": ["OWNER"]}),
        lambda road: people.change(road, house.ids["operator"], {"roles": ["OWNER"]}),
        lambda road: people.change(road, house.ids["manager"], {"roles": ["OPS_MANAGER", "FINANCE"]}),
        lambda road: people.change(road, house.ids["owner"], {"email": "mine@house.test"}),
        lambda road: people.move(identity, road, house.ids["owner"], "deactivate"),
    ]
    for attempt in attempts:
        with pytest.raises(ForbiddenError):
            run(manager, attempt)
    run(manager, lambda road: people.change(road, house.ids["operator"], {"name": "Oleg O."}))
