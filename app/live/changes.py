"""The changes of the feed as one viewer may see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.records.events import EVENTS
from app.road.road import StoredRoad
from app.store.journal import FEED
from engine.access.decide import decide
from engine.events.envelope import decode
from engine.machines.records import UnfitValue
from engine.simulation.world import Record

BATCH = 500


@dataclass(frozen=True, slots=True)
class Change:
    """One change with the entity as it is now and as it was before it, None where it was not there."""

    seq: int
    event: str
    type: str
    machine: str
    entity: str
    version: int
    record: Record | None
    before: Record | None

    def told(self, *, gone: bool) -> dict[str, Any]:
        """What a viewer is told: enough to fetch it, nothing of what it holds."""
        found: dict[str, Any] = {
            "seq": self.seq,
            "type": self.type,
            "entity": {"type": self.machine, "id": self.entity},
            "version": self.version,
        }
        return {**found, "gone": True} if gone else found


def changes_after(road: StoredRoad, seq: int, limit: int = BATCH) -> list[Change]:
    """The changes numbered above ``seq``, in order."""
    columns = FEED.c
    query = sa.select(FEED, EVENTS.c.type, EVENTS.c.body).join(EVENTS, EVENTS.c.id == columns.event)
    rows = road.connection.execute(query.where(columns.seq > seq).order_by(columns.seq).limit(limit)).mappings()
    return [_change(road, dict(row)) for row in rows.all()]


def _change(road: StoredRoad, row: Mapping[str, Any]) -> Change:
    machine, id = row["machine"], row["entity"]
    record = road.world.tables[machine].get(id) if machine in road.world.tables else None
    before: Record | None = None
    wire = decode(row["body"].encode())
    if record is not None and wire.name != "created":
        before = dict(record)
        reader = road.catalog.readers[machine]
        for name, (old, _) in wire.changes.items():
            if old is None:
                before.pop(name, None)
            elif name == "status":
                before[name] = old
            else:
                try:
                    before[name] = reader.value(name, old)
                except (KeyError, UnfitValue):  # a field that this release no longer has decides nothing
                    continue
    return Change(row["seq"], row["event"], row["type"], machine, id, row["version"], record, before)


def seen_by(road: StoredRoad, actor: Mapping[str, Any], changes: list[Change]) -> list[dict[str, Any]]:
    """What a viewer is told of some changes: nothing of what they may not read, that it is gone of what they could."""
    roles = road.catalog.access.of(actor["roles"])
    found: list[dict[str, Any]] = []
    for change in changes:
        machine = road.catalog.machines.get(change.machine)
        if machine is None or change.record is None:
            continue
        permission = f"{machine.plural}.read"

        def allowed(record: Record | None, permission: str = permission, machine_id: str = machine.id) -> bool:
            if record is None:
                return False
            return decide(roles, actor, permission, machine_id, record, road.world, road.now).allowed

        if allowed(change.record):
            found.append(change.told(gone=False))
        elif allowed(change.before):
            found.append(change.told(gone=True))
    return found
