"""Refresh tokens: each is used once and followed by another; a second use shows a theft and ends the whole family.

A token's successor is computed from the token itself with the platform's key (HMAC-SHA-256), so that a second tab that
comes within the grace gets the same one, and yet no token is kept anywhere.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.identity import letters, sign_in
from app.identity.access_tokens import LIFETIME, Claims, issue
from app.identity.identity import Identity, digest, new_secret
from app.identity.refusals import InvalidGrantError
from app.identity.sign_in import Origin
from app.road.commands import new_id
from app.road.road import StoredRoad
from app.store.entities import ENTITIES
from app.store.identity import CREDENTIALS, FAMILIES, REFRESH

SECOND = 1_000_000
GRACE = 10 * SECOND
UNUSED = 14 * 86_400 * SECOND
ABSOLUTE = 60 * 86_400 * SECOND
"""How long a token waits for its use, and how long a family lives at most."""
USERS = ENTITIES["user"]


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a sign-in or a refresh hands out. ``expires_in`` is the access token's, in seconds."""

    access: str
    refresh: str
    expires_in: int = LIFETIME

    def as_json(self) -> dict[str, Any]:
        """The answer's body (RFC 6749, 5.1)."""
        return {
            "access_token": self.access,
            "refresh_token": self.refresh,
            "token_type": "Bearer",
            "expires_in": self.expires_in,
        }


def begin(identity: Identity, email: str, password: str, origin: Origin) -> Tokens:
    """Signs in: the first tokens of a new family. Raises WrongPasswordError and ThrottledError."""
    proven = sign_in.prove(identity, email, password, origin)
    fresh = sign_in.renewed(identity, proven, password)
    family, token = new_id(), new_secret()

    def work(road: StoredRoad) -> None:
        sign_in.entered(identity, road, proven, password, fresh)
        now = identity.now
        values = {"id": family, "user": proven.user, "epoch": proven.epoch, "created_at": now, "seen_at": now}
        values |= {"agent": origin.shown_agent, "address": origin.address}
        road.connection.execute(sa.insert(FAMILIES).values(values))
        _keep(road, family, token, now, now)

    identity.pipeline.run(origin.caller(proven.user), work)
    return Tokens(issue(identity, Claims(proven.user, family, proven.epoch)), token)


def _keep(road: StoredRoad, family: str, token: str, now: int, born: int) -> None:
    ends = min(now + UNUSED, born + ABSOLUTE)
    values = {"hash": digest(token), "family": family, "issued_at": now, "expires_at": ends}
    road.connection.execute(sa.insert(REFRESH).values(values))


def _successor(key: bytes, token: str) -> str:
    made = hmac.digest(key, b"successor:" + token.encode("utf-8", "surrogatepass"), "sha256")
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def renew(identity: Identity, token: str, origin: Origin) -> Tokens:
    """The next tokens of the family. Raises InvalidGrantError; a token used before then ends its family."""

    def work(road: StoredRoad) -> Tokens | None:
        return _renewed(identity, road, token)

    found = identity.pipeline.run(origin.caller("system:refresh"), work)
    if found is None:
        raise InvalidGrantError
    return found


def _renewed(identity: Identity, road: StoredRoad, token: str) -> Tokens | None:
    known = road.connection.execute(_known(digest(token))).fetchone()
    now = identity.now
    if known is None or known.ended_at is not None or known.status != "active" or known.epoch != known.entered:
        return None
    claims = Claims(known.user, known.family, known.epoch)
    if known.used_at is None:
        if now >= known.expires_at:
            return None
        successor = _successor(identity.keys["refresh"][0], token)
        used = sa.update(REFRESH).where(REFRESH.c.hash == known.hash)
        road.connection.execute(used.values(used_at=now, successor=digest(successor)))
        _keep(road, known.family, successor, now, known.created_at)
        road.connection.execute(sa.update(FAMILIES).where(FAMILIES.c.id == known.family).values(seen_at=now))
        return Tokens(issue(identity, claims), successor)
    if now - known.used_at <= GRACE:
        again = _same_again(identity, road, token, known.successor)
        if again is not None:
            return Tokens(issue(identity, claims), again)
    end(road, known.family, now, "reuse")
    sign_in.write(road, known.user, "user.refresh", "refused", "a refresh token was used twice; its sign-in was ended")
    letters.reuse(identity, road, known.user)
    return None


def _known(hash: str) -> Any:
    family = FAMILIES.c
    columns = [REFRESH.c.hash, REFRESH.c.used_at, REFRESH.c.expires_at, REFRESH.c.successor, REFRESH.c.family]
    columns += [family.user, family.created_at, family.ended_at, USERS.c.status, CREDENTIALS.c.epoch]
    query = sa.select(*columns, family.epoch.label("entered")).join_from(
        REFRESH, FAMILIES, family.id == REFRESH.c.family
    )
    query = query.join(USERS, USERS.c.id == family.user).join(CREDENTIALS, CREDENTIALS.c.user == USERS.c.id)
    return query.where(REFRESH.c.hash == hash).with_for_update(of=[FAMILIES, REFRESH])


def _same_again(identity: Identity, road: StoredRoad, token: str, hash: str) -> str | None:
    """The successor that was given already, unless it was used in its turn."""
    for key in identity.keys["refresh"]:
        successor = _successor(key, token)
        if digest(successor) == hash:
            unused = sa.select(REFRESH.c.hash).where(REFRESH.c.hash == hash, REFRESH.c.used_at.is_(None))
            return successor if road.connection.execute(unused).fetchone() is not None else None
    return None


def end(road: StoredRoad, family: str, now: int, why: str) -> bool:
    """Ends a family; whether it was still alive."""
    update = sa.update(FAMILIES).where(FAMILIES.c.id == family, FAMILIES.c.ended_at.is_(None))
    return road.connection.execute(update.values(ended_at=now, ended_because=why)).rowcount == 1


def owner_of(road: StoredRoad, token: str) -> tuple[str, str] | None:
    """The family and the user of a refresh token that is known, whether or not it still holds."""
    query = sa.select(REFRESH.c.family, FAMILIES.c.user).join(FAMILIES, FAMILIES.c.id == REFRESH.c.family)
    row = road.connection.execute(query.where(REFRESH.c.hash == digest(token))).fetchone()
    return None if row is None else (row[0], row[1])
