"""What all stories of one run share: the clock and its agenda, dice, numbers, and the voice that records events."""

from __future__ import annotations

from collections import Counter
from heapq import heappop, heappush
from random import Random
from typing import TYPE_CHECKING, Any

from app.agency import people, rhythm
from app.agency.diary import Diary
from engine.conditions.values import Timestamp
from engine.events.envelope import NANOSECONDS, Actor, WireEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from app.agency.stage import Stage

WEB = Actor("web-form")
PROVIDER = Actor("payment-provider")
PARTNER = Actor("partner-api")
_MACHINES = {
    "cl": "client",
    "md": "model",
    "iq": "inquiry",
    "bk": "booking",
    "pay": "payment",
    "sl": "slot",
    "op": "option",
}
_SOURCES = {"web-form": "virel/web", "payment-provider": "virel/payments", "partner-api": "virel/partners"}


class House:
    """The agency while it is simulated.

    ``now`` is the instant of the story being told, in whole seconds, UTC; ``diary`` knows whose time is wanted when.
    Ids carry the number of the story they belong to, and an event's id its subject and how many there were before:
    what happens in one story moves neither the ids nor the dice of another.
    """

    def __init__(self, stage: Stage, seed: int, start: int, *, models: int) -> None:
        self.stage = stage
        self.now = start
        self.codes = people.Codes()
        self.seed = seed
        self.models = models
        self.diary = Diary(stage)
        self._ears: dict[str, Callable[[WireEvent], None]] = {}
        self._agenda: list[tuple[int, int, Callable[[], object]]] = []
        self._planned = 0
        self._said: Counter[str] = Counter()
        self._told: list[WireEvent] = []

    @staticmethod
    def dice_of(seed: int, name: str) -> Random:
        """Dice of their own for each story, so that a change in one does not move the others."""
        return Random(f"{seed}:{name}")  # noqa: S311 - a play, not a secret

    def dice(self, name: str) -> Random:
        """The dice of the story with this name."""
        return self.dice_of(self.seed, name)

    def new_id(self, prefix: str, number: str) -> str:
        """The id of an entity of the story with this number: ``bk_001007``, then ``bk_001007_2``."""
        machine = _MACHINES[prefix]
        id, count = f"{prefix}_{number}", 1
        while self.stage.look(machine, id) is not None:
            count += 1
            id = f"{prefix}_{number}_{count}"
        return id

    def listen(self, entity: str, hear: Callable[[WireEvent], None]) -> None:
        """Lets a story hear of every event about an entity; it may put things on the agenda, and say nothing at once."""
        self._ears[entity] = hear

    def ignore(self, entity: str) -> None:
        """Ends ``listen``."""
        self._ears.pop(entity, None)

    def at(self, moment: int, act: Callable[[], object]) -> None:
        """Puts something on the agenda; at one instant, what was planned first comes first."""
        self._planned += 1
        heappush(self._agenda, (max(moment, self.now), self._planned, act))

    def later(self, seconds: int, act: Callable[[], object]) -> None:
        """Puts something on the agenda, counted from now."""
        self.at(self.now + seconds, act)

    def run(self, until: int) -> Iterator[list[WireEvent]]:
        """Lives through the agenda up to ``until``; yields what each step recorded, in order."""
        while self._agenda and self._agenda[0][0] < until:
            moment = self._agenda[0][0]
            if moment > self.now:
                woken = self.stage.wake(moment)
                self.now = moment
                if woken:
                    yield self._heard(woken)
            # What was just heard may have put something on the agenda for this very instant; it waits its turn.
            heappop(self._agenda)[2]()
            if self._told:
                told, self._told = self._told, []
                yield self._heard(told)
        if rest := self.stage.wake(until):
            yield rest

    def in_mind(self) -> dict[str, int]:
        """How much is kept of what is still to come or may still change; the rest is the world's."""
        return {"agenda": len(self._agenda), "listening": len(self._ears), "diary": len(self.diary)}

    def _heard(self, events: list[WireEvent]) -> list[WireEvent]:
        for event in events:
            if (hear := self._ears.get(event.subject)) is not None:
                hear(event)
        return events

    def say(
        self,
        kind: str,
        subject: str,
        data: Mapping[str, Any] | None = None,
        *,
        actor: Actor,
        changes: Mapping[str, Any] | None = None,
    ) -> bool:
        """Records a root event now, if the world allows it; ``changes`` maps fields to their new values."""
        machine = kind.partition(".")[0]
        before = self.stage.look(machine, subject) or {}
        self._said[subject] += 1
        event = WireEvent(
            id=f"{subject}.{self._said[subject]}",
            type=kind,
            time=Timestamp(self.now * NANOSECONDS),
            source=_SOURCES.get(actor.id, "virel/desk"),
            subject=subject,
            data=dict(data or {}),
            actor=actor,
            changes={name: (_plain(before.get(name)), value) for name, value in (changes or {}).items()},
        )
        told = self.stage.record(event)
        self._told += told
        return event in told

    def create(self, machine: str, entity: str, fields: Mapping[str, Any], *, actor: Actor) -> None:
        """Records that an entity came to be."""
        self.say(f"{machine}.created", entity, fields, actor=actor)

    def move(
        self,
        machine: str,
        entity: str,
        transition: str,
        *,
        actor: Actor,
        changes: Mapping[str, Any] | None = None,
        **inputs: object,
    ) -> bool:
        """Takes a transition by hand, where the entity's state allows it; says whether it did."""
        target = self.stage.target(machine, entity, transition)
        if target is None:
            return False
        data = {"from": self.status(machine, entity), "to": target, "transition": transition, **inputs}
        return self.say(f"{machine}.status_changed", entity, data, actor=actor, changes=changes)

    def status(self, machine: str, entity: str) -> str:
        """The entity's state, empty when it does not exist."""
        record = self.stage.look(machine, entity)
        return str(record["status"]) if record else ""

    def staff(self, role: str, dice: Random) -> Actor:
        """Somebody who holds the role."""
        return actor(dice.choice([one for one in people.STAFF if role in one[2]]))

    def desk(self, typical: int, dice: Random) -> int:
        """The instant at which somebody gets round to something that takes about ``typical`` seconds."""
        return rhythm.office(rhythm.office(self.now) + rhythm.about(dice, typical))


def actor(one: tuple[str, str, tuple[str, ...], tuple[str, ...]]) -> Actor:
    """A member of staff as the actor of an event."""
    return Actor(one[0], list(one[2]), list(one[3]))


def _plain(value: object) -> object:
    """A record's value as JSON has it."""
    return value.text() if isinstance(value, Timestamp) else value
