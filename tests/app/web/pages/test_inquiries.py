"""Inquiries as people work through them: the list, one of them, who fits, the booking it becomes, one from the phone."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest

from tests.app.web.conftest import Agency
from tests.app.web.pages.visiting import Visit, field_of, text_of
from tests.app.web.test_release_one import a_client, a_model, an_inquiry

BUDGET = {"amount": 770_077, "currency": "EUR"}
WHEN = {"starts_at": "2026-03-20T10:00", "ends_at": "2026-03-20T18:00"}


def asked(house: Agency, **values: Any) -> dict[str, Any]:
    inquiry = an_inquiry(house, a_client(house, tier="vip")["id"], **values)
    found: dict[str, Any] = house.owner.patch(f"/inquiries/{inquiry['id']}", {"budget": BUDGET})
    return found


def test_the_list_shows_who_asks_and_until_when_and_no_budget_to_whom_it_is_hidden(house: Agency) -> None:
    inquiry = asked(house, message="Four looks, natural light")
    page = Visit(house, "operator").get("/inquiries")
    text = text_of(page)
    assert inquiry["code"] in text
    assert "Anna" in text
    assert "VIP" in text
    assert re.search(r'class="sla (running|warning|outside)"', page), "a VIP's first response has its clock"
    assert "Answer A" in text
    assert "7,700" not in text
    assert "770077" not in page
    assert inquiry["code"] not in Visit(house, "operator").get("/inquiries?part=answered")


def test_open_inquiries_come_by_what_runs_out_first_and_closed_ones_behind(house: Agency, monkeypatch: Any) -> None:
    monkeypatch.setattr("app.web.pages.records.listing.ROWS", 2)
    tiers = ("basic", "vip", "gold", "basic", "vip")
    clients = [a_client(house, tier=tier, email=f"{at}@clients.example") for at, tier in enumerate(tiers)]
    codes = []
    for client in clients:
        codes.append(an_inquiry(house, client["id"])["code"])
        house.clock.advance(60 * 1_000_000_000)
    lost = house.owner.get("/inquiries?limit=100")["items"]
    for code in (codes[0], codes[1]):
        one = next(item for item in lost if item["code"] == code)
        house.owner.move(f"/inquiries/{one['id']}", "lose", reason="Too dear")
    visit, found, path = Visit(house, "manager"), [], "/inquiries?part=all&rows=1"
    pages = 0
    while path:
        page = visit.get(path)
        found += [code for code in re.findall(r"IN-[A-Z0-9]+|IQ-[A-Z0-9]+", text_of(page)) if code not in found]
        more = re.search(r'class="more"><a class="btn" href="([^"]*)"', page)
        path = f"{unescape(more[1])}&rows=1" if more is not None else ""
        pages += 1
    # a VIP is answered first, then gold; what is closed comes last, the newest first
    assert found == [codes[4], codes[2], codes[3], codes[1], codes[0]]
    assert pages == 3
    new = text_of(visit.get("/inquiries"))
    assert new.index(codes[4]) < new.index(codes[2])
    assert codes[1] not in new
    visit.get("/inquiries?part=new&after=x", 422)


def test_words_find_inquiries_by_code_message_and_client_however_they_are_written(house: Agency) -> None:
    inquiry = asked(house, message="Ателье в Берлине")
    visit = Visit(house, "manager")
    for words in (inquiry["code"], inquiry["code"].lower(), "ателье", "ANNA", 'x" || true || "'):
        assert (inquiry["code"] in visit.get(f"/inquiries?part=all&rows=1&q={words}")) is ("true" not in words), words


def test_the_times_that_were_asked_for_stand_in_the_form_before_somebody_is_chosen(house: Agency) -> None:
    inquiry = asked(house)
    form = Visit(house, "manager").get(f"/inquiries/{inquiry['id']}/convert")
    assert "Nobody is chosen yet." in form
    chosen = Visit(house, "manager").get(f"/inquiries/{inquiry['id']}/convert?model={a_model(house)['id']}")
    for name in ("starts_at", "ends_at"):
        assert field_of(form, name)
        assert field_of(form, name) == field_of(chosen, name)


def test_whoever_may_not_read_inquiries_is_shown_none(house: Agency) -> None:
    inquiry = asked(house)
    visit = Visit(house, "content")
    for path, status in (("/inquiries", 403), (f"/inquiries/{inquiry['id']}", 404), ("/inquiries/new", 403)):
        assert inquiry["code"] not in visit.get(path, status)
    visit.act(f"/acts/inquiry/{inquiry['id']}/answer", 404)


def test_an_inquiry_says_what_may_be_done_and_why_the_rest_waits(house: Agency) -> None:
    inquiry = asked(house, message="<script>alert(1)</script> Привет")
    page = Visit(house, "manager").get(f"/inquiries/{inquiry['id']}")
    assert "<script>alert(1)" not in page
    text = text_of(page)
    assert "Not now: “Wait for the client” starts from answered." in text
    assert "up to 7,700.77" in text
    assert "First response" in text
    assert 'class="strip"' in page
    operators = Visit(house, "operator").get(f"/inquiries/{inquiry['id']}")
    assert "7,700" not in operators
    assert "770077" not in operators
    assert "Inquiry came in" in text_of(operators)


def test_answering_taking_and_losing_are_acts_with_their_words(house: Agency) -> None:
    inquiry, visit = asked(house), Visit(house, "operator")
    base = f"/acts/inquiry/{inquiry['id']}"
    assert visit.act(f"{base}/assign") == f"{inquiry['code']} is yours."
    assert house.operator.get(f"/inquiries/{inquiry['id']}")["assignee"] == house.ids["operator"]
    assert visit.act(f"{base}/answer") == f"{inquiry['code']}: Answered."
    assert visit.act(f"{base}/answer", 412, version="1")
    visit.act(f"{base}/lose", 422)
    assert visit.act(f"{base}/lose", reason="Too dear") == f"{inquiry['code']}: Lost."
    story = text_of(visit.get(f"/inquiries/{inquiry['id']}"))
    assert "Too dear" in story
    assert "Inquiry: Lost Oleg Operator" in story
    assert visit.post(f"{base}/convert").status_code == 404, "an inquiry becomes a booking by choosing somebody"


def test_who_fits_is_shown_term_by_term_and_who_does_not_with_each_condition(house: Agency) -> None:
    good, other = a_model(house, name="Mia"), a_model(house, name="Zoe", category="fitness", rating_internal=2)
    dear = a_model(house, name="Dea", day_rate={"amount": 990_099, "currency": "EUR"})
    inquiry = asked(house, model=other["id"])
    page = Visit(house, "manager").get(f"/inquiries/{inquiry['id']}/match?part=1")
    text = text_of(page)
    assert text.index(good["public_code"]) < text.index(other["public_code"]) < text.index(dear["public_code"])
    for told in ("Right category", "+30", "Asked for by name", "+15", "1 does not fit", "Dearer than the budget"):
        assert told in text, told
    assert "9,900.99" in text
    operators = text_of(Visit(house, "operator").get(f"/inquiries/{inquiry['id']}/match"))
    assert "Dearer than the budget" not in operators, "that would tell the budget or the rate bit by bit"
    finance = text_of(Visit(house, "finance").get(f"/inquiries/{inquiry['id']}/match"))
    for told in ("+30", "hidden Rating", "hidden The best for a VIP"):
        assert told in finance, told
    assert "met The best for a VIP" not in finance
    assert "Something that is not yours to see" in operators
    assert "Dearer than the budget" not in operators
    assert "Would fit if" not in operators
    for secret in ("9,900", "990099", "990,099", "7,700", "770077", "770,077", "1,000.00", "100,000"):
        assert secret not in operators, secret
    api = str(house.operator.post(f"/inquiries/{inquiry['id']}/match", status=200))
    assert "770077" not in api
    assert "990099" not in api


def test_a_candidate_is_booked_once_and_the_booking_keeps_the_link(house: Agency) -> None:
    model, inquiry, visit = a_model(house), asked(house), Visit(house, "manager")
    form = visit.get(f"/inquiries/{inquiry['id']}/convert?model={model['id']}")
    names = ("key", "version", "model", "starts_at", "ends_at", "city", "total")
    typed = {name: field_of(form, name) for name in names} | {"total_currency": "EUR", "notes": "By the river"}
    assert (typed["city"], typed["total"]) == ("", "1000.00"), "the city of the shoot is nobody's home"
    assert f"{model['name']} lives in Berlin." in form
    without = visit.post(f"/inquiries/{inquiry['id']}/convert", typed)
    assert without.status_code == 422
    assert 'aria-describedby="f-city-fault"' in without.get_data(as_text=True)
    typed |= {"total": "1 200,50", "city": "Ulm"}
    first, second = visit.post(f"/inquiries/{inquiry['id']}/convert", typed), None
    second = visit.post(f"/inquiries/{inquiry['id']}/convert", typed)
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    carried = [one.headers.get("Set-Cookie", "") for one in (first, second)]
    assert "undo" in carried[0], "the page it leads to says what was done, with its Undo"
    assert "undo" not in carried[1]
    booking = house.owner.get(first.location.replace("/bookings/", "/bookings/"))
    assert booking["inquiry"] == inquiry["id"]
    assert booking["total"] == {"amount": 120_050, "currency": "EUR"}
    page = visit.get(f"/inquiries/{inquiry['id']}")
    assert f'href="/bookings/{booking["id"]}"' in page
    assert 'id="match"' not in page
    visit.get(f"/inquiries/{inquiry['id']}/convert?model={model['id']}", 303)


def test_a_total_of_another_order_than_the_rate_is_asked_about_first(house: Agency) -> None:
    model, inquiry, visit = a_model(house), asked(house), Visit(house, "manager")
    path = f"/inquiries/{inquiry['id']}/convert"
    form = visit.get(f"{path}?model={model['id']}")
    names = ("key", "version", "model", "starts_at", "ends_at")
    typed = {name: field_of(form, name) for name in names} | {"total": "1.00", "total_currency": "EUR", "city": "Ulm"}
    refused = visit.post(path, typed)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "1.00\N{NO-BREAK SPACE}EUR, where the day rate for this time comes to 1,000.00" in page
    assert "Make it all the same" in page
    assert house.owner.get(f"/inquiries/{inquiry['id']}")["status"] != "converted"
    assert visit.post(path, {**typed, "total": "2.00", "sure": field_of(page, "sure")}).status_code == 422
    made = visit.post(path, {**typed, "sure": field_of(page, "sure")})
    assert made.status_code == 303
    assert house.owner.get(made.location)["total"] == {"amount": 100, "currency": "EUR"}


@pytest.mark.parametrize(
    ("message", "city"),
    [
        ("Two days by the sea\n\nContact: Anna, a@example.test\nCity: Palermo\nTimes given in: Europe/Rome", "Palermo"),
        ("City: Rom\r\nCity:  Нижний Новгород \r\nsoon", "Нижний Новгород"),
        ("In the city: Rome, or City:\nParis", ""),
        (None, ""),
    ],
)
def test_the_city_of_a_booking_is_what_the_inquiry_says(house: Agency, message: str | None, city: str) -> None:
    model, inquiry, visit = a_model(house), asked(house, message=message), Visit(house, "manager")
    form = visit.get(f"/inquiries/{inquiry['id']}/convert?model={model['id']}")
    assert field_of(form, "city") == city
    answer = house.manager.post(
        f"/inquiries/{inquiry['id']}/convert-to-booking", {"model": model["id"]}, 201 if city else 422
    )
    assert (answer["city"] if city else answer["errors"][0]["pointer"]) == (city or "/city")


def test_an_operator_books_without_being_told_the_price(house: Agency) -> None:
    model, inquiry, visit = a_model(house), asked(house), Visit(house, "operator")
    form = visit.get(f"/inquiries/{inquiry['id']}/convert?model={model['id']}")
    assert 'name="total"' not in form
    assert "1000.00" not in form
    typed = {name: field_of(form, name) for name in ("key", "version", "model", "starts_at", "ends_at")}
    made = visit.post(f"/inquiries/{inquiry['id']}/convert", {**typed, "city": "Ulm"})
    assert made.status_code == 303
    assert house.owner.get(made.location)["total"] == {"amount": 100_000, "currency": "EUR"}


@pytest.mark.parametrize(
    ("changed", "status", "told"),
    [
        ({"ends_at": "2026-03-20T08:00"}, 422, "ends_at"),
        ({"starts_at": "next week"}, 422, "Write day and time"),
        ({"starts_at": "0001-01-01T00:00"}, 422, "Write the year in full"),
        ({"ends_at": "9999-12-31T23:59"}, 422, "Write the year in full"),
        ({"total": "12,34,56"}, 422, "Write one amount in figures"),
        ({"version": "99"}, 412, "has changed since"),
        ({"model": "nobody"}, 422, "There is no such model"),
    ],
)
def test_a_refused_conversion_keeps_what_was_typed(
    house: Agency, changed: dict[str, str], status: int, told: str
) -> None:
    model, inquiry, visit = a_model(house), asked(house), Visit(house, "manager")
    typed = {"key": "k1", "version": "2", "model": model["id"], **WHEN, "city": "Ulm", "notes": "Kept", **changed}
    answer = visit.post(f"/inquiries/{inquiry['id']}/convert", typed)
    page = answer.get_data(as_text=True)
    assert answer.status_code == status, page
    assert told in page
    assert "Kept" in page
    assert field_of(page, "city") == "Ulm"
    assert field_of(page, "key") == "k1"
    assert house.owner.get(f"/inquiries/{inquiry['id']}")["status"] == "new"


def test_an_inquiry_from_the_phone_finds_its_client_and_is_noted_once(house: Agency) -> None:
    client, model, visit = a_client(house), a_model(house), Visit(house, "operator")
    assert client["id"] in visit.get("/inquiries/new/clients?who=ANNA")
    form = visit.get("/inquiries/new?who=anna")
    assert f'value="{client["id"]}"' in form
    assert 'value="new"' not in form, "an operator makes no clients"
    assert 'name="budget"' not in form
    typed = {"key": field_of(form, "key"), "client": client["id"], "category": "runway", "source": "phone", **WHEN}
    typed |= {"wanted": f"{model['public_code']} Mia", "message": "Rings back at five", "mine": "1"}
    first, second = visit.post("/inquiries/new", typed), visit.post("/inquiries/new", typed)
    assert first.status_code == 303, text_of(first.get_data(as_text=True))
    assert first.location == second.location
    made = house.operator.get(first.location)
    assert (made["client"], made["model"], made["source"]) == (client["id"], model["id"], "phone")
    assert made["assignee"] == house.ids["operator"]
    assert made["starts_at"] == "2026-03-20T09:00:00Z", "the operator's own zone"


def test_a_new_client_on_the_phone_is_recognised_by_mail_or_phone_or_made(house: Agency) -> None:
    known, visit = a_client(house, phone="+4930123456"), Visit(house, "manager")
    assert known["code"] in visit.get("/inquiries/new/known?email=Anna@Example.test")
    assert known["code"] in visit.get("/inquiries/new/known?phone=0049 30 123456")
    assert known["code"] not in visit.get("/inquiries/new/known?email=other@example.test")
    typed = {"client": "new", "category": "runway", **WHEN, "name": "Somebody", "kind": "private"}
    same = visit.post("/inquiries/new", typed | {"key": "1", "email": "ANNA@example.test"})
    assert house.owner.get(same.location)["client"] == known["id"]
    new = visit.post("/inquiries/new", typed | {"key": "2", "email": "new@example.test"})
    made = house.owner.get(f"/clients/{house.owner.get(new.location)['client']}")
    assert (made["name"], made["kind"], made["email"]) == ("Somebody", "private", "new@example.test")


def test_a_refused_note_says_everything_at_once_and_keeps_what_was_typed(house: Agency) -> None:
    visit = Visit(house, "manager")
    answer = visit.post("/inquiries/new", {"category": "runway", "message": "Остаётся", "wanted": "MD-NONE"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for told in ("Choose a client", "Write day and time.", "No model has this code", "Остаётся"):
        assert told in page, told


def test_the_work_about_an_inquiry_ends_when_it_is_lost_and_comes_back_with_it(house: Agency) -> None:
    inquiry, visit = asked(house), Visit(house, "operator")
    wanted = f'/tasks?filter=has(task.about) %26%26 task.about == "inquiry/{inquiry["id"]}"'
    assert [one["status"] for one in house.owner.get(wanted)["items"]] == ["open"], "a VIP is called at once"
    answer = visit.post(f"/acts/inquiry/{inquiry['id']}/lose", {"reason": "They chose somebody else"})
    assert answer.status_code == 204, answer.get_data(as_text=True)
    assert [one["status"] for one in house.owner.get(wanted)["items"]] == ["cancelled"]
    visit.act("/acts/undo", command=json.loads(answer.headers["HX-Trigger"])["said"]["undo"])
    assert [one["status"] for one in house.owner.get(wanted)["items"]] == ["open"]
    assert house.owner.get(f"/inquiries/{inquiry['id']}")["status"] == "new"
