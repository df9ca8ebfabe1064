"""A machine as a picture: any machine, with the way that one entity took through it and what may come next.

The main way lies from left to right, all other states in a row beneath. Between the rows runs a channel, in which the
moves that are no step of the main way have lanes of their own, so that no line crosses a box and no two lie on each
other. Of those only what concerns the entity is drawn, and one faint line to each state that would hang in the air.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from app.web.pages.machines.said import Bar, bar_of, in_words
from app.web.pages.machines.standing import Move, Standing
from app.web.pages.machines.ways import main_way, reachable
from app.web.wording import moments
from app.web.wording.language import gettext as _
from app.web.wording.words import word
from engine.machines.model import Machine

LETTER, SMALL = 7.4, 6.3
"""How wide a letter is at most on average, in a box and beside a line."""
EDGE, GAP, MOST_GAP, HEIGHT, LANE = 12.0, 60.0, 190.0, 34.0, 24.0
NARROWEST = 1100.0
"""A small machine keeps the size of its letters."""
LONGEST_NOTE = 30
MAIN, CHANNEL, ROUND = 28.0, 30.0, 9.0


@dataclass(frozen=True, slots=True)
class Box:
    """A state. ``look`` are its classes: done, now, can, wait, ahead or out; ``press`` is the move that a click makes."""

    state: str
    text: str
    look: str
    note: str
    press: str
    x: float
    y: float
    width: float

    @property
    def middle(self) -> float:
        """Where its text stands."""
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class Line:
    """A move that is drawn, from box to box. ``look`` is lit, can, wait or nothing; the label has its place and anchor."""

    source: str
    target: str
    look: str
    path: str
    label: str = ""
    note: str = ""
    press: str = ""
    x: float = 0.0
    y: float = 0.0
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn, how large, and the same said in words."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    name: str
    bar: Bar


@dataclass(slots=True)
class _Drawn:
    """A move before it has its place."""

    source: str
    target: str
    look: str
    label: str
    note: str = ""
    press: str = ""
    ports: list[float] = field(default_factory=list)
    first: bool = False
    """Whether it is the leftmost at its first box, so that there is room for its label on that side."""


def wide(text: str, letter: float) -> float:
    """About how wide a text is; letters of East Asian scripts count twice."""
    return letter * sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def picture(standing: Standing) -> Picture:
    """The picture of an entity's machine."""
    machine = standing.machine
    main = main_way(machine)
    drawn = _drawn(standing, main)
    boxes = _placed(machine, main, drawn, standing)
    lines, depth = _lines(drawn, main, boxes)
    if len(boxes) > len(main):
        low = MAIN + HEIGHT + max(depth, CHANNEL)
        boxes |= {name: replace(box, y=low) for name, box in boxes.items() if name not in main}
        lines = [replace(one, path=one.path.replace("LOW", f"{low:g}")) for one in lines]
        noted = any(box.note for box in boxes.values() if box.y == low)
        height = low + HEIGHT + EDGE + (8 if noted else 0)
    else:
        height = MAIN + HEIGHT + max(depth, EDGE + 8)
    ends = [box.x + box.width for box in boxes.values()]
    ends += [line.x + wide(line.label, SMALL) for line in lines if line.anchor == "start"]
    width = max(NARROWEST, max(ends) + EDGE)
    return Picture(width, height, tuple(boxes.values()), tuple(lines), in_words(standing), bar_of(standing, main))


