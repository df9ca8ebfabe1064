"""How the arrows of a diagram run: straight along the road, in arcs over it, in curves to the states below.

Arrows never share a port: each end has its own place on the side of its box, in the order that crosses least.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BOX_HEIGHT = 38.0
_LANE, _FIRST_LANE = 18.0, 30.0
_LETTER = 6.6


@dataclass(frozen=True, slots=True)
class Box:
    """A state: its top left corner, width, and how many entities ended there; ``kind`` is a class of the style."""

    name: str
    label: str
    x: float
    y: float
    width: float
    count: int
    kind: str

    @property
    def middle(self) -> float:
        """The x of its centre."""
        return self.x + self.width / 2

    @property
    def bottom(self) -> float:
        """The y of its lower side."""
        return self.y + BOX_HEIGHT


@dataclass(frozen=True, slots=True)
class Move:
    """A pair of states, how often the move was taken (None: nobody counted), and the names of its transitions."""

    source: str
    target: str
    count: int | None
    verb: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """A move as drawn: its path, the place of its words, what they say, and the full sentence for its title."""

    path: str
    x: float
    y: float
    anchor: str
    label: str
    count: int | None
    title: str


Port = tuple[str, str]
"""A box and the side of it: top or bottom."""


def route(boxes: Mapping[str, Box], moves: Sequence[Move], road: Sequence[str]) -> list[Arrow]:
    """The arrows of all moves between boxes that have been placed."""
    order = {name: index for index, name in enumerate(road)}
    plans = {index: _sides(boxes, move, order) for index, move in enumerate(moves)}
    places = _ports(boxes, moves, plans)
    lanes = _lanes(boxes, moves, plans)
    arrows = []
    for index, move in enumerate(moves):
        start, end = boxes[move.source], boxes[move.target]
        sides = plans[index]
        label = f"{move.count:,}" if move.count else ""
        if sides is None:
            drawn = _loop(start) if start is end else _straight(start, end)
            if start is not end:
                label = move.verb if move.count is None else f"{move.verb} {move.count:,}"
        elif sides == ("top", "top"):
            a, b = places[index, 0], places[index, 1]
            drawn = _arc(a, b, start.y, lanes[index])
            if move.count is None and abs(b - a) > len(move.verb) * _LETTER:
                label = move.verb
        elif sides == ("bottom", "bottom"):
            drawn = _sag(places[index, 0], places[index, 1], start.bottom)
        else:
            y0, y1 = (start.bottom, end.y - 3) if sides[0] == "bottom" else (start.y, end.bottom + 3)
            drawn = _curve(places[index, 0], y0, places[index, 1], y1)
        title = f"{start.label} to {end.label}, {move.verb}" + ("" if move.count is None else f": {move.count:,}")
        arrows.append(Arrow(*drawn, label, move.count, title))
    return arrows


def _sides(boxes: Mapping[str, Box], move: Move, order: Mapping[str, int]) -> tuple[str, str] | None:
    """The sides at which an arrow leaves and enters; None for the straight ones and for loops."""
    start, end = boxes[move.source], boxes[move.target]
    next_on_road = move.source in order and order.get(move.target) == order[move.source] + 1
    if start is end or next_on_road:
        return None
    if start.y == end.y:
        return ("top", "top") if move.source in order else ("bottom", "bottom")
    return ("bottom", "top") if start.y < end.y else ("top", "bottom")


def _ports(
    boxes: Mapping[str, Box], moves: Sequence[Move], plans: Mapping[int, tuple[str, str] | None]
) -> dict[tuple[int, int], float]:
    """The x of each arrow's start (0) and end (1), spread over the sides of the boxes."""
    wanted: dict[Port, list[tuple[int, float, tuple[int, int]]]] = defaultdict(list)
    for index, sides in plans.items():
        if sides is None:
            continue
        ends = boxes[moves[index].source], boxes[moves[index].target]
        length = abs(ends[0].middle - ends[1].middle)
        for which in (0, 1):
            right = ends[1 - which].middle >= ends[which].middle
            # The longer an arc, the further outside its lane: so it stands nearer to the far side of the box.
            outward = length if sides[0] == sides[1] else -length
            rank = (1, -outward) if right else (0, outward)
            wanted[ends[which].name, sides[which]].append((*rank, (index, which)))
    places = {}
    for (name, _), ends_here in wanted.items():
        box = boxes[name]
        for position, (_, _, key) in enumerate(sorted(ends_here), 1):
            places[key] = box.x + box.width * position / (len(ends_here) + 1)
    return places


def _lanes(
    boxes: Mapping[str, Box], moves: Sequence[Move], plans: Mapping[int, tuple[str, str] | None]
) -> dict[int, int]:
    """The lane of each arc over the road, short ones low, none on another."""
    spans = []
    for index, sides in plans.items():
        if sides == ("top", "top"):
            ends = sorted((boxes[moves[index].source].middle, boxes[moves[index].target].middle))
            spans.append((ends[1] - ends[0], ends[0], ends[1], index))
    taken: list[list[tuple[float, float]]] = []
    lanes = {}
    for _, left, right, index in sorted(spans):
        lane = next((n for n, used in enumerate(taken) if all(right <= a or b <= left for a, b in used)), len(taken))
        if lane == len(taken):
            taken.append([])
        taken[lane].append((left, right))
        lanes[index] = lane
    return lanes


def _straight(start: Box, end: Box) -> tuple[str, float, float, str]:
    y, left, right = start.y + BOX_HEIGHT / 2, start.x + start.width, end.x - 3
    return f"M{left:.0f} {y:.0f}H{right:.0f}", (left + right) / 2, y - 8, "middle"


def _arc(a: float, b: float, y: float, lane: int) -> tuple[str, float, float, str]:
    top, r = y - _FIRST_LANE - lane * _LANE, 8 if b > a else -8
    path = f"M{a:.0f} {y:.0f}V{top + 8:.0f}Q{a:.0f} {top:.0f} {a + r:.0f} {top:.0f}"
    path += f"H{b - r:.0f}Q{b:.0f} {top:.0f} {b:.0f} {top + 8:.0f}V{y - 3:.0f}"
    return path, (a + b) / 2, top - 4, "middle"


def _sag(a: float, b: float, y: float) -> tuple[str, float, float, str]:
    low = y + 36
    return f"M{a:.0f} {y:.0f}C{a:.0f} {low:.0f} {b:.0f} {low:.0f} {b:.0f} {y + 3:.0f}", (a + b) / 2, low + 4, "middle"


def _curve(a: float, y0: float, b: float, y1: float) -> tuple[str, float, float, str]:
    bend = (y0 + y1) / 2
    words = y0 + 20 if y1 > y0 else y0 - 12
    return f"M{a:.0f} {y0:.0f}C{a:.0f} {bend:.0f} {b:.0f} {bend:.0f} {b:.0f} {y1:.0f}", a + 5, words, "start"


def _loop(box: Box) -> tuple[str, float, float, str]:
    a, b, y = box.x + box.width - 30, box.x + box.width - 8, box.bottom
    return f"M{a:.0f} {y:.0f}C{a:.0f} {y + 28:.0f} {b:.0f} {y + 28:.0f} {b:.0f} {y + 3:.0f}", b + 2, y + 24, "start"
