"""Performs effects on the world of a simulation: the counterpart of the actions' plans."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from engine.automation.index import Verdict
from engine.automation.model import Action, Bound, Effect
from engine.automation.paths import MissingValueError
from engine.simulation.clocks import Heard
from engine.simulation.events import Event, Kind
from engine.simulation.fold import CreatedChanges
from engine.simulation.world import FINGERPRINTED

if TYPE_CHECKING:
    from engine.machines.model import Machine, Transition
    from engine.simulation.road import Road
    from engine.simulation.world import Record


Handler = Callable[[Bound, str, Effect, Event, "Unit"], bool]
REGRESS = "regress"
"""The transition by which a settled one comes back."""
FAILED = -1
"""Stands for the number of an action where an effect tells that the run failed."""


class RefusedError(Exception):
    """The machine does not allow what an action asks for; the message says why."""

    def __init__(self, transition: str, message: str) -> None:
        super().__init__(message)
        self.transition = transition


class FollowUp(Struct):
    """An event that a run brought about, with the verdicts on it, which count only if the whole run stands.

    Where it put its subject into a state, ``entered`` is that state and ``left`` the one before, None at creation.
    """

    event: Event
    subject: Record
    before: Record | None
    verdicts: list[Verdict]
    left: str | None
    entered: str | None
    show: Callable[[], None] | None
    heard: list[Heard] | None


class Unit(Struct):
    """What one run did: kept apart until it is certain that all of it stands.

    ``depth`` is that of the events it brings about. ``touched`` holds, by entity, the id of its ``X.updated`` and the
    fields' earlier values; ``slim`` the entities made of which nothing but the state is kept; ``made`` the exceptions.
    """

    depth: int
    shadow: bool = False
    effects: list[tuple[int, Effect]] = []
    follow_ups: list[FollowUp] = []
    slim: list[tuple[str, str, str]] = []
    timers: list[Callable[[], None]] = []
    delayed: list[Action] = []
    touched: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {}
    made: list[str] = []
    failure: MissingValueError | RefusedError | None = None
    stopped: int = 0


def _heard(kind: Kind, simulation: Road) -> bool:
    """Whether anybody asks for events of a kind."""
    if kind.matcher is not None or kind.clocked:
        return True
    return simulation.on_event is not None or simulation.watch is not None


class Performer:
    """Performs the actions of runs, each run as one unit."""

    def __init__(self, simulation: Road) -> None:
        self._simulation = simulation
        self._world = simulation.world
        self._actors: dict[str, Mapping[str, Any]] = {}
        # An action without an entry (a message, a call) leaves the world as it is: its effect is all there is.
        self._handlers: dict[str, Handler] = {
            "create_task": self._create,
            "create_exception": self._raise,
            "update_status": self._move,
            "set_field": self._set,
            "assign": self._set,
            "start_timer": self._start_timer,
            "cancel_timers": self._cancel_timers,
        }

    def perform(
        self,
        bound: Bound,
        actions: Iterable[Action],
        event: Event,
        subject: Record | None,
        before: Record | None,
        *,
        due: bool = False,
    ) -> Unit:
        """Performs actions in order; ``due`` tells that their delay is over. A failure takes all of them back."""
        world, now, actor = self._world, self._simulation.now, event.actor
        shadow = bound.rule.text.stage == "shadow"
        unit = Unit(1 if due else event.depth + 1, shadow)
        guarded = world.shared or shadow or len(bound.actions) > 1 or bound.actions[0].items is not None
        grown = event.chain.events
        if guarded:
            world.savepoint()
        try:
            for action in actions:
                if action.after is not None and not due:
                    unit.delayed.append(action)
                elif action.items is not None:
                    self._each(bound, action, event, subject, before, unit)
                elif action.condition is None or self._holds(action, event, subject, before):
                    effect = action.plan(event, subject, before, now, actor, world)
                    self._do(bound, action, effect, event, unit, action.mark)
            if unit.touched:
                self._updated(bound, event, unit)
            if world.shared and not shadow:
                world.write()
        except (MissingValueError, RefusedError) as failure:
            unit.failure = failure
            world.rollback()
            event.chain.events = grown
            return unit
        if shadow:
            world.rollback()
            event.chain.events = grown
        elif guarded:
            world.keep()
        return unit

    def _each(
        self,
        bound: Bound,
        action: Action,
        event: Event,
        subject: Record | None,
        before: Record | None,
        unit: Unit,
    ) -> None:
        """Performs an action for each item of its list."""
        now, world, actor = self._simulation.now, self._world, event.actor
        assert action.items is not None
        for item in action.items(subject, world):
            pair = (subject, item)
            if action.condition is not None and not self._holds(action, event, pair, before):
                continue
            effect = action.plan(event, pair, before, now, actor, world)
            self._do(bound, action, effect, event, unit, f"{action.mark}/{item['id']}")

    def _holds(self, action: Action, event: Event, subject: Any, before: Any) -> bool:
        assert action.condition is not None
        verdict = action.condition.judge(event, subject, before, self._simulation.now, event.actor, self._world)
        if verdict is True or verdict is False:
            return verdict
        raise MissingValueError(f"`if` of {action.name}: {verdict.message}")

    def _do(self, bound: Bound, action: Action, effect: Effect, event: Event, unit: Unit, mark: str) -> None:
        handle = self._handlers.get(effect.action)
        if handle is None or handle(bound, f"{event.id}/{bound.rule.text.id}/{mark}", effect, event, unit):
            unit.effects.append((action.index, effect))
        else:
            unit.stopped += 1

    def _raise(self, bound: Bound, id: str, effect: Effect, event: Event, unit: Unit) -> bool:
        """An exception, once: while one of this reason about this subject stands, there is no second, and one that was
        settled has regressed. Those that this very run made are meant each by itself.
        """
        machine = self._simulation.catalog.machines[effect.machine or ""]
        if bound.subject is None or not {"about", "reason"} <= machine.fields.keys():
            return self._create(bound, id, effect, event, unit)
        regress = machine.transitions.get(REGRESS)
        settled = []
        for record in self._world.alike(machine.id, f"{bound.subject}/{event.subject}", effect.value["reason"]):
            if record["id"] in unit.made or machine.states[record["status"]].final:
                continue
            if regress is None or record["status"] not in regress.sources:
                return True
            settled.append(record)
        if regress is None or not settled:
            return self._create(bound, id, effect, event, unit)
        latest = max(settled, key=lambda one: (one.get("created_at", 0), one["id"]))
        return self._take(bound, id, machine, latest, regress, {}, event, unit)

    def _create(self, bound: Bound, id: str, effect: Effect, event: Event, unit: Unit) -> bool:
        simulation = self._simulation
        machine = simulation.catalog.machines[effect.machine or ""]
        if not event.chain.grow():
            return False
        if machine.id in simulation.fold.unread and simulation.on_event is None:
            unit.slim.append((machine.id, id, machine.initial))
            return True
        table = self._world.tables[machine.id]
        id = simulation.identity(id)
        slim = simulation.fold.slim.get(machine.id, ())
        while id in table or id in slim:
            id = f"{id}'"
        now = simulation.now
        record: Record = effect.value
        if bound.subject is not None and "about" in machine.fields:
            # One text for all that is about one entity: a long replay holds hundreds of thousands.
            record["about"] = sys.intern(f"{bound.subject}/{event.subject}")
        record["id"], record["status"] = id, machine.initial
        record["created_at"] = record["updated_at"] = record["status_since"] = now
        self._world.create(machine.id, record)
        if machine.id in FINGERPRINTED:
            unit.made.append(id)
        kind = simulation.kinds[f"{machine.id}.created"]
        if not _heard(kind, simulation) and not kind.dwells:
            return True
        born = dict(record)
        made = self._follow(bound, event, f"{id}/created", kind, id, born, CreatedChanges(born), unit)
        self._judge(made, kind, record, None, unit, None, machine.initial)
        return True

    def _move(self, bound: Bound, id: str, effect: Effect, event: Event, unit: Unit) -> bool:
        machine = self._simulation.catalog.machines[effect.machine or ""]
        record = self._world.tables[machine.id][effect.id or ""]
        transition = machine.transitions[effect.keys["transition"]]
        return self._take(bound, id, machine, record, transition, effect.value or {}, event, unit)

    def _take(
        self,
        bound: Bound,
        id: str,
        machine: Machine,
        record: Record,
        transition: Transition,
        inputs: Mapping[str, Any],
        event: Event,
        unit: Unit,
    ) -> bool:
        simulation = self._simulation
        source = record.get("status")
        if source not in transition.sources:
            raise RefusedError(
                transition.name, f'{machine.id} {record["id"]}: "{transition.name}" does not start from "{source}"'
            )
        verdict = simulation.fold.guarded(event, self._actor(bound), machine, record, transition)
        if verdict is False:
            raise RefusedError(
                transition.name, f'{machine.id} {record["id"]}: the guard of "{transition.name}" does not hold'
            )
        if verdict is not True:
            raise MissingValueError(f'the guard of "{transition.name}": {verdict.message}')
        if not event.chain.grow():
            return False
        kind = simulation.kinds[f"{machine.id}.status_changed"]
        before = dict(record) if _heard(kind, simulation) else None
        data = {**inputs, "from": source, "to": transition.target, "transition": transition.name}
        changes = {"status": (source, transition.target)}
        moved = self._follow(bound, event, id, kind, record["id"], data, changes, unit)
        simulation.fold.enter(moved, machine, record, transition.target, transition.name)
        self._judge(moved, kind, record, before, unit, source, transition.target)
        return True

    def _set(self, bound: Bound, id: str, effect: Effect, event: Event, unit: Unit) -> bool:
        machine, entity = effect.machine or "", effect.id or ""
        record = self._world.tables[machine].get(entity)
        if record is None:
            raise MissingValueError(f'there is no {machine} "{entity}"')
        changed = {name: value for name, value in effect.value.items() if record.get(name) != value}
        if not changed:
            return True
        if (machine, entity) not in unit.touched:
            if not event.chain.grow():
                return False
            unit.touched[(machine, entity)] = (id, {})
        earlier = unit.touched[(machine, entity)][1]
        for name, value in changed.items():
            earlier.setdefault(name, record.get(name))
            self._world.change(machine, record, name, value)
        return True

    def _updated(self, bound: Bound, event: Event, unit: Unit) -> None:
        """One ``X.updated`` for each entity whose fields the run really changed."""
        simulation = self._simulation
        for (machine, entity), (id, earlier) in unit.touched.items():
            record = self._world.tables[machine][entity]
            changes = {name: (old, record.get(name)) for name, old in earlier.items() if record.get(name) != old}
            if not changes:
                continue
            kind = simulation.kinds[f"{machine}.updated"]
            heard = _heard(kind, simulation)
            before = dict(record) if heard else {}
            self._world.change(machine, record, "updated_at", simulation.now)
            if not heard:
                continue
            for name, (old, _) in changes.items():
                if old is None:
                    before.pop(name, None)
                else:
                    before[name] = old
            data = {name: new for name, (_, new) in changes.items() if new is not None}
            updated = self._follow(bound, event, id, kind, entity, data, changes, unit)
            self._judge(updated, kind, record, before, unit)

    def _follow(
        self,
        bound: Bound,
        event: Event,
        id: str,
        kind: Kind,
        subject: str,
        data: Mapping[str, Any],
        changes: Mapping[str, Any],
        unit: Unit,
    ) -> Event:
        return Event(
            id,
            kind.type,
            subject,
            self._simulation.now,
            data,
            changes=changes,
            cause=event.id,
            root=event.root,
            depth=unit.depth,
            actor=self._actor(bound),
            chain=event.chain,
        )

    def _judge(
        self,
        event: Event,
        kind: Kind,
        subject: Record,
        before: Record | None,
        unit: Unit,
        left: str | None = None,
        entered: str | None = None,
    ) -> None:
        """Judges a follow-up on the facts just after it."""
        if unit.shadow:
            return
        simulation, matcher = self._simulation, kind.matcher
        show = None
        if simulation.watch is not None:
            show = simulation.watch(event, subject, before, matcher.rules if matcher is not None else ())
        heard = simulation.clocks.observe(event, kind, subject, before, whole=True) if kind.clocked else None
        verdicts: list[Verdict] = []
        if matcher is not None:
            verdicts = matcher.match(event, subject, before, simulation.now, event.actor, self._world)
            if verdicts and simulation.on_met is not None:
                simulation.on_met(event, subject, before, verdicts)
        unit.follow_ups.append(FollowUp(event, subject, before, verdicts, left, entered, show, heard))

    def follow_transition(self, event: Event, kind: Kind, subject: Record) -> None:
        """The ``status_changed`` behind a declared event that took a transition."""
        simulation = self._simulation
        assert kind.machine is not None
        assert kind.transition is not None
        follower = simulation.kinds[f"{kind.machine.id}.status_changed"]
        if follower.matcher is None and simulation.on_event is None and simulation.watch is None:
            return
        source, target = event.changes["status"]
        inputs = {name: event.data[name] for name in kind.transition.requires if name in event.data}
        data = {**inputs, "to": target, "transition": kind.transition.name}
        before = {**subject, "status": source}
        if source is None:
            del before["status"]
        else:
            data["from"] = source
        moved = Event(
            f"{event.id}/status_changed",
            follower.type,
            event.subject,
            simulation.now,
            data,
            changes={"status": (source, target)},
            cause=event.id,
            root=event.root,
            depth=event.depth + 1,
            actor=event.actor,
            chain=event.chain,
        )
        event.chain.grow()
        if simulation.on_event is not None:
            simulation.on_event(moved)
        simulation.judge(moved, follower, subject, before)

    def leave_exception(self, bound: Bound, effect: Effect, event: Event, action: Action | None) -> Unit:
        """The exception that a failed run leaves for a person; ``action`` where a delayed one failed by itself."""
        unit = Unit(event.depth + 1 if action is None else 1)
        id = f"{event.id}/{bound.rule.text.id}/{'' if action is None else f'{action.mark}/'}failed"
        # Where the folder's own document of that name has mistakes, there is only the effect.
        known = "exception" in self._simulation.catalog.machines
        if not known or self._create(bound, id, effect, event, unit):
            unit.effects.append((FAILED, effect))
        else:
            unit.stopped += 1
        return unit

    def _start_timer(self, bound: Bound, id: str, effect: Effect, event: Event, unit: Unit) -> bool:
        unit.timers.append(self._simulation.timers.starting(bound, id, effect, event))
        return True

    def _cancel_timers(self, bound: Bound, id: str, effect: Effect, event: Event, unit: Unit) -> bool:
        unit.timers.append(lambda: self._simulation.timers.cancel(bound, effect, event))
        return True

    def _actor(self, bound: Bound) -> Mapping[str, Any]:
        """Who acts when a rule does: the rule by its version, under its role."""
        actor = self._actors.get(bound.rule.text.id)
        if actor is None:
            role = bound.rule.text.acts_as
            actor = {"id": bound.rule.name, "roles": [role] if role else [], "queues": []}
            self._actors[bound.rule.text.id] = actor
        return actor
