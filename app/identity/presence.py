"""Who a request is: read at each one from the store, so that what was taken from somebody is gone at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.identity import access_tokens
from app.identity.identity import Identity, digest
from app.identity.refusals import NotSignedInError
from app.records.database import WRITING, asking
from app.store.entities import ENTITIES
from app.store.identity import CREDENTIALS, FAMILIES, SESSIONS
from app.store.statements import loaded, statements_of

IDLE = 30 * 60 * 1_000_000
ABSOLUTE = 12 * 60 * 60 * 1_000_000
"""Microseconds without a request, and since the sign-in, after which a session ends (ASVS 5.0, 7.3)."""
NOTED = 60 * 1_000_000
"""How stale the note of a session's last request may be: it is written no more often."""
USERS = ENTITIES["user"]
SESSION, TOKEN = "session", "token"
_GONE = "You are no longer signed in: sign in again."


@dataclass(frozen=True, slots=True)
class Preview:
    """A role that a person looks through instead of their own, until an instant in microseconds."""

    role: str
    until: int


@dataclass(frozen=True, slots=True)
class Presence:
    """A person who is signed in. ``by`` is ``session`` or ``token``; ``sign_in`` is the id of the session or family.

    ``csrf`` is what a session's writes must carry beside the cookie; None for a token. With a ``preview`` the person's
    roles are the one that is looked through, and nothing may be written.
    """

    user: Mapping[str, Any]
    by: str
    sign_in: str
    csrf: str | None = None
    preview: Preview | None = None

    @property
    def actor(self) -> dict[str, Any]:
        """The person as conditions see it."""
        return {name: self.user[name] for name in ("id", "roles", "queues")}


_PERSON = ("id", "name", "email", "locale", "timezone", "status", "roles", "queues")


def _query(entry: sa.Table, *more: str) -> Any:
    columns = [*(USERS.c[name] for name in _PERSON), CREDENTIALS.c.epoch, entry.c.epoch, entry.c.user]
    query = sa.select(
        *columns, entry.c.created_at, entry.c.seen_at, entry.c.ended_at, *(entry.c[name] for name in more)
    )
    query = query.join_from(entry, USERS, USERS.c.id == entry.c.user)
    return query.join(CREDENTIALS, CREDENTIALS.c.user == USERS.c.id).where(entry.c.id == sa.bindparam("id"))


def _person(row: Any) -> dict[str, Any]:
    person: dict[str, Any] = dict(zip(_PERSON, row, strict=False))
    person["roles"], person["queues"] = loaded(person["roles"]) or [], loaded(person["queues"]) or []
    return person


def by_token(identity: Identity, token: str) -> Presence:
    """Who bears an access token. Raises NotSignedInError."""
    claims = access_tokens.read(identity, token)
    database = identity.pipeline.database
    select = statements_of(database.dialect).of("presence_token", lambda: _query(FAMILIES))
    with asking(database) as connection:
        rows = select.rows(connection, {"id": claims.family})
    if not rows:
        raise NotSignedInError(_GONE)
    row = rows[0]
    person = _person(row)
    epoch, entered, user, _, _, ended = row[len(_PERSON) :]
    if ended is not None or person["status"] != "active" or user != claims.user or not epoch == entered == claims.epoch:
        raise NotSignedInError(_GONE)
    return Presence(person, TOKEN, claims.family)


def by_session(identity: Identity, cookie: str, *, note: bool = True) -> Presence:
    """Whose session a cookie stands for; its last request is noted, unless it is to go idle. Raises NotSignedInError."""
    database, id = identity.pipeline.database, digest(cookie)
    select = statements_of(database.dialect).of("presence_session", lambda: _query(SESSIONS, "csrf"))
    with asking(database) as connection:
        rows = select.rows(connection, {"id": id})
    if not rows:
        raise NotSignedInError(_GONE)
    row = rows[0]
    person, now = _person(row), identity.now
    epoch, entered, _, created, seen, ended, csrf = row[len(_PERSON) :]
    if ended is not None or person["status"] != "active" or epoch != entered:
        raise NotSignedInError(_GONE)
    if now - seen >= IDLE or now - created >= ABSOLUTE:
        raise NotSignedInError("Your session has ended after a while without you: sign in again.")
    if note and now - seen >= NOTED:
        with database.connect() as plain, plain.execution_options(**WRITING).begin():
            _note(plain, id, now)
    return Presence(person, SESSION, id, csrf)


def _note(connection: Connection, id: str, now: int) -> None:
    connection.execute(sa.update(SESSIONS).where(SESSIONS.c.id == id, SESSIONS.c.seen_at < now).values(seen_at=now))
