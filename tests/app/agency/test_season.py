"""A hundred and twenty days from late summer to Advent: fashion weeks, rival options, models who are away."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime
from pathlib import Path

import pytest

from app.agency import rhythm
from app.agency.writer import write_days
from engine.automation.paths import Notice
from engine.catalog import Catalog, build
from engine.events.envelope import WireEvent
from engine.events.jsonl import read_events
from engine.reading.folder import read_folder
from engine.simulation import backtest
from engine.simulation.ledger import Ledger, Performed
from engine.simulation.simulation import Simulation
from engine.templates.model import Facts, Message
from engine.templates.render import render


def played(documents: Catalog, path: Path, **how) -> list[WireEvent]:
    write_days(documents, path, **how)
    return [event for _, event in read_events(path, lambda problem: pytest.fail(problem.message))]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("season") / "events.jsonl"


@pytest.fixture(scope="module")
def season(documents: Catalog, log: Path) -> list[WireEvent]:
    return played(documents, log, days=120, seed=7, scale=2.0, start=date(2026, 8, 20))


@pytest.fixture(scope="module")
def replayed(documents: Catalog, log: Path, season: list[WireEvent]) -> dict:
    assert season
    return backtest.run(documents, log)


@pytest.fixture(scope="module")
def world(season: list[WireEvent]) -> dict[str, dict[str, dict]]:
    """What the log alone says of every entity at the end: its fields, its state and the states it went through."""
    found: dict[str, dict[str, dict]] = defaultdict(dict)
    for event in season:
        machine, _, kind = event.type.partition(".")
        if kind == "created":
            found[machine][event.subject] = {**event.data, "went": [event.data.get("status")], "born": event.time}
        elif event.subject in found[machine]:
            entity = found[machine][event.subject]
            entity.update({name: after for name, (_, after) in event.changes.items()})
            if kind == "status_changed":
                entity["went"].append(event.data["to"])
                entity["because"] = event.data.get("reason")
                entity["moved"] = event.time
    return found


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_every_rule_has_something_to_do(replayed: dict):
    assert [id for id, counts in replayed["rules"].items() if not counts["met"]] == []
    assert [id for id, counts in replayed["rules"].items() if counts["errored"]] == []
    assert replayed["failed"] == {}


def test_every_clock_is_met_and_missed(replayed: dict):
    assert [id for id, clocks in replayed["sla"].items() if not clocks["achieved"]] == []
    # An option that runs out ends its own clock as cancelled: it is no miss of anybody's.
    assert [id for id, clocks in replayed["sla"].items() if not clocks["breached"]] == ["option-in-time"]
    assert replayed["sla"]["option-in-time"]["cancelled"]


def test_a_replay_brings_every_consequence_back(season: list[WireEvent], replayed: dict):
    assert replayed["fidelity"]["recorded"] == sum(event.depth > 0 for event in season)
    assert replayed["fidelity"]["share"] == 1.0
    assert replayed["fidelity"]["extra"] == 0
    assert {machine["diverged"] + machine["refused"] for machine in replayed["machines"].values()} == {0}


def test_options_end_in_all_the_ways_they_may(replayed: dict):
    moves = replayed["machines"]["option"]["transitions"]
    assert {
        "held -> confirmed",
        "held -> released",
        "held -> expired",
        "held -> challenged",
        "challenged -> held",
        "challenged -> released",
        "challenged -> expired",
        "confirmed -> released",
    } <= set(moves)
    final = replayed["machines"]["option"]["final"]
    assert 0.4 < final["confirmed"] / sum(final.values()) < 0.7
    assert 0.05 < final["expired"] / sum(final.values()) < 0.3


def test_options_on_one_slot_are_ranked_in_the_order_they_came(season: list[WireEvent]):
    slots: dict[str, str] = {}
    standing: dict[str, list[str]] = defaultdict(list)
    ranks: dict[str, int] = {}
    deepest = 0
    for event in season:
        if event.type == "option.created":
            slots[event.subject] = event.data["slot"]
            ranks[event.subject] = event.data["rank"]
            standing[event.data["slot"]].append(event.subject)
            assert event.data["rank"] == len(standing[event.data["slot"]])
            deepest = max(deepest, event.data["rank"])
        elif event.type == "option.status_changed" and event.data["to"] in {"released", "expired"}:
            standing[slots[event.subject]].remove(event.subject)
        elif event.type == "option.updated" and "rank" in event.changes:
            ranks[event.subject] = event.changes["rank"][1]
    assert deepest >= 3
    for options in standing.values():
        assert [ranks[option] for option in options] == list(range(1, len(options) + 1))


def test_an_option_lasts_two_days_or_three_and_less_when_the_shoot_is_near(world: dict):
    spans = Counter()
    for option in world["option"].values():
        booking = world["booking"][option["booking"]]
        if "awaiting_deposit" in booking["went"] or option["born"] != booking["born"]:
            continue
        spans[(int(instant(option["expires_at"]).timestamp()) - option["born"] // 10**9) / 86400] += 1
    assert max(spans, default=3) <= 3


def test_a_slot_is_free_when_nobody_stands_on_it(world: dict):
    standing = Counter(
        option["slot"] for option in world["option"].values() if option["went"][-1] not in {"released", "expired"}
    )
    for id, slot in world["slot"].items():
        if slot["kind"] == "work":
            assert (slot["went"][-1] in {"held", "taken"}) == (standing[id] > 0), id


def test_every_firm_booking_has_its_models_day(world: dict):
    taken = {
        option["booking"]: world["slot"][option["slot"]]
        for option in world["option"].values()
        if option["went"][-1] == "confirmed"
    }
    done = [id for id, booking in world["booking"].items() if booking["went"][-1] in {"on_set", "completed"}]
    assert len(done) > 300
    for id in done:
        assert taken[id]["model"] == world["booking"][id]["model"]
        assert taken[id]["went"][-1] == "taken"


def test_rivals_take_another_day_or_give_up(world: dict):
    lost = [
        world["booking"][option["booking"]]
        for option in world["option"].values()
        if option.get("because") == "Another booking was confirmed"
    ]
    assert len(lost) > 20
    assert Counter(booking["went"][-1] for booking in lost)["cancelled"] > 0
    assert any(booking["went"][-1] in {"confirmed", "on_set", "completed"} for booking in lost)
    assert all(booking["went"][-1] != "option" or booking["moved"] for booking in lost)


def test_models_known_to_be_away_are_not_offered(world: dict):
    away = [slot for slot in world["slot"].values() if slot["kind"] == "away" and slot["went"][-1] == "away"]
    assert len(away) > 40
    offered = 0
    for booking in world["booking"].values():
        for slot in away:
            if slot["model"] == booking["model"] and slot.get("moved", slot["born"]) < booking["born"]:
                offered += slot["starts_at"] < booking["ends_at"] and booking["starts_at"] < slot["ends_at"]
    # Only a shoot that moved without a look into the diary may fall into an absence that was known.
    assert offered <= 0.01 * len(world["booking"])


def test_holidays_and_illnesses_are_told_and_some_called_off(world: dict):
    away = [slot for slot in world["slot"].values() if slot["kind"] == "away"]
    assert {slot["note"] for slot in away} == {"Holiday", "Ill"}
    assert any(slot["went"][-1] == "withdrawn" for slot in away)
    mismatches = [one for one in world["exception"].values() if one["reason"] == "availability_mismatch"]
    assert 3 <= len(mismatches) < 0.1 * len(away) + 20


def test_the_outcomes_are_those_of_an_agency(world: dict):
    """The shares that docs/agency.md states for a year, within what a season may differ by."""
    inquiries = [one["went"][-1] for one in world["inquiry"].values()]
    assert 0.3 < inquiries.count("converted") / len(inquiries) < 0.45
    reasons = Counter(one.get("because") for one in world["inquiry"].values() if one["went"][-1] == "lost")
    assert {"Over the budget", "Asked twice", "No answer from the client", "The date is gone"} <= set(reasons)
    bookings = Counter(one["went"][-1] for one in world["booking"].values())
    assert 0.4 < bookings["completed"] / bookings.total() < 0.7
    assert 0.001 < bookings["no_show"] / bookings["completed"] < 0.03
    deposits = [one for one in world["payment"].values() if one["purpose"] == "deposit"]
    paid = [one for one in deposits if "succeeded" in one["went"]]
    in_time = [one for one in paid if one["moved"] // 10**9 <= instant(one["due_at"]).timestamp()]
    assert 0.8 < len(paid) / len(deposits) <= 1
    assert len(in_time) / len(paid) > 0.8


def test_every_message_can_be_said_in_both_languages_and_an_sms_is_one_segment(documents: Catalog, log: Path):
    said: Counter[str] = Counter()
    longest: Counter[str] = Counter()

    def say(done: Performed) -> None:
        notice = done.effect.value
        if not isinstance(notice, Notice) or said[done.effect.keys["template"]] > 20:
            return
        template = documents.templates[done.effect.keys["template"]]
        said[template.id] += 1
        facts = Facts(notice.record(template.entity, simulation.world), simulation.world)
        for channel in template.channels:
            for locale in ("en", "ru", "ja"):
                message = render(template, channel, locale, facts)
                assert isinstance(message, Message), (template.id, channel, locale, message)
                assert (message.locale == "ru") == (locale == "ru")
                if message.segments is not None:
                    longest[template.id] = max(longest[template.id], message.segments.count)

    simulation = Simulation(documents, Ledger(say))
    for _, event in read_events(log, lambda problem: pytest.fail(problem.message)):
        if not event.depth:
            simulation.take(event)
    assert set(said) == set(documents.templates)
    assert len(longest) >= 6
    assert set(longest.values()) == {1}


def test_fashion_weeks_are_busier_than_advent(world: dict):
    shoots = Counter(
        rhythm.day_of(int(instant(one["starts_at"]).timestamp()))
        for one in world["booking"].values()
        if one["went"][-1] == "completed"
    )
    fashion = sum(count for day, count in shoots.items() if date(2026, 9, 18) <= day <= date(2026, 10, 8)) / 21
    rest = sum(count for day, count in shoots.items() if date(2026, 10, 9) <= day <= date(2026, 12, 10)) / 63
    assert fashion > 1.15 * rest


def test_late_work_is_taken_up_late_or_never(world: dict):
    tasks = Counter(task["went"][-1] for task in world["task"].values())
    assert 0.01 < tasks[None] / tasks.total() < 0.12  # still as created: nobody ever took it
    assert tasks["done"] / tasks.total() > 0.8


def test_without_rules_people_settle_options_by_hand(root: Path, tmp_path: Path):
    bare = build([document for document in read_folder(root) if document.kind in {"machine", "role"}])
    events = played(bare, tmp_path / "bare.jsonl", days=25, seed=7)
    moves = Counter(event.data["to"] for event in events if event.type == "option.status_changed")
    assert {"confirmed", "released", "expired"} <= set(moves)
    assert Counter(event.data["to"] for event in events if event.type == "slot.status_changed")["taken"] > 2
    assert not [event for event in events if str(event.actor).startswith("rule:")]
