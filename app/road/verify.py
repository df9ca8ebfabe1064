"""Holds the audit to its seals: every row, every chain, every head, every Merkle root."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from app.records.database import transaction
from app.road.audit import seal
from app.road.merkle import Tree
from app.road.roots import seal_of
from app.store.journal import AUDIT, HEADS, ROOTS

BATCH = {"yield_per": 5_000}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was tampered with, or lost: where, and what is wrong there."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


@dataclass(slots=True)
class Verified:
    """What was looked at and found. ``seal`` is that of the last root, to be kept outside the store."""

    rows: int = 0
    chains: int = 0
    roots: int = 0
    seal: str | None = None
    findings: list[Finding] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The form that ``virel audit verify --format json`` prints."""
        findings = [{"place": one.place, "what": one.what} for one in self.findings]
        return {
            "rows": self.rows,
            "chains": self.chains,
            "roots": self.roots,
            "seal": self.seal,
            "findings": findings,
        }


def verify_store(database: Engine, keys: Sequence[bytes], known: str | None = None) -> Verified:
    """As ``verify``, in a transaction of its own."""
    if database.dialect.name == "postgresql":  # which would otherwise show each query a later instant
        database = database.execution_options(isolation_level="REPEATABLE READ")
    with transaction(database, "audit") as connection:
        return verify(connection, keys, known)


def verify(connection: Connection, keys: Sequence[bytes], known: str | None = None) -> Verified:
    """Walks the whole audit, as it is at one instant. ``keys`` are those under which rows may have been sealed.

    ``known`` is a seal that was kept outside: the roots must still lead to it.
    """
    told = Verified()
    told.findings.extend(_chains(connection, keys, told))
    told.findings.extend(_roots(connection, keys, told, known))
    return told


@dataclass(frozen=True, slots=True)
class Chain:
    """Whether the chain of one entity holds: how many rows were looked at, and what is wrong with them."""

    rows: int
    findings: tuple[Finding, ...]


def chain_of(connection: Connection, keys: Sequence[bytes], machine: str, entity: str) -> Chain:
    """Walks the audit of one entity from its first row to its head."""
    told = Verified()
    found = tuple(_chains(connection, keys, told, (machine, entity)))
    return Chain(told.rows, found)


def _named(row: Mapping[Any, Any]) -> str:
    return f"{row['machine']}/{row['entity']}, place {row['place']} (row {row['number']})"


def _chains(
    connection: Connection, keys: Sequence[bytes], told: Verified, only: tuple[str, str] | None = None
) -> Iterator[Finding]:
    """What is wrong with all chains, or with ``only`` one: that of a machine and an entity."""
    columns, ends = AUDIT.c, HEADS.c
    query = sa.select(AUDIT).order_by(columns.machine, columns.entity, columns.place)
    reach = sa.select(HEADS)
    if only is not None:
        query = query.where(columns.machine == only[0], columns.entity == only[1])
        reach = reach.where(ends.machine == only[0], ends.entity == only[1])
    heads = {
        (row.machine, row.entity): (row.place, row.hash) for row in connection.execute(reach, execution_options=BATCH)
    }
    chain: tuple[str, str] | None = None
    place, hash = 0, ""
    for row in connection.execute(query, execution_options=BATCH).mappings():
        told.rows += 1
        if (row["machine"], row["entity"]) != chain:
            if chain is not None:
                yield from _end(heads, chain, place, hash)
            chain, place, hash = (row["machine"], row["entity"]), 0, ""
            told.chains += 1
        if row["place"] != place + 1:
            missing = f"place {place + 1}" if row["place"] == place + 2 else f"places {place + 1} to {row['place'] - 1}"
            yield Finding(f"{chain[0]}/{chain[1]}", f"{missing} of its chain is missing")
        elif row["previous"] != hash:
            yield Finding(_named(row), "it does not follow from the row before it")
        if not any(seal(key, row) == row["hash"] for key in keys):
            yield Finding(_named(row), "it is not what was written: its seal is broken")
        place, hash = row["place"], row["hash"]
    if chain is not None:
        yield from _end(heads, chain, place, hash)
    for machine, entity in sorted(heads):
        yield Finding(f"{machine}/{entity}", "its chain is missing as a whole")


def _end(
    heads: dict[tuple[str, str], tuple[int, str]], chain: tuple[str, str], place: int, hash: str
) -> Iterator[Finding]:
    head = heads.pop(chain, None)
    where = f"{chain[0]}/{chain[1]}"
    if head is None:
        yield Finding(where, "its chain has no head")
    elif head[0] > place:
        yield Finding(
            where, f"its chain ends at place {place}, and went on to place {head[0]}: what followed is missing"
        )
    elif head != (place, hash):
        yield Finding(where, f"its chain goes on to place {place} behind its head at place {head[0]}")


def _roots(connection: Connection, keys: Sequence[bytes], told: Verified, known: str | None) -> Iterator[Finding]:
    roots = connection.execute(sa.select(ROOTS).order_by(ROOTS.c.number)).mappings().all()
    previous, after = "", 0
    seals = set()
    for row in roots:
        told.roots += 1
        where = f"root {row['number']} (rows {after + 1} to {row['upto']})"
        if row["previous"] != previous:
            yield Finding(where, "it does not follow from the root before it: one is missing or was moved")
        if not any(seal_of(key, row) == row["seal"] for key in keys):
            yield Finding(where, "it is not what was written: its seal is broken")
        tree = Tree()
        columns = AUDIT.c
        query = sa.select(columns.hash).where(columns.number > after, columns.number <= row["upto"])
        for hash in connection.execute(query.order_by(columns.number), execution_options=BATCH).scalars():
            tree.add(hash.encode())
        if tree.size != row["rows"]:
            yield Finding(where, f"{row['rows']} rows were sealed, and there are {tree.size}")
        elif tree.root() != row["root"]:
            yield Finding(where, "the rows are not those that were sealed, or stand in another order")
        previous, after = row["seal"], row["upto"]
        seals.add(row["seal"])
    told.seal = previous or None
    if known is not None and known not in seals:
        yield Finding("the roots", "none has the seal that was kept outside: roots are missing or were written anew")
