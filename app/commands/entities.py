"""Creating and changing the agency's entities: what callers say, and what only the platform says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.commands.checks import CHECKS
from app.commands.codes import FIELDS, give_code
from app.road import commands
from app.road.problems import Fault, InvalidError
from app.road.road import StoredRoad
from engine.simulation.world import Record

DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "client": {"tier": "basic", "kind": "brand", "locale": "en", "timezone": "Europe/Berlin"},
    "model": {"rating_internal": 0, "timezone": "Europe/Berlin"},
    "inquiry": {"source": "phone", "replies": 0},
    "booking": {"deposit_status": "none"},
    "task": {"priority": "normal"},
    "exception": {"priority": "normal"},
}
BY_PLATFORM: Mapping[str, frozenset[str]] = {
    "client": frozenset({"code"}),
    "model": frozenset({"public_code"}),
    "inquiry": frozenset({"code", "replies"}),
    "booking": frozenset({"code", "deposit_status"}),
    "option": frozenset({"rank"}),
    "payment": frozenset({"failure_code"}),
}
"""Fields that no caller sets: the platform or its rules do."""


def _theirs(machine: str, values: Mapping[str, Any]) -> None:
    taken = BY_PLATFORM.get(machine, frozenset()) & values.keys()
    if taken:
        raise InvalidError([Fault(f"/{name}", "unknown_field", "it is set by the platform") for name in sorted(taken)])


def create(road: StoredRoad, machine: str, values: Mapping[str, Any]) -> Record:
    """A new entity with its defaults and, where its kind has one, a code of its own."""
    commands.allow_some(road, f"{road.catalog.machines[machine].plural}.create", road.catalog.machines[machine])
    _theirs(machine, values)
    id = road.store.identify(commands.new_id())
    whole = {**DEFAULTS.get(machine, {}), **{name: value for name, value in values.items() if value is not None}}
    field = FIELDS.get(machine)
    code = (field, lambda: give_code(road, machine, id)) if field is not None else None
    return commands.create(road, machine, whole, id=id, code=code, check=CHECKS.get(machine))


def update(road: StoredRoad, machine: str, id: str, values: Mapping[str, Any], *, version: int | None = None) -> Record:
    """An entity with some of its fields changed."""
    _theirs(machine, values)
    return commands.update(road, machine, id, values, version=version, check=CHECKS.get(machine))


def move(
    road: StoredRoad,
    machine: str,
    id: str,
    transition: str,
    inputs: Mapping[str, Any] | None = None,
    *,
    version: int | None = None,
) -> Record:
    """An entity that has taken a transition."""
    return commands.move(road, machine, id, transition, inputs, version=version, check=CHECKS.get(machine))
