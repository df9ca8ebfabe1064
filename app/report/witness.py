"""What a replay shows beside its counts: every clock, what was done on each day, and what the messages said."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from engine.automation.paths import MissingValueError, Notice
from engine.simulation.deadline import standing
from engine.templates.model import Facts, Message, Refusal
from engine.templates.render import render

if TYPE_CHECKING:
    from datetime import date

    from app.report.times import Zone
    from engine.conditions.values import Timestamp
    from engine.simulation.ledger import Performed
    from engine.simulation.simulation import Simulation
    from engine.sla.clock import Clock, Measured

Fate = Literal["met", "missed", "late", "cancelled", "cancelled_late", "running", "paused"]
"""How a clock ended, or stands at the end: ``missed`` ended late, ``late`` is late and still open."""


@dataclass(frozen=True, slots=True)
class SeenClock:
    """One clock at the end of a replay: instants as RFC 3339, ``late`` the counted time it is over, in seconds.

    ``target`` is the number of the target in force, -1 where none is.
    """

    id: str
    policy: str
    entity: str
    fate: Fate
    opened: str
    due: str | None
    ended: str | None
    late: float
    target: int


Said = tuple[str, str, str]
"""What a message is known by: root event, rule, template."""


class Witness:
    """Attends the replays of one catalog; what it saw is of the last that was begun."""

    def __init__(self, zone: Zone) -> None:
        self._zone = zone
        self._begin(None)

    def _begin(self, simulation: Simulation | None) -> None:
        self._simulation = simulation
        self._ended: list[tuple[Clock, str]] = []
        self._clocks: dict[str, Clock] = {}
        self.effects: Counter[tuple[date, str]] = Counter()
        """How often each action was performed on each day of the zone."""
        self.said: dict[Said, str] = {}
        self.messages: dict[str, list[Message]] = {}
        """The first message of each template that could be sent, on every channel and in every language."""

    def attend(self, simulation: Simulation) -> None:
        """Begins to listen to a simulation, and forgets any earlier one."""
        self._begin(simulation)
        simulation.on_clock = lambda clock, id: self._ended.append((clock, id))
        simulation.ledger.listen(self._performed)

    def clocks(self) -> dict[str, SeenClock]:
        """Every clock by its id, as it stands at the end."""
        simulation = self._simulation
        return {} if simulation is None else {id: _seen(one, id, simulation.now) for id, one in self._every().items()}

    def standing(self, id: str) -> dict[str, Any]:
        """Why a clock stands as it does: the JSON of ``virel sla explain``. Raises KeyError where there is no such."""
        assert self._simulation is not None
        return standing(self._every()[id], id, self._simulation.now)

    def _every(self) -> dict[str, Clock]:
        """All clocks by id, put together when the replay is over and somebody asks first."""
        assert self._simulation is not None
        if not self._clocks:
            every = sorted([*self._ended, *self._simulation.clocks.open()], key=_id)
            self._clocks = {id: clock for clock, id in every}
        return self._clocks

    def _performed(self, done: Performed) -> None:
        if done.shadow:
            return
        effect = done.effect
        self.effects[self._zone.day(done.at.text()), effect.action] += 1
        if isinstance(effect.value, Notice):
            self._hear(done, effect.value)

    def _hear(self, done: Performed, notice: Notice) -> None:
        """Keeps what a message said: its first line always, all of it when it is the first of its template."""
        simulation = self._simulation
        assert simulation is not None
        id = str(done.effect.keys["template"])
        template = simulation.catalog.templates.get(id)
        if template is None:
            return
        try:
            facts = Facts(notice.record(template.entity, simulation.world), simulation.world)
        except MissingValueError as problem:
            self.said[done.root, done.rule, id] = f"not sent: {problem}"
            return
        said = render(template, next(iter(template.channels)), template.fallback, facts)
        self.said[done.root, done.rule, id] = first_line(said)
        if id not in self.messages:
            whole = [
                render(template, channel, locale, facts)
                for channel in template.channels
                for locale in template.channels[channel]
            ]
            found = [one for one in whole if isinstance(one, Message)]
            if len(found) == len(whole):
                self.messages[id] = found


def first_line(said: Message | Refusal) -> str:
    """What a message says at first sight: its subject or first line, or why it would not be sent."""
    if isinstance(said, Refusal):
        return f"not sent: {said.reason}"
    text = (said.subject or said.body).strip()
    return f"“{text.splitlines()[0]}”" if text else ""


def _id(pair: tuple[Clock, str]) -> str:
    return pair[1]


def _seen(clock: Clock, id: str, at: Timestamp) -> SeenClock:
    policy, _, rest = id.partition("/")
    measured = clock.at(at)
    fate = _fate(clock, measured)
    over = fate in ("missed", "late", "cancelled_late") and measured.remaining is not None
    late = max(0.0, -measured.remaining / 1e9) if over and measured.remaining is not None else 0.0
    return SeenClock(
        id,
        policy,
        rest.rpartition("/")[0],
        fate,
        measured.opened.text(),
        measured.due.text() if measured.due is not None else None,
        measured.ended.text() if measured.ended is not None else None,
        late,
        measured.target,
    )


def _fate(clock: Clock, measured: Measured) -> Fate:
    if measured.state == "cancelled":
        return "cancelled_late" if measured.ended is not None and clock.late_at(measured.ended) else "cancelled"
    if measured.state == "breaching":
        return "late"
    if measured.ended is not None:
        return "missed" if measured.state == "breached" else "met"
    return "paused" if measured.paused else "running"
