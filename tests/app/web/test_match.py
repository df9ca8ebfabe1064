"""A ranking over HTTP tells its reader nothing that rests on what they may not see, of whatever entity."""

from __future__ import annotations

import json

from tests.app.web.conftest import Agency

CURRENCY = "EUR"
BUDGET, RATE = 76_543_218, 98_765_432
TIMES = {"starts_at": "2026-04-10T08:00:00Z", "ends_at": "2026-04-10T18:00:00Z"}


def asked(house: Agency) -> str:
    """The inquiry of a client who can pay the one model and not the other."""
    client = house.owner.post("/clients", {"name": "Anna", "email": "anna@example.test"})["id"]
    for name, rate in (("Mia", 1_000), ("Zoe", RATE)):
        model = {"name": name, "category": "runway", "home_city": "Berlin", "rating_internal": 4}
        made = house.owner.post("/models", {**model, "day_rate": {"amount": rate, "currency": CURRENCY}})
        house.owner.move(f"/models/{made['id']}", "publish")
    budget = {"amount": BUDGET, "currency": CURRENCY}
    asked = {"category": "runway", "client": client, "budget": budget, **TIMES}
    return str(house.owner.post("/inquiries", asked)["id"])


def test_who_may_see_all_is_told_all(house: Agency) -> None:
    ranking = house.manager.post(f"/inquiries/{asked(house)}/match", status=200)
    (fits,), (dear,) = ranking["included"], ranking["excluded"]
    assert fits["score"] == sum(term["points"] for term in fits["terms"]) == 30 + 4 * 4
    (failed,) = dear["failed"]
    assert failed["else"] == "Dearer than the budget"
    assert failed["conditions"][0]["values"]["inquiry.budget.amount"] == BUDGET
    assert ranking["names"] == {fits["id"]: "Mia", dear["id"]: "Zoe"}


def test_a_demand_that_rests_on_what_is_hidden_is_not_told(house: Agency) -> None:
    ranking = house.operator.post(f"/inquiries/{asked(house)}/match", status=200)
    (dear,) = ranking["excluded"]
    assert dear["failed"] == [{"else": "hidden", "verdict": "hidden", "conditions": []}]
    assert dear["change"] is None or set(dear["change"].values()) == {"hidden"}
    told = json.dumps(ranking)
    assert not [secret for secret in (str(BUDGET), str(RATE), "budget", "day_rate") if secret in told.lower()]


def test_points_that_rest_on_what_is_hidden_are_not_told_nor_is_their_sum(house: Agency) -> None:
    ranking = house.finance.post(f"/inquiries/{asked(house)}/match", status=200)
    (fits,) = ranking["included"]
    assert fits["score"] == "hidden"
    points = {term["because"]: (term["points"], term["verdict"]) for term in fits["terms"]}
    hidden = ("hidden", "hidden")
    assert points == {
        "Right category": (30, "met"),
        "Rating": hidden,
        "Asked for by name": (0, "unmet"),
        "The best for a VIP": hidden,
    }
    assert ranking["excluded"][0]["failed"][0]["else"] == "Dearer than the budget"


def test_what_is_hidden_is_not_set_either_so_that_nobody_finds_it_out_by_comparison(house: Agency) -> None:
    inquiry = asked(house)
    client, model = (house.owner.get(f"/{kind}")["items"][0]["id"] for kind in ("clients", "models"))
    phoned = {"category": "runway", "client": client, **TIMES}
    money = {"amount": 5_000_000, "currency": CURRENCY}
    refused = house.operator.post("/inquiries", {**phoned, "budget": money}, 403)
    assert refused["detail"] == ('OPERATOR may not see "budget" of inquiries, and so may not set it: leave it out.')
    assert refused["decided_by"].startswith("rules/access/OPERATOR.yaml:")
    assert house.operator.post("/inquiries", phoned)["source"] == "phone"
    assert house.manager.post("/inquiries", {**phoned, "budget": money})["budget"] == money
    house.operator.post(f"/inquiries/{inquiry}/convert-to-booking", {"model": model, "total": money}, 403)
    booking = {"client": client, "model": model, "city": "Berlin", **TIMES}
    house.operator.post("/bookings", {**booking, "total": money}, 403)


def test_a_total_that_nobody_gives_is_the_models_rate_for_every_day_begun(house: Agency) -> None:
    inquiry = asked(house)
    model = next(one for one in house.owner.get("/models")["items"] if one["name"] == "Zoe")
    client = house.owner.get("/clients")["items"][0]["id"]
    days = {"starts_at": "2026-05-01T08:00:00Z", "ends_at": "2026-05-03T09:00:00Z"}
    booking = {"client": client, "model": model["id"], "city": "Berlin", **days}
    made = house.operator.post("/bookings", booking)
    assert "total" not in made
    expected = {"amount": 3 * RATE, "currency": CURRENCY}
    assert house.owner.get(f"/bookings/{made['id']}")["total"] == expected
    chosen = {"model": model["id"], "city": "Rome", **days}
    chosen |= {"starts_at": "2026-06-01T08:00:00Z", "ends_at": "2026-06-03T09:00:00Z"}
    converted = house.operator.post(f"/inquiries/{inquiry}/convert-to-booking", chosen)
    assert house.owner.get(f"/bookings/{converted['id']}")["total"] == expected
    wrong = house.operator.post("/bookings", {**booking, "starts_at": "soon"}, 422)
    assert "/starts_at" in [one["pointer"] for one in wrong["errors"]]


def test_a_total_beyond_all_amounts_is_refused_without_a_figure(house: Agency) -> None:
    inquiry = asked(house)
    model = house.owner.get("/models")["items"][0]["id"]
    house.owner.patch(f"/models/{model}", {"day_rate": {"amount": 8 * 10**15, "currency": CURRENCY}})
    chosen = {"model": model, "ends_at": "2026-04-13T18:00:00Z"}
    refused = house.operator.post(f"/inquiries/{inquiry}/convert-to-booking", chosen, 422)
    (fault,) = refused["errors"]
    assert fault["pointer"] == "/total"
    assert fault["message"].startswith("the model's day rate over these days comes to more than an amount can hold")
    assert not any(sign.isdigit() for sign in fault["message"])
