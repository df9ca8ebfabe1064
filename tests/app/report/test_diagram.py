from __future__ import annotations

import re

import pytest

from app.report.diagram import draw
from app.report.model import MachineNote

BOOKING = MachineNote(
    id="booking",
    plural="bookings",
    description="A booking.",
    initial="draft",
    states=("draft", "option", "confirmed", "done", "cancelled"),
    final=frozenset({"done", "cancelled"}),
    transitions=(
        ("hold", ("draft",), "option"),
        ("confirm", ("draft", "option"), "confirmed"),
        ("finish", ("confirmed",), "done"),
        ("cancel", ("draft", "option", "confirmed"), "cancelled"),
    ),
    outcomes={"cancelled": "bad", "done": "good"},
)


def test_the_main_road_runs_from_left_to_right_and_bad_ends_lie_below():
    boxes = {box.name: box for box in draw(BOOKING, {}, {}).boxes}
    road = [boxes[name] for name in ("draft", "option", "confirmed", "done")]
    assert [box.x for box in road] == sorted(box.x for box in road)
    assert len({box.y for box in road}) == 1
    assert boxes["cancelled"].y > boxes["draft"].y


def test_arrows_carry_their_counts_and_untaken_ones_say_nothing():
    drawing = draw(BOOKING, {"draft -> option": 1200, "draft -> confirmed": 7}, {"option": 3})
    labels = {arrow.title: arrow.label for arrow in drawing.arrows}
    assert labels["Draft to Option, hold: 1,200"] == "hold 1,200"
    assert labels["Draft to Confirmed, confirm: 7"] == "7"
    assert labels["Option to Cancelled, cancel: 0"] == ""
    assert drawing.words == "Draft to Option: 1200; Draft to Confirmed: 7"


def test_nothing_leaves_the_drawing():
    drawing = draw(BOOKING, {"option -> draft": 2, "done -> done": 4}, {"done": 12_000})
    for box in drawing.boxes:
        assert box.x >= 0
        assert box.x + box.width <= drawing.width
        assert 0 <= box.y < drawing.height
    assert all(0 <= arrow.y <= drawing.height for arrow in drawing.arrows)


def test_no_two_boxes_overlap():
    boxes = draw(BOOKING, {}, {}).boxes
    for one in boxes:
        for other in boxes:
            if one is not other and one.y == other.y:
                assert one.x + one.width <= other.x or other.x + other.width <= one.x


def test_a_move_no_document_declares_is_drawn_and_said():
    titles = [arrow.title for arrow in draw(BOOKING, {"option -> draft": 2}, {}).arrows]
    assert "Option to Draft, undeclared: 2" in titles


@pytest.mark.parametrize("states", [1, 14])
def test_any_size_is_drawn(states: int):
    names = tuple(f"s{number}" for number in range(states))
    moves = tuple((f"to_{name}", tuple(other for other in names if other != name), name) for name in names)
    drawing = draw(MachineNote("m", "ms", "Any.", "s0", names, frozenset(), moves), {}, {})
    assert len(drawing.boxes) == states
    assert len(drawing.arrows) == states * (states - 1)
    assert all(re.match(r"M-?\d+ ", arrow.path) for arrow in drawing.arrows)
