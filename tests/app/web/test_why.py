"""Why, over HTTP: the rules behind an event, the runs about an entity, the spans behind a deadline."""

from __future__ import annotations

from typing import Any

from tests.app.web.conftest import Agency
from tests.app.web.test_release_one import a_booking, a_client, an_inquiry

MINUTE = 60_000_000_000


def events_of(house: Agency, type: str) -> list[str]:
    with house.platform.database.connect() as connection:
        query = "SELECT id FROM events WHERE type = ? ORDER BY seq"
        if connection.dialect.name == "postgresql":
            query = query.replace("?", "%s")
        return [row[0] for row in connection.exec_driver_sql(query, (type,))]


def rule(why: dict[str, Any], id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in why["rules"] if one["rule"] == id)
    return found


def leaves(rule: dict[str, Any]) -> dict[str, Any]:
    return {leaf: value for line in rule["conditions"] for leaf, value in line["values"].items()}


def test_met_rules_are_told_from_their_runs_and_unmet_ones_judged_again(house: Agency) -> None:
    client = a_client(house)
    inquiry = an_inquiry(house, client["id"])
    (event,) = events_of(house, "inquiry.created")
    house.owner.patch(f"/clients/{client['id']}", {"tier": "vip"})
    house.operator.move(f"/inquiries/{inquiry['id']}", "answer")
    why = house.owner.get(f"/events/{event}/why")
    assert why["event"]["type"] == "inquiry.created"
    assert why["event"]["release"] == 1
    greet, rush = rule(why, "greet-new-inquiry"), rule(why, "rush-vip-inquiry")
    assert (greet["verdict"], greet["recomputed"]) == ("met", False)
    assert [effect["action"] for effect in greet["effects"]] == ["create_task", "send_notification"]
    assert [run["outcome"] for run in greet["runs"]] == ["performed"]
    assert (rush["verdict"], rush["recomputed"], rush["runs"]) == ("unmet", True, [])
    assert leaves(rush) == {"inquiry.client.tier": "basic"}, "as it was then"
    assert rush["conditions"][0]["file"] == "rules/automation/rush-vip-inquiry.yaml"


def test_what_the_reader_may_not_see_is_hidden_and_verdicts_stay(house: Agency) -> None:
    booking = a_booking(house)
    house.operator.move(f"/bookings/{booking['id']}", "request_deposit")
    event = events_of(house, "booking.updated")[0]
    shown = house.finance.get(f"/events/{event}/why")
    veiled = house.operator.get(f"/events/{event}/why")
    assert shown["event"]["changes"]["deposit_status"] == ["none", "due"]
    assert veiled["event"]["changes"]["deposit_status"] == "hidden"
    assert [one["verdict"] for one in shown["rules"]] == [one["verdict"] for one in veiled["rules"]]
    effects = {"shown": house.finance.get(f"/bookings/{booking['id']}/runs")["items"]}
    effects["veiled"] = house.operator.get(f"/bookings/{booking['id']}/runs")["items"]
    sets = {
        name: [
            e for run in runs for e in run["effects"] if e["action"] == "set_field" and e.get("field") != "expires_at"
        ]
        for name, runs in effects.items()
    }
    assert [one["value"] for one in sets["shown"]] == ["due"]
    assert [one["value"] for one in sets["veiled"]] == ["hidden"]


def test_events_of_what_one_may_not_read_are_not_there(house: Agency) -> None:
    house.manager.post("/tasks", {"title": "Count the money", "queue": "finance"})
    (event,) = events_of(house, "task.created")
    house.manager.get(f"/events/{event}/why")
    assert house.operator.get(f"/events/{event}/why", 404) == {
        **house.operator.get("/events/no-such/why", 404),
        "request_id": house.operator.answers[-2].get_json()["request_id"],
    }


def test_events_that_rules_made_are_asked_by_their_long_ids(house: Agency) -> None:
    booking = a_booking(house)
    house.operator.move(f"/bookings/{booking['id']}", "request_deposit")
    event = events_of(house, "booking.updated")[0]
    assert "/" in event
    assert house.manager.get(f"/events/{event}/why")["event"]["id"] == event
    assert house.manager.get(f"/events/{event.replace('/', '%2F')}/why")["event"]["id"] == event


def test_runs_about_an_entity_come_newest_first_in_pages(house: Agency) -> None:
    booking = a_booking(house)
    path = f"/bookings/{booking['id']}"
    house.operator.move(path, "request_deposit")
    house.operator.move(path, "cancel", reason="Rain")
    whole = house.owner.get(f"{path}/runs")["items"]
    assert len(whole) >= 2
    assert [one["number"] for one in whole] == sorted((one["number"] for one in whole), reverse=True)
    assert "await-deposit" in {one["rule"] for one in whole}
    first = house.owner.get(f"{path}/runs?limit=1")
    rest = house.owner.get(f"{path}/runs?cursor={first['next_cursor']}")["items"]
    assert [*first["items"], *rest] == whole
    house.owner.get(f"{path}/runs?cursor=x", 422)
    house.owner.get("/bookings/no-such/runs", 404)


def test_a_deadline_is_explained_span_by_span_to_the_second(house: Agency) -> None:
    inquiry = an_inquiry(house, a_client(house)["id"])
    path = f"/inquiries/{inquiry['id']}"
    house.clock.advance(5 * MINUTE)
    clock = next(one for one in house.operator.get(path)["sla"] if one["policy"] == "first-response")
    why = house.operator.get(f"{path}/sla/first-response")
    assert sum(span["counted"] for span in why["ledger"]) == why["used"]
    assert sum(span["counted"] for span in why["ahead"]) == why["remaining"] == clock["remaining"]
    assert why["due"] == clock["due"]
    house.operator.get(f"{path}/sla/no-such", 404)
    house.operator.get("/inquiries/no-such/sla/first-response", 404)


def test_a_list_shows_the_clocks_of_each_by_one_query(house: Agency) -> None:
    client = a_client(house)["id"]
    made = {an_inquiry(house, client)["id"] for _ in range(3)}
    items = house.operator.get("/inquiries")["items"]
    assert {one["id"] for one in items} == made
    for one in items:
        assert one["sla"] == house.operator.get(f"/inquiries/{one['id']}")["sla"] != []


def test_what_has_clocks_is_sent_anew_since_they_go_on_while_the_version_stands(house: Agency) -> None:
    client = a_client(house)
    inquiry = f"/inquiries/{an_inquiry(house, client['id'])['id']}"
    known = house.operator.send("GET", inquiry)
    house.clock.advance(5 * MINUTE)
    again = house.operator.send("GET", inquiry, If_None_Match=known.headers["ETag"])
    assert again.status_code == 200
    assert again.get_json()["sla"] != known.get_json()["sla"]
    path = f"/clients/{client['id']}"
    tag = house.operator.send("GET", path).headers["ETag"]
    assert house.operator.send("GET", path, If_None_Match=tag).status_code == 304
