"""The staff at work: they take up the tasks and exceptions that rules have made, quickly, late or never."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.agency import people
from app.agency.house import actor
from app.agency.rhythm import HOUR, MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.agency.house import House
    from engine.events.envelope import Actor, WireEvent

_HASTE = {"urgent": 15 * MINUTE, "high": 50 * MINUTE, "normal": 100 * MINUTE, "low": 9 * HOUR}
"""How long something lies, by its priority, before somebody takes it up (seconds of an office day)."""


class Desk:
    """Watches what is recorded and puts the work that follows on the agenda."""

    def __init__(self, house: House) -> None:
        self.house = house

    def notice(self, events: Iterable[WireEvent]) -> None:
        """Looks through what has just been recorded for work to do."""
        for event in events:
            if event.type == "task.created":
                self._plan(event, self._take_task)
            elif event.type == "exception.created":
                self._plan(event, self._take_exception)

    def _plan(self, event: WireEvent, take: _Take) -> None:
        dice = self.house.dice(event.subject)
        if dice.random() < 0.05:
            return  # nobody ever takes it up
        typical = _HASTE.get(str(event.data.get("priority", "normal")), 2 * HOUR)
        self.house.at(self.house.desk(typical, dice), partial(take, event.subject, self._who(event)))

    def _take_task(self, task: str, who: Actor) -> None:
        dice = self.house.dice(f"{task} taken")
        if dice.random() < 0.06:
            self.house.move("task", task, "cancel", actor=who)
        elif self.house.move("task", task, "start", actor=who):
            done = self.house.desk(25 * MINUTE, dice)
            self.house.at(done, partial(self._finish, "task", task, "complete", who))

    def _take_exception(self, exception: str, who: Actor) -> None:
        dice = self.house.dice(f"{exception} taken")
        if self.house.move("exception", exception, "acknowledge", actor=who):
            done = self.house.desk(3 * HOUR, dice)
            self.house.at(done, partial(self._finish, "exception", exception, "resolve", who))

    def _finish(self, machine: str, entity: str, transition: str, who: Actor) -> None:
        self.house.move(machine, entity, transition, actor=who)

    def _who(self, event: WireEvent) -> Actor:
        """Somebody of the task's queue, or a manager."""
        dice = self.house.dice(f"{event.subject} by")
        queue = str(event.data.get("queue", "managers"))
        hands = [one for one in people.STAFF if queue in one[3]]
        return actor(dice.choice(hands or [people.STAFF[1]]))


if TYPE_CHECKING:
    from collections.abc import Callable

    _Take = Callable[[str, Actor], None]
