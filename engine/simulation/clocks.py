"""SLA clocks at work: opened, chosen anew and ended by events, warned of and missed by the agenda.

A clock is looked at only when an event touches its entity, or one that its policy's conditions read; between events it
waits on the agenda for its next instant. So the cost of an event does not grow with the clocks that are open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.automation.model import Bound
from engine.calendars.amount import Amount
from engine.conditions.condition import Condition
from engine.conditions.values import Duration, Timestamp
from engine.simulation.agenda import Entry
from engine.simulation.events import Event, Kind
from engine.sla.clock import Clock, Said, Track
from engine.sla.model import Policy, Step

if TYPE_CHECKING:
    from engine.simulation.simulation import Simulation
    from engine.simulation.world import Record


@dataclass(slots=True)
class Running:
    """An open clock on the agenda. ``opening`` is the event that opened it; ``late`` since when it was told late."""

    clock: Clock
    id: str
    record: Record
    opening: Event
    warned: bool = False
    late: Timestamp | None = None
    told: int = 0
    entry: Entry | None = None
    over: bool = False


States = tuple[bool | None, bool | None, bool | None, bool | None]
"""What start, cancel, stop and pause say."""


@dataclass(slots=True)
class Watch:
    """One policy with the clocks of all its entities; ``counts`` are of those that ended.

    ``warnings`` and ``breaches`` tell whether anybody hears of them: a clock that nobody waits for is not on the agenda.
    """

    policy: Policy
    fields: frozenset[str]
    tracks: dict[str, Track] = field(default_factory=dict)
    running: dict[str, Running] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    errored: int = 0
    always: bool = False
    by_state: bool = False
    states: dict[str, States] = field(default_factory=dict)
    aims: frozenset[str] = frozenset()
    warnings: bool = True
    breaches: bool = True


Heard = tuple[Watch, "Record", Said, Event]


class Clocks:
    """The clocks of one simulation."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._world = simulation.world
        self.watches: dict[str, Watch] = {}
        self._own: dict[str, list[Watch]] = {}
        self._related: dict[str, list[tuple[Watch, frozenset[str]]]] = {}
        self.fresh: list[tuple[str, Record]] = []
        for id, policy in sorted(simulation.catalog.policies.items()):
            watch = Watch(policy, policy.reads.fields.get(policy.entity, frozenset()))
            self.watches[id] = watch
            watch.always, watch.by_state, watch.aims = policy.reads.always, policy.by_state(), policy.aims()
            watch.warnings = self._heard(policy, "sla_warning") or policy.moment("warning") is not None
            watch.breaches = self._heard(policy, "sla_breached") or any(step.at != "warning" for step in policy.steps)
            self._own.setdefault(policy.entity, []).append(watch)
            for machine in policy.reads.ways:
                read = policy.reads.fields.get(machine, frozenset())
                self._related.setdefault(machine, []).append((watch, read))

    def _heard(self, policy: Policy, name: str) -> bool:
        simulation = self._simulation
        asked = simulation.on_event is not None or simulation.watch is not None
        return asked or simulation.kinds[f"{policy.entity}.{name}"].matcher is not None

    def given(self, machine: str, record: Record) -> None:
        """An entity that was there before anything happened: whatever holds of it opens no clock."""
        if machine in self._own:
            self.fresh.append((machine, record))

    def prime(self) -> None:
        """Notes what holds of the entities given so far, now that all of them are there."""
        now = self._simulation.now
        for machine, record in self.fresh:
            event = Event("", f"{machine}.created", record["id"], now, {})
            for watch in self._own[machine]:
                if record["id"] not in watch.tracks:
                    holds = self._judge(watch, watch.policy.start, record, event)
                    watch.tracks[record["id"]] = Track(watch.policy, holds)
        self.fresh.clear()

    def see(self, event: Event, kind: Kind, record: Record, before: Record | None) -> None:
        """Takes an event that stands, on the facts just after it."""
        heard = self.observe(event, kind, record, before)
        if heard:
            self.commit(heard)

    def observe(
        self, event: Event, kind: Kind, record: Record, before: Record | None, *, whole: bool = False
    ) -> list[Heard]:
        """What the policies that an event touches say just after it; nothing is changed but what ``start`` said.

        ``whole`` judges every condition, also where as things stand nothing would come of it.
        """
        assert kind.machine is not None
        machine, created = kind.machine.id, kind.name == "created"
        changes = event.changes
        found: list[Heard] = []
        for watch in self._own.get(machine, ()):
            if created or watch.always or not watch.fields.isdisjoint(changes):
                said = self._say(watch, record, event, before, changes, whole, created)
                if said is not None:
                    found.append((watch, record, said, event))
        for watch, fields in self._related.get(machine, ()):
            if not created and fields.isdisjoint(changes):
                continue
            table = self._world.tables[watch.policy.entity]
            for id in watch.policy.reads.readers(machine, record, changes, self._world):
                said = self._say(watch, table[id], event, None, None, whole, False)
                if said is not None:
                    found.append((watch, table[id], said, event))
        return found

    def commit(self, heard: list[Heard]) -> None:
        """Lets the clocks take what was said at events that stand."""
        for watch, record, said, event in heard:
            id = record["id"]
            clock = watch.tracks[id].see(said)
            if clock is None:
                continue
            running = watch.running.get(id)
            if running is None or running.clock is not clock:
                number = watch.tracks[id].opened
                running = Running(clock, f"{watch.policy.id}/{id}/{number}", record, event)
                watch.running[id] = running
            if clock.ended is not None:
                self._close(watch, running)
            else:
                self._arrange(watch, running)

    def _say(
        self,
        watch: Watch,
        record: Record,
        event: Event,
        before: Record | None,
        own: Mapping[str, Any] | None,
        whole: bool,
        created: bool,
    ) -> Said | None:
        """What a policy says of an entity; ``own`` are the entity's changes, None where another one's are the event."""
        start, cancel, stop, pause = self._states(watch, record, event)
        track = watch.tracks.get(record["id"])
        if track is None:
            # Of an entity whose beginning nobody told, what held before is judged on what it was before this event.
            earlier = None
            if not created:
                earlier = self._judge(watch, watch.policy.start, before, event) if before else start
            track = watch.tracks[record["id"]] = Track(watch.policy, earlier)
        said = Said(event.time, start, cancel, stop, pause, None, None, created)
        clock = track.clock
        running = clock is not None and clock.ended is None
        if not whole and not running and not track.opens(said):
            if start is not None:
                track.holds = start
            return None
        if cancel or stop:
            return said
        # Which target is in force is not asked again while none of its facts has changed.
        if whole or not running or watch.always or own is None or not watch.aims.isdisjoint(own):
            said.target, said.by = self._target(watch, record, event)
        return said

    def _states(self, watch: Watch, record: Record, event: Event) -> States:
        """What ``start``, ``cancel``, ``stop`` and ``pause`` say; asked once a state where they ask for nothing else."""
        known = watch.states.get(record.get("status", "")) if watch.by_state else None
        if known is not None:
            return known
        policy = watch.policy
        start = self._judge(watch, policy.start, record, event)
        cancel = policy.cancel is not None and self._judge(watch, policy.cancel, record, event)
        stop = policy.stop is not None and self._judge(watch, policy.stop, record, event)
        pause = policy.pause is not None and self._judge(watch, policy.pause, record, event)
        found = (start, cancel, stop, pause)
        if watch.by_state and None not in found:
            watch.states[record["status"]] = found
        return found

    def _target(self, watch: Watch, record: Record, event: Event) -> tuple[int | None, Timestamp | None]:
        """The first target whose condition holds: -1 where none does, None where that cannot be judged."""
        for number, target in enumerate(watch.policy.targets):
            if target.when is not None:
                verdict = self._judge(watch, target.when, record, event)
                if verdict is None:
                    return None, None
                if not verdict:
                    continue
            if target.by is None:
                return number, None
            by = target.by.value(event, record, None, event.time, event.actor, self._world)
            if isinstance(by, Timestamp):
                return number, by
            watch.errored += 1
            return number, None
        return -1, None

    def _judge(self, watch: Watch, condition: Condition, record: Record, event: Event) -> bool | None:
        verdict = condition.judge(event, record, None, event.time, event.actor, self._world)
        if verdict is True or verdict is False:
            return verdict
        watch.errored += 1
        return None

    def _close(self, watch: Watch, running: Running) -> None:
        clock = running.clock
        assert clock.ended is not None
        running.over = True
        if running.entry is not None:
            running.entry.cancelled = True
        del watch.running[running.record["id"]]
        state = clock.state(clock.ended)
        watch.counts[state] = watch.counts.get(state, 0) + 1
        if self._simulation.on_clock is not None:
            self._simulation.on_clock(clock, running.id)

    def _arrange(self, watch: Watch, running: Running) -> None:
        """Puts the clock's next instant on the agenda, in place of the one before."""
        clock, now = running.clock, self._simulation.now
        if running.entry is not None:
            running.entry.cancelled = True
            running.entry = None
        if running.late is not None and not clock.late_at(now):
            running.late = None  # another target, or another instant, is not missed yet
        if not clock.warned and (clock.warn is None or clock.warn > now):
            running.warned = False
        if running.late is not None:
            return
        due, warn = clock.due, clock.warn
        if warn is not None and watch.warnings and not running.warned and (due is None or warn <= due > now):
            self._wait(watch, running, max(warn, now))
        elif due is not None and watch.breaches:
            self._wait(watch, running, max(due, now))

    def _wait(self, watch: Watch, running: Running, due: Timestamp) -> None:
        running.entry = Entry(due, lambda: self._fire(watch, running), counts=False)
        self._simulation.agenda.add(running.entry, self._rank(watch), running.record["id"])

    def _rank(self, watch: Watch) -> int:
        return self._simulation.runs.rank_of(watch.policy.rule)

    def _fire(self, watch: Watch, running: Running) -> None:
        clock, now = running.clock, self._simulation.now
        running.entry = None
        late = running.late is None and clock.late_at(now)
        if not running.warned and clock.warn is not None and clock.warn <= now and (not late or clock.warn == now):
            running.warned = True
            self._tell(watch, running, "sla_warning", watch.policy.moment("warning"))
            if late:
                self._wait(watch, running, now)  # the warning may still be answered
            else:
                self._arrange(watch, running)
        elif late:
            running.late, running.warned = now, True
            breach = self._tell(watch, running, "sla_breached", watch.policy.moment("breach"))
            for number, step in enumerate(watch.policy.steps):
                if step.after is not None and breach is not None:
                    self._escalate(watch, running, step, number, 1, breach)

    def _tell(self, watch: Watch, running: Running, name: str, bound: Bound | None) -> Event | None:
        """The event of a warning or a breach: judged by rules, then answered by the policy's own escalation."""
        simulation, opening = self._simulation, running.opening
        entity = watch.policy.entity
        if not opening.chain.grow():
            simulation.ledger.rule(watch.policy.rule).stopped += 1
            return None
        running.told += 1
        kind = simulation.kinds[f"{entity}.{name}"]
        about = {"sla": watch.policy.id, "clock": running.id}
        id = f"{opening.id}/{running.id}/{running.told}"
        event = self._event(running, id, kind.type, about, opening.id)
        if simulation.on_event is not None:
            simulation.on_event(event)
        before = dict(running.record)
        simulation.judge(event, kind, running.record, before)
        if bound is not None:
            simulation.enqueue((event, running.record, before, [(0, bound, True)]))
        return event

    def _event(self, running: Running, id: str, type: str, data: dict[str, Any], cause: str) -> Event:
        opening = running.opening
        return Event(
            id,
            type,
            running.record["id"],
            self._simulation.now,
            data,
            cause=cause,
            root=opening.root,
            depth=1,
            chain=opening.chain,
        )

    def _escalate(self, watch: Watch, running: Running, step: Step, number: int, time: int, breach: Event) -> None:
        """Waits for a step's ``time``-th turn, in working time of the policy's calendar since the breach."""
        assert step.after is not None
        since = running.late
        assert since is not None
        amount = Amount(step.after.days * time, Duration(step.after.time * time), step.after.text)
        due = watch.policy.calendar.after(since, amount)
        if due is None:
            return

        def perform() -> None:
            id = f"{breach.id}/after-{number}-{time}"
            event = self._event(running, id, breach.type, dict(breach.data), breach.id)
            self._simulation.enqueue((event, running.record, dict(running.record), [(0, step.bound, True)]))
            if time < step.repeat:
                self._escalate(watch, running, step, number, time + 1, breach)

        entry = Entry(due, perform, counts=False, alive=lambda: not running.over and running.late == since)
        self._simulation.agenda.add(entry, self._rank(watch), running.record["id"])

    def states(self, policy: str) -> dict[str, int]:
        """How the clocks of a policy stand now, by state."""
        watch, now = self.watches[policy], self._simulation.now
        found = dict.fromkeys(("achieved", "breached", "breaching", "warning", "pending", "cancelled"), 0)
        found.update(watch.counts)
        for running in watch.running.values():
            found[running.clock.state(now)] += 1
        return found

    def open(self) -> Iterator[tuple[Clock, str]]:
        """The clocks that have not ended, with their ids, policy by policy."""
        for watch in self.watches.values():
            for running in watch.running.values():
                yield running.clock, running.id

    def latest(self, policy: str, entity: str) -> tuple[Clock, str] | None:
        """The clock that was opened last on an entity, with its id; None where none ever was."""
        track = self.watches[policy].tracks.get(entity) if policy in self.watches else None
        if track is None or track.clock is None:
            return None
        return track.clock, f"{policy}/{entity}/{track.opened}"
