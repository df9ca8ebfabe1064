"""The audit: one chain of rows an entity, each sealed over the one before, written in the change's own transaction."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from app.road.world import ChangedMeanwhileError
from app.store.journal import AUDIT, HEADS
from app.store.statements import Statements, dumped

COLUMNS = [column.name for column in AUDIT.columns if column.name != "number"]
SEALED = [name for name in COLUMNS if name != "hash"]
"""What a row's hash is over, in this order."""


@dataclass(slots=True)
class Entry:
    """One thing that was done to an entity, or refused."""

    machine: str
    entity: str
    at: int
    actor: str
    action: str
    outcome: str = "done"
    changes: Mapping[str, Any] | None = None
    reason: str | None = None
    event: str | None = None


def seal(key: bytes, row: Mapping[Any, Any]) -> str:
    """The hash of a row: HMAC-SHA-256 over its values as a JSON list, the hash before it among them."""
    return hmac.digest(key, orjson.dumps([row[name] for name in SEALED]), "sha256").hex()


class AuditWriter:
    """Writes entries onto the chains of their entities."""

    def __init__(self, statements: Statements, key: bytes) -> None:
        self._statements = statements
        self._key = key

    def write(self, connection: Connection, entries: list[Entry], request: str | None, address: str | None) -> None:
        """Appends the entries in their order. Raises ChangedMeanwhileError where another unit was quicker."""
        heads: dict[tuple[str, str], tuple[int, str]] = {}
        stored: dict[tuple[str, str], int] = {}
        rows: list[dict[str, Any]] = []
        for entry in entries:
            chain = (entry.machine, entry.entity)
            if chain not in heads:
                heads[chain] = self._head(connection, chain)
                stored[chain] = heads[chain][0]
            place, previous = heads[chain]
            row: dict[str, Any] = {
                "machine": entry.machine,
                "entity": entry.entity,
                "place": place + 1,
                "at": entry.at,
                "actor": entry.actor,
                "action": entry.action,
                "outcome": entry.outcome,
                "changes": dumped(entry.changes),
                "reason": entry.reason,
                "event": entry.event,
                "request": request,
                "address": address,
                "previous": previous,
            }
            row["hash"] = seal(self._key, row)
            heads[chain] = (place + 1, row["hash"])
            rows.append(row)
        try:
            self._statements.of("audit", AUDIT.insert, COLUMNS).many(connection, rows)
            for chain, (place, hash) in heads.items():
                self._move_head(connection, chain, stored[chain], place, hash)
        except IntegrityError as error:
            raise ChangedMeanwhileError("the audit of an entity has grown") from error

    def _head(self, connection: Connection, chain: tuple[str, str]) -> tuple[int, str]:
        def clause() -> Any:
            columns = HEADS.c
            query = sa.select(columns.place, columns.hash).where(columns.machine == sa.bindparam("machine"))
            return query.where(columns.entity == sa.bindparam("entity"))

        select = self._statements.of("audit_head", clause)
        row = select(connection, {"machine": chain[0], "entity": chain[1]}).fetchone()
        return (0, "") if row is None else (row[0], row[1])

    def _move_head(self, connection: Connection, chain: tuple[str, str], known: int, place: int, hash: str) -> None:
        values = {"machine": chain[0], "entity": chain[1], "place": place, "hash": hash}
        if known == 0:
            self._statements.of("audit_first", HEADS.insert, list(values))(connection, values)
            return

        def clause() -> Any:
            columns = HEADS.c
            update = sa.update(HEADS).where(columns.machine == sa.bindparam("its_machine"))
            update = update.where(columns.entity == sa.bindparam("its_entity"), columns.place == sa.bindparam("known"))
            return update.values(place=sa.bindparam("place"), hash=sa.bindparam("hash"))

        update = self._statements.of("audit_on", clause)
        bound = {"its_machine": chain[0], "its_entity": chain[1], "known": known, "place": place, "hash": hash}
        if update(connection, bound).rowcount != 1:
            raise ChangedMeanwhileError("the audit of an entity has grown")
