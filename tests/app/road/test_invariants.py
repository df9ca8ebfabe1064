"""What must never be: a model firmly booked twice at one time, a code given out twice. Losers learn who won."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.road import commands, pipeline
from app.road.conflicts import winner_of
from app.road.problems import CollisionError
from app.store.entities import BOOKINGS, CODES, ENTITIES


@pytest.fixture
def pair(desk):
    """A client and a model."""
    return desk.client(), desk.model()


def firm(desk, table: str) -> int:
    states = {"bookings": "('confirmed', 'on_set')", "slots": "('taken', 'away')"}[table]
    query = f"SELECT count(*) AS n FROM {table} a JOIN {table} b ON a.model = b.model AND a.id < b.id "
    query += (
        f"AND a.status IN {states} AND b.status IN {states} AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at"
    )
    return desk.rows(query)[0]["n"]


def test_confirming_a_second_booking_at_one_time_loses_to_the_first(desk, pair):
    first = desk.confirmed(*pair)
    second = desk.booking(*pair)
    desk.change("booking", second, deposit_status="waived")
    code = desk.get("booking", first)["code"]
    if desk.get("booking", second)["status"] == "draft":
        with pytest.raises(CollisionError) as lost:
            desk.move("booking", second, "confirm")
        assert lost.value.winner == ("booking", first, code)
        assert str(lost.value) == f"The model is firmly booked at that time already, by booking {code}."
    assert desk.get("booking", second)["status"] == "draft"
    assert firm(desk, "bookings") == 0


@pytest.mark.parametrize(
    "move",
    [
        {"starts_at": "2026-04-10T17:59:59.999999Z"},
        {"starts_at": "2026-04-09T08:00:00Z", "ends_at": "2026-04-10T08:00:00.000001Z"},
        {"starts_at": "2026-04-10T09:00:00Z", "ends_at": "2026-04-10T10:00:00Z"},
        {"starts_at": "2026-04-01T09:00:00Z", "ends_at": "2026-04-30T10:00:00Z"},
    ],
    ids=["its end", "its beginning", "within it", "around it"],
)
def test_rescheduling_a_confirmed_booking_onto_another_loses(desk, pair, move):
    first = desk.confirmed(*pair, day=10)
    second = desk.confirmed(*pair, day=11)
    with pytest.raises(CollisionError) as lost:
        desk.change("booking", second, **move)
    assert (lost.value.winner or ())[:2] == ("booking", first)
    assert desk.get("booking", second)["starts_at"].text() == "2026-04-11T08:00:00Z"


def test_times_that_only_touch_do_not_collide(desk, pair):
    desk.confirmed(*pair, day=10)
    second = desk.confirmed(*pair, day=12)
    desk.change("booking", second, starts_at="2026-04-10T18:00:00Z", ends_at="2026-04-11T08:00:00Z")
    assert firm(desk, "bookings") == 0


def test_a_confirmed_booking_moved_to_another_model_meets_that_ones_bookings(desk, pair):
    client, model = pair
    other = desk.model(name="Ida")
    first = desk.confirmed(client, model)
    second = desk.confirmed(client, other)
    with pytest.raises(CollisionError) as lost:
        desk.change("booking", second, model=model)
    assert (lost.value.winner or ())[:2] == ("booking", first)


def test_a_booking_on_set_keeps_its_time(desk, pair):
    first = desk.confirmed(*pair)
    desk.move("booking", first, "start")
    with pytest.raises(CollisionError):
        desk.confirmed(*pair)


def test_time_that_was_given_up_is_free_again(desk, pair):
    first = desk.confirmed(*pair)
    desk.move("booking", first, "cancel", reason="rain")
    second = desk.confirmed(*pair)
    assert desk.get("booking", second)["status"] == "confirmed"


def test_a_rule_that_would_confirm_twice_is_refused_and_tells_a_person_who_was_there(desk, pair):
    first = desk.confirmed(*pair)
    code = desk.get("booking", first)["code"]
    second = desk.booking(*pair)
    desk.move("booking", second, "request_deposit")
    due = {"purpose": "deposit", "amount": {"amount": 1, "currency": "EUR"}, "due_at": "2026-04-01T00:00:00Z"}
    payment = desk.new("payment", {**due, "booking": second})
    desk.do(lambda road: commands.record_event(road, "payment", payment, "payment.succeeded", {"purpose": "deposit"}))
    assert desk.get("booking", second)["status"] == "awaiting_deposit"
    titles = [row["title"] for row in desk.rows("SELECT title FROM exceptions")]
    assert any(f"firmly booked at that time already, by booking {code}" in title for title in titles), titles
    assert firm(desk, "bookings") == 0


@pytest.mark.parametrize("ways", [("work", "take"), ("away", "close")])
def test_a_slot_that_takes_a_models_time_loses_to_the_one_that_has_it(desk, pair, ways):
    _, model = pair
    taken = desk.slot(model, 10)
    desk.move("slot", taken, "take")
    kind, transition = ways
    other = desk.slot(model, 10, kind)
    with pytest.raises(CollisionError) as lost:
        desk.move("slot", other, transition)
    assert lost.value.winner == ("slot", taken, None)
    later = desk.slot(model, 11, kind)
    desk.move("slot", later, transition)
    with pytest.raises(CollisionError):
        desk.change("slot", later, starts_at="2026-04-10T12:00:00Z")
    assert firm(desk, "slots") == 0


@pytest.mark.parametrize("table", ["bookings", "slots"])
def test_the_database_itself_refuses_an_overlap_whoever_writes(desk, pair, table):
    if table == "bookings":
        id = desk.confirmed(*pair)
    else:
        id = desk.slot(pair[1], 10)
        desk.move("slot", id, "take")
    machine = next(name for name, one in ENTITIES.items() if one.name == table)
    with desk.platform.database.begin() as connection:
        row = dict(
            connection.execute(sa.select(ENTITIES[machine]).where(ENTITIES[machine].c.id == id)).mappings().one()
        )
        twin = {**row, "id": "twin", **({"code": "BK-TWIN"} if "code" in row else {})}
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(ENTITIES[machine].insert(), twin)


def test_a_unit_begins_anew_when_whoever_stood_in_its_way_is_gone(desk, pair, monkeypatch):
    first = desk.confirmed(*pair)
    second = desk.booking(*pair)
    desk.change("booking", second, deposit_status="waived")
    looked: list[Any] = []

    def gone(connection, conflict):
        if not looked:
            looked.append(winner_of(connection, conflict))
            desk.move("booking", first, "cancel", reason="meanwhile")
            return None
        return winner_of(connection, conflict)

    monkeypatch.setattr(pipeline, "winner_of", gone)
    moved = desk.move("booking", second, "confirm")
    assert moved["status"] == "confirmed"
    assert [one.id for one in looked] == [first]


def test_a_unit_that_collides_with_nobody_ends_with_a_sentence(desk, pair, monkeypatch):
    desk.confirmed(*pair)
    second = desk.booking(*pair)
    desk.change("booking", second, deposit_status="waived")
    monkeypatch.setattr(pipeline, "winner_of", lambda connection, conflict: None)
    with pytest.raises(CollisionError, match="send the request again") as lost:
        desk.move("booking", second, "confirm")
    assert lost.value.winner is None


def test_a_code_is_never_given_out_twice(desk, pair, monkeypatch):
    """Not even one whose entity is gone, nor by chance."""
    code = desk.rows("SELECT code FROM clients")[0]["code"]
    letters = iter([*code.removeprefix("CL-"), *"ZZZZZ"])
    monkeypatch.setattr(secrets, "choice", lambda _: next(letters))
    other = desk.client(email="other@example.test")
    assert desk.get("client", other)["code"] == "CL-ZZZZZ"
    for statement in ("DELETE FROM codes", "UPDATE codes SET code = 'x'"):
        with pytest.raises(DBAPIError), desk.platform.database.begin() as connection:
            connection.exec_driver_sql(statement)
    with pytest.raises(IntegrityError), desk.platform.database.begin() as connection:
        connection.execute(CODES.insert(), {"code": code, "machine": "client", "entity": "x"})


def test_a_code_given_out_meanwhile_begins_the_unit_anew(desk, pair, monkeypatch):
    code = desk.rows("SELECT code FROM clients")[0]["code"]
    letters = iter([*code.removeprefix("CL-"), *"YYYYY"])
    monkeypatch.setattr(secrets, "choice", lambda _: next(letters))
    look = desk.platform.releases._statements
    real = look.of("code", lambda: sa.select(CODES.c.code).where(CODES.c.code == sa.bindparam("code")))
    blind = [True]

    def sees(connection, values):
        if blind.pop() if blind else False:
            values = {"code": "not there yet"}
        return real(connection, values)

    monkeypatch.setitem(look._known, "code", sees)
    other = desk.client(email="other@example.test")
    assert desk.get("client", other)["code"] == "CL-YYYYY"


def test_two_entities_with_one_code_cannot_be(desk, pair):
    first = desk.confirmed(*pair)
    code = desk.get("booking", first)["code"]
    second = desk.booking(*pair, day=20)
    with pytest.raises(CollisionError) as lost:
        desk.change("booking", second, code=code)
    assert lost.value.winner == ("booking", first, code)
    assert BOOKINGS.c.code.unique
