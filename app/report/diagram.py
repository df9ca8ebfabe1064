"""A state machine as a drawing: the main road in one row, other states below, counts on the arrows.

Coordinates are pixels of the drawing's own box; colours belong to the page's style sheet. How arrows run is the
business of ``app.report.routes``.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.report.routes import BOX_HEIGHT, Arrow, Box, Move, route

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.report.model import MachineNote

Pair = tuple[str, str]

_MARGIN, _GAP, _ROW = 16.0, 60.0, 132.0
_LETTER, _SMALL_LETTER = 7.4, 6.6
_STEPS = 20_000


@dataclass(frozen=True, slots=True)
class Drawing:
    """A whole diagram and the words that stand in for it."""

    id: str
    width: float
    height: float
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    words: str


def draw(machine: MachineNote, taken: Mapping[str, int] | None, final: Mapping[str, int]) -> Drawing:
    """Lays a machine out. ``taken`` counts moves by ``"A -> B"``, ``final`` entities by the state they ended in; None
    draws the machine alone, without numbers.
    """
    verbs, counts = _moves(machine, taken or {})
    road = _road(machine, counts)
    boxes = _place(machine, road, counts, verbs, final)
    moves = [
        Move(
            pair[0],
            pair[1],
            None if taken is None else count,
            " or ".join(name.replace("_", " ") for name in verbs[pair]) or "undeclared",
        )
        for pair, count in counts.items()
    ]
    arrows = route(boxes, moves, road)
    # Arcs and their words rise above the road: everything moves down until they fit.
    down = _MARGIN - min([0.0, *(arrow.y - 14 for arrow in arrows)])
    boxes = {name: replace(box, y=box.y + down) for name, box in boxes.items()}
    arrows = route(boxes, moves, road)
    width = max(box.x + box.width for box in boxes.values()) + _MARGIN
    height = max([box.y + BOX_HEIGHT for box in boxes.values()] + [arrow.y for arrow in arrows]) + _MARGIN
    busiest = sorted((item for item in counts.items() if item[1]), key=lambda item: (-item[1], item[0]))
    words = "; ".join(f"{words_of(source)} to {words_of(target)}: {count}" for (source, target), count in busiest)
    return Drawing(machine.id, width, height, tuple(boxes.values()), tuple(arrows), words or "no moves")


def words_of(name: str) -> str:
    """A state's name as people write it."""
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]


def _moves(machine: MachineNote, taken: Mapping[str, int]) -> tuple[dict[Pair, list[str]], dict[Pair, int]]:
    """The transitions' names and the counts of every pair of states, undeclared moves of foreign logs included."""
    verbs: dict[Pair, list[str]] = defaultdict(list)
    for name, sources, target in machine.transitions:
        for source in sources:
            verbs[source, target].append(name)
    counts = {pair: taken.get(f"{pair[0]} -> {pair[1]}", 0) for pair in verbs}
    for text, count in taken.items():
        source, _, target = text.partition(" -> ")
        if {source, target} <= set(machine.states):
            counts.setdefault((source, target), count)
    return verbs, counts


def _road(machine: MachineNote, counts: Mapping[Pair, int]) -> list[str]:
    """The longest way from the initial state without repeats, busiest first among equals, bad outcomes left aside."""
    ways: dict[str, list[str]] = defaultdict(list)
    for source, target in counts:
        if target != source and machine.outcomes.get(target) != "bad":
            ways[source].append(target)
    best: tuple[int, int] = (1, 0)
    road = [machine.initial]
    stack: list[tuple[list[str], int]] = [(road, 0)]
    for _ in range(_STEPS):
        if not stack:
            break
        path, flow = stack.pop()
        if (len(path), flow) > best:
            best, road = (len(path), flow), path
        stack += [([*path, to], flow + counts[path[-1], to]) for to in ways[path[-1]] if to not in path]
    return road


def _place(
    machine: MachineNote,
    road: list[str],
    counts: Mapping[Pair, int],
    verbs: Mapping[Pair, list[str]],
    final: Mapping[str, int],
) -> dict[str, Box]:
    """The road from left to right, every other state below the middle of the states that lead to it."""
    boxes: dict[str, Box] = {}
    left = _MARGIN
    for name, following in zip(road, [*road[1:], ""], strict=True):
        boxes[name] = _box(machine, name, left, 0, final)
        words = " or ".join(verbs.get((name, following), ())) + f" {counts.get((name, following), 0):,}"
        left += boxes[name].width + max(_GAP, len(words) * _SMALL_LETTER + 22)
    wishes: list[tuple[float, str]] = []
    for name in machine.states:
        if name not in boxes:
            sources = [boxes[source].middle for source, target in counts if target == name and source in boxes]
            wishes.append((sum(sources) / len(sources) if sources else _MARGIN, name))
    left = _MARGIN
    for wish, name in sorted(wishes):
        box = _box(machine, name, 0, _ROW, final)
        boxes[name] = replace(box, x=max(left, wish - box.width / 2 + 24))
        left = boxes[name].x + box.width + 36
    return boxes


def _box(machine: MachineNote, name: str, x: float, y: float, final: Mapping[str, int]) -> Box:
    count = final.get(name, 0)
    text = words_of(name) + (f" {count:,}" if count else "")
    kind = " ".join(part for part in ("final" if name in machine.final else "", machine.outcomes.get(name, "")) if part)
    return Box(name, words_of(name), x, y, max(64.0, len(text) * _LETTER + 26), count, kind)
