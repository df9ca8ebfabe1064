"""The card beside the list: what an item is, what it is about, what may be done, why it exists, and what has happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.road import commands, worklist
from app.road.road import StoredRoad
from app.road.standing import clocks_of
from app.road.worklist import Item
from app.web.pages.work.deadlines import Deadline, clock
from app.web.pages.work.rows import Row, row_of

REASONED = ("resolve", "cancel", "snooze")


@dataclass(frozen=True, slots=True)
class Act:
    """Something that may be done. ``refused`` says why not now; ``reason`` that one is asked for."""

    name: str
    key: str
    path: str
    refused: str = ""
    reason: bool = False
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """Everything that a card shows."""

    row: Row
    version: int
    clocks: list[tuple[str, Deadline]]
    moves: list[Act]
    about: dict[str, Any] | None
    about_machine: str


KEYS = {"complete": "e", "resolve": "e", "start": "b", "snooze": "s", "cancel": "d", "release": "u", "acknowledge": "o"}
HIDDEN_MOVES = ("regress", "assign", "snooze")
"""What is not done by a button of its own here: exceptions regress by rules, the others have dialogs."""


def card(road: StoredRoad, machine: str, id: str) -> Card:
    """An item's card. Raises NotFoundError."""
    item = worklist.item_of(road, machine, id)
    about = worklist.about(road, [item])
    key = item.record.get("about") or ""
    clocks = [(one["policy"], clock(one, road.now)) for one in clocks_of(road, machine, [id])[id]]
    return Card(
        row_of(road, item, about),
        road.store.version(machine, id),
        clocks,
        _moves(road, item),
        about.get(key),
        key.partition("/")[0],
    )


def _moves(road: StoredRoad, item: Item) -> list[Act]:
    """The moves of the machine that start from here and the caller may make."""
    machine = road.catalog.machines[item.machine]
    found = []
    for move in machine.transitions.values():
        if item.record["status"] not in move.sources or move.name in HIDDEN_MOVES:
            continue
        decided = commands.decision(road, f"{machine.plural}.{move.name}", machine.id, item.record)
        if decided.allowed:
            path = f"/acts/{machine.id}/{item.record['id']}/{move.name}"
            found.append(Act(move.name, KEYS.get(move.name, ""), path, reason=move.name in REASONED))
    return found
