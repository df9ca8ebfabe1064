"""Timers that rules start on their subject; a due timer emits ``X.timer``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.automation.model import Bound, Effect
from engine.automation.paths import MissingValueError
from engine.conditions.values import Duration, Timestamp
from engine.simulation.agenda import Entry
from engine.simulation.events import Event

if TYPE_CHECKING:
    from engine.simulation.simulation import Simulation
    from engine.simulation.world import Record

Key = tuple[str, str, str]


class Timers:
    """The running timers of a simulation, by machine, entity and name."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._running: dict[Key, list[tuple[Duration, Entry]]] = {}

    def starting(self, bound: Bound, id: str, effect: Effect, event: Event) -> Callable[[], None]:
        """What starts the timer, once it is certain that the run stands. ``id`` is that of the event it will emit."""
        if bound.subject is None:
            raise MissingValueError("a timer needs an entity, and this rule has no subject")
        simulation = self._simulation
        subject = simulation.world.tables[bound.subject][event.subject]
        key: Key = (bound.subject, event.subject, effect.keys["name"])
        span: Duration = effect.value
        due = Timestamp(simulation.now + span)

        def start() -> None:
            rule = bound.rule.id
            mark = id.removeprefix(f"{event.id}/{rule}/").partition("/")[0]
            entry = Entry(
                due,
                lambda: self._fire(bound, key, running, id, event, subject),
                alive=lambda: event.root not in simulation.undone,
                waits=("timer", rule, key[0], key[1], mark),
            )
            running = (span, entry)
            simulation.agenda.add(entry, simulation.runs.rank(bound.rule), event.subject)
            self._running.setdefault(key, []).append(running)

        return start

    def cancel(self, bound: Bound, effect: Effect, event: Event) -> None:
        """Cancels the running timers of a name; with ``after`` only those that were started for that long."""
        key = (bound.subject or "", event.subject, effect.keys["name"])
        now = self._simulation.now
        # What was cancelled and is not due yet may be brought back by an undo.
        running = [one for one in self._running.pop(key, ()) if not one[1].cancelled or one[1].due > now]
        if running:
            self._running[key] = running
        for span, entry in running:
            if not entry.cancelled and effect.value in (None, span):
                self._simulation.cancel(entry, event.root)

    def _fire(
        self, bound: Bound, key: Key, running: tuple[Duration, Entry], id: str, cause: Event, subject: Record
    ) -> None:
        simulation = self._simulation
        machine, entity, name = key
        self._running[key].remove(running)
        if not cause.chain.grow():
            simulation.ledger.rule(bound.rule.id).stopped += 1
            return
        kind = simulation.kinds[f"{machine}.timer"]
        timer = Event(
            id,
            kind.type,
            entity,
            running[1].due,
            {"name": name},
            cause=cause.id,
            root=cause.root,
            depth=1,
            chain=cause.chain,
        )
        if simulation.on_event is not None:
            simulation.on_event(timer)
        simulation.judge(timer, kind, subject, dict(subject))
