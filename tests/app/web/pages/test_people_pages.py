"""People and roles on pages: who may do what to whom, the last owner, why, and looking as another role."""

from __future__ import annotations

import json
import re

import pytest

from app.web import preview
from tests.app.web.conftest import Agency
from tests.app.web.pages.browsing import Visit
from tests.app.web.signing_in import HERE, MINUTE, Door, audited, letters

INVITED = {"email": "berta@house.test", "name": "Berta", "queues": "operations, vip", "locale": "ru", "timezone": ""}


def known(visit: Visit, id: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', visit.get(f"/people/{id}"))
    assert found is not None
    return found[1]


def test_people_are_listed_for_who_may_read_them_and_last_seen_for_who_looks_after_them(house: Agency):
    owner, manager = Visit(house, "owner"), Visit(house, "manager")
    text = owner.get("/people")
    assert "Oleg Operator" in text
    assert "Last seen" in text
    assert "just now" in text
    text = manager.get("/people")
    assert "Oleg Operator" in text
    assert "Last seen" not in text
    assert "/people/new" not in text
    for path in ("/people", "/people/new", "/people/roles"):
        Visit(house, "operator").get(path, 403)
    Visit(house, "operator").get(f"/people/{house.ids['owner']}", 404)


def test_somebody_is_invited_and_a_letter_goes_out(house: Agency):
    owner = Visit(house, "owner")
    wrong = owner.post("/people/new", INVITED | {"email": "nobody"})
    text = wrong.get_data(as_text=True)
    assert wrong.status_code == 422
    assert 'id="f-email-fault"' in text
    assert 'id="f-roles-fault"' in text
    made = owner.post("/people/new", INVITED | {"roles": ["OPERATOR", "FINANCE"]})
    assert made.status_code == 303
    id = re.split(r"[/?]", made.headers["Location"])[2]
    found = house.owner.get(f"/users/{id}")
    assert (found["roles"], found["queues"]) == (["OPERATOR", "FINANCE"], ["operations", "vip"])
    assert len(letters(house, "account-invitation", id)) == 1
    assert "Invited" in owner.get("/people")
    assert "Send the invitation again" in owner.get(f"/people/{id}")
    assert owner.post(f"/acts/user/{id}/invite-again").status_code == 204
    assert len(letters(house, "account-invitation", id)) == 2
    assert Visit(house, "manager").post("/people/new", INVITED | {"roles": ["OPERATOR"]}).status_code == 403


def test_the_last_owner_stays(house: Agency):
    owner, id = Visit(house, "owner"), house.ids["owner"]
    text = owner.get(f"/people/{id}")
    assert "This is the last owner" in text
    assert 'data-open="ask-deactivate"' not in text
    form = {"name": "Olga", "email": "owner@demo.virel", "queues": "", "locale": "en", "timezone": "Europe/Berlin"}
    kept = owner.post(f"/people/{id}", form | {"roles": ["FINANCE"]}, version=known(owner, id))
    assert kept.status_code == 409
    assert "last owner" in kept.get_data(as_text=True)
    refused = owner.post(f"/acts/user/{id}/deactivate", version=known(owner, id))
    assert refused.status_code == 409
    assert "last owner" in owner.told(refused)["refused"]["text"]
    assert house.owner.get(f"/users/{id}")["roles"] == ["OWNER"]


def test_roles_change_and_who_was_slower_is_told(house: Agency):
    owner, id = Visit(house, "owner"), house.ids["operator"]
    form = {"name": "Oleg", "email": "operator@demo.virel", "queues": "operations", "locale": "en", "timezone": ""}
    old = known(owner, id)
    assert owner.post(f"/people/{id}", form | {"roles": ["FINANCE"]}, version=old).status_code == 303
    assert house.owner.get(f"/users/{id}")["roles"] == ["FINANCE"]
    late = owner.post(f"/people/{id}", form | {"name": "Late", "roles": ["OPERATOR"]}, version=old)
    assert late.status_code == 412
    assert 'value="Late"' in late.get_data(as_text=True)
    assert f'name="version" value="{old}"' not in late.get_data(as_text=True).partition("Roles and details")[2]
    manager = Visit(house, "manager")
    assert '<form method="post" class="sheetform"' not in manager.get(f"/people/{id}")
    assert manager.post(f"/people/{id}", form | {"roles": ["OWNER"]}, version=known(owner, id)).status_code == 403


def test_somebody_is_signed_out_and_deactivated(house: Agency):
    owner, operator, id = Visit(house, "owner"), Visit(house, "operator"), house.ids["operator"]
    sign_in = re.search(r"sign-ins/(\w+)/end", owner.get(f"/people/{id}"))
    assert sign_in is not None
    manager = Visit(house, "manager")
    assert "sign-ins" not in manager.get(f"/people/{id}")
    for what in (f"sign-ins/{sign_in[1]}/end", "sign-ins/end", "deactivate", "invite-again"):
        assert manager.post(f"/acts/user/{id}/{what}").status_code == 403
    assert owner.post(f"/acts/user/{id}/sign-ins/{sign_in[1]}/end").status_code == 204
    operator.get("/models", 302)
    assert owner.post(f"/acts/user/{id}/deactivate", version=known(owner, id)).status_code == 204
    assert "Oleg Operator" not in owner.get("/people")
    assert "Oleg Operator" in owner.get("/people?part=inactive")
    assert owner.post(f"/acts/user/{id}/reactivate").status_code == 204


def test_the_matrix_says_conditions_hidden_fields_and_lines(house: Agency):
    text = Visit(house, "owner").get("/people/roles")
    assert "rules/access/OPERATOR.yaml:" in text
    assert "booking.status in open" in text
    assert "their own, their queue" in text
    row = text.partition('id="p-models.read"')[2].partition("</tr>")[0]
    assert "Day rate" in row
    assert row.count('class="yes"') == 3  # content, manager, owner
    assert 'role="OWNER"' not in text


def test_why_says_the_decision_and_its_line(house: Agency):
    operator, owner = Visit(house, "operator"), Visit(house, "owner")
    text = operator.get("/people/why?permission=models.publish")
    assert "refused" in text
    assert "Operator does not grant models.publish" in text
    assert "rules/access/OPERATOR.yaml:" in text
    text = operator.get("/people/why?permission=tasks.read")
    assert "It depends on which one" in text
    task = house.manager.post("/tasks", {"title": "Call", "assignee": house.ids["operator"]})["id"]
    text = operator.get(f"/people/why?permission=tasks.complete&entity={task}")
    assert "allowed" in text
    text = owner.get(f"/people/why?permission=tasks.complete&entity={task}&person={house.ids['content']}")
    assert "Content manager grants tasks.complete only where its condition holds" in text


def test_why_is_asked_of_one_field(house: Agency):
    operator = Visit(house, "operator")
    text = operator.get("/people/why?permission=bookings.read&field=bookings.total")
    assert "Operator may read it, without the field Total." in text
    assert "refused" in text
    text = operator.get("/people/why?permission=bookings.read&field=bookings.city")
    assert "allowed" in text
    text = operator.get("/people/why?permission=bookings.read&field=clients.name")
    assert "another kind" in text
    assert "There is no such field" in operator.get("/people/why?permission=bookings.read&field=bookings.nothing")


def test_nobody_asks_about_others_or_about_what_they_may_not_see(house: Agency):
    operator, manager = Visit(house, "operator"), Visit(house, "manager")
    assert 'name="person"' not in operator.get("/people/why")
    operator.get(f"/people/why?permission=models.publish&person={house.ids['owner']}", 404)
    manager.get(f"/people/why?permission=models.publish&person={house.ids['owner']}", 403)
    task = house.manager.post("/tasks", {"title": "Secret", "assignee": house.ids["manager"]})["id"]
    for entity in (task, "no-such"):
        text = operator.get(f"/people/why?permission=tasks.complete&entity={entity}")
        assert f"There is no task {entity}, or you may not see it." in text


def looking(house: Agency, role: str = "OPERATOR") -> Visit:
    owner = Visit(house, "owner")
    answer = owner.post("/people/preview", role=role)
    assert answer.status_code == 303
    return owner


def test_an_owner_looks_as_a_role_and_sees_what_it_sees(house: Agency):
    id = house.owner.post(
        "/models",
        {"name": "Mia", "category": "runway", "home_city": "Berlin", "day_rate": {"amount": 77_700, "currency": "EUR"}},
    )["id"]
    mine = house.manager.post("/tasks", {"title": "Ours", "queue": "operations"})["id"]
    owner = looking(house)
    text = owner.get("/models?part=all")
    assert "You look as Operator, read-only" in text
    assert "777.00" not in text
    assert "day_rate" not in (owner.door.send("GET", f"/models/{id}").get_json() or {})
    assert owner.door.send("GET", f"/tasks/{mine}").status_code == 200
    owner.get("/people", 403)
    assert ("user.preview_began", "done") in audited(house, house.ids["owner"])
    assert owner.post("/people/preview/end").status_code == 303
    assert "777.00" in owner.get("/models?part=all")


def test_a_refused_act_says_that_one_looks_only(house: Agency):
    owner = looking(house)
    sent = {"HX-Request": "true", "Origin": HERE, "X-CSRF-Token": owner.door.csrf or ""}
    answer = owner.door.http.post("/acts/booking/bk_1/confirm", headers=sent)
    assert answer.status_code == 403
    told = json.loads(answer.headers["HX-Trigger"])["refused"]["text"]
    assert told == "You look as Operator, and nothing can be changed so. Leave the preview first."


def test_who_looks_sees_the_work_of_the_queues_that_the_role_s_people_have(house: Agency):
    house.owner.patch(f"/users/{house.ids['manager']}", {"roles": ["OPS_MANAGER", "OPERATOR"], "queues": ["inquiries"]})
    text = looking(house).get("/")
    assert "The work of the queues that its people have: Inquiries, Operations." in text
    house.owner.patch(f"/users/{house.ids['content']}", {"queues": []})
    assert "Its people have no queue, so no queue’s work shows." in looking(house, "CONTENT_MANAGER").get("/")


def test_a_role_that_nobody_has_is_looked_through_with_every_queue(house: Agency):
    house.owner.post(f"/users/{house.ids['operator']}/status", {"transition": "deactivate"}, 200)
    task = house.manager.post("/tasks", {"title": "Ours", "queue": "finance"})["id"]
    owner = looking(house)
    assert owner.door.send("GET", f"/tasks/{task}").status_code == 200
    assert "Finance" in owner.get("/").partition('id="looking"')[2].partition("</span>")[0]


def test_nothing_is_written_while_looking(house: Agency):
    task = house.manager.post("/tasks", {"title": "Ours", "queue": "operations"})["id"]
    owner = looking(house)
    writes = [
        owner.post(f"/acts/task/{task}/assign"),
        owner.post("/people/preview", role="FINANCE"),
        owner.post("/me", name="Other"),
        owner.post("/models/new", name="x"),
        owner.door.write("POST", "/tasks", {"title": "Made"}),
        owner.door.write("PATCH", f"/tasks/{task}", {"title": "Changed"}, If_Match="*"),
        owner.door.write("DELETE", "/me/sessions"),
    ]
    assert [answer.status_code for answer in writes] == [403] * len(writes)
    assert "You look as Operator" in writes[0].get_data(as_text=True)
    assert house.owner.get(f"/tasks/{task}")["title"] == "Ours"
    assert owner.post("/logout").status_code == 303


def test_looking_ends_by_itself(house: Agency):
    owner = looking(house)
    house.clock.advance(15 * MINUTE - 1)
    assert "You look as" in owner.get("/models")
    house.clock.advance(1)
    assert "You look as" not in owner.get("/models")
    owner.get("/people")


@pytest.mark.parametrize("name", ["manager", "operator", "finance"])
def test_nobody_but_an_owner_looks_as_another_role(house: Agency, name: str):
    visit = Visit(house, name)
    for role in ("OWNER", "OPERATOR", "FINANCE"):
        assert visit.post("/people/preview", role=role).status_code == 403
    assert "preview" not in {cookie.key for cookie in (visit.door.http._cookies or {}).values()}


def test_a_cookie_that_is_forged_lent_or_outlived_is_nothing(house: Agency):
    lent = looking(house, "FINANCE").door.http.get_cookie("preview")
    assert lent is not None
    other = Visit(house, "owner")
    operator = Visit(house, "operator")
    for visit, value in ((other, lent.value), (operator, lent.value), (other, "forged"), (operator, lent.value[:-3])):
        visit.door.http.set_cookie("preview", value)
        assert "You look as" not in visit.get("/models")
    operator.get("/people", 403)
    assert "Payment" not in operator.get("/")
    demoted = looking(house)
    house.owner.patch(f"/users/{house.ids['manager']}", {"roles": ["OWNER"]})
    house.owner.patch(f"/users/{house.ids['owner']}", {"roles": ["CONTENT_MANAGER"]})
    assert "You look as" not in demoted.get("/models")
    demoted.get("/people", 403)
    assert demoted.post("/people/preview", role="OPERATOR").status_code == 403


def test_a_role_that_grants_more_is_not_looked_through(house: Agency):
    access = house.platform.releases.catalog(1).access
    assert all(preview.uncovered(access, ["OWNER"], role) is None for role in access.grants)
    for own, role in (("OPERATOR", "OWNER"), ("OPERATOR", "FINANCE"), ("OPERATOR", "CONTENT_MANAGER")):
        assert preview.uncovered(access, [own], role) is not None
    # tasks.read under a condition does not cover tasks.read without one; hidden fields do not cover seen ones
    beyond = preview.uncovered(access, ["OPERATOR"], "OPS_MANAGER")
    assert beyond is not None
    unknown = preview.uncovered(access, ["OWNER"], "NO_SUCH")
    assert unknown is not None
    assert unknown.permission == ""
    assert Visit(house, "owner").post("/people/preview", role="NO_SUCH").status_code == 422


def test_a_token_never_looks_as_another_role(house: Agency):
    door = Door(house)
    tokens = door.tokens("owner")
    looked = looking(house).door.http.get_cookie("preview")
    assert looked is not None
    door.http.set_cookie("preview", looked.value)
    answer = door.send("POST", "/tasks", {"title": "Made"}, Authorization=f"Bearer {tokens['access_token']}")
    assert answer.status_code == 201
