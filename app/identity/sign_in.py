"""Signing in: a wrong address and a wrong password get the same answer after the same work."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.identity import throttle
from app.identity.identity import Identity
from app.identity.refusals import WrongPasswordError
from app.road.audit import Entry
from app.road.caller import Caller
from app.road.road import StoredRoad
from app.road.rows import micro
from app.store.entities import ENTITIES
from app.store.identity import CREDENTIALS

USERS = ENTITIES["user"]
DEMO_DOMAIN = "@demo.virel"
LONGEST_AGENT = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a sign-in comes from, as the list of sign-ins shows it and the audit keeps it."""

    address: str | None = None
    agent: str | None = None
    request: str | None = None

    @property
    def shown_agent(self) -> str | None:
        """The browser's or tool's own name, cut and without what a terminal would obey."""
        return _CONTROL.sub(" ", self.agent)[:LONGEST_AGENT] if self.agent else None

    def caller(self, user: str) -> Caller:
        """The caller of a unit of work that only notes what was proven about ``user``."""
        return Caller({"id": user, "roles": [], "queues": []}, self.request, self.address)


@dataclass(frozen=True, slots=True)
class Proven:
    """An account whose password was just given. ``epoch`` is that of its sessions; ``rows`` its noted attempt."""

    user: str
    epoch: int
    hash: str
    rows: list[int]


def address_of(email: str) -> str:
    """An e-mail address as accounts are found by: without spaces around it, in lower case."""
    return email.strip().casefold()


def welcome(identity: Identity, address: str) -> bool:
    """Whether an address may sign in at all: a demo's people, whose password everybody knows, only in a demo."""
    return identity.demo or not address.endswith(DEMO_DOMAIN)


def prove(identity: Identity, email: str, password: str, origin: Origin) -> Proven:
    """The account of this address, whose password this is.

    Raises WrongPasswordError, and ThrottledError where one has to wait first. Either failure is noted.
    """
    address = address_of(email)

    def look(road: StoredRoad) -> tuple[list[int], Any]:
        rows = throttle.attempt(identity, road.connection, "login", address, origin.address)
        query = sa.select(USERS.c.id, USERS.c.status, CREDENTIALS.c.password, CREDENTIALS.c.epoch)
        query = query.join(CREDENTIALS, CREDENTIALS.c.user == USERS.c.id).where(USERS.c.email == address)
        return rows, road.connection.execute(query).fetchone()

    rows, found = identity.pipeline.run(origin.caller("system:sign-in"), look)
    hash = found.password if found is not None else None
    right = identity.hasher.matches(hash, password)
    active = found is not None and found.status == "active" and welcome(identity, address)
    if right and active and hash is not None:
        return Proven(found.id, found.epoch, hash, rows)
    known = found.id if found is not None else f"nobody:{identity.sealed('attempts', address)[:32]}"
    note(identity, origin, known, "user.sign_in", "refused", "wrong address or password")
    raise WrongPasswordError


def entered(identity: Identity, road: StoredRoad, proven: Proven, password: str, fresh: str | None) -> None:
    """Notes, within the unit that begins a session or a family, that somebody came in.

    ``fresh`` is the hash with the parameters in force, where the stored one is older. Raises WrongPasswordError where
    the account changed while the password was compared.
    """
    columns = CREDENTIALS.c
    query = sa.select(columns.password, columns.epoch, USERS.c.status).join(USERS, USERS.c.id == columns.user)
    now = road.connection.execute(query.where(columns.user == proven.user).with_for_update()).fetchone()
    if now is None or now.status != "active" or (now.password, now.epoch) != (proven.hash, proven.epoch):
        raise WrongPasswordError
    throttle.succeeded(road.connection, proven.rows)
    if fresh is not None:
        road.connection.execute(sa.update(CREDENTIALS).where(columns.user == proven.user).values(password=fresh))
    write(road, proven.user, "user.signed_in")


def renewed(identity: Identity, proven: Proven, password: str) -> str | None:
    """The hash that replaces one made with weaker parameters; computed outside of any transaction."""
    return identity.hasher.hash(password) if identity.hasher.outdated(proven.hash) else None


def write(
    road: StoredRoad,
    user: str,
    action: str,
    outcome: str = "done",
    reason: str | None = None,
    changes: dict[str, Any] | None = None,
) -> None:
    """An audit entry of the user that is no change of the user's record: a sign-in, an end of sessions."""
    actor = road.journal.caller.id
    road.journal.entries.append(Entry("user", user, micro(road.now), actor, action, outcome, changes, reason))


def note(identity: Identity, origin: Origin, user: str, action: str, outcome: str, reason: str | None = None) -> None:
    """An audit entry in a unit of its own."""
    identity.pipeline.run(origin.caller(user), lambda road: write(road, user, action, outcome, reason))
