"""What a unit of work leaves behind beside the entities' rows: events, audit, runs of rules, what waits, what leaves.

All of it is gathered while the road is walked and written in one go at its end, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from app.records.events import EVENTS
from app.road.audit import AuditWriter, Entry
from app.road.caller import Caller
from app.road.rows import micro
from app.road.world import ChangedMeanwhileError, StoredWorld
from app.store.journal import PENDING, RUNS
from app.store.statements import Batch, Statements, dumped
from app.store.waiting import OUTBOX, TIMERS
from engine.conditions.values import Timestamp
from engine.events.envelope import Actor, WireEvent, encode
from engine.machines.records import as_json
from engine.simulation.events import Event

RUN_COLUMNS = [column.name for column in RUNS.columns if column.name != "number"]
TIMER_COLUMNS = [column.name for column in TIMERS.columns if column.name not in ("number", "again")]
OUTBOX_COLUMNS = [column.name for column in OUTBOX.columns if column.name != "number"]
EVENT_COLUMNS = [column.name for column in EVENTS.columns if column.name != "seq"]
PENDING_COLUMNS = [column.name for column in PENDING.columns if column.name != "number"]
SOURCE = "virel"


@dataclass(slots=True)
class Journal:
    """The journal of one unit of work."""

    statements: Statements
    audit: AuditWriter
    world: StoredWorld
    release: int = 0
    caller: Caller = field(default_factory=lambda: Caller({"id": "", "roles": [], "queues": []}))
    now: Timestamp = field(default_factory=lambda: Timestamp(0))
    events: list[tuple[WireEvent, dict[str, Any]]] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)
    timers: list[dict[str, Any]] = field(default_factory=list)
    outbox: list[dict[str, Any]] = field(default_factory=list)

    def begin(self, caller: Caller, now: Timestamp, release: int) -> None:
        """Forgets everything and begins anew."""
        self.caller, self.now, self.release = caller, now, release
        for kept in (self.events, self.entries, self.runs, self.timers, self.outbox):
            kept.clear()

    def event(self, event: Event, reason: str | None = None) -> None:
        """Notes an event that stands, and its audit entry: there is no other way to write either."""
        machine, _, name = event.type.partition(".")
        created = name == "created"
        changes = {} if created else as_json(dict(event.changes))
        data = as_json(dict(event.data))
        actor = event.actor
        wire = WireEvent(
            id=event.id,
            type=event.type,
            time=event.time,
            source=event.source,
            subject=event.subject,
            data=data,
            cause=event.cause,
            root=None if event.root == event.id else event.root,
            depth=event.depth,
            actor=Actor(str(actor["id"]), list(actor["roles"]), list(actor["queues"])) if actor["id"] else None,
            release=self.release,
            changes=changes,
        )
        moved = changes.get("status")
        row = {
            "id": wire.id,
            "type": wire.type,
            "machine": machine,
            "subject": wire.subject,
            "time": micro(wire.time),
            "root": wire.root or wire.id,
            "release": self.release,
            "transition": data.get("transition") if name == "status_changed" else None,
            "state": moved[1] if moved and name == "status_changed" else None,
        }
        self.events.append((wire, row))
        shown = {field: (None, value) for field, value in data.items()} if created else changes
        given = reason if reason is not None else data.get("reason")
        actor_id = str(actor["id"]) or self.caller.id
        if event.subject and machine in self.world.tables:  # a tick of a schedule happens to no entity
            self.entries.append(
                Entry(machine, event.subject, micro(self.now), actor_id, event.type, "done", shown, given, event.id)
            )

    def refused(self, machine: str, entity: str, permission: str, reason: str) -> None:
        """Notes that the caller was refused something."""
        self.entries.append(
            Entry(machine, entity, micro(self.now), self.caller.id, permission, "refused", None, reason)
        )

    def write(self, connection: Connection) -> None:
        """Writes everything. Raises ChangedMeanwhileError where another unit was quicker."""
        of, batch = self.statements.of, Batch(connection)
        rows, known = [{**row, "body": encode(wire).decode()} for wire, row in self.events], self.world.tables
        written = (
            ("event", EVENTS, EVENT_COLUMNS, rows),
            ("pending", PENDING, PENDING_COLUMNS, [self._pending(row) for row in rows if row["machine"] in known]),
            ("run", RUNS, RUN_COLUMNS, self.runs),
            ("timer", TIMERS, TIMER_COLUMNS, self.timers),
            ("outbox", OUTBOX, OUTBOX_COLUMNS, self.outbox),
        )
        for name, table, columns, values in written:
            if values:
                insert = of(name, table.insert, columns)
                for row in values:
                    batch.add(insert, row)
        if self.entries:
            self.audit.add(batch, connection, self.entries, self.caller.request, self.caller.address)
        try:
            good = batch.send()
        except IntegrityError as error:
            raise ChangedMeanwhileError("another unit wrote the same") from error
        if not good:
            raise ChangedMeanwhileError("the audit of an entity has grown")

    def first_due(self) -> int | None:
        """When the first of what was left waiting is due, in microseconds; clocks are left to the sweep."""
        dues = [row["due"] for row in self.timers if row["state"] == "pending"]
        dues += [row["not_before"] for row in self.outbox]
        return min(dues, default=None)

    def _pending(self, row: Mapping[str, Any]) -> dict[str, Any]:
        machine, entity = row["machine"], row["subject"]
        version = self.world.version(machine, entity)
        return {"event": row["id"], "machine": machine, "entity": entity, "version": version, "at": micro(self.now)}


__all__ = ["SOURCE", "Journal", "dumped"]
