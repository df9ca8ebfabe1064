"""Clients as pages: who they are, what they asked and booked, what may be done, and two who edit at once."""

from __future__ import annotations

from app.web.wording.language import in_words
from tests.app.web.conftest import Agency
from tests.app.web.pages.visiting import Visit, field_of, text_of
from tests.app.web.test_release_one import a_booking, a_client, an_inquiry

SECRET = "Pays late, ask for the deposit first"


def test_a_client_shows_what_they_asked_and_booked(house: Agency) -> None:
    booking = a_booking(house)
    page = Visit(house, "operator").get(f"/clients/{booking['client']}")
    assert f'href="/bookings/{booking["id"]}"' in page
    assert f'href="/inquiries/{booking["inquiry"]}"' in page
    assert "100000" not in page
    assert "1,000" not in page


def test_notes_are_only_for_those_whose_role_shows_them(house: Agency) -> None:
    client = a_client(house, notes_internal=SECRET)
    path = f"/clients/{client['id']}"
    assert SECRET in Visit(house, "manager").get(path)
    for name in ("operator", "finance"):
        visit = Visit(house, name)
        for page in (visit.get(path), visit.get("/clients"), visit.get("/find?q=anna")):
            assert SECRET not in page
        visit.get(f"{path}/edit", 403)


def test_the_language_of_a_client_is_said_in_words(house: Agency) -> None:
    visit = Visit(house, "manager")
    for number, (code, name) in enumerate(
        (("pt-BR", "Portuguese (Brazil)"), ("ja", "Japanese"), ("zh-Hant-TW", "Chinese (Traditional, Taiwan)"))
    ):
        client = a_client(house, locale=code, email=f"{number}@clients.example")
        assert f"Language {name} Time zone" in text_of(visit.get(f"/clients/{client['id']}")), code
    visit.door.http.set_cookie("lang", "ru")
    client = a_client(house, locale="ja", email="ja@clients.example")
    assert in_words("no such") == "no such"
    assert "Японский" in text_of(visit.get(f"/clients/{client['id']}"))


def test_a_client_is_blocked_with_a_reason_and_unblocked(house: Agency) -> None:
    client, visit = a_client(house), Visit(house, "manager")
    base = f"/acts/client/{client['id']}"
    visit.act(f"{base}/block", 422)
    assert visit.act(f"{base}/block", reason="Never paid") == "Anna: Blocked."
    page = text_of(visit.get(f"/clients/{client['id']}"))
    assert "Never paid" in page
    assert "Unblock U" in page
    assert "New inquiry" not in page
    assert visit.act(f"{base}/unblock") == "Anna: Active."
    Visit(house, "operator").act(f"{base}/block", 403, reason="No")


def test_two_who_edit_at_once_are_told_of_each_other_and_lose_nothing(house: Agency) -> None:
    client, visit = a_client(house, tier="basic", phone="+4930111111"), Visit(house, "manager")
    path = f"/clients/{client['id']}"
    form = visit.get(f"{path}/edit")
    house.owner.patch(path, {"tier": "vip", "phone": "+4930222222"})
    typed = {name: client.get(name, "") for name in ("name", "kind", "tier", "email", "phone", "locale", "timezone")}
    before = {f"was_{name}": field_of(form, f"was_{name}") for name in typed}
    typed |= {"version": field_of(form, "version"), "name": "Anna Neu", "phone": "+4930333333", **before}
    answer = visit.post(f"{path}/edit", typed)
    page = answer.get_data(as_text=True)
    text = text_of(page)
    assert answer.status_code == 412
    assert "has changed this while you were typing" in text
    assert "Tier is now “VIP”, taken over below." in text
    assert "Phone is now “+4930222222”; you wrote “+4930333333”, which is kept below." in text
    assert field_of(page, "name") == "Anna Neu"
    again = typed | {name: field_of(page, name) for name in ("version", "name", "phone", "was_phone")} | {"tier": "vip"}
    assert visit.post(f"{path}/edit", again).status_code == 303
    now = house.owner.get(path)
    assert (now["name"], now["tier"], now["phone"]) == ("Anna Neu", "vip", "+4930333333")


def test_a_list_is_searched_in_fields_that_some_do_not_have(house: Agency) -> None:
    house.owner.post("/clients", {"name": "Студия «Линия»"})
    a_client(house)
    visit = Visit(house, "manager")
    assert "Линия" in visit.get("/clients?q=линия")
    found = visit.get("/clients?q=example.test")
    assert "Anna" in found
    assert "Линия" not in found


def test_an_inquiry_of_somebody_blocked_is_not_offered_but_stays_readable(house: Agency) -> None:
    client = a_client(house)
    inquiry = an_inquiry(house, client["id"])
    house.owner.move(f"/clients/{client['id']}", "block", reason="x")
    assert "Blocked" in text_of(Visit(house, "operator").get(f"/inquiries/{inquiry['id']}"))


def test_a_refused_form_begins_at_its_first_mistake(house: Agency) -> None:
    visit = Visit(house, "manager")
    assert " autofocus" not in visit.get("/clients/new")
    refused = visit.post("/clients/new", {"name": "", "kind": "brand", "tier": "basic"})
    assert refused.status_code == 422
    page = refused.text
    first = page.index(" autofocus")
    assert 'id="f-name"' in page[page.rindex("<", 0, first) : first]
