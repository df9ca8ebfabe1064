"""How many forms one address may send: five in ten minutes, and a few tries for each to get it right.

A form that comes back with a mistake put right is the same form and counts once. Source: control C16.
"""

from __future__ import annotations

import hmac
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy import Connection

from app.identity.throttle import place
from app.store.journal import ATTEMPTS

WHAT = "form"
WINDOW = 600 * 1_000_000
"""In microseconds."""
FORMS, TRIES = 5, 20


def take(connection: Connection, key: bytes, address: str | None, form: str, now: int) -> int:
    """Counts a form that was sent; how many seconds it must wait, 0 where it is let in (and noted)."""
    here = _sealed(key, f"at/{place(address)}")
    this = _sealed(key, f"form/{form}/at/{place(address)}")
    if connection.dialect.name == "postgresql":  # SQLite has one writer anyway
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(here, 0))))
    tries = _times(connection, this, now)
    forms = _times(connection, here, now) if not tries else []
    for times, most in ((tries, TRIES), (forms, FORMS)):
        if len(times) >= most:
            return max(1, -(-(times[-most] + WINDOW - now) // 1_000_000))
    for who in (this,) if tries else (this, here):
        connection.execute(ATTEMPTS.insert().values(what=WHAT, who=who, at=now, good=True))
    return 0


def _times(connection: Connection, who: str, now: int) -> list[int]:
    columns = ATTEMPTS.c
    query = sa.select(columns.at).where(columns.what == WHAT, columns.who == who, columns.at > now - WINDOW)
    return list(connection.execute(query.order_by(columns.at)).scalars())


def _sealed(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), sha256).hexdigest()
