"""SLA clocks at work: opened, chosen anew and ended by events, warned of and missed by the agenda.

A clock is looked at only when an event touches its entity, or one that its policy's conditions read; between events it
waits on the agenda for its next instant. So the cost of an event does not grow with the clocks that are open.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from engine.automation.model import Bound
from engine.conditions.condition import Condition
from engine.conditions.outcome import EvaluationError
from engine.conditions.values import Timestamp
from engine.simulation.agenda import Entry
from engine.simulation.events import MAX_DEPTH, UNDO_SOURCE, Chain, Event, Kind
from engine.sla.clock import Clock, Said, Track
from engine.sla.model import Policy

if TYPE_CHECKING:
    from engine.simulation.simulation import Simulation
    from engine.simulation.world import Record


class Running(Struct):
    """An open clock on the agenda: opened by the event ``cause``, told late since ``late``.

    ``warnings`` and ``breaches`` count what it told. ``next`` is when something of it falls due, or may. Its ``entry``
    stands on the agenda at that time or before: a clock that has more time than it had waits where it is and looks again.
    """

    clock: Clock
    id: str
    record: Record
    cause: str
    root: str
    chain: Chain
    warned: bool = False
    late: Timestamp | None = None
    warnings: int = 0
    breaches: int = 0
    next: Timestamp | None = None
    entry: Entry | None = None
    over: bool = False

    def telling(self, name: str, number: int) -> str:
        """The id of the event by which it tells its ``number``-th warning or breach."""
        return f"{self.cause}/{self.id}/{name}-{number}"

    def late_since(self, time: Timestamp) -> bool:
        """Whether it is open and has been late ever since it was told so at ``time``."""
        return not self.over and self.late == time


class Life(Track):
    """The clocks of one policy on one entity; ``failing`` are the conditions that could not be judged when last asked."""

    running: Running | None = None
    failing: frozenset[str] = frozenset()


Earlier = tuple[str, Life, Running | None]
"""The chain that changed a clock, how it stood before, and what it was then on the agenda as."""
REMEMBERED = 1_000
"""Clocks of which it is kept how they stood before their last change: an undo comes within seconds."""


def _copied(life: Life) -> Life:
    """A life as it stands, which later changes leave as it is."""
    clock = replace(life.clock, past=list(life.clock.past)) if life.clock is not None else None
    running = life.running
    if running is not None and clock is not None:
        running = replace(running, clock=clock, entry=None)
    return replace(life, clock=clock, running=running)


States = tuple[bool | None, bool | None, bool | None, bool | None]
"""What start, cancel, stop and pause say."""
STATES = frozenset(("start", "cancel", "stop", "pause"))
NOTHING: frozenset[str] = frozenset()
Errors = Mapping[str, str]
"""By the policy's key, why a condition of it cannot be judged."""
NO_ERRORS: Errors = {}


@dataclass(slots=True)
class Watch:
    """One policy with the clocks of all its entities; ``counts`` are of those that ended.

    ``warnings`` and ``breaches`` tell whether anybody hears of them: a clock that nobody waits for is not on the agenda.
    ``rank`` is its escalation's place in rule order, ``later`` the numbers of the steps that come after a breach.
    """

    policy: Policy
    fields: frozenset[str]
    rank: int
    lives: dict[str, Life] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    errored: int = 0
    always: bool = False
    by_state: bool = False
    states: dict[str, States] = field(default_factory=dict)
    aims: frozenset[str] = frozenset()
    warnings: bool = True
    breaches: bool = True
    later: tuple[int, ...] = ()


Heard = tuple[Watch, Life, "Record", Event, Said | None, Errors]


