"""How many inquiries one address may send: five in ten minutes, with many tries to get them right.

A form that comes back with a mistake is a try; only what becomes an inquiry counts as one. Source: control C16.
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
TRIES, ACCEPTED = 60, 5


class ThrottledError(Exception):
    """An address sent too much. ``wait`` is in how many seconds it may again."""

    def __init__(self, wait: int) -> None:
        super().__init__(f"wait {wait} seconds")
        self.wait = wait


def note_try(connection: Connection, key: bytes, address: str | None, now: int) -> None:
    """Counts a form that was sent. Raises ThrottledError where it is one too many."""
    _note(connection, _sealed(key, f"tries/{place(address)}"), TRIES, now)


def note_accepted(connection: Connection, key: bytes, address: str | None, now: int) -> None:
    """Counts what is about to become an inquiry, in the same transaction. Raises ThrottledError where it is one too many."""
    _note(connection, _sealed(key, f"at/{place(address)}"), ACCEPTED, now)


def same(key: bytes, address: str | None, fingerprint: str) -> str:
    """The key by which the same contents from the same address are the same inquiry, whatever form they came in."""
    return _sealed(key, f"same/{fingerprint}/at/{place(address)}")


def _note(connection: Connection, who: str, most: int, now: int) -> None:
    if connection.dialect.name == "postgresql":  # SQLite has one writer anyway
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(who, 0))))
    columns = ATTEMPTS.c
    query = sa.select(columns.at).where(columns.what == WHAT, columns.who == who, columns.at > now - WINDOW)
    times = list(connection.execute(query.order_by(columns.at)).scalars())
    if len(times) >= most:
        raise ThrottledError(max(1, -(-(times[-most] + WINDOW - now) // 1_000_000)))
    connection.execute(ATTEMPTS.insert().values(what=WHAT, who=who, at=now, good=True))


def _sealed(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), sha256).hexdigest()
