"""The road over the store: the engine's own, on rows instead of a virtual world, within one transaction.

A road serves one unit of work after the other and is never shared between threads; ``begin`` and ``finish`` enclose a
unit. What rules saw when they were judged is kept with their runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from app.records.events import EVENTS
from app.road.audit import AuditWriter
from app.road.caller import Caller
from app.road.clocks import NoAgenda, StoredClocks
from app.road.effects import leaving
from app.road.journal import Journal
from app.road.rows import INSTANTS, micro
from app.road.waiting import StoredDelays, StoredDwelling, StoredTimers
from app.road.world import StoredWorld
from app.store.statements import Statements, dumped
from engine.automation.index import Verdict
from engine.automation.model import Bound, Effect
from engine.automation.scope import SCHEDULE_EVENT
from engine.catalog import Catalog
from engine.conditions.explain import Explanation
from engine.conditions.values import Timestamp
from engine.events.envelope import WireEvent, decode
from engine.machines.readers import Reader
from engine.machines.records import UnfitValue, as_json
from engine.simulation.events import Chain, Event, actor_facts
from engine.simulation.fold import CreatedChanges
from engine.simulation.ledger import Ledger
from engine.simulation.road import Road
from engine.simulation.world import Record
from engine.sla.model import Policy

Traced = tuple[Bound, tuple[object, ...]]
Risen = Mapping[tuple[str, str], tuple[int, int]]
"""By machine and id: the version of an entity before a unit of work, and after it."""
SETTING = ("set_field", "assign")
"""Actions that set fields, of which one ``X.updated`` tells at the end of their run."""


class Catalogs(Protocol):
    """The catalogs of earlier releases, and roads over them."""

    def catalog(self, release: int) -> Catalog:
        """The catalog of a release."""

    def take(self, release: int) -> StoredRoad:
        """A road over a release that nobody else walks; to be given back."""

    def give_back(self, road: StoredRoad) -> None:
        """Gives a road back."""


class RunLedger(Ledger):
    """Hands the effects of each run on to the road."""

    def __init__(self) -> None:
        super().__init__()
        self.listening = True
        self.effects: dict[tuple[str, str], list[tuple[int, Effect]]] = {}

    def ran(self, bound: Bound, event: Event, effects: Any, shadow: bool, now: Timestamp) -> None:
        """Takes what one run did."""
        self.effects[event.id, bound.rule.id] = list(effects)
        if not shadow:
            self.stands(bound, event, effects)

    def stands(self, bound: Bound, event: Event, effects: Any) -> None:
        """What is performed, and no shadow; the road puts its own in place of this."""


class StoredRoad(Road):
    """One release at work on the store. ``undo_window`` is how long the outward effects of the unit wait, in microseconds.

    ``own`` are the caller's changes before this unit, in order, of whose outcome they did not hear: who knew an entity
    before one of them is taken to know it after.
    """

    def __init__(
        self,
        catalog: Catalog,
        release: int,
        releases: Catalogs,
        statements: Statements,
        key: bytes,
        prepared: dict[Any, Any],
    ) -> None:
        ledger = RunLedger()
        world = StoredWorld(catalog.machines, statements)
        super().__init__(catalog, ledger, world, on_event=self._stands, strict=True)
        self.store = world
        self.release = release
        self.statements = statements
        self.prepared = prepared
        self.identity = lambda chain: world.identify(entity_id(chain))
        self.releases = releases
        self.undo_window = 0
        self.journal = Journal(statements, AuditWriter(statements, key), world)
        self.delays: StoredDelays = StoredDelays(self)
        self.timers: StoredTimers = StoredTimers(self)
        self.dwelling: StoredDwelling = StoredDwelling(self)
        self.agenda = NoAgenda()
        self.clocks: StoredClocks = StoredClocks(self)
        self.runs_ledger = ledger
        ledger.stands = self._leave  # type: ignore[method-assign]
        self.on_met = self._met
        self.on_run = self._ran
        self.first: Event | None = None
        self.own: list[Risen] = []
        self._traces: dict[tuple[str, str], Traced] = {}

    @property
    def connection(self) -> Connection:
        """The connection of the unit."""
        return self.store.connection

    def begin(self, connection: Connection, caller: Caller, now: Timestamp) -> None:
        """Begins a unit of work."""
        self.store.begin(connection)
        self.journal.begin(caller, now, self.release)
        self.delays.begin()
        self.clocks.begin()
        self.now = now
        self.first = None
        self.own.clear()
        self._queue.clear()
        self._traces.clear()
        self.runs_ledger.effects.clear()

    def of_unit(self, event: Event) -> Event:
        """A root event as part of the unit: all that one request does has one root, and is undone together."""
        if self.first is None:
            self.first = event
        else:
            event.root, event.cause, event.chain = self.first.root, self.first.id, self.first.chain
            event.chain.grow()
        return event

    def finish(self) -> None:
        """Writes what is left to write; the transaction may then be committed."""
        self.store.flush()
        self.clocks.write()
        self.journal.write(self.connection)

    def _stands(self, event: Event) -> None:
        self.journal.event(event)

    def _met(self, event: Event, subject: Record | None, before: Record | None, verdicts: list[Verdict]) -> None:
        """Reads what the conditions of met and errored rules saw, while it is there to be seen."""
        frame = (event, subject, before, self.now, event.actor, self.world)
        for _, bound, _ in verdicts:
            if bound.condition is not None:
                self._traces[event.id, bound.rule.id] = (bound, bound.condition.own_reads.read(*frame))

    def _ran(self, bound: Bound, event: Event, outcome: str, reason: str | None) -> None:
        effects = self.runs_ledger.effects.pop((event.id, bound.rule.id), [])
        text = bound.rule.text
        self.journal.runs.append(
            {
                "rule": text.id,
                "version": text.version,
                "release": self.release,
                "event": event.id,
                "root": event.root,
                "machine": bound.subject,
                "entity": event.subject or None,
                "at": micro(self.now),
                "verdict": "errored" if outcome == "errored" and not self._was_met(bound, event) else "met",
                "outcome": outcome,
                "run_key": self.delays.key if outcome in ("performed", "shadowed") else None,
                "trace": dumped(self._trace(bound, event)),
                "effects": dumped([_kept(index, effect) for index, effect in effects]),
                "reason": reason,
            }
        )
        self.delays.key = None

    def _was_met(self, bound: Bound, event: Event) -> bool:
        explanation = self._explanation(bound, event)
        return explanation is None or explanation.verdict == "met"

    def _explanation(self, bound: Bound, event: Event) -> Explanation | None:
        traced = self._traces.get((event.id, bound.rule.id))
        if traced is None or bound.condition is None:
            return None
        return bound.condition.explain_from(traced[1], bound.condition.own_reads)

    def _trace(self, bound: Bound, event: Event) -> list[dict[str, Any]] | None:
        explanation = self._explanation(bound, event)
        return None if explanation is None else [as_json(line.as_json()) for line in explanation.lines]

    def _leave(self, bound: Bound, event: Event, effects: Any) -> None:
        """Outward effects of a run that stands become rows of the outbox."""
        for number, effect in effects:
            row = leaving(self, bound, event, number, effect)
            if row is not None:
                self.journal.outbox.append(row)

    def length(self, root: str) -> int:
        """How many events of a root are stored."""

        def clause() -> Any:
            return sa.select(sa.func.count()).select_from(EVENTS).where(EVENTS.c.root == sa.bindparam("root"))

        found: int = self.statements.of("length", clause)(self.connection, {"root": root}).scalar()
        return found

    def event(self, id: str) -> Event:
        """A stored event as rules saw it; its chain is as long as it is by now. Raises KeyError where there is none."""

        def clause() -> Any:
            return sa.select(EVENTS.c.body).where(EVENTS.c.id == sa.bindparam("id"))

        row = self.statements.of("body", clause)(self.connection, {"id": id}).fetchone()
        if row is None:
            raise KeyError(id)
        return self.typed(decode(row[0].encode()))

    def knows(self, id: str) -> bool:
        """Whether an event of this id is stored."""

        def clause() -> Any:
            return sa.select(EVENTS.c.seq).where(EVENTS.c.id == sa.bindparam("id"))

        return self.statements.of("known", clause)(self.connection, {"id": id}).fetchone() is not None

    def record_of(self, machine: str, values: Mapping[str, Any]) -> Record:
        """A record that was kept as JSON, with typed values; fields that are declared no longer are left out."""
        reader = self.catalog.readers[machine]
        found: Record = {name: values[name] for name in ("id", "status") if name in values}
        for name in INSTANTS:
            if name in values:
                found[name] = Timestamp.parse(values[name])
        for name, value in values.items():
            try:
                found.setdefault(name, reader.value(name, value))
            except (KeyError, UnfitValue):
                continue
        return found

    def typed(self, wire: WireEvent) -> Event:
        """An event of the store with typed values."""
        kind = self.kinds[wire.type]
        data: Mapping[str, Any] = kind.reader.read(wire.data) if kind.reader is not None else dict(wire.data)
        if wire.type == SCHEDULE_EVENT:
            data = {**data, "due": Timestamp.parse(str(data["due"]))}
        changes: Mapping[str, Any] = {}
        if kind.machine is not None:
            reader = self.catalog.readers[kind.machine.id]
            changes = {name: _pair(reader, name, pair) for name, pair in wire.changes.items()}
        if kind.name == "created" and kind.machine is not None:
            born = dict.fromkeys(INSTANTS, wire.time)
            status = data.get("status", kind.machine.initial)
            changes = CreatedChanges({**data, "id": wire.subject, "status": status, **born})
        root = wire.root or wire.id
        chain = Chain()
        chain.events = max(1, self.length(root))
        actor = actor_facts(wire.actor, {})
        return Event(
            wire.id,
            wire.type,
            wire.subject,
            wire.time,
            data,
            source=wire.source,
            changes=changes,
            cause=wire.cause,
            root=root,
            depth=wire.depth,
            actor=actor,
            chain=chain,
        )

    def policy(self, id: str, release: int) -> Policy:
        """An SLA policy as a release had it; the newest where that release is no longer at hand."""
        if release == self.release:
            return self.catalog.policies[id]
        return self.releases.catalog(release).policies.get(id) or self.catalog.policies[id]


def entity_id(chain: str) -> str:
    """The id of an entity that a rule makes, from the chain that made it: a UUIDv8 over its hash (RFC 9562, 5.8).

    A replay of the same events makes the same ids.
    """
    raw = bytearray(sha256(chain.encode()).digest()[:16])
    raw[6] = (raw[6] & 0x0F) | 0x80
    raw[8] = (raw[8] & 0x3F) | 0x80
    return str(UUID(bytes=bytes(raw)))


def _pair(reader: Reader, name: str, pair: tuple[Any, Any]) -> tuple[Any, Any]:
    try:
        before, after = (None if value is None else reader.value(name, value) for value in pair)
    except KeyError:  # a state, or a field that is declared no longer
        return pair
    return before, after


def _kept(index: int, effect: Effect) -> Mapping[str, Any]:
    """An effect as its run keeps it: by which action of the rule, and what it set, beside what is shown."""
    found: dict[str, Any] = {"action": effect.action, **as_json(dict(effect.keys)), "index": index}
    if effect.id is not None:
        found["id"] = effect.id
    if effect.action in SETTING:
        found["sets"] = [effect.machine, as_json(effect.value)]
    return found
