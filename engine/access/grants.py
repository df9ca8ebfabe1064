"""Checked roles: each grant with its compiled condition, and what a set of roles grants together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from engine.access import messages
from engine.access.model import Grant, Role
from engine.conditions.check import check_condition
from engine.conditions.condition import Condition
from engine.conditions.reads import FieldRead
from engine.conditions.scope import Scope
from engine.diagnostics import Diagnostic, Place
from engine.machines.check import in_turn
from engine.machines.model import Machine

MOST_SETS = 1_000
"""How many sets of roles are kept put together; people share a few."""


@dataclass(frozen=True, slots=True)
class CheckedGrant:
    """A grant that can decide. ``machine`` is None for a permission that is about no kind of entity.

    ``where`` is None where the grant holds for every entity; ``fields`` is None where all may be written.
    """

    role: str
    permission: str
    machine: str | None
    where: Condition | None
    hide: frozenset[str]
    fields: frozenset[str] | None
    place: Place


@dataclass(frozen=True, slots=True)
class RoleSet:
    """What several roles grant together, by permission, in the order of the roles and of their documents.

    ``places`` says where each role is written; ``lost`` are roles that do not exist or are unavailable: they grant
    nothing. ``reading`` holds the grants of ``<plural>.read`` by machine.
    """

    names: tuple[str, ...]
    grants: Mapping[str, tuple[CheckedGrant, ...]]
    places: Mapping[str, Place]
    lost: tuple[str, ...]
    reading: Mapping[str, tuple[CheckedGrant, ...]]

    def hiding(self, read: FieldRead) -> CheckedGrant | None:
        """The grant that keeps a field from being seen on every entity; None where none does.

        Seen everywhere is what a grant without ``where`` shows, or every reading grant: what is hidden on some
        entities only would still be told of those.
        """
        grants = self.reading.get(read.machine, ())
        if any(grant.where is None and read.field not in grant.hide for grant in grants):
            return None
        return next((grant for grant in grants if read.field in grant.hide), None)

    def sees(self, read: FieldRead) -> bool:
        """Whether a field's values may be told to these roles, of whichever entity.

        Of a machine that they may not read they see ids alone: whatever refers to an entity tells its id.
        """
        if read.machine not in self.reading:
            return read.field == "id"
        return self.hiding(read) is None


class CheckedRoles:
    """The checked roles of a folder by id."""

    def __init__(self, roles: Mapping[str, Role], grants: Mapping[str, tuple[CheckedGrant, ...]]) -> None:
        self.roles = roles
        self.grants = grants
        self._sets: dict[tuple[str, ...], RoleSet] = {}

    def of(self, names: Iterable[str]) -> RoleSet:
        """What these roles grant together; put together once for every set."""
        key = tuple(names)
        found = self._sets.get(key)
        if found is None:
            if len(self._sets) >= MOST_SETS:
                self._sets.clear()
            found = self._sets[key] = self._together(tuple(dict.fromkeys(key)))
        return found

    def _together(self, names: tuple[str, ...]) -> RoleSet:
        grants: dict[str, tuple[CheckedGrant, ...]] = {}
        for name in names:
            for grant in self.grants.get(name, ()):
                grants[grant.permission] = (*grants.get(grant.permission, ()), grant)
        places = {name: self.roles[name].place for name in names if name in self.roles}
        lost = tuple(name for name in names if name not in self.grants)
        reading = {
            granted[0].machine: granted
            for permission, granted in grants.items()
            if permission.endswith(".read") and granted[0].machine is not None
        }
        return RoleSet(names, grants, places, lost, reading)


def check_roles(
    roles: Mapping[str, Role], machines: Mapping[str, Machine], scope_of: Callable[[str], Scope]
) -> tuple[dict[str, tuple[CheckedGrant, ...]], list[Diagnostic]]:
    """The checked grants of every role that has no mistake in a condition, and the mistakes of the others.

    ``scope_of`` gives what a condition about one machine's entity may mention.
    """
    by_plural: dict[str, str] = {}
    for machine in in_turn(machines):
        by_plural.setdefault(machine.plural, machine.id)
    checked: dict[str, tuple[CheckedGrant, ...]] = {}
    report: list[Diagnostic] = []
    for id, role in roles.items():
        grants = [_checked(id, grant, by_plural, scope_of, report) for grant in role.grants]
        whole = tuple(grant for grant in grants if grant is not None)
        if len(whole) == len(grants):
            checked[id] = whole
    return checked, report


def _checked(
    role: str,
    grant: Grant,
    by_plural: Mapping[str, str],
    scope_of: Callable[[str], Scope],
    report: list[Diagnostic],
) -> CheckedGrant | None:
    machine = by_plural.get(grant.permission.partition(".")[0])
    where: Condition | None = None
    if grant.where is not None:
        if machine is None:
            report.append(messages.where_about_nothing(grant.place, grant.permission))
            return None
        where, found = check_condition(grant.where, scope_of(machine))
        report.extend(found)
        if where is None:
            return None
    return CheckedGrant(
        role, grant.permission, machine, where, frozenset(grant.hide), _all_or(grant.fields), grant.place
    )


def _all_or(fields: tuple[str, ...] | None) -> frozenset[str] | None:
    return None if fields is None else frozenset(fields)
