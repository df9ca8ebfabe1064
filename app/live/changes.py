"""The changes of the feed as one viewer may see them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.records.events import EVENTS
from app.road.past import is_follower, take_back
from app.road.road import StoredRoad
from app.store.journal import FEED, PENDING
from engine.access.decide import decide
from engine.events.envelope import decode
from engine.simulation.world import Record

BATCH = 500


@dataclass(frozen=True, slots=True)
class Change:
    """One change, with the entity as it is now, and as it was just before and just after it; None where it was not there.

    ``number`` is its event's in the store, which it has from its commit on; ``seq`` its place in the feed.
    """

    seq: int
    number: int
    event: str
    type: str
    machine: str
    entity: str
    version: int
    record: Record | None
    before: Record | None
    after: Record | None

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
    query = sa.select(FEED, EVENTS.c.seq.label("number"), EVENTS.c.type, EVENTS.c.body)
    query = query.join(EVENTS, EVENTS.c.id == columns.event).where(columns.seq > seq)
    rows = road.connection.execute(query.order_by(columns.seq).limit(limit)).all()
    standing = _standing(road, rows)
    found = []
    for row in reversed(rows):
        key = row.machine, row.entity
        after = standing[key]
        before = standing[key] = _before(road, row.body, after)
        record = road.world.tables[row.machine].get(row.entity) if row.machine in road.world.tables else None
        told = (row.seq, row.number, row.event, row.type, row.machine, row.entity, row.version)
        found.append(Change(*told, record, before, after))
    return found[::-1]


def unnumbered(connection: Connection, machines: Collection[str], limit: int = BATCH) -> list[int]:
    """The numbers of the first events about some machines that are committed and have no place in the feed yet: who reads
    the store has seen what they changed, and is told of it once more.
    """
    query = sa.select(EVENTS.c.seq).join(PENDING, EVENTS.c.id == PENDING.c.event)
    query = query.where(PENDING.c.machine.in_(sorted(machines))).order_by(PENDING.c.number).limit(limit)
    return list(connection.scalars(query))


def _standing(road: StoredRoad, rows: Sequence[Any]) -> dict[tuple[str, str], Record | None]:
    """The entities of some changes as they were after the last of these: what has come since is taken back."""
    last = {(row.machine, row.entity): row.number for row in rows}
    found: dict[tuple[str, str], Record | None] = {}
    for machine, id in last:
        record = road.world.tables[machine].get(id) if machine in road.world.tables else None
        found[machine, id] = dict(record) if record is not None else None
    for row in _since(road, last):
        key = row.machine, row.subject
        if row.seq > last[key]:
            found[key] = _before(road, row.body, found[key])
    return found


def _since(road: StoredRoad, last: Mapping[tuple[str, str], int]) -> Iterator[Any]:
    """The events of entities since the first of some numbers, newest first."""
    columns = EVENTS.c
    newest = road.connection.scalar(sa.select(sa.func.max(columns.seq))) or 0
    ids: dict[str, list[str]] = {}
    for (machine, id), number in last.items():
        if number < newest:
            ids.setdefault(machine, []).append(id)
    for machine, named in ids.items():
        least = min(last[machine, id] for id in named)
        query = sa.select(columns.seq, columns.machine, columns.subject, columns.body)
        query = query.where(columns.machine == machine, columns.subject.in_(named), columns.seq > least)
        yield from road.connection.execute(query.order_by(columns.seq.desc()))


def _before(road: StoredRoad, body: str, after: Record | None) -> Record | None:
    """An entity just before an event, given what it was just after it."""
    wire = decode(body.encode())
    if after is None or wire.name == "created":
        return None
    before = dict(after)
    if not is_follower(wire):
        take_back(road.catalog, wire, before)
    return before


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
