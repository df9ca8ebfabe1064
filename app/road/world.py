"""The world of one unit of work: rows of the store as records, read when asked for, written when a run stands.

What was read stays as it was read until the unit ends. A row that is to be changed is changed only from the version that
was read; another's change in between makes the unit begin anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from app.records.events import EVENTS
from app.road.conflicts import ConflictError, conflict_of, winner_of
from app.road.rows import Record, Rows, micro
from app.store.statements import Batch, Statements, dumped
from engine.conditions.values import Timestamp
from engine.machines.model import Machine
from engine.machines.slots import Slot
from engine.simulation.performer import RefusedError
from engine.simulation.world import World

Key = tuple[str, str]
STACKS = {"option": "slot"}
"""Entities that are ranked among each other, by the relation to what they stand on. Who reads a stack to write, or changes
one of it, locks that first: on PostgreSQL two units would else each rank on what the other is about to change.
"""


class ChangedMeanwhileError(Exception):
    """A row was changed by somebody else since it was read: the unit of work must begin anew."""


class StoredTable(dict[str, Record]):
    """The records of one machine that the unit has seen; asked for another, it reads the row."""

    def __init__(self, world: StoredWorld, rows: Rows) -> None:
        super().__init__()
        self._world = world
        self.rows = rows
        self.absent: set[str] = set()

    def __missing__(self, id: str) -> Record:
        """Reads the row. Raises KeyError where there is none."""
        if id in self.absent or id in self._world.unused:
            raise KeyError(id)
        record = self._world.read(self, id)
        if record is None:
            self.absent.add(id)
            raise KeyError(id)
        return record

    def __contains__(self, id: object) -> bool:
        return self.get(id) is not None  # type: ignore[arg-type]

    def get(self, id: str, default: Any = None) -> Any:
        """The record, or ``default`` where there is none."""
        try:
            return self[id]
        except KeyError:
            return default

    def loaded(self, id: str) -> Record | None:
        """The record, where it was read already."""
        return super().get(id)

    def fetch(self, connection: Connection, statements: Statements, id: str, lock: bool) -> Any:
        """The row or None; it is locked until the unit ends where the database can do that."""
        name = "lock" if lock else "read"
        table = self.rows.table

        def clause() -> sa.Select[Any]:
            query = sa.select(table).where(table.c.id == sa.bindparam("id"))
            return query.with_for_update() if lock else query

        found = statements.of((name, table.name), clause).rows(connection, {"id": id})
        return found[0] if found else None


class StoredWorld(World):
    """Records by machine and id over one connection; begun anew for every unit of work."""

    __slots__ = (
        "_changed",
        "_connection",
        "_deleted",
        "_first",
        "_locked",
        "_new",
        "_statements",
        "_stored",
        "_versions",
        "_waits",
        "moves",
        "unused",
    )

    shared = True

    def __init__(self, machines: Mapping[str, Machine], statements: Statements) -> None:
        super().__init__(machines)
        self._statements = statements
        self._stored = {id: StoredTable(self, Rows(machine)) for id, machine in machines.items()}
        self.tables = self._stored  # type: ignore[assignment]
        self._connection: Connection | None = None
        self._versions: dict[Key, int] = {}
        self._first: dict[Key, int] = {}
        self._new: dict[Key, Record] = {}
        self._changed: dict[Key, set[str]] = {}
        self._locked: set[Key] = set()
        self._waits = False
        self.unused: set[str] = set()
        self.moves: list[tuple[str, str, Timestamp, str | None, str]] = []

    def begin(self, connection: Connection) -> None:
        """Forgets everything: from now on rows are read over this connection."""
        self._connection = connection
        # A unit that writes to SQLite has the whole store to itself.
        writing = connection.get_execution_options().get("virel_writing", False)
        self._waits = writing and connection.dialect.name == "postgresql"
        for table in self._stored.values():
            table.clear()
            table.absent.clear()
        for kept in (self._versions, self._first, self._new, self._changed, self._locked):
            kept.clear()
        self.moves.clear()
        self.unused.clear()
        self._journal.clear()
        self._recording = False

    @property
    def connection(self) -> Connection:
        """The connection of the unit."""
        assert self._connection is not None
        return self._connection

    def rows(self, machine: str) -> Rows:
        """How a machine's rows are read."""
        return self._stored[machine].rows

    def version(self, machine: str, id: str) -> int:
        """The version of a row as it stands in this unit; 0 of one that it did not read."""
        return self._versions.get((machine, id), 0)

    def risen(self) -> dict[Key, tuple[int, int]]:
        """The version that each row had before this unit and has now, of those that it found and has changed so far."""
        self.flush()
        found = {key: (first, self._versions[key]) for key, first in self._first.items()}
        return {key: (first, now) for key, (first, now) in found.items() if now > first}

    def lock(self, machine: str, id: str) -> Record | None:
        """The record, its row locked until the unit ends.

        Raises ChangedMeanwhileError where the unit has read it before and it is another by now.
        """
        table, key = self._stored[machine], (machine, id)
        if not self._waits or key in self._new or key in self._locked:
            return table.loaded(id) or self.read(table, id, lock=True)
        if machine in STACKS and (record := table.get(id)) is not None:
            self._lock_owner(machine, record)
        found = self.read(table, id, lock=True)
        if found is not None:
            self._locked.add(key)
        return found

    def _lock_owner(self, machine: str, record: Record) -> None:
        """Locks what an entity of a stack stands on."""
        relation = STACKS.get(machine)
        owner = record.get(relation) if relation is not None and self._waits else None
        if relation is not None and owner is not None:
            self.lock(self._stored[machine].rows.machine.relations[relation].machine, owner)

    def read(self, table: StoredTable, id: str, *, lock: bool = False) -> Record | None:
        """Reads a row into its table; None where there is none."""
        row = table.fetch(self.connection, self._statements, id, lock)
        return None if row is None else self.take(table.rows.machine.id, row)

    def take(self, machine: str, row: Any, *, whole: bool = True) -> Record:
        """The record of a row that was read by a query of one's own; one that is known already stays as it is.

        A row that is not ``whole``, since what its reader may not see was left out, is told and not kept: whoever asks
        for the entity next is not to take what is hidden for missing. Raises ChangedMeanwhileError where the row is no
        longer the one that is known.
        """
        table = self._stored[machine]
        record, version = table.rows.record(row)
        known = table.loaded(record["id"])
        if known is not None:
            if self._versions[machine, record["id"]] != version:
                raise ChangedMeanwhileError("a row was changed between two looks at it")
            return known
        if whole:
            dict.__setitem__(table, record["id"], record)
        self._versions[machine, record["id"]] = version
        return record

    def inverse(self, machine: str, relation: str, id: str) -> list[Record]:
        """The records of ``machine`` whose ``relation`` is ``id``, oldest first."""
        if STACKS.get(machine) == relation:
            self._lock_owner(machine, {relation: id})
        table = self._stored[machine]
        columns = table.rows.table.c

        def clause() -> Any:
            query = sa.select(table.rows.table).where(columns[relation] == sa.bindparam("id"))
            return query.order_by(columns.created_at, columns.id)

        select = self._statements.of(("inverse", machine, relation), clause)
        found = {record["id"]: record for record in self._taken(machine, select(self.connection, {"id": id}))}
        for (kind, other), _ in (*self._new.items(), *self._changed.items()):
            record = table.loaded(other) if kind == machine else None
            if record is not None:
                found[other] = record
        matching = [record for record in found.values() if record.get(relation) == id]
        return sorted(matching, key=lambda record: (record.get("created_at", 0), record["id"]))

    def _taken(self, machine: str, rows: Any) -> Iterator[Record]:
        return (self.take(machine, row) for row in rows.fetchall())

    def taken(self, slot: Slot, id: str, start: int, end: int) -> bool:
        """Whether an entity of the slot takes ``id`` at some instant of the half-open time."""
        table = self._stored[slot.machine]
        columns = table.rows.table.c

        def clause() -> Any:
            states = sorted(slot.states)
            query = sa.select(table.rows.table).where(columns[slot.relation] == sa.bindparam("id"))
            query = query.where(sa.or_(*(columns.status == sa.literal_column(f"'{state}'") for state in states)))
            return query.where(columns.starts_at < sa.bindparam("end"), columns.ends_at > sa.bindparam("start"))

        select = self._statements.of(("taken", slot), clause)
        values = {"id": id, "start": start // 1000, "end": -(-end // 1000)}
        found = {record["id"]: record for record in self._taken(slot.machine, select(self.connection, values))}
        for kind, other in (*self._new, *self._changed):
            record = table.loaded(other) if kind == slot.machine else None
            if record is not None:
                found[other] = record
        return any(
            record.get(slot.relation) == id
            and record.get("status") in slot.states
            and record["starts_at"] < end
            and record["ends_at"] > start
            for record in found.values()
        )

    def alike(self, machine: str, about: str, reason: str) -> Iterable[Record]:
        """The entities of a machine that have this reason and are about that entity."""
        table = self._stored[machine]
        columns = table.rows.table.c

        def clause() -> Any:
            query = sa.select(table.rows.table).where(columns.about == sa.bindparam("about"))
            return query.where(columns.reason == sa.bindparam("reason"))

        select = self._statements.of(("alike", machine), clause)
        values = {"about": about, "reason": reason}
        found = {record["id"]: record for record in self._taken(machine, select(self.connection, values))}
        for kind, other in (*self._new, *self._changed):
            record = table.loaded(other) if kind == machine else None
            if record is not None:
                found[other] = record
        return [one for one in found.values() if (one.get("about"), one.get("reason")) == (about, reason)]

    def count_moves(self, machine: str, id: str, name: str, since: Timestamp) -> int:
        """How often the entity took the transition ``name``, or came into the state ``name``, after ``since``."""

        def clause() -> Any:
            columns = EVENTS.c
            query = sa.select(sa.func.count()).select_from(EVENTS)
            query = query.where(columns.machine == sa.bindparam("machine"), columns.subject == sa.bindparam("id"))
            query = query.where(columns.time > sa.bindparam("since"))
            named: sa.BindParameter[str] = sa.bindparam("name")
            return query.where(sa.or_(columns.transition == named, columns.state == named))

        count = self._statements.of("count_moves", clause)
        values = {"machine": machine, "id": id, "since": micro(since), "name": name}
        stored: int = count(self.connection, values).scalar()
        unwritten = sum(
            1
            for kind, other, time, transition, state in self.moves
            if kind == machine and other == id and time > since and name in (transition, state)
        )
        return stored + unwritten

    def create(self, machine: str, record: Record) -> None:
        """Adds an entity. Raises ValueError where there is one of that id."""
        table, id = self._stored[machine], record["id"]
        if id in table:
            raise ValueError(f'{machine} "{id}" exists already')
        if self._recording:
            self._journal.append((self._forget, machine, id))
        dict.__setitem__(table, id, record)
        table.absent.discard(id)
        self._new[machine, id] = record

    def change(self, machine: str, record: Record, name: str, value: Any) -> None:
        """Sets a field or relation; None removes it."""
        if machine in STACKS:
            self._lock_owner(machine, record)
        key = (machine, record["id"])
        if self._recording:
            self._journal.append((self._put_back, key, record, name, record.get(name)))
        if value is None:
            record.pop(name, None)
        else:
            record[name] = value
        if key not in self._new:
            self._changed.setdefault(key, set()).add(name)

    def identify(self, id: str) -> str:
        """Takes an id that is made of the unit's own events, so that no row can have it: none is looked for."""
        self.unused.add(id)
        return id

    def moved(self, machine: str, id: str, time: Timestamp, transition: str | None, state: str) -> None:
        """Notes a move for ``count_moves``, until its event is written."""
        self.moves.append((machine, id, time, transition, state))
        if self._recording:
            self._journal.append((self.moves.pop,))

    def _forget(self, machine: str, id: str) -> None:
        dict.__delitem__(self._stored[machine], id)
        self._new.pop((machine, id), None)
        self._versions.pop((machine, id), None)

    @staticmethod
    def _put_back(key: Key, record: Record, name: str, earlier: Any) -> None:
        if earlier is None:
            record.pop(name, None)
        else:
            record[name] = earlier

    def write(self) -> None:
        """Writes what changed within a savepoint of the database. Raises RefusedError where a constraint refuses it."""
        if not self._new and not self._changed:
            return
        versions = dict(self._versions)
        try:
            self.flush(savepoint=True)
        except ConflictError as conflict:
            self.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT run")
            self._versions = versions
            winner = winner_of(self.connection, conflict)
            raise RefusedError("", str(conflict) if winner is None else f"{conflict}, by {winner}") from conflict

    def rollback(self) -> None:
        """Ends the savepoint and takes every change since back; what was written before it stays written."""
        super().rollback()
        self._new.clear()
        self._changed.clear()

    def flush(self, *, savepoint: bool = False) -> None:
        """Writes what is new and what changed. Raises ConflictError where a constraint refuses it, and
        ChangedMeanwhileError where a row is no longer the one that was read.
        """
        if not self._new and not self._changed:
            return
        batch = Batch(self.connection)
        if savepoint:
            batch.plain("SAVEPOINT run")
        for (machine, id), record in self._new.items():
            rows = self._stored[machine].rows
            insert = self._statements.of(("insert", machine), rows.table.insert, rows.columns)
            batch.add(insert, {**rows.row(record), "version": 1})
            self._versions[machine, id] = 1
        for (machine, id), names in self._changed.items():
            self._update(batch, machine, id, names)
        if savepoint:
            batch.plain("RELEASE SAVEPOINT run")
        try:
            good = batch.send()
        except IntegrityError as refused:
            raise self._conflict(refused) from refused
        if not good:
            raise ChangedMeanwhileError("a row is no longer the one that was read")
        self._new.clear()
        self._changed.clear()

    def _conflict(self, refused: IntegrityError) -> ConflictError:
        """What was refused, with the row that was to be written: the first of the table that the database names."""
        conflict = conflict_of(refused)
        for machine, id in (*self._new, *self._changed):
            rows = self._stored[machine].rows
            if conflict.table in ("", rows.table.name):
                conflict.machine, conflict.row = machine, {"id": id, **rows.row(self._stored[machine][id])}
                break
        return conflict

    def _update(self, batch: Batch, machine: str, id: str, names: set[str]) -> None:
        rows = self._stored[machine].rows
        record, version = self._stored[machine][id], self._versions[machine, id]
        values = rows.row(record, sorted(names))
        table = rows.table

        def clause() -> Any:
            update = sa.update(table).where(table.c.id == sa.bindparam("its_id"))
            update = update.where(table.c.version == sa.bindparam("from_version"))
            return update.values({name: sa.bindparam(name) for name in (*values, "version")})

        update = self._statements.of(("update", machine, tuple(values)), clause)
        bound = {**values, "version": version + 1, "its_id": id, "from_version": version}
        batch.add(update, bound, touches=1)
        if version:
            self._first.setdefault((machine, id), version)
        self._versions[machine, id] = version + 1


__all__ = ["ChangedMeanwhileError", "Key", "StoredWorld", "dumped"]
