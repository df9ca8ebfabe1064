"""What a task or exception is about, as its reader may see it: of what they may not read they learn no id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.road import commands
from app.road.road import StoredRoad
from engine.conditions.veil import HIDDEN

MACHINES = ("task", "exception")
"""Machines whose ``about`` names an entity, as ``machine/id``."""
FIELD = "about"


def seen(road: StoredRoad, text: Any) -> Any:
    """The text, or ``hidden`` where it names an entity that the caller may not read."""
    machine_id, _, id = text.partition("/") if isinstance(text, str) else ("", "", "")
    machine = road.catalog.machines.get(machine_id)
    if machine is None or not id or road.journal.caller.system:
        return text
    grants = road.catalog.access.of(road.journal.caller.actor["roles"]).reading.get(machine_id, ())
    if any(grant.where is None for grant in grants):
        return text
    return text if grants and commands.may_read(road, machine_id, id) else HIDDEN


def of_entity(road: StoredRoad, machine_id: str, shown: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an entity that is shown, with what it is about as it may be seen."""
    if machine_id not in MACHINES or FIELD not in shown:
        return dict(shown)
    return {**shown, FIELD: seen(road, shown[FIELD])}


def of_changes(road: StoredRoad, machine_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The same of changes: each field with its value before and after."""
    if machine_id not in MACHINES or FIELD not in changes:
        return dict(changes)
    return {**changes, FIELD: [seen(road, value) for value in changes[FIELD]]}
