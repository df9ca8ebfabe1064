"""The road of one event in memory: apply, judge, perform, follow up. Source: the language, "Order of things".

Candidates are judged on the facts just after their event; the actions of those that are met then meet the state as it
is by then, in rule order; follow-ups come breadth first. Nothing here reads a clock, writes a row or opens a socket.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.automation.index import Verdict
from engine.automation.model import Action, Bound
from engine.catalog import Catalog
from engine.conditions.values import Timestamp
from engine.events.envelope import WireEvent
from engine.machines.records import UnfitValue
from engine.simulation.agenda import Agenda
from engine.simulation.clocks import Clocks
from engine.simulation.dwelling import Dwelling
from engine.simulation.events import Event, Kind, Kinds, actor_facts, is_import
from engine.simulation.fold import Fold
from engine.simulation.ledger import Ledger, Outcome
from engine.simulation.runs import Runs
from engine.simulation.schedules import Schedules
from engine.simulation.world import Record, World
from engine.sla.clock import Clock

Judged = tuple[Event, Record | None, Record | None, list[Verdict]]
Values = tuple[Mapping[str, Any], Mapping[str, Any]]
Watcher = Callable[[Event, "Record | None", "Record | None", Sequence[Bound]], Callable[[], None]]


class Simulation:
    """One catalog at work on a virtual clock.

    ``slim`` keeps no records of entities that no document reads (the tasks of a long backtest). ``watch`` is called
    with every event just after it was applied, and the rules that are judged on it; what it returns is called once it
    is certain that the event stands. ``on_event`` is called with every event that this simulation derived, and
    ``on_clock``, where somebody sets it, with every SLA clock that ends and its id. ``strict``
    holds root events to everything a person's request must meet; a log's are taken as having met it.
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
    ) -> None:
        needs = catalog.needs
        self.catalog = catalog
        self.ledger = ledger
        self.world = World(catalog.machines, needs.inverses, needs.pasts)
        self.now = Timestamp(0)
        self.agenda = Agenda()
        self.kinds = Kinds(catalog)
        self.watch = watch
        self.on_event = on_event
        self.strict = strict
        self.read: Values | None = None
        self.on_refusal: Callable[[str], None] | None = None
        self.on_move: Callable[[str, str], None] | None = None
        self.on_clock: Callable[[Clock, str], None] | None = None
        self.on_delay: Callable[[Bound, Action, Event, Record | None, Record | None], None] | None = None
        self._queue: deque[Judged] = deque()
        self.dwelling = Dwelling(self)
        self.fold = Fold(self, needs.unread if slim else frozenset())
        self.runs = Runs(self)
        self.clocks = Clocks(self)
        self.schedules = Schedules(self, ticks_in_log)
        self._started = False

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
            self.fold.seed(wire)
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
        outcome, subject, before = self.fold.root(event, kind, is_import(wire))
        if outcome.result in ("applied", "refused"):
            self.judge(event, kind, subject, before)
            if kind.transition is not None and subject is not None:
                self.runs.follow_transition(event, kind, subject)
            self.settle()
        return outcome

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

    def judge(self, event: Event, kind: Kind, subject: Record | None, before: Record | None) -> None:
        """Judges the rules bound to an event on the facts as they are now, and queues those that are met."""
        matcher = kind.matcher
        if kind.clocked and subject is not None and (event.changes or kind.attentive):
            self.clocks.see(event, kind, subject, before)
        if self.watch is not None:
            self.watch(event, subject, before, matcher.rules if matcher is not None else ())()
        if matcher is None:
            return
        kind.judged += 1
        verdicts = matcher.match(event, subject, before, self.now, event.actor, self.world)
        if verdicts:
            self._queue.append((event, subject, before, verdicts))

    def enqueue(self, judged: Judged) -> None:
        """Queues verdicts reached while an action was performed."""
        self._queue.append(judged)

    def settle(self) -> None:
        """Performs what is queued, breadth first, until nothing follows."""
        queue = self._queue
        while queue:
            event, subject, before, verdicts = queue.popleft()
            self.runs.all(event, subject, before, verdicts)

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
