"""The world as it was just after an event: rows as they are now, with what happened to them later taken back.

State is the fold of events, so what rules saw need not be kept. Of every row that is read, the changes of its later
events are taken back; what was made later is not there; relations are walked backwards, and moves counted, as of then.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.records.events import EVENTS
from app.road.rows import Record, micro
from app.road.world import StoredTable, StoredWorld
from app.store.statements import Statements
from engine.catalog import Catalog
from engine.conditions.values import Timestamp
from engine.events.envelope import WireEvent, decode
from engine.machines.records import UnfitValue

Ahead = Mapping[tuple[str, str], Mapping[str, Any]]
"""By entity, the fields that the run which brought the event about had set by then, and told of only later."""
FOLLOWER = "/status_changed"


class PastWorld(StoredWorld):
    """What the store held when the event ``wire``, numbered ``seq``, had just been applied."""

    __slots__ = ("_ahead", "_catalog", "_seq", "_wire")

    def __init__(
        self,
        catalog: Catalog,
        statements: Statements,
        connection: Connection,
        wire: WireEvent,
        seq: int,
        ahead: Ahead,
    ) -> None:
        super().__init__(catalog.machines, statements)
        self._catalog, self._wire, self._seq, self._ahead = catalog, wire, seq, ahead
        self.begin(connection)

    def read(self, table: StoredTable, id: str, *, lock: bool = False) -> Record | None:
        """The record as it was then; None where it was not there yet. Nothing is locked: the past stands still."""
        row = table.fetch(self.connection, self._statements, id, False)
        return None if row is None else self._then(table, row)

    def _then(self, table: StoredTable, row: Any) -> Record | None:
        machine = table.rows.machine.id
        record, _ = table.rows.record(row)
        known = table.loaded(record["id"])
        if known is not None:
            return known
        then = self._taken_back(machine, record)
        if then is None:
            table.absent.add(record["id"])
        else:
            dict.__setitem__(table, record["id"], then)
        return then

    def _taken_back(self, machine: str, record: Record) -> Record | None:
        later = self._events(machine, record["id"], later=True)
        for wire in later:
            if wire.name == "created":
                return None
            if not is_follower(wire):
                take_back(self._catalog, wire, record)
        if later:
            self._know_instants(machine, record)
        for name, value in self._ahead.get((machine, record["id"]), {}).items():
            _put(self._catalog, machine, record, name, value)
        return record

    def _know_instants(self, machine: str, record: Record) -> None:
        """When it was last changed, and last came into its state: fields that no event tells of by themselves."""
        changed = moved = None
        for wire in self._events(machine, record["id"], later=False):
            if wire.name == "created":
                changed, moved = changed or wire.time, moved or wire.time
                break
            if is_follower(wire) or not wire.changes:
                continue
            changed = changed or wire.time
            before, after = wire.changes.get("status", (None, None))
            if moved is None and before != after:
                moved = wire.time
            if moved is not None:
                break
        for name, instant in (("updated_at", changed), ("status_since", moved)):
            if instant is not None:
                record[name] = instant

    def _events(self, machine: str, id: str, *, later: bool) -> list[WireEvent]:
        """The events of an entity behind this one, or up to it, newest first."""

        def clause() -> Any:
            columns = EVENTS.c
            query = sa.select(columns.body).where(columns.machine == sa.bindparam("machine"))
            query = query.where(columns.subject == sa.bindparam("id"))
            seq: sa.BindParameter[int] = sa.bindparam("seq")
            return query.where(columns.seq > seq if later else columns.seq <= seq).order_by(columns.seq.desc())

        select = self._statements.of(("past", later), clause)
        rows = select(self.connection, {"machine": machine, "id": id, "seq": self._seq}).fetchall()
        return [decode(row[0].encode()) for row in rows]

    def inverse(self, machine: str, relation: str, id: str) -> list[Record]:
        """The records of ``machine`` whose ``relation`` was ``id`` then, oldest first."""
        table = self._stored[machine]
        columns = table.rows.table.c

        def clause() -> Any:
            return sa.select(table.rows.table).where(columns[relation] == sa.bindparam("id"))

        select = self._statements.of(("past inverse", machine, relation), clause)
        found = [self._then(table, row) for row in select(self.connection, {"id": id}).fetchall()]
        found += [table.get(other) for other in self._gone(machine, relation, id)]
        matching = {one["id"]: one for one in found if one is not None and one.get(relation) == id}
        return sorted(matching.values(), key=lambda record: (record.get("created_at", 0), record["id"]))

    def _gone(self, machine: str, relation: str, id: str) -> list[str]:
        """The entities that point elsewhere since: those of which a later event says so."""

        def clause() -> Any:
            columns = EVENTS.c
            query = sa.select(columns.body).where(columns.seq > sa.bindparam("seq"))
            query = query.where(columns.machine == sa.bindparam("machine"))
            return query.where(columns.body.contains(sa.bindparam("id"), autoescape=False))

        select = self._statements.of(("past gone",), clause)
        rows = select(self.connection, {"seq": self._seq, "machine": machine, "id": id}).fetchall()
        wires = [decode(row[0].encode()) for row in rows]
        return [wire.subject for wire in wires if wire.changes.get(relation, (None, None))[0] == id]

    def taken(self, slot: Any, id: str, start: int, end: int) -> bool:
        """Whether an entity of the slot took ``id`` then at some instant of the half-open time."""
        return any(
            record.get("status") in slot.states and record["starts_at"] < end and record["ends_at"] > start
            for record in self.inverse(slot.machine, slot.relation, id)
        )

    def count_moves(self, machine: str, id: str, name: str, since: Timestamp) -> int:
        """How often the entity had taken the transition ``name`` by then, or come into the state, after ``since``."""

        def clause() -> Any:
            columns = EVENTS.c
            named: sa.BindParameter[str] = sa.bindparam("name")
            query = sa.select(sa.func.count()).select_from(EVENTS)
            query = query.where(columns.machine == sa.bindparam("machine"), columns.subject == sa.bindparam("id"))
            query = query.where(columns.time > sa.bindparam("since"))
            # A declared event has moved its entity when it is judged; the move is told by the event behind it.
            query = query.where(sa.or_(columns.seq <= sa.bindparam("seq"), columns.id == sa.bindparam("follower")))
            return query.where(sa.or_(columns.transition == named, columns.state == named))

        count = self._statements.of("past moves", clause)
        values = {"machine": machine, "id": id, "since": micro(since), "name": name, "seq": self._seq}
        found: int = count(self.connection, {**values, "follower": f"{self._wire.id}{FOLLOWER}"}).scalar()
        return found

    def before(self, subject: Record) -> Record | None:
        """The subject just before the event; None where the event made it."""
        wire = self._wire
        if wire.name == "created":
            return None
        record = dict(subject)
        take_back(self._catalog, wire, record)
        if wire.changes and not is_follower(wire):
            self._seq -= 1
            self._know_instants(wire.machine, record)
            self._seq += 1
        return record


def take_back(catalog: Catalog, wire: WireEvent, record: Record) -> None:
    """Puts into the record of an event's entity what its fields held before it."""
    for name, (earlier, _) in wire.changes.items():
        _put(catalog, wire.machine, record, name, earlier)


def _put(catalog: Catalog, machine: str, record: Record, name: str, value: Any) -> None:
    if value is None:
        record.pop(name, None)
    elif name == "status":
        record[name] = value
    else:
        try:
            record[name] = catalog.readers[machine].value(name, value)
        except (KeyError, UnfitValue):  # a field that this release does not know, or knows otherwise
            record.pop(name, None)


def is_follower(wire: WireEvent) -> bool:
    """Whether it only tells of the move that its cause, a declared event, has made already."""
    return wire.cause is not None and wire.id == f"{wire.cause}{FOLLOWER}"
