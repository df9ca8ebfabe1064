"""What may be done to an entity, as buttons: the moves of its machine, and why one is not possible as things stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.road import commands
from app.road.road import StoredRoad
from app.web.wording.language import gettext as _
from app.web.wording.words import word
from engine.access.fields import visible
from engine.machines.model import Transition
from engine.simulation.world import Record


@dataclass(frozen=True, slots=True)
class Step:
    """A move as a button. ``key`` is its letter, ``refused`` why not now; ``reason`` that one is asked for before."""

    name: str
    key: str
    path: str
    refused: str = ""
    reason: bool = False
    danger: bool = False


def steps(
    road: StoredRoad, machine_id: str, record: Record, keys: Mapping[str, str], *, possible: bool = False
) -> list[Step]:
    """The moves that the caller's roles allow, in the machine's order; with ``possible`` only those that start from here.

    A move that does not start from here says so, and from where it does; of an entity that is closed for good none is left.
    """
    machine = road.catalog.machines[machine_id]
    if machine.states[record["status"]].final:
        return []
    found = []
    for move in machine.transitions.values():
        if not commands.decision(road, move.permission, machine_id, record).allowed:
            continue
        starts = record["status"] in move.sources
        if possible and not starts:
            continue
        path = f"/acts/{machine_id}/{record['id']}/{move.name}"
        after = machine.states[move.target]
        danger = after.final and after.attributes.get("outcome") != "good"
        refused = "" if starts else _refusal(machine_id, move)
        found.append(Step(move.name, keys.get(move.name, ""), path, refused, "reason" in move.requires, danger))
    return found


def _refusal(machine_id: str, move: Transition) -> str:
    """Fact and next step."""
    before = [word("state", one, machine_id).lower() for one in move.sources]
    named = before[-1] if before else ""
    if len(before) > 1:
        named = _("%(some)s or %(last)s") % {"some": ", ".join(before[:-1]), "last": named}
    return _("Not now: “%(move)s” starts from %(sources)s.") % {
        "move": word("move", move.name, machine_id),
        "sources": named,
    }


def told(road: StoredRoad, machine_id: str, ids: list[str]) -> dict[str, Record]:
    """Some entities of a kind as far as the caller may see them, by id; what may not be seen is left out."""
    machine = road.catalog.machines[machine_id]
    found: dict[str, Record] = {}
    for id in dict.fromkeys(ids):
        record = road.store.tables[machine_id].get(id)
        if record is None:
            continue
        decided = commands.decision(road, f"{machine.plural}.read", machine_id, record)
        if decided.allowed:
            found[id] = visible(decided, record)
    return found


def sees(road: StoredRoad, machine_id: str, field: str) -> bool:
    """Whether the caller may see a field of some entity of a kind at all: whether a form asks for it."""
    roles = road.catalog.access.of(road.journal.caller.actor["roles"])
    return any(field not in grant.hide for grant in roles.reading.get(machine_id, ()))
