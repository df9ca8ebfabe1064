"""Merkle roots over the audit, sealed from time to time: what was sealed can no longer be cut off or put in another order.

A chain tells when a row of it was changed, and its head when it was cut short; whoever may write to the store can move
the head as well. Roots are chained by seals that need the key, and a seal kept outside the store tells of everything
that was sealed before it.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from app.records.database import WRITING
from app.road.merkle import Tree
from app.store.journal import AUDIT, ROOTS

SEALED = ("at", "upto", "rows", "root", "previous")
"""What a root's seal is over, in this order."""


def seal_of(key: bytes, row: Mapping[Any, Any]) -> str:
    """The seal of a root: HMAC-SHA-256 over its values as a JSON list, the seal before it among them."""
    return hmac.digest(key, orjson.dumps([row[name] for name in SEALED]), "sha256").hex()


def seal_root(database: Engine, key: bytes, at: int) -> str | None:
    """Seals what was audited since the last root, at an instant in microseconds; its seal, None where nothing was.

    On PostgreSQL whoever writes waits for it, and it for those who are writing: rows get their numbers before they are
    committed, and one that came after its number was sealed would look like a forgery.
    """
    with database.connect() as plain:
        connection = plain.execution_options(**WRITING)
        with connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE"))
            return _seal(connection, key, at)


def _seal(connection: Connection, key: bytes, at: int) -> str | None:
    last = connection.execute(sa.select(ROOTS).order_by(ROOTS.c.number.desc()).limit(1)).mappings().first()
    after, previous = (last["upto"], last["seal"]) if last is not None else (0, "")
    query = sa.select(AUDIT.c.number, AUDIT.c.hash).where(AUDIT.c.number > after).order_by(AUDIT.c.number)
    tree, upto = Tree(), after
    for number, hash in connection.execute(query, execution_options={"yield_per": 5_000}):
        tree.add(hash.encode())
        upto = number
    if tree.size == 0:
        return None
    row: dict[str, Any] = {"at": at, "upto": upto, "rows": tree.size, "root": tree.root(), "previous": previous}
    row["seal"] = seal_of(key, row)
    connection.execute(ROOTS.insert(), row)
    return str(row["seal"])
