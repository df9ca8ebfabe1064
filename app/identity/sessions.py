"""Sessions of browsers, and the list of all sign-ins of a person: sessions and families of tokens alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.identity import presence, refresh_tokens, sign_in
from app.identity.identity import Identity, digest, new_secret
from app.identity.sign_in import Origin
from app.road.problems import NotFoundError
from app.road.road import StoredRoad
from app.store.identity import CREDENTIALS, FAMILIES, SESSIONS


@dataclass(frozen=True, slots=True)
class Begun:
    """A session: what its cookie holds, and what its writes carry beside the cookie."""

    cookie: str
    csrf: str
    user: str


def begin(identity: Identity, email: str, password: str, origin: Origin, earlier: str | None = None) -> Begun:
    """Signs in: a new session, whatever cookie came along; ``earlier`` is that cookie, whose session ends.

    Raises WrongPasswordError and ThrottledError.
    """
    proven = sign_in.prove(identity, email, password, origin)
    fresh = sign_in.renewed(identity, proven, password)
    begun = Begun(new_secret(), new_secret(), proven.user)

    def work(road: StoredRoad) -> None:
        sign_in.entered(identity, road, proven, password, fresh)
        now = identity.now
        if earlier is not None:
            _end(road.connection, SESSIONS, now, SESSIONS.c.id == digest(earlier))
        values = {"id": digest(begun.cookie), "user": proven.user, "epoch": proven.epoch, "csrf": begun.csrf}
        values |= {"agent": origin.shown_agent, "address": origin.address, "created_at": now, "seen_at": now}
        road.connection.execute(sa.insert(SESSIONS).values(values))

    identity.pipeline.run(origin.caller(proven.user), work)
    return begun


def of_user(identity: Identity, connection: Connection, user: str, current: str | None) -> list[dict[str, Any]]:
    """The sign-ins of a person that are still alive, the latest used first."""
    now = identity.now
    found: list[tuple[int, dict[str, Any]]] = []
    for kind, table in (("session", SESSIONS), ("token", FAMILIES)):
        columns = table.c
        query = sa.select(columns.id, columns.agent, columns.address, columns.created_at, columns.seen_at)
        query = query.join_from(table, CREDENTIALS, CREDENTIALS.c.user == columns.user)
        query = query.where(columns.user == user, columns.ended_at.is_(None), columns.epoch == CREDENTIALS.c.epoch)
        idle, absolute = _LIVES[kind]
        query = query.where(columns.seen_at > now - idle, columns.created_at > now - absolute)
        for row in connection.execute(query):
            shown = {"id": row.id, "kind": kind, "agent": row.agent, "address": row.address}
            shown |= {"created_at": row.created_at, "seen_at": row.seen_at, "current": row.id == current}
            found.append((row.seen_at, shown))
    return [shown for _, shown in sorted(found, key=lambda one: (-one[0], one[1]["id"]))]


_LIVES = {
    "session": (presence.IDLE, presence.ABSOLUTE),
    "token": (refresh_tokens.UNUSED, refresh_tokens.ABSOLUTE),
}


def end_one(identity: Identity, road: StoredRoad, user: str, id: str) -> None:
    """Ends one sign-in of a person. Raises NotFoundError for one that is not this person's, or has ended."""
    now = identity.now
    for table in (SESSIONS, FAMILIES):
        if _end(road.connection, table, now, table.c.id == id, table.c.user == user):
            sign_in.write(road, user, "user.sign_in_ended")
            return
    raise NotFoundError("session", id)


def end_all(identity: Identity, road: StoredRoad, user: str, why: str) -> None:
    """Ends every sign-in of a person: sessions, refresh tokens and the access tokens that came with them.

    ``why`` is one of FAMILY_ENDS. The epoch rises, so that what another process begins at this moment ends too.
    """
    columns = CREDENTIALS.c
    road.connection.execute(sa.update(CREDENTIALS).where(columns.user == user).values(epoch=columns.epoch + 1))
    now = identity.now
    _end(road.connection, SESSIONS, now, SESSIONS.c.user == user)
    _end(road.connection, FAMILIES, now, FAMILIES.c.user == user, ended_because=why)
    sign_in.write(road, user, "user.sign_ins_ended", reason=why)


def _end(connection: Connection, table: sa.Table, now: int, *where: Any, **more: Any) -> int:
    update = sa.update(table).where(table.c.ended_at.is_(None), *where)
    if table is FAMILIES and "ended_because" not in more:
        more["ended_because"] = "revoked"
    ended: int = connection.execute(update.values(ended_at=now, **more)).rowcount
    return ended


def sign_out(identity: Identity, road: StoredRoad, user: str, id: str) -> None:
    """Ends the sign-in that the request came by; nothing happens where it has ended."""
    now = identity.now
    ended = _end(road.connection, SESSIONS, now, SESSIONS.c.id == id, SESSIONS.c.user == user)
    ended += _end(road.connection, FAMILIES, now, FAMILIES.c.id == id, FAMILIES.c.user == user, ended_because="logout")
    if ended:
        sign_in.write(road, user, "user.signed_out")
