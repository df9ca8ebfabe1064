"""Reading the audit of one entity, as far as its reader may see the entity."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.road import about, commands
from app.road.problems import Fault, InvalidError
from app.road.road import StoredRoad
from app.road.rows import stamp
from app.store.journal import AUDIT
from app.store.statements import loaded

END = 2**63 - 1
"""No row has this place."""


def trail(
    road: StoredRoad, machine_id: str, entity: str, *, limit: int, cursor: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of an entity's audit, newest first, and the cursor of the rows before it. Raises NotFoundError."""
    machine = road.catalog.machines[machine_id]
    _, decided = commands.readable(road, machine, entity)
    hidden = decided.hidden if decided is not None else frozenset()
    before = END
    if cursor:
        if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 18:
            raise InvalidError([Fault("?cursor", "invalid", "this is no cursor of this list: begin without one")])
        before = int(cursor)

    def clause() -> Any:
        columns = AUDIT.c
        query = sa.select(AUDIT).where(columns.machine == sa.bindparam("machine"), columns.entity == sa.bindparam("id"))
        query = query.where(columns.place < sa.bindparam("before")).order_by(columns.place.desc())
        return query.limit(sa.bindparam("most", type_=sa.BigInteger))

    values = {"machine": machine_id, "id": entity, "before": before, "most": limit + 1}
    rows = road.statements.of("trail", clause)(road.connection, values).mappings().all()
    read = [(row, loaded(row["changes"]) or {}) for row in rows[:limit]]
    items = [
        {
            "place": row["place"],
            "at": stamp(row["at"]).text(),
            "actor": row["actor"],
            "action": row["action"],
            "outcome": row["outcome"],
            "changes": about.of_changes(
                road, machine_id, {name: pair for name, pair in changes.items() if name not in hidden}
            ),
            "reason": None if changes and hidden.issuperset(changes) else row["reason"],  # it speaks of what is hidden
            "event": row["event"],
            "request_id": row["request"],
            "address": row["address"],
            "hash": row["hash"],
        }
        for row, changes in read
    ]
    return items, str(rows[limit - 1]["place"]) if len(rows) > limit else None
