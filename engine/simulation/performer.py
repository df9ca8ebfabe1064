"""Performs effects on the world of a simulation: the counterpart of the actions' plans."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from engine.automation.model import Action, Bound, Effect
from engine.automation.paths import MissingValueError
from engine.conditions.values import Timestamp
from engine.simulation.agenda import Entry
from engine.simulation.events import Event, Kind

if TYPE_CHECKING:
    from engine.simulation.simulation import Judged, Simulation
    from engine.simulation.world import Record

Handler = Callable[[Bound, int, Effect, Event, Any, "Unit", str], bool]


class RefusedError(Exception):
    """The machine does not allow what an action asks for; the message says why."""

    def __init__(self, transition: str, message: str) -> None:
        super().__init__(message)
        self.transition = transition


class Unit:
    """What one run did: kept apart until it is certain that all of it stands."""

    __slots__ = ("delayed", "effects", "failure", "judged", "made", "moves", "shadow", "stopped", "timers", "touched")

    def __init__(self, shadow: bool = False) -> None:
        self.effects: list[tuple[int, Effect]] = []
        self.judged: list[Judged] = []
        self.moves: list[tuple[str, str, str, Any, Event]] = []
        self.made: list[tuple[str, Any, Event]] = []
        self.timers: list[Callable[[], None]] = []
        self.delayed: list[Action] = []
        self.touched: dict[tuple[str, str], dict[str, Any]] = {}
        self.failure: MissingValueError | RefusedError | None = None
        self.stopped = 0
        self.shadow = shadow


class Performer:
    """Performs the actions of runs, each run as one unit."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._world = simulation.world
        self._timers: dict[tuple[str, str, str], list[Entry]] = {}
        self._actors: dict[str, dict[str, Any]] = {}
        # An action without an entry (a message, a call) leaves the world as it is: its effect is all there is.
        self._handlers: dict[str, Handler] = {
            "create_task": self._create,
            "create_exception": self._create,
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
        world, now, actor, handlers = self._world, self._simulation.now, event.actor, self._handlers
        shadow = bound.rule.text.stage == "shadow"
        unit = Unit(shadow)
        guarded = shadow or len(bound.actions) > 1 or bound.actions[0].items is not None
        if guarded:
            world.savepoint()
        try:
            for action in actions:
                if action.after is not None and not due:
                    unit.delayed.append(action)
                elif action.condition is not None or action.items is not None:
                    self._act(bound, action, event, subject, before, unit)
                else:
                    effect = action.plan(event, subject, before, now, actor, world)
                    handle = handlers.get(effect.action)
                    if handle is None or handle(bound, action.index, effect, event, subject, unit, ""):
                        unit.effects.append((action.index, effect))
            if unit.touched:
                self._updated(bound, event, unit)
        except (MissingValueError, RefusedError) as failure:
            unit.failure = failure
            world.rollback()
            return unit
        if shadow:
            world.rollback()
        elif guarded:
            world.keep()
        return unit

    def _act(
        self,
        bound: Bound,
        action: Action,
        event: Event,
        subject: Record | None,
        before: Record | None,
        unit: Unit,
    ) -> None:
        now, world, actor = self._simulation.now, self._world, event.actor
        if action.items is None:
            if action.condition is not None and not self._holds(action, event, subject, before):
                return
            effect = action.plan(event, subject, before, now, actor, world)
            self._do(bound, action.index, effect, event, subject, unit, "")
            return
        for number, item in enumerate(action.items(subject, world)):
            pair = (subject, item)
            if action.condition is not None and not self._holds(action, event, pair, before):
                continue
            effect = action.plan(event, pair, before, now, actor, world)
            self._do(bound, action.index, effect, event, subject, unit, f".{number}")

    def _holds(self, action: Action, event: Event, subject: Any, before: Any) -> bool:
        assert action.condition is not None
        verdict = action.condition.judge(event, subject, before, self._simulation.now, event.actor, self._world)
        if verdict is True or verdict is False:
            return verdict
        raise MissingValueError(f"`if` of {action.name}: {verdict.message}")

    def _do(
        self, bound: Bound, index: int, effect: Effect, event: Event, subject: Any, unit: Unit, suffix: str
    ) -> None:
        handle = self._handlers.get(effect.action)
        if handle is None or handle(bound, index, effect, event, subject, unit, suffix):
            unit.effects.append((index, effect))

    def _create(
        self, bound: Bound, index: int, effect: Effect, event: Event, subject: Any, unit: Unit, suffix: str
    ) -> bool:
        simulation = self._simulation
        machine_id = effect.machine
        assert machine_id is not None
        if not simulation.may_follow():
            unit.stopped += 1
            return False
        id = f"{event.id}/{bound.rule.text.id}/{index}{suffix}"
        machine = simulation.catalog.machines[machine_id]
        slim = simulation.fold.slim.get(machine_id)
        if slim is not None and simulation.on_event is None:
            if bound.rule.text.stage != "shadow":
                slim[id] = machine.initial
            return True
        now = simulation.now
        record: Record = dict(effect.value)
        if bound.subject is not None and "about" in machine.fields:
            record["about"] = f"{bound.subject}/{event.subject}"
        record.update(id=id, status=machine.initial, created_at=now, updated_at=now, status_since=now)
        self._world.create(machine_id, record)
        kind = simulation.kinds[f"{machine_id}.created"]
        if kind.matcher is None and not kind.dwells and simulation.on_event is None and simulation.watch is None:
            return True
        made = self._follow(bound, event, f"{id}/created", kind, id, record)
        made.changes = record
        unit.made.append((machine_id, record, made))
        self._judge(made, kind, record, None, unit)
        return True

    def _move(
        self, bound: Bound, index: int, effect: Effect, event: Event, subject: Any, unit: Unit, suffix: str
    ) -> bool:
        simulation = self._simulation
        machine = simulation.catalog.machines[effect.machine or ""]
        record = self._world.tables[machine.id][effect.id or ""]
        transition = machine.transitions[effect.keys["transition"]]
        source = record.get("status")
        if source not in transition.sources:
            raise RefusedError(
                transition.name, f'{machine.id} {record["id"]}: "{transition.name}" does not start from "{source}"'
            )
        guard = simulation.catalog.guards[machine.id].get(transition.name)
        if guard is not None:
            verdict = guard.judge(event, record, None, simulation.now, event.actor, self._world)
            if verdict is False:
                raise RefusedError(
                    transition.name, f'{machine.id} {record["id"]}: the guard of "{transition.name}" does not hold'
                )
            if verdict is not True:
                raise MissingValueError(f'the guard of "{transition.name}": {verdict.message}')
        if not simulation.may_follow():
            unit.stopped += 1
            return False
        kind = simulation.kinds[f"{machine.id}.status_changed"]
        before = dict(record) if kind.matcher is not None else None
        id = f"{event.id}/{bound.rule.text.id}/{index}{suffix}"
        data = {**(effect.value or {}), "from": source, "to": transition.target, "transition": transition.name}
        moved = self._follow(bound, event, id, kind, record["id"], data)
        moved.changes = {"status": (source, transition.target)}
        simulation.fold.enter(moved, machine, record, transition.target, transition.name)
        unit.moves.append((machine.id, source, transition.target, record, moved))
        self._judge(moved, kind, record, before, unit)
        return True

    def _set(
        self, bound: Bound, index: int, effect: Effect, event: Event, subject: Any, unit: Unit, suffix: str
    ) -> bool:
        machine, id = effect.machine or "", effect.id or ""
        record = self._world.tables[machine].get(id)
        if record is None:
            raise MissingValueError(f'there is no {machine} "{id}"')
        for name, value in effect.value.items():
            earlier = record.get(name)
            if earlier == value:
                continue
            unit.touched.setdefault((machine, id), {}).setdefault(name, earlier)
            self._world.change(machine, record, name, value)
        return True

    def _updated(self, bound: Bound, event: Event, unit: Unit) -> None:
        """One ``X.updated`` for each entity whose fields the run really changed."""
        simulation = self._simulation
        for (machine, id), earlier in unit.touched.items():
            record = self._world.tables[machine][id]
            changes = {name: (old, record.get(name)) for name, old in earlier.items() if record.get(name) != old}
            if not changes:
                continue
            if not simulation.may_follow():
                unit.stopped += 1
                return
            self._world.change(machine, record, "updated_at", simulation.now)
            kind = simulation.kinds[f"{machine}.updated"]
            if kind.matcher is None and simulation.on_event is None and simulation.watch is None:
                continue
            before = dict(record)
            for name, (old, _) in changes.items():
                if old is None:
                    before.pop(name, None)
                else:
                    before[name] = old
            data = {name: new for name, (_, new) in changes.items() if new is not None}
            updated = self._follow(bound, event, f"{event.id}/{bound.rule.text.id}/{machine}/{id}", kind, id, data)
            updated.changes = changes
            self._judge(updated, kind, record, before, unit)

    def _follow(self, bound: Bound, event: Event, id: str, kind: Kind, subject: str, data: Any) -> Event:
        actor = self._actors.get(bound.rule.text.id)
        if actor is None:
            role = bound.rule.text.acts_as
            actor = {"id": bound.rule.name, "roles": [role] if role else [], "queues": []}
            self._actors[bound.rule.text.id] = actor
        return Event(
            id,
            kind.type,
            subject,
            self._simulation.now,
            data,
            cause=event.id,
            root=event.root,
            depth=event.depth + 1,
            actor=actor,
        )

    def _judge(self, event: Event, kind: Kind, subject: Record, before: Record | None, unit: Unit) -> None:
        """Judges a follow-up on the facts just after it; the verdicts count only if the whole run stands."""
        if unit.shadow:
            return
        if self._simulation.watch is not None:
            self._simulation.watch(event, subject, before, kind.matcher.rules if kind.matcher else ())
        verdicts = self._simulation.verdicts(event, kind, subject, before) if kind.matcher is not None else []
        unit.judged.append((event, subject, before, verdicts))

    def follow_transition(self, event: Event, kind: Kind, subject: Record) -> None:
        """The ``status_changed`` behind a declared event that took a transition."""
        simulation = self._simulation
        assert kind.machine is not None
        assert kind.transition is not None
        follower = simulation.kinds[f"{kind.machine.id}.status_changed"]
        if follower.matcher is None and simulation.on_event is None and simulation.watch is None:
            return
        source, target = event.changes["status"]
        data = {"to": target, "transition": kind.transition.name}
        if source is not None:
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
        )
        if simulation.on_event is not None:
            simulation.on_event(moved)
        simulation.judge(moved, follower, subject, {**subject, "status": source})

    def leave_exception(self, bound: Bound, effect: Effect, event: Event) -> Unit:
        """The exception that a failed run leaves for a person."""
        unit = Unit()
        self._create(bound, -1, effect, event, None, unit, "")
        return unit

    def _start_timer(
        self, bound: Bound, index: int, effect: Effect, event: Event, subject: Any, unit: Unit, suffix: str
    ) -> bool:
        simulation = self._simulation
        if bound.subject is None or subject is None:
            raise MissingValueError("a timer needs an entity, and this rule has no subject")
        machine, id, name = bound.subject, event.subject, effect.keys["name"]
        due = Timestamp(simulation.now + effect.value)
        kind = simulation.kinds[f"{machine}.timer"]

        def perform() -> None:
            self._timers[(machine, id, name)].remove(entry)
            timer = Event(
                f"{event.id}/{bound.rule.text.id}/{name}/timer",
                kind.type,
                id,
                due,
                {"name": name},
                cause=event.id,
                root=event.root,
                depth=1,
            )
            if simulation.on_event is not None:
                simulation.on_event(timer)
            simulation.judge(timer, kind, subject, None)

        entry = Entry(due, perform)

        def schedule() -> None:
            simulation.agenda.add(entry, simulation.runs.rank(bound.rule), id)
            self._timers.setdefault((machine, id, name), []).append(entry)

        unit.timers.append(schedule)
        return True

    def _cancel_timers(
        self, bound: Bound, index: int, effect: Effect, event: Event, subject: Any, unit: Unit, suffix: str
    ) -> bool:
        key = (bound.subject or "", event.subject, effect.keys["name"])

        def cancel() -> None:
            for entry in self._timers.pop(key, ()):
                entry.cancelled = True

        unit.timers.append(cancel)
        return True
