"""Links that are used once: an invitation, and a new password for who forgot theirs. Looking at one uses nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.identity import letters, sessions, sign_in, throttle
from app.identity.identity import Identity, digest, new_secret
from app.identity.passwords import check_choice
from app.identity.profile import say_of_oneself
from app.identity.sign_in import Origin, address_of
from app.road.problems import Fault, InvalidError
from app.road.road import StoredRoad
from app.store.entities import ENTITIES
from app.store.identity import CREDENTIALS, ONE_TIME

SECOND = 1_000_000
USERS = ENTITIES["user"]
FLOOR = 0.1
"""Seconds that asking for a new password takes at least, so that nobody measures whether there is such an account."""
PAUSE = 60 * SECOND
"""No second letter within this time: nobody's mailbox is flooded from many places."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a link is for: its template, the page it leads to, how long it holds (microseconds)."""

    name: str
    template: str
    path: str
    lifetime: int


INVITATION = Purpose("invitation", "account-invitation", "/welcome", 3 * 86_400 * SECOND)
"""Three days, unlike a reset: who is invited on a Friday evening comes on Monday, and nothing can be lost before then."""
RESET = Purpose("reset", "account-reset", "/password", 30 * 60 * SECOND)


def give(identity: Identity, road: StoredRoad, user: str, purpose: Purpose) -> str:
    """A new link for a person, whose earlier ones of the kind end; a letter brings it. The secret of the link."""
    withdraw(identity, road, user, purpose)
    secret, now = new_secret(), identity.now
    until = now + purpose.lifetime
    values = {"hash": digest(secret), "purpose": purpose.name, "user": user, "issued_at": now, "expires_at": until}
    road.connection.execute(sa.insert(ONE_TIME).values(values))
    letters.link(identity, road, user, purpose.template, purpose.path, secret, until)
    return secret


def withdraw(identity: Identity, road: StoredRoad, user: str, purpose: Purpose | None = None) -> None:
    """Ends a person's links, or those of one kind."""
    columns = ONE_TIME.c
    update = sa.update(ONE_TIME).where(columns.user == user, columns.used_at.is_(None))
    if purpose is not None:
        update = update.where(columns.purpose == purpose.name)
    road.connection.execute(update.values(used_at=identity.now))


def forgot(identity: Identity, email: str, origin: Origin) -> None:
    """Sends a link where there is such an account. Whoever asks learns nothing, neither from the answer nor its time.

    Raises ThrottledError.
    """
    begun, address = time.monotonic(), address_of(email)

    def work(road: StoredRoad) -> None:
        throttle.attempt(identity, road.connection, "reset", address, origin.address)
        query = sa.select(USERS.c.id).where(USERS.c.email == address, USERS.c.status == "active")
        user = road.connection.execute(query).scalar()
        if user is None or not sign_in.welcome(identity, address) or _asked_lately(identity, road, user):
            return
        give(identity, road, user, RESET)
        sign_in.write(road, user, "user.password_forgotten")

    identity.pipeline.run(origin.caller("system:reset"), work)
    time.sleep(max(0.0, FLOOR - (time.monotonic() - begun)))


def _asked_lately(identity: Identity, road: StoredRoad, user: str) -> bool:
    columns = ONE_TIME.c
    query = sa.select(columns.hash).where(columns.user == user, columns.purpose == RESET.name)
    query = query.where(columns.issued_at > identity.now - PAUSE, columns.used_at.is_(None))
    return road.connection.execute(query.limit(1)).first() is not None


def choose(identity: Identity, purpose: Purpose, secret: str, password: str, origin: Origin, name: str | None) -> None:
    """Uses a link: the person's password is this one, and every sign-in of before has ended. Nobody is signed in.

    Raises InvalidError for a link that does not hold (any more) and for a password that is too weak; the link can then
    be used again. Raises ThrottledError for too many links that do not hold.
    """
    hash = digest(secret)

    def look(road: StoredRoad) -> Any:
        rows = throttle.attempt(identity, road.connection, "link", "", origin.address)
        found = road.connection.execute(_holding(identity, purpose, hash)).fetchone()
        if found is not None:
            throttle.succeeded(road.connection, rows)
        return found

    person = identity.pipeline.run(origin.caller("system:link"), look)
    if person is None:
        raise _ended()
    check_choice(password, [text for text in (person.name, person.email, name) if text])
    made = identity.hasher.hash(password)

    def work(road: StoredRoad) -> None:
        columns = ONE_TIME.c
        used = sa.update(ONE_TIME).where(columns.hash == hash, columns.used_at.is_(None))
        still = road.connection.execute(_holding(identity, purpose, hash)).fetchone()
        if still is None or road.connection.execute(used.values(used_at=identity.now)).rowcount != 1:
            raise _ended()
        set_password(identity, road, person.id, made)
        if purpose is RESET:
            letters.password_changed(identity, road, person.id)
        if name is not None:
            say_of_oneself(road, person.id, {"name": name})

    identity.pipeline.run(origin.caller(person.id), work)


def _holding(identity: Identity, purpose: Purpose, hash: str) -> Any:
    columns = ONE_TIME.c
    query = sa.select(USERS.c.id, USERS.c.name, USERS.c.email).join_from(ONE_TIME, USERS, USERS.c.id == columns.user)
    query = query.where(columns.hash == hash, columns.purpose == purpose.name, columns.used_at.is_(None))
    return query.where(columns.expires_at > identity.now, USERS.c.status == "active")


def _ended() -> InvalidError:
    return InvalidError([Fault("/token", "ended", "this link does not hold any more: ask for another")])


def set_password(identity: Identity, road: StoredRoad, user: str, hash: str) -> None:
    """Gives a person a password, by the hash; every sign-in and every link of before ends."""
    columns = CREDENTIALS.c
    update = sa.update(CREDENTIALS).where(columns.user == user)
    road.connection.execute(update.values(password=hash, changed_at=identity.now))
    withdraw(identity, road, user)
    sign_in.write(road, user, "user.password_changed")
    sessions.end_all(identity, road, user, "password")


def change_own(identity: Identity, user: str, current: str, password: str, origin: Origin) -> None:
    """A person's own new password, for the old one. Raises InvalidError and ThrottledError."""
    query = sa.select(USERS.c.email, USERS.c.name, CREDENTIALS.c.password)
    query = query.join(CREDENTIALS, CREDENTIALS.c.user == USERS.c.id).where(USERS.c.id == user)

    def look(road: StoredRoad) -> tuple[list[int], Any]:
        rows = throttle.attempt(identity, road.connection, "login", user, origin.address)
        return rows, road.connection.execute(query).one()

    rows, person = identity.pipeline.run(origin.caller(user), look)
    if not identity.hasher.matches(person.password, current):
        raise InvalidError([Fault("/current", "wrong", "this is not your password")])
    check_choice(password, [text for text in (person.name, person.email) if text])
    made = identity.hasher.hash(password)

    def work(road: StoredRoad) -> None:
        if road.connection.execute(query.with_for_update()).one().password != person.password:
            raise InvalidError([Fault("/current", "wrong", "your password was changed meanwhile")])
        throttle.succeeded(road.connection, rows)
        set_password(identity, road, user, made)
        letters.password_changed(identity, road, user)

    identity.pipeline.run(origin.caller(user), work)
