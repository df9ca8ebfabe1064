"""Schedules: rules that act by the clock, for each entity that qualifies or once a tick."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
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


def ticks_after(trigger: OnSchedule, instant: Timestamp) -> CronSim:
    """The instants of a schedule from the first one at or after ``instant``, as zone-aware datetimes."""
    seconds = -(-int(instant) // SECOND)
    start = datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(trigger.timezone))
    return CronSim(trigger.cron, start - timedelta(seconds=1))


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
            self._tick(known[0], known[1], wire.time)

    def _next(self, rule: Rule, trigger: OnSchedule, ticks: CronSim) -> None:
        try:
            due = Timestamp(int(next(ticks).timestamp()) * SECOND)
        except StopIteration:
            return

        def perform() -> None:
            self._tick(rule, trigger, due)
            self._next(rule, trigger, ticks)

        simulation = self._simulation
        simulation.agenda.add(Entry(due, perform, counts=False), simulation.runs.rank(rule), "")

    def _tick(self, rule: Rule, trigger: OnSchedule, due: Timestamp) -> None:
        simulation = self._simulation
        bound = rule.bound[SCHEDULE_EVENT]
        root = f"{rule.id}/{due.text()}"
        data = {"rule": rule.id, "due": due}
        if trigger.for_each is None:
            event = Event(root, SCHEDULE_EVENT, "", due, data, source="schedule")
            simulation.runs.one(bound, event, None, None)
            return
        table = simulation.world.tables[trigger.for_each]
        for id in sorted(table):
            record = table[id]
            event = Event(f"{root}/{id}", SCHEDULE_EVENT, id, due, data, source="schedule", root=root)
            if rule.where is not None:
                frame = (event, record, None, due, event.actor, simulation.world)
                if rule.where.judge(*frame) is not True:
                    continue
            simulation.begin_root()
            simulation.runs.one(bound, event, record, None)