def _drawn(standing: Standing, main: Sequence[str]) -> dict[tuple[str, str], _Drawn]:
    """The moves that are drawn: the main way, those from here, those that were made, one to whoever has none."""
    machine, found = standing.machine, {}
    for pair in itertools.pairwise(main):
        found[pair] = _Drawn(*pair, "", word("move", machine.moves[pair][0], machine.id))
    for earlier, later in zip(standing.steps, standing.steps[1:], strict=False):
        pair = (earlier.state, later.state)
        if pair[0] != pair[1]:
            found[pair] = _Drawn(*pair, "lit", word("move", later.move, machine.id))
    for move in sorted(standing.moves, key=lambda one: bool(one.refused), reverse=True):  # what may be made wins
        pair = (standing.state, move.target)
        look = "can" if not move.refused else "wait"
        known = found.get(pair)
        if pair[0] != pair[1] and (known is None or known.look != "lit"):
            note = _waiting(move)
            found[pair] = _Drawn(*pair, look, _label(machine, move), note, "" if move.refused else move.name)
    reached = {target for _source, target in found}
    places = {name: place for place, name in enumerate(main)}
    for state in machine.states:
        sources = [source for source, target in machine.moves if target == state and source != state]
        if state not in reached and state not in main and sources:
            above = sorted((one for one in sources if one in places), key=lambda one: places[one])
            source = standing.state if standing.state in sources else above[len(above) // 2] if above else sources[0]
            found[source, state] = _Drawn(source, state, "", "")
    return found


def _waiting(move: Move) -> str:
    """What a move waits for, where that is short: beneath the picture it is said in full."""
    if not move.waits:
        return ""
    return _("waits: %(what)s") % {"what": move.waits} if len(move.waits) <= LONGEST_NOTE else _("waits")


def _label(machine: Machine, move: Move) -> str:
    name = word("move", move.name, machine.id)
    return f"{name} {move.key.upper()}" if move.key and not move.refused else name


def _placed(
    machine: Machine, main: Sequence[str], drawn: dict[tuple[str, str], _Drawn], standing: Standing
) -> dict[str, Box]:
    """Every state once, each in its column; those beneath are still at the height of the main way."""
    columns = {name: place for place, name in enumerate(main)}
    for state in sorted((one for one in machine.states if one not in columns), key=lambda one: _sources(machine, one)):
        above = [main.index(source) for source, target in machine.moves if target == state and source in main]
        wanted = sorted(above)[len(above) // 2] if above else 0
        taken = {place for name, place in columns.items() if name not in main}
        free = [place for place in range(max(len(main), len(machine.states))) if place not in taken]
        columns[state] = min(free, key=lambda place: (place >= len(main), abs(place - wanted), -place))
    texts = {state: word("state", state, machine.id) for state in machine.states}
    count = max(columns.values()) + 1
    widths = [
        max([96.0, *(wide(texts[one], LETTER) + 30 for one, at in columns.items() if at == n)]) for n in range(count)
    ]
    gaps = [GAP] * count
    for (source, target), one in drawn.items():
        if columns[target] == columns[source] + 1 and source in main and target in main:
            longest = max(wide(one.label, SMALL), wide(one.note, SMALL))
            gaps[columns[source]] = max(gaps[columns[source]], longest + 28)
    spare = NARROWEST - 2 * EDGE - sum(widths) - sum(gaps[:-1])
    if spare > 0 and count > 1:
        gaps = [max(gap, min(MOST_GAP, gap + spare / (count - 1))) for gap in gaps]
    left = [EDGE + sum(widths[:n]) + sum(gaps[:n]) for n in range(count)]
    return {
        state: Box(state, texts[state], *_look(standing, state), left[at], MAIN, widths[at])
        for state, at in sorted(columns.items(), key=lambda item: (item[0] not in main, item[1]))
    }


def _sources(machine: Machine, state: str) -> int:
    return sum(target == state for _source, target in machine.moves)


def _look(standing: Standing, state: str) -> tuple[str, str, str]:
    """How a state looks, the note above it, and the move that a click on it makes."""
    last = next((step for step in reversed(standing.steps) if step.state == state), None)
    moves = [move for move in standing.moves if move.target == state]
    allowed = next((move for move in moves if not move.refused), None)
    press = allowed.name if allowed is not None else ""
    if state == standing.state:
        return "now", _("since %(when)s") % {"when": moments.day_hour(last.at)} if last is not None else "", ""
    note = moments.day_hour(last.at) if last is not None else ""
    look = "done" if last is not None else ""
    if allowed is not None:
        return f"{look} can".strip(), note, press
    if moves:
        return f"{look} wait".strip(), note, ""
    return look or ("ahead" if state in reachable(standing.machine, standing.state) else "out"), note, press


def _lines(
    drawn: dict[tuple[str, str], _Drawn], main: Sequence[str], boxes: dict[str, Box]
) -> tuple[list[Line], float]:
    """The lines, and how deep the channel is. ``LOW`` stands for the height of the row beneath until that is known."""
    steps = set(itertools.pairwise(main))
    straight = [one for pair, one in drawn.items() if pair in steps]
    curved = [one for pair, one in drawn.items() if pair not in steps]
    lines = [_straight(one, boxes) for one in straight]
    _give_ports(curved, boxes)
    lanes: list[list[tuple[float, float]]] = []
    depth = 0.0
    first = 12.0 if any(one.note for one in straight) else 4.0
    for one in sorted(curved, key=lambda one: (abs(one.ports[0] - one.ports[1]), one.source, one.target)):
        left, right = min(one.ports), max(one.ports)
        said = ", ".join(text for text in (one.label, one.note) if text)
        size = wide(said, SMALL)
        between = size + 16 < right - left
        before = not between and one.first
        span = (left - 8, right + 8) if between or not said else (left - 8, right + size + 16)
        if before:
            span = (left - size - 16, right + 8)
        lane = next(
            (n for n, there in enumerate(lanes) if all(span[1] < a or b < span[0] for a, b in there)), len(lanes)
        )
        if lane == len(lanes):
            lanes.append([])
        lanes[lane].append(span)
        at = MAIN + HEIGHT + first + LANE * (lane + 0.75)
        depth = max(depth, at - MAIN - HEIGHT + 20)
        ends = [f"{MAIN + HEIGHT:g}" if name in main else "LOW" for name in (one.source, one.target)]
        begin, end = one.ports
        path = _path(begin, end, at, *ends)
        x, anchor = (left - 7, "end") if before else (right + 7, "start")
        if between:
            x, anchor = (left + right) / 2, "middle"
        low = at - 6 if between else at + 4
        lines.append(Line(one.source, one.target, one.look, path, said, "", one.press, x, low, anchor))
    return lines, depth


def _path(begin: float, end: float, at: float, leaves: str, enters: str) -> str:
    """Down or up into the lane at ``at``, along it with round corners, and out of it again."""
    along = end - begin
    round_by = min(ROUND, abs(along) / 2)
    if round_by < 1:
        return f"M{begin:g} {leaves}V{enters}"
    turn = round_by if along > 0 else -round_by
    out = at + round_by if leaves == "LOW" else at - round_by
    into = at + round_by if enters == "LOW" else at - round_by
    first = f"M{begin:g} {leaves}V{out:g}Q{begin:g} {at:g} {begin + turn:g} {at:g}"
    return f"{first}H{end - turn:g}Q{end:g} {at:g} {end:g} {into:g}V{enters}"


def _straight(one: _Drawn, boxes: dict[str, Box]) -> Line:
    source, target = boxes[one.source], boxes[one.target]
    begin, end, at = source.x + source.width, target.x, MAIN + HEIGHT / 2
    path = f"M{begin:g} {at:g}H{end - 2:g}"
    return Line(one.source, one.target, one.look, path, one.label, one.note, one.press, (begin + end) / 2, at - 7)


def _give_ports(lines: Sequence[_Drawn], boxes: dict[str, Box]) -> None:
    """Where each line leaves its first box and enters its last: beside each other, in the order of where they lead."""
    for one in lines:
        one.ports = [0.0, 0.0]
    for name, box in boxes.items():
        ends = [(one, 0, one.target) for one in lines if one.source == name]
        ends += [(one, 1, one.source) for one in lines if one.target == name]
        ends.sort(key=lambda end: (boxes[end[2]].middle, end[1], end[2]))
        for place, (one, side, _other) in enumerate(ends):
            one.ports[side] = round(box.x + box.width * (place + 1) / (len(ends) + 1), 1)
            one.first = one.first if side else place == 0 and len(ends) > 1
    for one in lines:  # what lies just beneath is reached straight, where nothing else comes there
        alone = sum(one.target in (other.source, other.target) for other in lines) == 1
        if alone and boxes[one.source].x == boxes[one.target].x:
            one.ports[1] = one.ports[0]
