"""Idempotency keys: what was answered is kept in the change's own transaction, so that a repeat gets it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.road.road import StoredRoad
from app.road.rows import micro
from app.road.world import ChangedMeanwhileError
from app.store.statements import dumped, loaded
from app.store.waiting import IDEMPOTENCY

COLUMNS = [column.name for column in IDEMPOTENCY.columns]


@dataclass(frozen=True, slots=True)
class Kept:
    """What was asked (its fingerprint) and answered."""

    fingerprint: str
    status: int
    headers: dict[str, str]
    body: Any


def find(road: StoredRoad, who: str, key: str) -> Kept | None:
    """What a caller's key was answered with; None where it is new."""

    def clause() -> Any:
        columns = IDEMPOTENCY.c
        query = sa.select(columns.fingerprint, columns.status, columns.headers, columns.body)
        return query.where(columns.who == sa.bindparam("who"), columns.key == sa.bindparam("key"))

    for fingerprint, status, headers, body in road.statements.of("key", clause).rows(
        road.connection, {"who": who, "key": key}
    ):
        return Kept(fingerprint, status, loaded(headers), orjson.loads(body))
    return None


def keep(road: StoredRoad, who: str, key: str, kept: Kept) -> None:
    """Keeps an answer. Raises ChangedMeanwhileError where its twin was quicker, which the unit then finds."""
    values = {
        "who": who,
        "key": key,
        "fingerprint": kept.fingerprint,
        "status": kept.status,
        "headers": dumped(kept.headers),
        "body": orjson.dumps(kept.body).decode(),
        "at": micro(road.now),
    }
    try:
        road.statements.of("key_new", IDEMPOTENCY.insert, COLUMNS)(road.connection, values)
    except IntegrityError as error:
        raise ChangedMeanwhileError("the key was used meanwhile") from error
