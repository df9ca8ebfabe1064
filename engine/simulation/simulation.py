"""The road of events in memory, on a virtual clock. Nothing here reads a clock, writes a row or opens a socket."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from engine.catalog import Catalog
from engine.conditions.values import Timestamp
from engine.events.envelope import WireEvent
from engine.machines.records import UnfitValue
from engine.simulation.agenda import Agenda, Entry
from engine.simulation.clocks import Clocks
from engine.simulation.delays import MemoryDelays
from engine.simulation.dwelling import Dwelling
from engine.simulation.events import UNDO_SOURCE, Event, Kind, actor_facts, is_import
from engine.simulation.ledger import Ledger, Outcome
from engine.simulation.road import Judged, Road, Values, Watcher
from engine.simulation.schedules import Schedules
from engine.simulation.timers import Timers
from engine.simulation.world import FINGERPRINTED, World

REMEMBERED = 1_000
"""How many cancelled waits an undo can bring back; it comes within seconds."""
__all__ = ["Judged", "Simulation", "Values", "Watcher"]


class Simulation(Road):
    """One catalog at work on a virtual clock.

    ``slim`` keeps no records of entities that no document reads, or only rules about their creation (the tasks of a
    long backtest). One that is not ``reversible`` is given no event that undoes a chain, and remembers nothing for it.
    """

    def __init__(
        self,
        catalog: Catalog,
        ledger: Ledger,
        *,
        slim: bool = False,
        watch: Watcher | None = None,
        on_event: Callable[[Event], None] | None = None,
        ticks_in_log: frozenset[str] = frozenset(),
        strict: bool = False,
        reversible: bool = True,
    ) -> None:
        needs = catalog.needs
        world = World(catalog.machines, needs.inverses, needs.pasts)
        kept = FINGERPRINTED if slim else catalog.machines
        unread, passing = needs.unread.difference(kept), needs.passing.difference(kept)
        super().__init__(
            catalog, ledger, world, unread=unread, passing=passing, watch=watch, on_event=on_event, strict=strict
        )
        self.agenda = Agenda()
        self.delays: MemoryDelays = MemoryDelays(self)
        self.timers = Timers(self)
        self.dwelling: Dwelling = Dwelling(self)
        self.clocks = Clocks(self, reversible=reversible)
        self.schedules = Schedules(self, ticks_in_log)
        self.undone: set[str] = set()
        self._dropped: deque[tuple[str, Entry]] = deque(maxlen=REMEMBERED)
        self._started = False

    def cancel(self, entry: Entry, root: str) -> None:
        """Cancels what waits, for as long as the chain ``root`` is not undone."""
        entry.cancelled = True
        self._dropped.append((root, entry))

    def undo(self, root: str) -> None:
        """What a chain began to wait for, it waits for no longer; what it cancelled waits again; its runs count no more.

        What its events did to entities their compensating events make good.
        """
        if root in self.undone:
            return
        self.undone.add(root)
        self.delays.undo(root)
        for dropped, entry in self._dropped:
            if dropped == root and self.agenda.holds(entry):
                entry.cancelled = False

    def take(self, wire: WireEvent, read: Values | None = None) -> Outcome:
        """Takes a root event: what falls due before it, then the event itself and everything that follows.

        ``read`` are the event's values where another simulation of equal machines has read them already.
        """
        time = wire.time
        self.read = None
        if not self._started:
            self.begin(time)
        elif time > self.now:
            self.advance(time, including=False)
            self.now = time
        kind = self.kinds[wire.type]
        try:
            self.fold.seed(wire, self.given)
        except UnfitValue as problem:
            return Outcome("skipped", f"facts: {problem}")
        if self.clocks.fresh:
            self.clocks.prime()
        if kind.machine is None:
            if self.schedules.is_tick(wire):
                self.schedules.tick_from_log(wire)
                return Outcome("applied")
            return Outcome("skipped", f'no machine declares the event "{wire.type}"')
        try:
            event = self._event(wire, kind, read)
        except UnfitValue as problem:
            if wire.type.endswith(".status_changed"):
                self.ledger.machine(kind.machine.id).diverged += 1
                return Outcome("diverged", str(problem))
            return Outcome("skipped", str(problem))
        if wire.source == UNDO_SOURCE:
            self.undo(event.root)
        outcome, subject, before = self.fold.root(event, kind, is_import(wire))
        if wire.source == UNDO_SOURCE:
            if subject is not None and kind.clocked:
                self.clocks.see(event, kind, subject, before)
            return outcome
        if outcome.result in ("applied", "refused"):
            self.judge(event, kind, subject, before)
            if kind.transition is not None and subject is not None:
                self.runs.follow_transition(event, kind, subject)
            self.settle()
        return outcome

    def settle(self) -> None:
        """As on every road; what was made in passing is then let go."""
        super().settle()
        self.fold.let_go()

    def begin(self, time: Timestamp) -> None:
        """Sets the clock; schedules tick from here on."""
        self._started = True
        self.now = time
        self.schedules.start(time)

    def given(self, machine: str, id: str, values: Mapping[str, Any], time: Timestamp) -> None:
        """Adds an entity that exists already; its dwell times count from ``status_since``. Raises UnfitValue."""
        record = self.fold.add(self.catalog.machines[machine], id, values, time)
        self.dwelling.given(machine, record, time)
        self.clocks.given(machine, record)

    def _event(self, wire: WireEvent, kind: Kind, read: Values | None) -> Event:
        if read is None:
            assert kind.reader is not None
            assert kind.machine is not None
            values = kind.reader.read(wire.data) if wire.data else {}
            read = (values, self._changes(wire.changes, kind.machine.id) if wire.changes else {})
        self.read = read
        data, changes = read
        return Event(
            wire.id,
            wire.type,
            wire.subject,
            wire.time,
            data,
            source=wire.source,
            changes=changes,
            cause=wire.cause,
            root=wire.root or "",
            depth=0,
            actor=actor_facts(wire.actor, self.world.tables.get("user", {})),
        )

    def _changes(self, changes: Mapping[str, tuple[Any, Any]], machine: str) -> dict[str, Any]:
        reader = self.catalog.readers[machine]
        typed: dict[str, Any] = {}
        for name, (before, after) in changes.items():
            try:
                typed[name] = (
                    None if before is None else reader.value(name, before),
                    None if after is None else reader.value(name, after),
                )
            except KeyError:
                continue
        return typed

    def advance(self, to: Timestamp, *, including: bool) -> None:
        """Lets everything happen that falls due before ``to`` (or at it, when ``including``)."""
        agenda = self.agenda
        if self.clocks.fresh:
            self.clocks.prime()
        while (due := agenda.next_due()) is not None and (due < to or (including and due == to)):
            entry = agenda.pop()
            if not entry.stands():
                continue
            self.now = max(self.now, due)
            entry.perform()
            self.settle()
        self.now = max(self.now, to)
