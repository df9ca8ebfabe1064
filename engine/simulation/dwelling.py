"""Dwell times: a rule that acts when an entity has stayed in some states for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.automation.model import OnDwell, Rule
from engine.conditions.values import Duration, Timestamp
from engine.simulation.agenda import Entry
from engine.simulation.events import Event

if TYPE_CHECKING:
    from engine.simulation.simulation import Simulation
    from engine.simulation.world import Record


class Dwelling:
    """Watches entities come into and leave the states that dwell rules name."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._since: dict[tuple[str, str], Timestamp] = {}
        self._rules: dict[str, list[tuple[Rule, OnDwell]]] = {
            machine: [(rule, trigger) for rule, trigger in rules if rule.text.stage != "off"]
            for machine, rules in simulation.catalog.dwelling.items()
        }

    def entered(self, machine: str, record: Record, source: str | None, state: str, event: Event) -> None:
        """An entity came into ``state`` from ``source`` (None: it was just created or first seen)."""
        for rule, trigger in self._rules.get(machine, ()):
            inside = state in trigger.states
            if source is not None and (source in trigger.states) == inside:
                continue
            key = (rule.id, record["id"])
            if not inside:
                self._since.pop(key, None)
                continue
            self.start(rule, trigger, record, event.time, event)

    def since(self, rule: str, id: str) -> Timestamp:
        """Since when a rule waits for an entity. Raises KeyError where it does not."""
        return self._since[rule, id]

    def given(self, machine: str, record: Record, time: Timestamp) -> None:
        """An entity that was in its state when the simulation began; what fell due before that is past."""
        for rule, trigger in self._rules.get(machine, ()):
            since = record["status_since"]
            due = trigger.due(since)
            if record["status"] in trigger.states and due is not None and due >= time:
                begun = Event(f"{record['id']}/given", f"{machine}.created", record["id"], since, {})
                self.start(rule, trigger, record, since, begun)

    def start(self, rule: Rule, trigger: OnDwell, record: Record, since: Timestamp, event: Event) -> None:
        """Begins to wait for one rule and one entity."""
        simulation = self._simulation
        key = (rule.id, record["id"])
        self._since[key] = since
        due = trigger.due(since)
        if due is None:
            return
        entry = Entry(
            due,
            lambda: self._fire(rule, trigger, record, due, event),
            alive=lambda: self._since.get(key) == since,
            waits=("dwell", rule.id, trigger.entity, record["id"], ""),
        )
        simulation.agenda.add(entry, simulation.runs.rank(rule), record["id"])

    def _fire(self, rule: Rule, trigger: OnDwell, record: Record, due: Timestamp, cause: Event) -> None:
        simulation = self._simulation
        self._since.pop((rule.id, record["id"]), None)
        bound = rule.bound[f"{trigger.entity}.dwelled"]
        data: dict[str, Any] = {"state": record["status"], "for": Duration(trigger.span)}
        event = Event(
            f"{cause.id}/{rule.id}/dwell",
            bound.type,
            record["id"],
            due,
            data,
            cause=cause.id,
            root=cause.root,
            depth=1,
            chain=cause.chain,
        )
        if cause.chain.grow():
            simulation.runs.one(bound, event, record, dict(record))
        else:
            simulation.ledger.rule(bound.rule.id).stopped += 1
