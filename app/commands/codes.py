"""Short codes that people read out on the phone: given once, kept for ever."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.road.road import StoredRoad
from app.road.world import ChangedMeanwhileError
from app.store.entities import CODES

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without letters and digits that are taken for each other when heard or written by hand."""
LENGTH = 5
PREFIXES = {"client": "CL", "model": "MD", "inquiry": "IN", "booking": "BK"}
FIELDS = {"client": "code", "model": "public_code", "inquiry": "code", "booking": "code"}
COLUMNS = [column.name for column in CODES.columns]


def give_code(road: StoredRoad, machine: str, entity: str) -> str:
    """A code that no entity has or ever had."""

    def clause() -> sa.Select[tuple[str]]:
        return sa.select(CODES.c.code).where(CODES.c.code == sa.bindparam("code"))

    while True:
        code = f"{PREFIXES[machine]}-{''.join(secrets.choice(ALPHABET) for _ in range(LENGTH))}"
        if road.statements.of("code", clause)(road.connection, {"code": code}).fetchone() is None:
            values = {"code": code, "machine": machine, "entity": entity}
            try:
                road.statements.of("code_new", CODES.insert, COLUMNS)(road.connection, values)
            except IntegrityError as error:
                raise ChangedMeanwhileError("the code was given out meanwhile") from error
            return code
