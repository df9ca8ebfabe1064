"""The stage of the demo agency: its stories happen on the store, by the road that everything takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.agency.stage import UnplayableError
from app.bootstrap import Platform
from app.records.database import asking
from app.records.events import events_after, last_number
from app.road import commands
from app.road.caller import Caller, system
from app.road.problems import CollisionError, InvalidError, NotAllowedNowError
from app.road.road import StoredRoad
from engine.conditions.values import Timestamp
from engine.events.envelope import NANOSECONDS, WireEvent, actor_of
from engine.machines.model import Machine
from engine.machines.records import UnfitValue
from engine.simulation.events import Event

WATCHER = system("demo")


class StoreStage:
    """A stage over a platform. ``reach`` brings the platform's clock to an instant, and performs what is due by then.

    While it is ``alone``, nobody else changes anything, and it remembers the records that it looked at until an event
    tells that they changed.
    """

    def __init__(self, platform: Platform, reach: Callable[[Timestamp], object], alone: Callable[[], bool]) -> None:
        self._platform = platform
        self._reach = reach
        self._alone = alone
        self._seen = self._last()
        self._known: dict[tuple[str, str], dict[str, Any] | None] = {}

    def record(self, event: WireEvent) -> list[WireEvent]:
        """Lets a root event happen; it and all that followed at once, or nothing when the machines do not allow it."""
        if event.time > self._platform.clock.now():
            self._reach(event.time)
            self._forget(self._since())
        told = actor_of(event)
        actor = {"id": told.id, "roles": list(told.roles), "queues": list(told.queues)} if told else WATCHER.actor

        def work(road: StoredRoad) -> list[WireEvent]:
            _take(road, event)
            return [wire for wire, _ in road.journal.events]

        try:
            happened = self._platform.pipeline.run(Caller(actor, system=True), work)
        except (NotAllowedNowError, CollisionError):
            return []
        except (InvalidError, UnfitValue) as problem:
            raise UnplayableError(f"{event.type} {event.subject}: {problem}") from problem
        self._forget(happened)
        self._seen = self._last()
        # The stories know their own event by what they said.
        return [event, *happened[1:]]

    def wake(self, until: int) -> list[WireEvent]:
        """Lets what is due before ``until`` happen; what followed, in order."""
        self._reach(Timestamp(until * NANOSECONDS))
        happened = self._since()
        self._forget(happened)
        return happened

    def look(self, machine: str, entity: str) -> Mapping[str, Any] | None:
        """The record of an entity as it stands now, or None."""
        key = (machine, entity)
        if self._alone():
            if key not in self._known:
                self._known[key] = self._read(machine, entity)
            return self._known[key]
        return self._read(machine, entity)

    def _read(self, machine: str, entity: str) -> dict[str, Any] | None:
        def work(road: StoredRoad) -> dict[str, Any] | None:
            record = road.world.tables[machine].get(entity)
            return None if record is None else dict(record)

        return self._platform.pipeline.read(WATCHER, work)

    def target(self, machine: str, entity: str, transition: str) -> str | None:
        """The state that a transition leads to, or None when it does not start from the entity's state."""
        record = self.look(machine, entity)
        move = self._machines()[machine].transitions.get(transition)
        return move.target if record and move and record["status"] in move.sources else None

    def _machines(self) -> Mapping[str, Machine]:
        """The machines of the release in force."""
        with asking(self._platform.database) as connection:
            release = self._platform.releases.live(connection)
        return self._platform.releases.catalog(release).machines

    def _forget(self, events: list[WireEvent]) -> None:
        for event in events:
            self._known.pop((event.machine, event.subject), None)

    def _last(self) -> int:
        with asking(self._platform.database) as connection:
            return last_number(connection)

    def _since(self) -> list[WireEvent]:
        with asking(self._platform.database) as connection:
            found = events_after(connection, self._seen)
        if found:
            self._seen = found[-1][0]
        return [wire for _, wire in found]


def _take(road: StoredRoad, wire: WireEvent) -> None:
    """A root event of a story, with its values as the machines type them."""
    kind = road.kinds[wire.type]
    if kind.machine is None or kind.reader is None:
        raise UnplayableError(f"{wire.type}: no machine declares it")
    reader = road.catalog.readers[kind.machine.id]
    data = kind.reader.read(wire.data) if wire.data else {}
    changes = {
        name: tuple(None if value is None else reader.value(name, value) for value in pair)
        for name, pair in wire.changes.items()
    }
    actor = road.journal.caller.actor
    event = Event(wire.id, wire.type, wire.subject, road.now, data, source=wire.source, changes=changes, actor=actor)
    if kind.name != "created":
        commands.readable(road, kind.machine, wire.subject, lock=True)
    commands.lock_resource(road, kind.machine, {**data, **(road.world.tables[kind.machine.id].get(wire.subject) or {})})
    commands.apply(road, kind.machine, event)
