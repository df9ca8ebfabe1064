"""The road of one event, over whatever world there is: judge, perform, follow up. Source: the language, "Order of things".

Candidates are judged on the facts just after their event; the actions of those that are met then meet the state as it
is by then, in rule order; follow-ups come breadth first. A simulation walks it in memory on a virtual clock, the
application within a transaction of its store; what either keeps for later it keeps in its own way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from engine.automation.index import Verdict
from engine.automation.model import Action, Bound, Effect
from engine.catalog import Catalog
from engine.conditions.values import Timestamp
from engine.simulation.events import Event, Kind, Kinds
from engine.simulation.fold import Fold
from engine.simulation.ledger import Ledger
from engine.simulation.runs import Runs
from engine.simulation.world import Record, World

if TYPE_CHECKING:
    from engine.simulation.clocks import Clocks
    from engine.simulation.runs import Key
    from engine.sla.clock import Clock

Judged = tuple[Event, Record | None, Record | None, list[Verdict]]
Values = tuple[Mapping[str, Any], Mapping[str, Any]]
Watcher = Callable[[Event, "Record | None", "Record | None", Sequence[Bound]], Callable[[], None]]


class Delays(Protocol):
    """When rules last ran, by run key, and the actions that wait for their delay."""

    def last(self, key: Key) -> Timestamp | None:
        """When a rule last ran within its key."""

    def ran(self, key: Key, now: Timestamp, root: str) -> None:
        """Notes that it ran, in a chain that may still be undone."""

    def later(
        self,
        bound: Bound,
        action: Action,
        event: Event,
        subject: Record | None,
        before: Record | None,
        due: Timestamp,
        key: Key | None,
    ) -> None:
        """Has ``Runs.due`` called with the action when it is due; ``key`` where another run is to begin it again."""

    def drop(self, key: Key, root: str) -> None:
        """Cancels what waits within a key, until the chain ``root`` is undone."""


class Timing(Protocol):
    """The running timers."""

    def starting(self, bound: Bound, id: str, effect: Effect, event: Event) -> Callable[[], None]:
        """What starts a timer, once it is certain that the run stands. ``id`` is that of the event it will emit."""

    def cancel(self, bound: Bound, effect: Effect, event: Event) -> None:
        """Cancels the running timers of a name; with ``after`` only those that were started for that long."""


class Dwellings(Protocol):
    """The dwell times under way."""

    def entered(self, machine: str, record: Record, source: str | None, state: str, event: Event) -> None:
        """An entity came into ``state`` from ``source`` (None: it was just created or first seen)."""


class Road:
    """One catalog at work on a world.

    ``watch`` is called with every event just after it was applied, and the rules that are judged on it; what it returns
    is called once it is certain that the event stands. ``on_event`` is called with every derived event that stands,
    ``on_clock`` with every SLA clock that ends and its id, ``on_met`` with what is met or errored at an event while its facts are at hand, ``on_run`` with what became of a run
    and why. ``identity`` makes the id of an entity from the chain that made it. ``strict`` holds root events to everything a person's request must meet; a log's are taken as having met it.
    """

    delays: Delays
    timers: Timing
    dwelling: Dwellings
    clocks: Clocks

    def __init__(
        self,
        catalog: Catalog,
        ledger: Ledger,
        world: World,
        *,
        unread: frozenset[str] = frozenset(),
        passing: frozenset[str] = frozenset(),
        watch: Watcher | None = None,
        on_event: Callable[[Event], None] | None = None,
        strict: bool = False,
    ) -> None:
        self.catalog = catalog
        self.ledger = ledger
        self.world = world
        self.now = Timestamp(0)
        self.kinds = Kinds(catalog)
        self.watch = watch
        self.on_event = on_event
        self.strict = strict
        self.read: Values | None = None
        self.identity: Callable[[str], str] = str
        self.on_refusal: Callable[[str], None] | None = None
        self.on_move: Callable[[str, str], None] | None = None
        self.on_clock: Callable[[Clock, str], None] | None = None
        self.on_delay: Callable[[Bound, Action, Event, Record | None, Record | None], None] | None = None
        self.on_met: Callable[[Event, Record | None, Record | None, list[Verdict]], None] | None = None
        self.on_run: Callable[[Bound, Event, str, str | None], None] | None = None
        self._queue: deque[Judged] = deque()
        self.fold = Fold(self, unread, passing)
        self.runs = Runs(self)

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
            if self.on_met is not None:
                self.on_met(event, subject, before, verdicts)
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
