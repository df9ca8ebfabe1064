"""The audit: one chain of rows an entity, each sealed over the one before, written in the change's own transaction."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from app.store.journal import AUDIT, HEADS
from app.store.statements import Batch, Statements, dumped

COLUMNS = [column.name for column in AUDIT.columns if column.name != "number"]
SEALED = [name for name in COLUMNS if name != "hash"]
"""What a row's hash is over, in this order."""


AT_ONCE = 20
"""Chains whose ends are read by one statement."""
Chain = tuple[str, str]
"""The machine and the id of an entity."""


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


def last_actor(connection: Connection, machine: str, entity: str) -> str | None:
    """Who changed an entity last."""
    query = sa.select(AUDIT.c.actor).where(AUDIT.c.machine == machine, AUDIT.c.entity == entity)
    actor: str | None = connection.scalar(
        query.where(AUDIT.c.outcome == "done").order_by(AUDIT.c.place.desc()).limit(1)
    )
    return actor


class AuditWriter:
    """Writes entries onto the chains of their entities."""

    def __init__(self, statements: Statements, key: bytes) -> None:
        self._statements = statements
        self._key = key

    def add(
        self, batch: Batch, connection: Connection, entries: list[Entry], request: str | None, address: str | None
    ) -> None:
        """Adds what appends the entries in their order. That it touches what it must says that no other unit was
        quicker to append to one of the chains.
        """
        heads = self._heads(connection, {(entry.machine, entry.entity) for entry in entries})
        stored = {chain: place for chain, (place, _) in heads.items()}
        append = self._statements.of("audit", AUDIT.insert, COLUMNS)
        for entry in entries:
            chain = (entry.machine, entry.entity)
            place, previous = heads.get(chain, (0, ""))
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
            batch.add(append, row)
        for chain, (place, hash) in heads.items():
            self._move_head(batch, chain, stored.get(chain, 0), place, hash)

    def _heads(self, connection: Connection, chains: set[Chain]) -> dict[Chain, tuple[int, str]]:
        """The ends of the chains that there are."""
        found: dict[Chain, tuple[int, str]] = {}
        columns = HEADS.c
        wanted = sorted(chains)
        for start in range(0, len(wanted), AT_ONCE):
            here = wanted[start : start + AT_ONCE]

            def clause(count: int = len(here)) -> Any:
                one_of = (
                    sa.and_(
                        columns.machine == sa.bindparam(f"machine{n}"), columns.entity == sa.bindparam(f"entity{n}")
                    )
                    for n in range(count)
                )
                return sa.select(columns.machine, columns.entity, columns.place, columns.hash).where(sa.or_(*one_of))

            values = {f"machine{n}": machine for n, (machine, _) in enumerate(here)}
            values |= {f"entity{n}": entity for n, (_, entity) in enumerate(here)}
            select = self._statements.of(("audit_heads", len(here)), clause)
            for machine, entity, place, hash in select.rows(connection, values):
                found[machine, entity] = (place, hash)
        return found

    def _move_head(self, batch: Batch, chain: Chain, known: int, place: int, hash: str) -> None:
        values = {"machine": chain[0], "entity": chain[1], "place": place, "hash": hash}
        if known == 0:
            batch.add(self._statements.of("audit_first", HEADS.insert, list(values)), values)
            return

        def clause() -> Any:
            columns = HEADS.c
            update = sa.update(HEADS).where(columns.machine == sa.bindparam("its_machine"))
            update = update.where(columns.entity == sa.bindparam("its_entity"), columns.place == sa.bindparam("known"))
            return update.values(place=sa.bindparam("place"), hash=sa.bindparam("hash"))

        bound = {"its_machine": chain[0], "its_entity": chain[1], "known": known, "place": place, "hash": hash}
        batch.add(self._statements.of("audit_on", clause), bound, touches=1)
