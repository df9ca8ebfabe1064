"""Schedules: rules that act by the clock, for each entity that qualifies or once a tick."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cronsim import CronSim

from engine.automation.model import OnSchedule, Rule
from engine.automation.scope import SCHEDULE_EVENT
from engine.conditions.values import Timestamp
from engine.events.envelope import WireEvent
from engine.simulation.agenda import Entry
from engine.simulation.events import Event

if TYPE_CHECKING:
    from engine.simulation.simulation import Simulation

SECOND = 1_000_000_000
DAY = 86_400
"""In seconds."""
FIRST = int(datetime(1, 1, 2, tzinfo=UTC).timestamp())  # a day in, so that every zone can say it


def ticks_after(trigger: OnSchedule, instant: Timestamp) -> Iterator[Timestamp]:
    """The instants of a schedule from the first one at or after ``instant``, within the years 1 to 9999."""
    # The search begins a day earlier: from within an hour that a clock change repeats, it would look back into it.
    earlier = datetime.fromtimestamp(max(int(instant) // SECOND - DAY, FIRST), UTC)
    try:
        for tick in CronSim(trigger.cron, earlier.astimezone(ZoneInfo(trigger.timezone))):
            due = Timestamp(int(tick.timestamp()) * SECOND)
            if due >= instant:
                yield due
    except OverflowError:  # the calendar ends before the schedule does
        return


class Schedules:
    """Ticks by itself between the first and the last event, but for rules whose ticks the log holds."""

    def __init__(self, simulation: Simulation, in_log: frozenset[str]) -> None:
        self._simulation = simulation
        self._rules = {
            rule.id: (rule, trigger) for rule, trigger in simulation.catalog.scheduled if rule.text.stage != "off"
        }
        self._in_log = in_log

    def start(self, first: Timestamp) -> None:
        """Begins to tick at the first instant of the simulation."""
        for rule, trigger in self._rules.values():
            if rule.id not in self._in_log:
                self._next(rule, trigger, ticks_after(trigger, first))

    def is_tick(self, wire: WireEvent) -> bool:
        """Whether an event is a recorded tick."""
        return wire.type == SCHEDULE_EVENT

    def tick_from_log(self, wire: WireEvent) -> None:
        """Takes a recorded tick; a rule that is no longer there has nothing to do."""
        known = self._rules.get(str(wire.data.get("rule", "")))
        if known is not None:
            self._tick(known[0], known[1], wire.time, wire.id, wire.subject)

    def _next(self, rule: Rule, trigger: OnSchedule, ticks: Iterator[Timestamp]) -> None:
        due = next(ticks, None)
        if due is None:
            return

        def perform() -> None:
            self._tick(rule, trigger, due, f"{rule.id}/{due.text()}")
            self._next(rule, trigger, ticks)

        simulation = self._simulation
        simulation.agenda.add(Entry(due, perform, counts=False), simulation.runs.rank(rule), "")

    def _tick(self, rule: Rule, trigger: OnSchedule, due: Timestamp, root: str, only: str = "") -> None:
        """One tick: judged once, or for each entity that there is now (``only`` where the log names one)."""
        simulation = self._simulation
        bound = rule.bound[SCHEDULE_EVENT]
        data = {"rule": rule.id, "due": due}
        if trigger.for_each is None:
            simulation.runs.one(bound, Event(root, SCHEDULE_EVENT, "", due, data, source="schedule"), None, None)
            return
        table = simulation.world.tables[trigger.for_each]
        if only and only not in table:
            simulation.ledger.machine(trigger.for_each).diverged += 1
            return
        for id in [only] if only else sorted(table):
            record = table[id]
            event = Event(f"{root}/{id}", SCHEDULE_EVENT, id, due, data, source="schedule", root=root)
            if rule.where is not None:
                verdict = rule.where.judge(event, record, None, due, event.actor, simulation.world)
                if verdict is False:
                    continue
                if verdict is not True:  # nobody can tell whether it is meant, and that must not pass in silence
                    simulation.runs.all(event, record, None, [(0, bound, verdict)])
                    simulation.ledger.rule(rule.id).judged += 1
                    continue
            simulation.runs.one(bound, event, record, dict(record))
