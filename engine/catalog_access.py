"""Checks of the roles against everything else: grants that never hold, roles that nobody can use, lists that cannot be
made, and a house whose roles nobody may change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from engine import catalog_messages as messages
from engine.access.grants import CheckedGrant, CheckedRoles
from engine.access.matrix import ownerships, possible
from engine.access.messages import not_listable
from engine.access.model import Grant, gives_roles
from engine.automation.model import Rule
from engine.catalog_permissions import AREAS, Known
from engine.conditions.block import Block, Line
from engine.conditions.listable import unlistable
from engine.diagnostics import Diagnostic
from engine.machines.model import Machine

ADMINISTRATION = frozenset({"users", "roles"})


def check_access(
    roles: CheckedRoles,
    machines: Mapping[str, Machine],
    rules: Iterable[Rule],
    hidden: Collection[str],
) -> Iterator[Diagnostic]:
    """Everything that is wrong with roles beyond themselves. ``hidden`` are plurals of machines that are unavailable."""
    rules = list(rules)
    needed = {a.permission for rule in rules for bound in rule.bound.values() for a in bound.actions}
    moves = {t.permission for machine in machines.values() for t in machine.transitions.values()}
    areas = {name.partition(".")[0] for name in (*needed, *moves)} | {m.plural for m in machines.values()}
    known = Known(machines.values(), (*moves, *needed), hidden)
    areas |= {*AREAS, *hidden}
    for id, grants in roles.grants.items():
        dead = 0
        for grant, written in zip(grants, roles.roles[id].grants, strict=True):
            area = grant.permission.partition(".")[0]
            if area not in areas:
                dead += 1
                if known.meant(grant.permission) is None and not area.startswith(tuple(machines)):
                    yield messages.permission_of_nothing(grant.place, grant.permission, area)
            elif _never(grant, machines):
                dead += 1
                yield messages.grant_never_holds(grant.place, grant.permission)
            yield from _unlisted(grant, written)
        if grants and dead == len(grants):
            yield messages.role_without_use(roles.roles[id].place, id)
    yield from _locked_out(roles)


def _never(grant: CheckedGrant, machines: Mapping[str, Machine]) -> bool:
    """Whether the condition of a grant holds in no state, whoever's the entity is."""
    if grant.where is None or grant.machine is None:
        return False
    machine = machines[grant.machine]
    return not any(
        "true" in possible(grant, machine, state, whose, grant.role)
        for state in machine.states
        for whose in ownerships(machine)
    )


def _unlisted(grant: CheckedGrant, written: Grant) -> Iterator[Diagnostic]:
    """What is read is also listed; what is only done is decided one entity at a time."""
    if grant.where is None or written.where is None or not grant.permission.endswith(".read"):
        return
    lines = list(_lines(written.where))
    for found in unlistable(grant.where):
        scalar, node = lines[found.line].scalar, found.node
        place, last = scalar.place_at(node.start), scalar.place_at(node.end - 1)
        length = last.column - place.column + 1 if last.line == place.line else 1
        yield not_listable(place, max(1, length), found.what)


def _lines(part: Block | Line) -> Iterator[Line]:
    """The lines of a condition, in the order in which they are checked."""
    if isinstance(part, Line):
        yield part
    else:
        for one in part.parts:
            yield from _lines(one)


def _locked_out(roles: CheckedRoles) -> Iterator[Diagnostic]:
    """Where people are administered at all, somebody must be able to say who has which role."""
    grants = [grant for granted in roles.grants.values() for grant in granted]
    areas = [(grant, *grant.permission.partition(".")) for grant in grants]
    administered = [grant for grant, area, _, verb in areas if area in ADMINISTRATION and verb != "read"]
    if administered and not any(map(gives_roles, administered)):
        yield messages.nobody_gives_roles(administered[-1].place)
