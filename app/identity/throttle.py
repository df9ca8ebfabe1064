"""Attempts at what could be guessed: slower and slower for one account from one place, bounded for one place.

Nothing counts against an account alone, so that nobody can lock a colleague out from elsewhere. Numbers: ASVS 5.0, 6.3.
"""

from __future__ import annotations

import ipaddress
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.identity.identity import Identity
from app.identity.refusals import ThrottledError
from app.store.journal import ATTEMPTS

SECOND = 1_000_000
WINDOW = 15 * 60 * SECOND
HOUR = 3_600 * SECOND
FREE = 5
"""Failures in a window after which one has to wait: 1, 2, 4, … seconds."""
LONGEST_WAIT = 15 * 60
PER_HOUR = 50


def place(address: str | None) -> str:
    """Where somebody is as far as counting goes: an IPv4 address, or the /64 network that one IPv6 customer has."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def attempt(identity: Identity, connection: Connection, what: str, account: str, address: str | None) -> list[int]:
    """Notes an attempt as failed, until it is told to be good; the numbers of its rows, for ``succeeded``.

    Raises ThrottledError, and notes nothing, where one has to wait first.
    """
    now, here = identity.now, place(address)
    whole = identity.sealed("attempts", f"{what}/at/{here}")
    one = identity.sealed("attempts", f"{what}/of/{account}/at/{here}")
    for who in (whole, one) if connection.dialect.name == "postgresql" else ():  # SQLite has one writer anyway
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(who, 0))))
    wait = max(_hourly(connection, what, whole, now), _delay(connection, what, one, now))
    if wait > 0:
        raise ThrottledError(wait)
    rows = []
    for who in (whole, one):
        insert = sa.insert(ATTEMPTS).values(what=what, who=who, at=now, good=False).returning(ATTEMPTS.c.number)
        rows.append(int(connection.execute(insert).scalar_one()))
    return rows


def succeeded(connection: Connection, rows: list[int]) -> None:
    """The attempt was good: the account's failures before it no longer count."""
    connection.execute(sa.update(ATTEMPTS).where(ATTEMPTS.c.number.in_(rows)).values(good=True))


def _rows(connection: Connection, what: str, who: str, since: int, *more: Any) -> list[Any]:
    columns = ATTEMPTS.c
    query = sa.select(columns.at, columns.good).where(
        columns.what == what, columns.who == who, columns.at > since, *more
    )
    return list(connection.execute(query.order_by(columns.at.desc(), columns.number.desc()).limit(PER_HOUR)))


def _hourly(connection: Connection, what: str, who: str, now: int) -> int:
    failed = _rows(connection, what, who, now - HOUR, ATTEMPTS.c.good.is_(False))
    if len(failed) < PER_HOUR:
        return 0
    return _seconds(failed[-1].at + HOUR - now)


def _delay(connection: Connection, what: str, who: str, now: int) -> int:
    failed: list[int] = []
    for row in _rows(connection, what, who, now - WINDOW):
        if row.good:
            break
        failed.append(row.at)
    if len(failed) < FREE:
        return 0
    wait = min(2 ** (len(failed) - FREE), LONGEST_WAIT) * SECOND
    return _seconds(failed[0] + wait - now)


def _seconds(microseconds: int) -> int:
    return max(0, -(-microseconds // SECOND))
