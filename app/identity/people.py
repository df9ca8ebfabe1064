"""The people who work here: invited, changed, deactivated, taken back. Each is a change on the road like any other.

Nobody gives more than they have: who may change people may hand out no role that grants what their own roles do not,
and may not touch anybody who holds such a role. The last owner who can sign in stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from app.identity import links, sessions
from app.identity.identity import Identity
from app.identity.profile import checked
from app.road import commands
from app.road.problems import ForbiddenError, NotAllowedNowError
from app.road.road import StoredRoad
from app.store.entities import ENTITIES
from app.store.identity import CREDENTIALS
from app.store.statements import loaded
from engine.machines.model import Machine
from engine.simulation.world import Record

USERS = ENTITIES["user"]
OWNER = "OWNER"
WAITING = ("waiting", "unsettled", "open")
"""Groups of states, the first of which that a machine has tells what of it still waits for somebody."""


def invite(identity: Identity, road: StoredRoad, values: Mapping[str, Any]) -> Record:
    """A new person, who chooses a password by the link that a letter brings."""
    made = add(road, values)
    links.give(identity, road, made["id"], links.INVITATION)
    return made


def add(road: StoredRoad, values: Mapping[str, Any]) -> Record:
    """A new person who cannot sign in yet."""
    machine = road.catalog.machines["user"]
    given = checked(road, values, new=True)
    commands.allow(road, "users.create", machine, {"id": "", **given})
    _within_own(road, "", given.get("roles", []), "users.create")
    made = commands.create(road, "user", given)
    road.store.flush()
    road.connection.execute(sa.insert(CREDENTIALS).values(user=made["id"], epoch=1))
    return made


def invite_again(identity: Identity, road: StoredRoad, id: str) -> str:
    """A new link for somebody who has not chosen a password yet; the link before ends. The secret of the link."""
    machine = road.catalog.machines["user"]
    record, _ = commands.readable(road, machine, id, lock=True)
    commands.allow(road, "users.create", machine, record)
    password = sa.select(CREDENTIALS.c.password).where(CREDENTIALS.c.user == id)
    if record["status"] != "active" or road.connection.scalar(password) is not None:
        raise NotAllowedNowError("This person has chosen a password already, or was deactivated.")
    return links.give(identity, road, id, links.INVITATION)


def change(road: StoredRoad, id: str, values: Mapping[str, Any], *, version: commands.Versions | None = None) -> Record:
    """A person with some fields changed. What their roles grant counts from their next request on."""
    machine = road.catalog.machines["user"]
    given = checked(road, values, new=False)
    owners = _owners(road)
    record, _ = commands.readable(road, machine, id, lock=True)
    commands.allow(road, "users.update", machine, record)
    _within_own(road, id, [*record.get("roles", []), *(given.get("roles") or [])], "users.update")
    if "roles" in given and OWNER not in (given["roles"] or []):
        _not_the_last(owners, id)
    return commands.update(road, "user", id, given, version=version)


def move(
    identity: Identity,
    road: StoredRoad,
    id: str,
    transition: str,
    inputs: Mapping[str, Any] | None = None,
    *,
    version: commands.Versions | None = None,
) -> Record:
    """A person deactivated or taken back.

    Deactivation ends every sign-in and every link, and leaves what waited for them to nobody in particular.
    """
    machine = road.catalog.machines["user"]
    owners = _owners(road)
    record, _ = commands.readable(road, machine, id, lock=True)
    named = machine.transitions.get(transition)
    if named is not None:
        commands.allow(road, named.permission, machine, record)
        _within_own(road, id, record.get("roles", []), named.permission)
    if named is not None and named.target != "active":
        _not_the_last(owners, id)
    moved = commands.move(road, "user", id, transition, inputs, version=version)
    if moved["status"] != "active":
        links.withdraw(identity, road, id)
        sessions.end_all(identity, road, id, "deactivated")
        for other in road.catalog.machines.values():
            _leave(road, other, id)
    return moved


def _owners(road: StoredRoad) -> list[str]:
    """The owners who can sign in, being active with a password, their rows locked: two who put each other down take turns.

    Locked before any other user.
    """
    able = sa.select(CREDENTIALS.c.user).where(CREDENTIALS.c.password.is_not(None))
    query = sa.select(USERS.c.id, USERS.c.roles).where(USERS.c.status == "active", USERS.c.id.in_(able))
    rows = road.connection.execute(query.order_by(USERS.c.id).with_for_update())
    return [row.id for row in rows if OWNER in (loaded(row.roles) or [])]


def _not_the_last(owners: list[str], id: str) -> None:
    if owners == [id]:
        raise NotAllowedNowError(
            "This is the last owner who can sign in: make somebody else with a password an owner first."
        )


def _within_own(road: StoredRoad, id: str, roles: Iterable[str], permission: str) -> None:
    """Raises ForbiddenError where roles grant what the caller's own do not."""
    for role in dict.fromkeys(roles):
        beyond = beyond_own(road, role)
        if beyond is not None:
            reason = f"{role} may do what your roles do not allow you yourself, such as {beyond}"
            raise ForbiddenError("user", id, permission, reason, None)


def beyond_own(road: StoredRoad, role: str) -> str | None:
    """The first permission of a role that the caller's own roles do not grant: so that they may not hand it out."""
    caller = road.journal.caller
    if caller.system:
        return None
    own = road.catalog.access.of(caller.actor["roles"]).grants
    return next(iter(sorted(set(road.catalog.access.of([role]).grants) - set(own))), None)


def _leave(road: StoredRoad, machine: Machine, user: str) -> None:
    """What of a machine waits for a person waits for whoever takes it."""
    relation = machine.relations.get("assignee")
    if relation is None or relation.machine != "user":
        return
    group = next((machine.groups[name] for name in WAITING if name in machine.groups), None)
    states = sorted(group) if group is not None else [one.name for one in machine.states.values() if not one.final]
    table = ENTITIES[machine.id]
    query = sa.select(table).where(table.c.assignee == user, table.c.status.in_(states))
    found = [road.store.take(machine.id, row) for row in road.connection.execute(query.order_by(table.c.id))]
    for record in found:
        record = commands.change_fields(road, machine, record, {"assignee": None})
        if machine.id == "task" and record["status"] in ("assigned", "in_progress"):
            commands.take_transition(road, machine, record, "release", {})
