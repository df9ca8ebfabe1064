"""The picture of a machine: every state once, the way that was taken lit, what comes next told from what cannot."""

from __future__ import annotations

import re

import pytest
from flask import Flask, g
from flask_login import LoginManager

from app.web.pages.machine_picture import HEIGHT, Box, Line, Picture, picture
from app.web.pages.machines.standing import Move, Standing, Step
from app.web.pages.machines.ways import main_way, reachable
from app.web.wording.language import speak
from engine.catalog import Catalog

AT = "2026-03-27T10:00:00Z"
MACHINES = ("booking", "option", "inquiry", "payment", "client", "model", "slot", "task", "exception", "user")


@pytest.fixture(autouse=True)
def reader():
    """A request of this year, in which things are said in English."""
    app = Flask("test")
    app.secret_key = "for the test"
    LoginManager(app).request_loader(lambda _request: None)
    speak(app)
    with app.test_request_context():
        g.year = 2026
        yield


def standing(agency: Catalog, machine: str, *way: str, moves: tuple[Move, ...] = ()) -> Standing:
    known = agency.machines[machine]
    steps = tuple(
        Step(state, AT, known.moves[way[place - 1], state][0] if place else "") for place, state in enumerate(way)
    )
    return Standing(known, "1", way[-1], 1, steps, moves)


def every_move(agency: Catalog, machine: str, state: str) -> tuple[Move, ...]:
    moves = agency.machines[machine].transitions.values()
    return tuple(Move(one.name, one.target, "x", "/acts") for one in moves if state in one.sources)


def box(drawn: Picture, state: str) -> Box:
    found = [one for one in drawn.boxes if one.state == state]
    assert len(found) == 1
    return found[0]


def line(drawn: Picture, source: str, target: str) -> Line:
    found = [one for one in drawn.lines if (one.source, one.target) == (source, target)]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("machine", MACHINES)
def test_every_state_of_every_machine_is_drawn_once_wherever_one_stands(agency: Catalog, machine: str):
    known = agency.machines[machine]
    for state in known.states:
        if state not in reachable(known, known.initial):
            continue
        drawn = picture(Standing(known, "1", state, 1, (Step(state, AT),), every_move(agency, machine, state)))
        assert sorted(one.state for one in drawn.boxes) == sorted(known.states)
        assert [one.state for one in drawn.boxes if one.look == "now"] == [state]
        for one in drawn.boxes:
            assert one.x >= 0
            assert one.x + one.width <= drawn.width
            assert one.y + HEIGHT <= drawn.height
        for a in drawn.boxes:
            for b in drawn.boxes:
                apart = a.x + a.width < b.x or b.x + b.width < a.x or abs(a.y - b.y) > HEIGHT
                assert a is b or apart, f"{a.state} lies on {b.state}"


@pytest.mark.parametrize("machine", MACHINES)
def test_no_two_lines_lie_on_each_other_and_all_know_where_they_end(agency: Catalog, machine: str):
    known = agency.machines[machine]
    for state in known.states:
        drawn = picture(Standing(known, "1", state, 1, (Step(state, AT),), every_move(agency, machine, state)))
        assert not [one.path for one in drawn.lines if "LOW" in one.path]
        runs = []
        for one in drawn.lines:
            for begin, at, end in re.findall(r"([\d.]+) ([\d.]+)H([\d.]+)", one.path):
                runs.append((float(at), min(float(begin), float(end)), max(float(begin), float(end)), one))
        for n, (at, left, right, one) in enumerate(runs):
            for other_at, other_left, other_right, other in runs[n + 1 :]:
                apart = abs(at - other_at) > 5 or right < other_left or other_right < left
                assert apart, f"{one.source}-{one.target} lies on {other.source}-{other.target}"


def test_the_main_way_is_the_one_that_the_states_are_written_along(agency: Catalog):
    assert main_way(agency.machines["booking"]) == (
        "draft",
        "option",
        "awaiting_deposit",
        "confirmed",
        "on_set",
        "completed",
    )
    assert main_way(agency.machines["inquiry"]) == ("new", "answered", "waiting_for_client", "converted")
    assert main_way(agency.machines["option"]) == ("held", "challenged", "confirmed")


def test_the_way_that_was_taken_is_lit_and_says_when(agency: Catalog):
    drawn = picture(standing(agency, "booking", "draft", "awaiting_deposit", "confirmed"))
    lit = {(one.source, one.target): one.label for one in drawn.lines if one.look == "lit"}
    assert lit == {("draft", "awaiting_deposit"): "Request deposit", ("awaiting_deposit", "confirmed"): "Confirm"}
    looks = {one.state: one.look for one in drawn.boxes}
    assert looks["draft"] == looks["awaiting_deposit"] == "done"
    assert looks["option"] == "out", "what was passed by cannot be reached any more"
    assert looks["completed"] == "ahead"
    assert box(drawn, "draft").note
    assert not box(drawn, "completed").note


def test_what_may_come_next_is_told_from_what_waits(agency: Catalog):
    moves = (
        Move("release", "released", "l", "/acts/1", reason=True),
        Move("confirm", "confirmed", "c", "/acts/2", refused="Confirm waits: it is due.", waits="it is due"),
    )
    drawn = picture(standing(agency, "booking", "draft", "option", moves=moves))
    assert (box(drawn, "released").look, box(drawn, "released").press) == ("can", "release")
    assert (box(drawn, "confirmed").look, box(drawn, "confirmed").press) == ("wait", "")
    assert line(drawn, "option", "confirmed").look == "wait"
    assert "it is due" in line(drawn, "option", "confirmed").label
    assert line(drawn, "option", "released").label == "Release L"
    assert drawn.name == "Path so far: Draft, Option. Next allowed: Release. Confirm waits: it is due."
    assert drawn.bar.looks == ("past", "now", "", "", "", "")
    assert drawn.bar.text == "Step 2 of 6: Option."


def test_an_end_off_the_main_way_says_where_it_was_left(agency: Catalog):
    drawn = picture(standing(agency, "booking", "draft", "option", "cancelled"))
    assert {one.look for one in drawn.boxes if one.state not in ("draft", "option", "cancelled")} == {"out"}
    assert drawn.bar.looks == ("past", "left", "", "", "", "")
    assert drawn.name.endswith("This is where it ends.")


def test_a_way_back_lights_both_directions(agency: Catalog):
    drawn = picture(standing(agency, "option", "held", "challenged", "held"))
    assert line(drawn, "held", "challenged").look == line(drawn, "challenged", "held").look == "lit"
    assert box(drawn, "held").look == "now"
