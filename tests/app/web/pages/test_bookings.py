"""The pages of bookings over HTTP: what each sees, what is done there, and what is refused with which words."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

import pytest

from app.road import timeline
from tests.app.web.conftest import Agency
from tests.app.web.pages.looking import Looking, field
from tests.app.web.population import RATE

TOTAL, SHOWN = {"amount": 123_456, "currency": "EUR"}, "1,234.56"


@dataclass
class World:
    """An agency with a client, a model and somebody at every door."""

    house: Agency
    client: dict[str, Any]
    model: dict[str, Any]
    manager: Looking
    operator: Looking

    def booking(self, day: int = 4, **more: Any) -> dict[str, Any]:
        """A booking of a day in May."""
        times = {"starts_at": f"2026-05-{day:02}T08:00:00Z", "ends_at": f"2026-05-{day:02}T18:00:00Z"}
        values = {"client": self.client["id"], "model": self.model["id"], "city": "Berlin", "total": TOTAL, **times}
        made: dict[str, Any] = self.house.owner.post("/bookings", {**values, **more})
        return made


@pytest.fixture(scope="module")
def world(lasting: Agency) -> World:
    owner = lasting.owner
    client = owner.post("/clients", {"name": "Север & <b>Sons</b>", "email": "n@example.test"})
    model = owner.post("/models", {"name": "Мия", "category": "runway", "home_city": "Berlin", "day_rate": RATE})
    owner.move(f"/models/{model['id']}", "publish")
    return World(lasting, client, model, Looking(lasting, "manager"), Looking(lasting, "operator"))


def test_an_operator_never_receives_money(world: World):
    booking = world.booking(notes="By the side door")
    world.house.owner.post(f"/bookings/{booking['id']}/services", {"title": "Fitting", "price": TOTAL})
    world.house.owner.move(f"/bookings/{booking['id']}", "request_deposit")
    seen = world.manager.open(f"/bookings/{booking['id']}")
    assert SHOWN in seen
    assert 'id="payments"' in seen
    for path in (
        "/bookings",
        f"/bookings/{booking['id']}",
        f"/bookings/{booking['id']}?part=1&kind=money",
        f"/bookings/{booking['id']}/edit",
        f"/audit?entity_type=booking&entity_id={booking['id']}",
    ):
        text = world.operator.open(path)
        for secret in ("123456", "1,234.56", "2,469.12", "246912", 'id="payments"', "→ Due", "is due", "EUR"):
            assert secret not in text, f"{secret} at {path}"
    assert "By the side door" in world.operator.open(f"/bookings/{booking['id']}")
    assert "By the side door" not in Looking(world.house, "content").open(f"/bookings/{booking['id']}")


def test_the_list_names_clients_and_models_and_knows_its_parts(world: World):
    booking = world.booking(5, city="Łódź")
    page = world.manager.open("/bookings")
    assert booking["code"] in page
    assert "Мия" in page
    assert "<b>Sons</b>" not in world.manager.door.http.get("/bookings").get_data(as_text=True)
    assert booking["code"] in world.manager.open("/bookings?part=open&q=Łód")
    assert booking["code"] not in world.manager.open("/bookings?part=firm")
    assert booking["code"] not in world.manager.open("/bookings?part=all&q=Paris")


def test_a_move_that_waits_stays_with_its_reason_and_the_line_that_says_so(world: World):
    booking = world.booking(6)
    page = world.manager.open(f"/bookings/{booking['id']}")
    assert 'aria-disabled="true" aria-describedby="why-move-confirm"' in page
    assert "Confirm waits: deposit is none." in page
    assert 'booking.deposit_status in ["paid", "waived"]' in page
    assert "statemachines/booking.yaml:" in page
    blind = world.operator.open(f"/bookings/{booking['id']}")
    assert "its value is hidden from you" in blind
    assert "Deposit is none" not in blind
    told = world.manager.act(f"/acts/booking/{booking['id']}/confirm", 409)
    assert told["refused"]["text"]
    assert world.house.owner.get(f"/bookings/{booking['id']}")["status"] == "draft"


def test_moves_and_the_option_stack_by_their_acts(world: World):
    first, second = world.booking(7), world.booking(7)
    told = world.operator.act(f"/acts/booking/{first['id']}/hold-time")
    assert told["said"]["text"] == "The time is held, as option 1."
    assert told["said"]["undo"]
    world.operator.act(f"/acts/booking/{second['id']}/hold-time")
    page = world.operator.open(f"/bookings/{second['id']}")
    assert page.count('class="opt') == 2
    assert page.count('class="opt mine"') == 1
    option = world.house.owner.get(f'/options?filter=option.booking.id == "{second["id"]}"')["items"][0]
    assert f"/acts/option/{option['id']}/ask" in page
    world.operator.act(f"/acts/option/{option['id']}/ask")
    assert "Challenged" in world.operator.open(f"/bookings/{first['id']}")
    refused = world.operator.act(f"/acts/booking/{second['id']}/release", 422)
    assert "reason" in refused["refused"]["text"]
    said = world.operator.act(f"/acts/booking/{second['id']}/release", reason="They chose another day")
    assert said["said"]["text"] == f"{second['code']} is now: Released."
    assert "They chose another day" in world.operator.open(f"/bookings/{second['id']}")


def test_who_was_there_first_is_named_with_a_link(world: World):
    first, second = world.booking(8), world.booking(8)
    for one in (first, second):
        world.operator.act(f"/acts/booking/{one['id']}/hold-time")
    option = world.house.owner.get(f'/options?filter=option.booking.id == "{first["id"]}"')["items"][0]
    world.house.owner.move(f"/options/{option['id']}", "confirm")
    third = world.booking(8)
    told = world.operator.act(f"/acts/booking/{third['id']}/hold-time", 409)["refused"]
    assert first["code"] in told["text"]
    assert (told["href"], told["name"]) == (f"/bookings/{first['id']}", first["code"])
    assert "This time is firm for another booking" in world.operator.open(f"/bookings/{third['id']}")


def test_a_stale_move_does_nothing(world: World):
    booking = world.booking(9)
    world.house.owner.patch(f"/bookings/{booking['id']}", {"city": "Rom"})
    told = world.manager.act(f"/acts/booking/{booking['id']}/cancel", 412, version="1", reason="No")
    assert "has changed since" in told["refused"]["text"]
    assert world.house.owner.get(f"/bookings/{booking['id']}")["status"] == "draft"


def test_services_come_and_go_and_the_total_follows(world: World):
    booking = world.booking(10)
    path = f"/acts/booking/{booking['id']}/services"
    world.manager.act(path, title="Train", quantity="2", price="10.50", price_currency="EUR")
    assert world.house.owner.get(f"/bookings/{booking['id']}")["total"]["amount"] == 125_556
    [service] = world.house.owner.get(f"/bookings/{booking['id']}/services")["items"]
    assert world.manager.act(path, 422, title="Train", quantity="x", price="1", price_currency="EUR")["refused"]
    world.operator.act(f"{path}/{service['id']}", 403)
    world.operator.act(path, 403, title="Train", price="1", price_currency="EUR")
    world.manager.act(f"{path}/{service['id']}")
    assert world.house.owner.get(f"/bookings/{booking['id']}")["total"] == TOTAL
    assert world.house.owner.get(f"/bookings/{booking['id']}/services")["items"] == []
    world.manager.act(f"{path}/{service['id']}", 404)
    trail = world.house.owner.get(f"/audit?entity_type=booking&entity_id={booking['id']}")["items"]
    assert {"booking.service_added", "booking.service_removed"} <= {one["action"] for one in trail}


def form_of(world: World, **more: str) -> dict[str, str]:
    assert 'name="total"' not in world.operator.open("/bookings/new"), "who does not see it does not set it"
    page = world.manager.open(f"/bookings/new?client={world.client['id']}&model={world.model['id']}")
    client, model = field(page, "client"), field(page, "model")
    times = {"starts_at": "2026-06-01T09:00", "ends_at": "2026-06-01T18:00"}
    given = {"client": client, "model": model, "city": "Wien", "total": "900", "total_currency": "EUR", **times}
    return {**given, "notes": "", "once": field(page, "once"), **more}


def bookings_in(world: World, city: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.house.owner.get(f'/bookings?filter=booking.city == "{city}"')["items"]
    return found


def test_a_form_that_is_sent_twice_makes_one_booking(world: World):
    form = form_of(world, city="Wien")
    first, second = (world.manager.send("/bookings/new", **form) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    assert len(bookings_in(world, "Wien")) == 1
    other = world.manager.send("/bookings/new", **{**form, "city": "Graz"})
    assert other.status_code == 409
    assert "saved already" in other.get_data(as_text=True)
    assert bookings_in(world, "Graz") == []


def test_a_new_booking_with_a_total_of_another_order_than_the_rate_is_asked_about(world: World):
    form = form_of(world, city="Brno", total="90000")
    answer = world.manager.send("/bookings/new", **form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "90,000.00\N{NO-BREAK SPACE}EUR, where the day rate for this time comes to" in page
    assert bookings_in(world, "Brno") == []
    form["once"] = field(page, "once")
    assert world.manager.send("/bookings/new", **form, sure=field(page, "sure")).status_code == 303
    assert [one["total"]["amount"] for one in bookings_in(world, "Brno")] == [9_000_000]


@pytest.mark.parametrize("total", ["-5", "-90000"])
def test_a_total_below_nothing_is_refused_and_not_asked_about(world: World, total: str):
    answer = world.manager.send("/bookings/new", **form_of(world, city="Nowhere", total=total))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'id="f-total-fault"' in page
    assert 'name="sure"' not in page


def test_who_sees_no_money_makes_a_booking_without_naming_any(world: World):
    form = form_of(world, city="Linz")
    assert 'name="total"' not in world.operator.open("/bookings/new")
    assert world.operator.send("/bookings/new", **form).status_code == 403
    for name in ("total", "total_currency"):
        del form[name]
    assert world.operator.send("/bookings/new", **form).status_code == 303
    assert [one["total"] for one in bookings_in(world, "Linz")] == [RATE], "the model's day rate"


def test_mistakes_stand_beside_their_fields_and_nothing_typed_is_lost(world: World):
    form = form_of(world, client="Nobody", total="many", city="Zürich" * 40)
    answer = world.manager.send("/bookings/new", **form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'id="f-total-fault"' in page
    assert "Zürich" * 40 in page
    answer = world.manager.send("/bookings/new", **{**form, "total": "1"})
    assert 'id="f-client-fault"' in answer.get_data(as_text=True)
    assert bookings_in(world, "Zürich" * 40) == []


def test_a_change_of_somebody_else_is_shown_beside_what_was_typed(world: World):
    booking = world.booking(11)
    page = world.manager.open(f"/bookings/{booking['id']}/edit")
    form = {name: field(page, name) for name in ("version", "starts_at", "ends_at", "total")}
    form |= {"city": "Madrid", "notes": "", "total_currency": "EUR"}
    world.house.owner.patch(f"/bookings/{booking['id']}", {"city": "Lissabon"})
    answer = world.manager.send(f"/bookings/{booking['id']}/edit", **form)
    told = answer.get_data(as_text=True)
    assert answer.status_code == 412
    assert "Madrid" in told
    assert "Lissabon" in told
    assert world.house.owner.get(f"/bookings/{booking['id']}")["city"] == "Lissabon"
    again = world.manager.send(f"/bookings/{booking['id']}/edit", **{**form, "version": field(told, "version")})
    assert again.status_code == 303
    assert world.house.owner.get(f"/bookings/{booking['id']}")["city"] == "Madrid"


def test_each_changes_only_what_is_theirs(world: World):
    booking = world.booking(12)
    page = world.operator.open(f"/bookings/{booking['id']}/edit")
    assert 'name="notes"' in page
    assert 'name="city"' not in page
    assert 'name="total"' not in page
    sent = world.operator.send(f"/bookings/{booking['id']}/edit", city="Mars", version="1")
    assert sent.status_code == 403
    content = Looking(world.house, "content")
    content.open(f"/bookings/{booking['id']}/edit", 403)
    content.open("/bookings/new", 403)
    content.act(f"/acts/booking/{booking['id']}/cancel", 403, reason="x")
    seen = content.open(f"/bookings/{booking['id']}")
    assert "data-key=" not in seen.split('id="booking"')[1].split('id="timeline"')[0], "no move is theirs"
    world.operator.open("/bookings/nothing", 404)


def test_the_timeline_tells_days_people_rules_and_why(world: World):
    booking = world.booking(13)
    world.manager.act(f"/acts/booking/{booking['id']}/request_deposit")
    page = world.manager.open(f"/bookings/{booking['id']}")
    assert "Booking: Draft became Awaiting deposit" in page
    assert "Max Manager" in page
    assert "rule:await-deposit@" in page
    money = world.manager.open(f"/bookings/{booking['id']}?kind=money")
    assert "Draft became Awaiting deposit" not in money.split('id="timeline"')[1]
    [happened] = [
        one
        for one in world.house.owner.get(f"/bookings/{booking['id']}/timeline")["items"]
        if one["type"] == "booking.status_changed"
    ]
    trace = world.manager.open(f"/events/{happened['id']}/why?part=1")
    assert "await-deposit@" in trace
    assert "rules/automation/" in trace
    assert "waived" not in world.operator.open(f"/events/{happened['id']}/why?part=1")
    world.manager.open("/events/none/why", 404)


def test_a_message_that_has_not_left_says_until_when_it_is_here(world: World):
    first, second = world.booking(14), world.booking(14)
    for one in (first, second):
        world.manager.act(f"/acts/booking/{one['id']}/hold-time")
    option = world.house.owner.get(f'/options?filter=option.booking.id == "{second["id"]}"')["items"][0]
    world.manager.act(f"/acts/option/{option['id']}/ask")
    page = world.manager.open(f"/bookings/{first['id']}?kind=messages")
    assert "data-until=" in page
    assert "leaves at" in page
    assert "Option challenged" in page
    assert "Option challenged" in world.operator.open(f"/bookings/{first['id']}")
    hidden = Looking(world.house, "content").open(f"/bookings/{first['id']}?kind=messages")
    assert "Option challenged" not in hidden, "it was sent on behalf of an option, which is nothing to them"


def test_a_move_that_ones_role_allows_elsewhere_says_where_that_is_written(world: World):
    booking = world.booking(15)
    world.house.owner.move(f"/bookings/{booking['id']}", "request_deposit")
    due = {"purpose": "deposit", "amount": RATE, "due_at": "2026-05-01T00:00:00Z", "booking": booking["id"]}
    payment = world.house.finance.post("/payments", due)
    world.house.finance.move(f"/payments/{payment['id']}", "succeed")
    page = world.operator.open(f"/bookings/{booking['id']}")
    assert "Cancel: your role does not allow it here." in page
    assert "booking.status in open" in page
    assert "rules/access/" in page
    world.operator.act(f"/acts/booking/{booking['id']}/cancel", 403, reason="No")


def test_of_very_many_tasks_about_a_booking_its_timeline_tells_the_newest(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(timeline, "MOST_ABOUT", 2)
    booking = world.booking(day=27)
    for number in range(4):
        world.house.owner.post("/tasks", {"title": f"Number {number}", "about": f"booking/{booking['id']}"})
    told = [one for one in range(4) if f"Number {one}" in world.manager.open(f"/bookings/{booking['id']}")]
    assert told == [2, 3]


@pytest.mark.parametrize(("typed", "shown"), [("0", "0.00"), ("12345.61", "12,345.61"), ("123.45", "123.45")])
def test_a_total_that_can_hardly_be_meant_is_asked_about_and_saved_once_it_is(world: World, typed: str, shown: str):
    booking = world.booking(26)
    path = f"/bookings/{booking['id']}/edit"
    form = {name: field(world.manager.open(path), name) for name in ("version", "starts_at", "ends_at", "city")}
    form |= {"total": typed, "total_currency": "EUR", "notes": "kept"}
    answer = world.manager.send(path, **form)
    page = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    nbsp = "\N{NO-BREAK SPACE}"
    assert f"The total would go from {SHOWN}{nbsp}EUR to {shown}{nbsp}EUR." in page
    assert "kept" in page
    assert world.house.owner.get(f"/bookings/{booking['id']}")["total"] == TOTAL
    assert world.manager.send(path, **form, sure=field(page, "sure")).status_code == 303
    saved = world.house.owner.get(f"/bookings/{booking['id']}")["total"]["amount"]
    assert f"{saved / 100:,.2f}" == shown


def test_a_total_of_the_same_order_is_saved_without_a_question(world: World):
    booking = world.booking(27)
    path = f"/bookings/{booking['id']}/edit"
    form = {name: field(world.manager.open(path), name) for name in ("version", "starts_at", "ends_at", "city")}
    form |= {"total": "12345.60", "total_currency": "EUR", "notes": ""}
    assert world.manager.send(path, **form).status_code == 303
    assert world.house.owner.get(f"/bookings/{booking['id']}")["total"]["amount"] == 1_234_560


def test_a_service_that_makes_another_total_of_it_is_asked_about(world: World):
    booking = world.booking(28)
    path = f"/acts/booking/{booking['id']}/services"
    service: dict[str, Any] = {"title": "Make-up", "quantity": "1", "price": "90000", "price_currency": "EUR"}
    told = world.manager.act(path, 409, **service)["refused"]
    assert "91,234.56" in told["text"]
    assert world.house.owner.get(f"/bookings/{booking['id']}/services")["items"] == []
    world.manager.act(path, 409, **{**service, "price": "90001"}, sure=told["sure"])
    world.manager.act(path, **service, sure=told["sure"])
    assert world.house.owner.get(f"/bookings/{booking['id']}")["total"]["amount"] == 9_123_456
    refused = world.operator.act(path, 403, **service)["refused"]
    assert "91,234" not in refused["text"]
