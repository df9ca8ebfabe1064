"""Something to try the documents on: one drafted change, and one event worth explaining."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from app.agency.rhythm import seconds
from app.agency.stage import RulesStage
from engine.machines.records import as_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.catalog import Catalog
    from engine.events.envelope import WireEvent

FOLDERS = ("statemachines", "rules", "templates", "tests/scenarios")
"""Where documents live, from the folder of a catalog."""

RULE, BEFORE, AFTER = "release-ended-option", "for: 72h", "for: 48h"


@dataclass(frozen=True, slots=True)
class Draft:
    """A copy of the documents with one line changed; ``file`` is relative to ``folder``."""

    folder: Path
    rule: str
    file: str
    line: int
    before: str
    after: str
    old: str = BEFORE
    new: str = AFTER


class NoDraftError(Exception):
    """The documents do not hold the line that the trial changes."""


def draft(documents: Path, folder: Path) -> Draft:
    """Copies the documents to ``folder``, which is replaced, and lets options end after two days instead of three.

    Raises ``NoDraftError`` and ``OSError``.
    """
    file = f"rules/automation/{RULE}.yaml"
    source = documents / file
    lines = source.read_text(encoding="utf-8").splitlines(keepends=True) if source.is_file() else []
    number = next((number for number, line in enumerate(lines) if BEFORE in line), None)
    if number is None:
        raise NoDraftError(f'{file} has no line with "{BEFORE}"')
    if folder.exists():
        shutil.rmtree(folder)
    for name in FOLDERS:
        if (documents / name).is_dir():
            shutil.copytree(documents / name, folder / name)
    changed = lines[number].replace(BEFORE, AFTER)
    (folder / file).write_text("".join([*lines[:number], changed, *lines[number + 1 :]]), encoding="utf-8")
    return Draft(folder, RULE, file, number + 1, lines[number].strip(), changed.strip())


def worth_explaining(catalog: Catalog, events: Iterable[WireEvent]) -> WireEvent | None:
    """The middle one of the deposits that set most in motion, with the entities around it as they were just before."""
    roots: list[WireEvent] = []
    followers: Counter[str] = Counter()
    for event in events:
        if not event.depth:
            roots.append(event)
        elif event.cause is not None:
            followers[event.cause] += 1
    deposits = [event for event in roots if event.type == "payment.succeeded" and event.data["purpose"] == "deposit"]
    most = max((followers[event.id] for event in deposits), default=0)
    busiest = [event for event in deposits if followers[event.id] == most]
    if not busiest:
        return None
    chosen = busiest[len(busiest) // 2]
    stage = RulesStage(catalog)
    for event in roots:
        stage.wake(seconds(event.time))
        if event is chosen:
            break
        stage.record(event)
    return msgspec.structs.replace(chosen, facts=_around(stage, chosen.subject))


def _around(stage: RulesStage, payment: str) -> dict[str, dict[str, dict[str, Any]]]:
    """The payment, its booking and all that the booking points to."""
    found: dict[str, dict[str, dict[str, Any]]] = {}

    def add(machine: str, entity: object) -> dict[str, Any]:
        record = stage.look(machine, str(entity)) if entity else None
        if record is None:
            return {}
        found.setdefault(machine, {})[str(entity)] = as_json(dict(record))
        return found[machine][str(entity)]

    booking = add("booking", add("payment", payment).get("booking"))
    for machine in ("client", "model", "inquiry"):
        add(machine, booking.get(machine))
    return found
