"""What those who look after people are shown of accounts: when somebody was last here, who has no password yet."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy import Connection

from app.identity.people import OWNER
from app.store.entities import ENTITIES
from app.store.identity import CREDENTIALS, FAMILIES, SESSIONS
from app.store.statements import loaded

USERS = ENTITIES["user"]


def last_seen(connection: Connection, users: Iterable[str]) -> dict[str, int]:
    """When each of some people last sent a request, in microseconds; nobody who never did is in it."""
    wanted = list(users)
    found: dict[str, int] = {}
    for table in (SESSIONS, FAMILIES):
        columns = table.c
        query = sa.select(columns.user, sa.func.max(columns.seen_at)).where(columns.user.in_(wanted))
        for user, seen in connection.execute(query.group_by(columns.user)):
            found[user] = max(seen, found.get(user, 0))
    return found


def without_password(connection: Connection, users: Iterable[str]) -> set[str]:
    """Those of some people who were invited and have not chosen a password."""
    columns = CREDENTIALS.c
    query = sa.select(columns.user).where(columns.user.in_(list(users)), columns.password.is_(None))
    return set(connection.execute(query).scalars())


def queues_of_role(connection: Connection, role: str) -> list[str] | None:
    """The queues of the active people who have a role; None where nobody has it."""
    query = sa.select(USERS.c.roles, USERS.c.queues).where(USERS.c.status == "active")
    theirs = [loaded(queues) or [] for roles, queues in connection.execute(query) if role in (loaded(roles) or [])]
    return sorted(set().union(*theirs)) if theirs else None


def active_owners(connection: Connection) -> list[str]:
    """The ids of the active owners who can sign in."""
    able = sa.select(CREDENTIALS.c.user).where(CREDENTIALS.c.password.is_not(None))
    query = sa.select(USERS.c.id, USERS.c.roles).where(USERS.c.status == "active", USERS.c.id.in_(able))
    return [id for id, roles in connection.execute(query) if OWNER in (loaded(roles) or [])]
