"""The reasons that a caller has given lately for a move: most things are settled as the last ones were."""

from __future__ import annotations

import sqlalchemy as sa

from app.records.events import EVENTS
from app.road.road import StoredRoad
from engine.events.envelope import actor_of, decode

LOOKED_AT = 400
"""Events, newest first."""
SHOWN = 5
LONGEST = 120
"""Characters of a reason that is worth offering again."""


def recent_reasons(road: StoredRoad, machine: str, move: str) -> list[str]:
    """The last reasons that the caller gave for a move of a kind, each once, newest first."""
    columns = EVENTS.c
    query = sa.select(columns.body).where(columns.machine == machine)
    found: dict[str, None] = {}
    for (body,) in road.connection.execute(query.order_by(columns.seq.desc()).limit(LOOKED_AT)):
        event = decode(body.encode())
        actor, reason = actor_of(event), event.data.get("reason")
        given = actor is not None and actor.id == road.journal.caller.id and event.data.get("transition") == move
        if given and isinstance(reason, str) and len(reason) <= LONGEST:
            found.setdefault(reason)
            if len(found) == SHOWN:
                break
    return list(found)
