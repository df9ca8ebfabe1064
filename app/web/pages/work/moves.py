"""What may be done from a card: the moves of the item, and the main ones of what it is about, with why not where not."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.road import commands, worklist
from app.road.problems import NotFoundError
from app.road.road import StoredRoad
from app.road.runs import reader_of
from app.road.worklist import Item
from app.web.wording.language import gettext as _
from app.web.wording.words import word
from engine.access.sight import Sight
from engine.conditions.condition import Condition
from engine.conditions.veil import rests_on
from engine.machines.model import Machine, Transition
from engine.simulation.world import Record

KEYS = {"complete": "e", "resolve": "e", "start": "b", "cancel": "d", "release": "u", "acknowledge": "o"}
ABOUT_KEYS = {"confirm": "c", "answer": "r", "release": "l", "answer_challenge": "r"}
OWN = {
    "task": ("complete", "start", "release", "cancel"),
    "exception": ("resolve", "acknowledge"),
}
"""The moves with a button of their own, in their order; the others have dialogs or are made by rules."""
MAIN = {
    "booking": ("confirm", "request_deposit", "release", "cancel"),
    "inquiry": ("answer", "wait_for_client", "lose"),
    "option": ("answer_challenge", "release"),
    "payment": ("void",),
}
"""The moves of what an item is about that need nothing but a reason; what needs more is done on its own page."""
GRAVE = ("cancel", "release", "lose", "void")
WITH_KIND = ("confirm", "cancel", "release", "answer", "void")
REASONED = ("resolve", "cancel")
"""Moves of items that are asked a reason for, be it required by the machine or not."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a move is not open: the lines of its guard that do not hold, each with where it is written."""

    text: str
    lines: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Act:
    """Something that may be done. ``refused`` says why not now; ``reason`` that one is asked for."""

    name: str
    label: str
    path: str
    version: int
    key: str = ""
    refused: Refusal | None = None
    reason: bool = False
    grave: bool = False
    settles: bool = False


def subjects(road: StoredRoad, item: Item) -> list[tuple[str, Record]]:
    """What an item is about, and the booking behind it where it is a payment's or an option's, as far as the caller may
    read: a payment that they may not read still leads to its booking.
    """
    machine, _sep, id = (item.record.get("about") or "").partition("/")
    found: list[tuple[str, Record]] = []
    while machine in road.catalog.machines and id and len(found) < 2:
        try:
            record, _decided = commands.readable(road, road.catalog.machines[machine], id)
        except NotFoundError:
            booking = worklist.bookings_behind(road, [f"{machine}/{id}"]).get(f"{machine}/{id}")
            if booking is None:
                break
            machine, id = "booking", booking
            continue
        found.append((machine, record))
        machine, id = "booking", str(record.get("booking") or "") if machine != "booking" else ""
    return found


def own_acts(road: StoredRoad, item: Item) -> list[Act]:
    """The moves of the item itself that start from here and the caller may make."""
    machine = road.catalog.machines[item.machine]
    base = f"/acts/{machine.id}/{item.record['id']}"
    version = road.store.version(machine.id, item.record["id"])
    return [
        Act(
            name,
            word("move", name, machine.id),
            f"{base}/{name}",
            version,
            KEYS.get(name, ""),
            reason=name in REASONED,
            grave=name == "cancel",
            settles=name in ("complete", "resolve", "cancel"),
        )
        for name in OWN[item.machine]
        if _open(road, machine, item.record, name) is not None
    ]


def acts_about(road: StoredRoad, item: Item, found: list[tuple[str, Record]]) -> list[Act]:
    """The main moves of what the item is about, those whose guard does not hold with the reason."""
    taken = {KEYS[name] for name in OWN[item.machine] if name in KEYS and _is_open(road, item, name)}
    acts = []
    for kind, record in found:
        machine = road.catalog.machines[kind]
        for name in MAIN.get(kind, ()):
            move = _open(road, machine, record, name)
            if move is None:
                continue
            key = ABOUT_KEYS.get(name, "d" if name == "cancel" else "")
            key = "" if key in taken else key
            taken.add(key)
            acts.append(
                Act(
                    name,
                    _label(name, kind),
                    f"/acts/{item.machine}/{item.record['id']}/of/{kind}/{name}",
                    road.store.version(kind, record["id"]),
                    key,
                    refusal_of(road, machine, record, move),
                    reason="reason" in move.requires,
                    grave=name in GRAVE,
                )
            )
    return acts


def _label(name: str, kind: str) -> str:
    """What the button of a move says; with the kind where the item has moves that are called the same."""
    if name not in WITH_KIND:
        return word("move", name, kind)
    return _("%(move)s %(kind)s") % {"move": word("move", name, kind), "kind": word("kind", kind).lower()}


def _is_open(road: StoredRoad, item: Item, name: str) -> bool:
    return _open(road, road.catalog.machines[item.machine], item.record, name) is not None


def _open(road: StoredRoad, machine: Machine, record: Record, name: str) -> Transition | None:
    """A move that starts from the entity's state and the caller may make."""
    move = machine.transitions.get(name)
    if move is None or record["status"] not in move.sources or record["status"] == move.target:
        return None
    return move if commands.decision(road, move.permission, machine.id, record).allowed else None


def refusal_of(road: StoredRoad, machine: Machine, record: Record, move: Transition) -> Refusal | None:
    """Why the guard of a move does not let it through now; None where it does. Values that the caller may not see are not told."""
    guard: Condition | None = road.catalog.guards[machine.id].get(move.name) if move.guard is not None else None
    if guard is None:
        return None
    told = guard.explain(None, record, None, road.now, road.journal.caller.actor, road.world)
    if told.verdict == "met":
        return None
    reader = reader_of(road)
    lines, facts = [], []
    for line, known in zip(told.lines, guard.explained, strict=True):
        if line.verdict == "met":
            continue
        lines.append((line.expression, f"{line.place.file.rpartition('/')[2]}:{line.place.line}"))
        if reader is None or all(map(Sight(reader), rests_on(known.node, guard))):
            facts += [_fact(path, value) for path, value in line.values.items()]
    waits = _("%(move)s waits.") % {"move": word("move", move.name, machine.id)}
    if facts:
        waits = _("%(move)s waits: %(facts)s.") % {
            "move": word("move", move.name, machine.id),
            "facts": ", ".join(facts),
        }
    return Refusal(waits, lines)


def _fact(path: str, value: object) -> str:
    name = word("field", path.rpartition(".")[2]).lower()
    if value is None:
        return _("there is no %(field)s") % {"field": name}
    said = word("option", value).lower() if isinstance(value, str) else str(value)
    return _("%(field)s is %(value)s") % {"field": name, "value": said}