class Clocks:
    """The clocks of one simulation, which are ``reversible`` where an event may yet undo what changed them."""

    def __init__(self, simulation: Simulation, *, reversible: bool = True) -> None:
        self._simulation = simulation
        self._reversible = reversible
        self._world = simulation.world
        self.watches: dict[str, Watch] = {}
        self._own: dict[str, list[Watch]] = {}
        self._related: dict[str, list[tuple[Watch, frozenset[str]]]] = {}
        self._read: dict[str, frozenset[str]] = {}
        self.fresh: list[tuple[str, Record]] = []
        self.earlier: OrderedDict[tuple[str, str], Earlier] = OrderedDict()
        self.restored: set[tuple[str, str, str]] = set()
        self._errors: dict[str, str] = {}
        for id, policy in sorted(simulation.catalog.policies.items()):
            rank = simulation.runs.rank_of(policy.rule)
            watch = Watch(policy, policy.reads.fields.get(policy.entity, frozenset()), rank)
            self.watches[id] = watch
            watch.always, watch.by_state, watch.aims = policy.reads.always, policy.by_state(), policy.aims()
            watch.warnings = self._heard(policy, "sla_warning") or policy.moment("warning") is not None
            watch.breaches = self._heard(policy, "sla_breached") or any(step.at != "warning" for step in policy.steps)
            watch.later = tuple(number for number, step in enumerate(policy.steps) if step.after is not None)
            self._own.setdefault(policy.entity, []).append(watch)
            for machine in policy.reads.ways:
                read = policy.reads.fields.get(machine, frozenset())
                self._related.setdefault(machine, []).append((watch, read))
            for machine, read in policy.reads.fields.items():
                self._read[machine] = self._read.get(machine, frozenset()) | read

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
                if record["id"] not in watch.lives:
                    holds = self._judge("start", watch.policy.start, record, event)
                    watch.lives[record["id"]] = Life(watch.policy, holds)
                    watch.errored += holds is None
        self._errors.clear()
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
        changes, undone = event.changes, event.source == UNDO_SOURCE
        found: list[Heard] = []
        if not (created or kind.attentive) and self._read.get(machine, NOTHING).isdisjoint(changes):
            return found
        for watch in self._own.get(machine, ()):
            if created or watch.always or not watch.fields.isdisjoint(changes):
                if undone and self._put_back(watch, record["id"], event.root):
                    continue
                heard = self._say(watch, record, event, before, changes, whole, created)
                if heard is not None:
                    found.append(heard)
        for watch, fields in self._related.get(machine, ()):
            if not created and fields.isdisjoint(changes):
                continue
            table = self._world.tables[watch.policy.entity]
            for id in watch.policy.reads.readers(machine, record, changes, self._world):
                if undone and self._put_back(watch, id, event.root):
                    continue
                heard = self._say(watch, table[id], event, None, None, whole, False)
                if heard is not None:
                    found.append(heard)
        return found

    def commit(self, heard: list[Heard]) -> None:
        """Lets the clocks take what was said at events that stand."""
        for watch, life, record, event, said, errors in heard:
            if errors or life.failing:
                watch.errored += len(errors)
                self._complain(watch, life, record, event, said, errors)
            if said is None:
                continue
            earlier = (event.root, _copied(life), life.running) if self._reversible else None
            clock = life.see(said)
            if clock is None:
                continue
            if earlier is not None:
                self._keep((watch.policy.id, record["id"]), earlier)
            running = life.running
            if running is None:
                id = f"{watch.policy.id}/{record['id']}/{life.opened}"
                running = life.running = Running(clock, id, record, event.id, event.root, event.chain)
            if clock.ended is not None:
                self._close(watch, life, running)
            elif not self._put_off(running):
                self._arrange(watch, running)

    def _keep(self, key: tuple[str, str], earlier: Earlier) -> None:
        """Keeps how a clock stood before a chain first changed it, for as long as that may be undone."""
        known = self.earlier.get(key)
        if known is None or known[0] != earlier[0]:
            self.earlier[key] = earlier
            self.earlier.move_to_end(key)
            if len(self.earlier) > REMEMBERED:
                self.earlier.popitem(last=False)

    def _put_back(self, watch: Watch, id: str, root: str) -> bool:
        """Puts a clock back to how it stood before a chain that is undone; whether the chain had changed it.

        It then hears nothing of the events that make it good: as far as it is concerned nothing was ever done.
        """
        key = (watch.policy.id, id)
        if (*key, root) in self.restored:
            return True
        life = watch.lives.get(id)
        known = self.earlier.get(key)
        if life is None or known is None or known[0] != root:
            return False
        del self.earlier[key]
        self.restored.add((*key, root))
        _, earlier, running = known
        if life.running is not None:
            life.running.over = True
            if life.running.entry is not None:
                life.running.entry.cancelled = True
        elif life.clock is not None and life.clock.ended is not None:
            state = life.clock.state(life.clock.ended)
            watch.counts[state] = watch.counts.get(state, 0) - 1
        life.holds, life.opened, life.clock, life.failing = (
            earlier.holds,
            earlier.opened,
            earlier.clock,
            earlier.failing,
        )
        life.running = earlier.running
        if running is not None and earlier.running is not None:  # what waits for it knows it by this very object
            for name in Running.__struct_fields__:
                setattr(running, name, getattr(earlier.running, name))
            life.running = running
        if life.running is not None:
            self._arrange(watch, life.running)
        return True

    def _complain(
        self, watch: Watch, life: Life, record: Record, event: Event, said: Said | None, errors: Errors
    ) -> None:
        """A condition that cannot be judged reaches a person: once, until it can be judged again."""
        asked = STATES | {"targets"} if said is not None and said.target is not None else STATES
        fresh = [f"`{part}`: {message}" for part, message in errors.items() if part not in life.failing]
        life.failing = (life.failing - asked).union(errors)
        if fresh and event.depth < MAX_DEPTH:
            # It is about the policy's entity, whatever the event is about.
            about = replace(event, subject=record["id"])
            told = EvaluationError("; ".join(fresh))
            self._simulation.enqueue((about, record, None, [(0, watch.policy.alarm, told)]))

    def _say(
        self,
        watch: Watch,
        record: Record,
        event: Event,
        before: Record | None,
        own: Mapping[str, Any] | None,
        whole: bool,
        created: bool,
    ) -> Heard | None:
        """What a policy says of an entity; ``own`` are the entity's changes, None where another one's are the event."""
        start, cancel, stop, pause = self._states(watch, record, event)
        life = watch.lives.get(record["id"])
        if life is None:
            # Of an entity whose beginning nobody told, what held before is judged on what it was before this event.
            earlier = None
            if not created:
                earlier = start
                if before:  # what is not told of it is no error
                    held = watch.policy.start.judge(event, before, None, event.time, event.actor, self._world)
                    earlier = held if isinstance(held, bool) else None
            life = watch.lives[record["id"]] = Life(watch.policy, earlier)
        clock = life.running.clock if life.running is not None else None
        ends = cancel or stop
        if clock is None:
            said = None
            if whole or (start is True and not ends and life.may_open(created)):
                said = Said(event.time, start, cancel, stop, pause, None, None, created)
        # Which target is in force is not asked again while none of its facts has changed.
        elif (
            whole or ends or pause is not clock.paused or watch.always or own is None or not watch.aims.isdisjoint(own)
        ):
            said = Said(event.time, start, cancel, stop, pause, None, None, created)
        else:
            said = None  # it runs on as it did
        if said is None:
            if start is not None:
                life.holds = start
        elif not ends and (whole or clock is None or watch.always or own is None or not watch.aims.isdisjoint(own)):
            said.target, said.by = self._target(watch, record, event)
        errors: Errors = NO_ERRORS
        if self._errors:
            errors, self._errors = self._errors, {}
        if said is None and not errors and not life.failing:
            return None
        return watch, life, record, event, said, errors

    def _states(self, watch: Watch, record: Record, event: Event) -> States:
        """What ``start``, ``cancel``, ``stop`` and ``pause`` say; asked once a state where they ask for nothing else."""
        known = watch.states.get(record.get("status", "")) if watch.by_state else None
        if known is not None:
            return known
        policy = watch.policy
        start = self._judge("start", policy.start, record, event)
        cancel = policy.cancel is not None and self._judge("cancel", policy.cancel, record, event)
        stop = policy.stop is not None and self._judge("stop", policy.stop, record, event)
        pause = policy.pause is not None and self._judge("pause", policy.pause, record, event)
        found = (start, cancel, stop, pause)
        if watch.by_state and None not in found:
            watch.states[record["status"]] = found
        return found

    def _target(self, watch: Watch, record: Record, event: Event) -> tuple[int | None, Timestamp | None]:
        """The first target whose condition holds: -1 where none does, None where that cannot be judged."""
        for number, target in enumerate(watch.policy.targets):
            if target.when is not None:
                verdict = self._judge("targets", target.when, record, event)
                if verdict is None:
                    return None, None
                if not verdict:
                    continue
            if target.by is None:
                return number, None
            by = target.by.value(event, record, None, event.time, event.actor, self._world)
            if isinstance(by, Timestamp):
                return number, by
            self._errors["targets"] = by.message
            return number, None
        return -1, None

    def _judge(self, part: str, condition: Condition, record: Record, event: Event) -> bool | None:
        verdict = condition.judge(event, record, None, event.time, event.actor, self._world)
        if verdict is True or verdict is False:
            return verdict
        self._errors[part] = verdict.message
        return None

    def _close(self, watch: Watch, life: Life, running: Running) -> None:
        clock = running.clock
        assert clock.ended is not None
        running.over = True
        if running.entry is not None:
            running.entry.cancelled = True
            running.entry = None
        life.running = None
        state = clock.state(clock.ended)
        watch.counts[state] = watch.counts.get(state, 0) + 1
        if self._simulation.on_clock is not None:
            self._simulation.on_clock(clock, running.id)

    def _put_off(self, running: Running) -> bool:
        """Whether a change can only have put off what the clock waits for, as pauses do: it is worked out when the
        entry on the agenda comes up.
        """
        entry = running.entry
        if entry is None or running.warned or running.late is not None or running.clock.chosen == self._simulation.now:
            return False
        running.next = entry.due
        return True

    def _arrange(self, watch: Watch, running: Running) -> None:
        """Sets when the clock is next looked at."""
        clock, now = running.clock, self._simulation.now
        running.next = None
        if running.late is not None and not clock.late_at(now):
            running.late = None  # another target, or another instant, is not missed yet
        if running.warned and not clock.warned and (clock.warn is None or clock.warn > now):
            running.warned = False
        if running.late is not None:
            return
        warn = clock.warn if watch.warnings and not running.warned else None
        if warn is not None and ((due := clock.due) is None or warn <= due > now):
            self._wait(watch, running, max(warn, now))
        elif watch.breaches and (due := clock.due) is not None:
            self._wait(watch, running, max(due, now))

    def _wait(self, watch: Watch, running: Running, due: Timestamp) -> None:
        running.next = due
        entry = running.entry
        if entry is not None:
            if entry.due <= due:
                return
            entry.cancelled = True
        running.entry = Entry(due, partial(self._fire, watch, running), counts=False)
        self._simulation.agenda.add(running.entry, watch.rank, running.record["id"])

    def _fire(self, watch: Watch, running: Running) -> None:
        clock, now = running.clock, self._simulation.now
        running.entry = None
        if running.next is None or running.next > now:
            if running.next is not None:
                self._wait(watch, running, running.next)
            return
        running.next = None
        late = running.late is None and clock.late_at(now)
        warn = clock.warn if watch.warnings and not running.warned else None
        if warn is not None and warn <= now and (not late or warn == now):
            running.warned = True
            running.warnings += 1
            self._tell(watch, running, "sla_warning", running.warnings, watch.policy.moment("warning"))
            if late:
                self._wait(watch, running, now)  # the warning may still be answered
            else:
                self._arrange(watch, running)
        elif late:
            running.late, running.warned = now, True
            running.breaches += 1
            breach = self._tell(watch, running, "sla_breached", running.breaches, watch.policy.moment("breach"))
            if breach is not None and watch.later:
                still = partial(running.late_since, now)
                for number in watch.later:
                    self._escalate(watch, running, number, 1, breach, still)
        else:
            self._arrange(watch, running)

    def _tell(self, watch: Watch, running: Running, name: str, number: int, bound: Bound | None) -> Event | None:
        """The event of a warning or a breach: judged by rules, then answered by the policy's own escalation."""
        simulation = self._simulation
        if not running.chain.grow():
            simulation.ledger.rule(watch.policy.rule).stopped += 1
            return None
        kind = simulation.kinds[f"{watch.policy.entity}.{name}"]
        about = {"sla": watch.policy.id, "clock": running.id}
        event = self._event(running, running.telling(name, number), kind.type, about, running.cause)
        if simulation.on_event is not None:
            simulation.on_event(event)
        before = dict(running.record)
        simulation.judge(event, kind, running.record, before)
        if bound is not None:
            simulation.enqueue((event, running.record, before, [(0, bound, True)]))
        return event

    def _event(self, running: Running, id: str, type: str, data: Mapping[str, Any], cause: str) -> Event:
        return Event(
            id,
            type,
            running.record["id"],
            self._simulation.now,
            data,
            cause=cause,
            root=running.root,
            depth=1,
            chain=running.chain,
        )

    def _escalate(
        self, watch: Watch, running: Running, number: int, turn: int, breach: Event, late: Callable[[], bool]
    ) -> None:
        """Waits for a step's next turn, in working time of the policy's calendar since the breach, while it is late."""
        step = watch.policy.steps[number]
        assert step.after is not None
        due = watch.policy.calendar.after(breach.time, step.after.times(turn))
        if due is not None:
            perform = partial(self._turn, watch, running, number, turn, breach, late)
            entry = Entry(due, perform, counts=False, alive=late)
            self._simulation.agenda.add(entry, watch.rank, running.record["id"])

    def _turn(
        self, watch: Watch, running: Running, number: int, turn: int, breach: Event, late: Callable[[], bool]
    ) -> None:
        step = watch.policy.steps[number]
        event = self._event(running, f"{breach.id}/after-{number}-{turn}", breach.type, breach.data, breach.id)
        self._simulation.enqueue((event, running.record, dict(running.record), [(0, step.bound, True)]))
        if turn < step.repeat:
            self._escalate(watch, running, number, turn + 1, breach, late)

    def stands(self, event: Event) -> bool:
        """Whether what a clock told with an event still holds: it is open, and warned or late as it was then."""
        policy, _, rest = str(event.data["clock"]).partition("/")
        life = self.watches[policy].lives[rest.rpartition("/")[0]]
        running = life.running
        if running is None or running.id != event.data["clock"]:
            return False
        if running.late is not None and running.telling("sla_breached", running.breaches) in (event.id, event.cause):
            return True
        return running.warned and running.telling("sla_warning", running.warnings) == event.id

    def states(self, policy: str) -> dict[str, int]:
        """How the clocks of a policy stand now, by state."""
        watch, now = self.watches[policy], self._simulation.now
        found = dict.fromkeys(("achieved", "breached", "breaching", "warning", "pending", "cancelled"), 0)
        found.update(watch.counts)
        for life in watch.lives.values():
            if life.running is not None:
                found[life.running.clock.state(now)] += 1
        return found

    def open(self) -> Iterator[tuple[Clock, str]]:
        """The clocks that have not ended, with their ids, policy by policy."""
        for watch in self.watches.values():
            for life in watch.lives.values():
                if life.running is not None:
                    yield life.running.clock, life.running.id

    def latest(self, policy: str, entity: str) -> tuple[Clock, str] | None:
        """The clock that was opened last on an entity, with its id; None where none ever was."""
        life = self.watches[policy].lives.get(entity) if policy in self.watches else None
        if life is None or life.clock is None:
            return None
        return life.clock, f"{policy}/{entity}/{life.opened}"
