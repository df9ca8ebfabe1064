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
