"""Creating and changing the agency's entities: what callers say, and what only the platform says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.commands import totals, work
from app.commands.checks import CHECKS
from app.commands.codes import FIELDS, give_code
from app.road import commands
from app.road.problems import Fault, InvalidError, NotAllowedNowError
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
    "booking": frozenset({"code"}),
    "option": frozenset({"rank"}),
    "payment": frozenset({"failure_code"}),
}
"""Fields that no caller sets: the platform or its rules do."""
BY_HAND: Mapping[str, Mapping[str, frozenset[str]]] = {
    "booking": {"deposit_status": frozenset({"none", "due", "waived"})}
}
"""Fields that follow from other things, and what they may be made by hand, of an entity that is there: a deposit is
waived, or asked for after all; that it is paid or refunded comes of payments.
"""
WORKED_OUT: Mapping[str, Mapping[str, Callable[[StoredRoad, Mapping[str, Any]], Any]]] = {
    "booking": {"total": totals.total}
}
"""Fields that the platform works out where the caller does not give them, and need not see them."""
BY_COMMAND: Mapping[tuple[str, str], str] = {
    ("inquiry", "convert"): "convert-to-booking",
    ("task", "assign"): "assign",
    ("task", "snooze"): "snooze",
}
"""Transitions that are part of a command, which does more than move: by themselves they would leave half of it done."""


def at_first(machine: str) -> frozenset[str]:
    """The fields of a new entity that the platform sets."""
    return BY_PLATFORM.get(machine, frozenset()).union(BY_HAND.get(machine, ()))


def _theirs(taken: frozenset[str], values: Mapping[str, Any]) -> None:
    taken = taken & values.keys()
    if taken:
        raise InvalidError([Fault(f"/{name}", "unknown_field", "it is set by the platform") for name in sorted(taken)])


def create(road: StoredRoad, machine: str, values: Mapping[str, Any]) -> Record:
    """A new entity with its defaults and, where its kind has one, a code of its own."""
    commands.allow_some(road, f"{road.catalog.machines[machine].plural}.create", road.catalog.machines[machine])
    commands.allow_setting(
        road, road.catalog.machines[machine], [n for n, value in values.items() if value is not None]
    )
    _theirs(at_first(machine), values)
    id = road.store.identify(commands.new_id())
    whole = {**DEFAULTS.get(machine, {}), **{name: value for name, value in values.items() if value is not None}}
    for name, work_out in WORKED_OUT.get(machine, {}).items():
        if name not in whole and (found := work_out(road, whole)) is not None:
            whole[name] = found
    field = FIELDS.get(machine)
    code = (field, lambda: give_code(road, machine, id)) if field is not None else None
    made = commands.create(road, machine, whole, id=id, code=code, check=CHECKS.get(machine))
    return work.made_for(road, road.catalog.machines[machine], made)


def update(
    road: StoredRoad,
    machine: str,
    id: str,
    values: Mapping[str, Any],
    *,
    version: commands.Versions | None = None,
    reason: str | None = None,
) -> Record:
    """An entity with some of its fields changed; a ``reason`` stands in the audit."""
    _theirs(BY_PLATFORM.get(machine, frozenset()), values)
    plural, hands = road.catalog.machines[machine].plural, work.hands(road.catalog.machines[machine])
    given = sorted(hands & values.keys())
    if given:
        why = f"{machine} is given away by a command of its own: send it to /{plural}/{id}/assign"
        raise InvalidError([Fault(f"/{name}", "by_command", why) for name in given])
    handed = {name: made for name, made in BY_HAND.get(machine, {}).items() if name in values}
    before = dict(road.store.tables[machine].get(id) or {}) if handed else {}
    record = commands.update(road, machine, id, values, version=version, check=CHECKS.get(machine), reason=reason)
    for name, made in handed.items():  # after the permission, which may hide how it is
        if record[name] != before[name] and not made >= {record[name], before[name]}:
            raise NotAllowedNowError(
                f'"{name}" of {machine} is made {_listed(made)} by hand, and only one of these is changed: '
                "what else it is comes of payments. Record the payment, or its refund."
            )
    return record


def _listed(names: frozenset[str]) -> str:
    *others, last = sorted(names)
    return f"{', '.join(others)} or {last}"


def move(
    road: StoredRoad,
    machine: str,
    id: str,
    transition: str,
    inputs: Mapping[str, Any] | None = None,
    *,
    version: commands.Versions | None = None,
) -> Record:
    """An entity that has taken a transition, which is no part of a command. Raises NotAllowedNowError for one that is."""
    command = BY_COMMAND.get((machine, transition))
    if command is not None:
        known = road.catalog.machines[machine]
        record, _ = commands.readable(road, known, id)
        commands.allow(road, known.transitions[transition].permission, known, record)
        why = f'"{transition}" of {machine} is part of a command that does more: send it to /{known.plural}/{id}/{command}'
        raise NotAllowedNowError(f"{why}.")
    moved = commands.move(road, machine, id, transition, inputs, version=version, check=CHECKS.get(machine))
    return work.let_go(road, moved) if (machine, transition) == ("task", "release") else moved
