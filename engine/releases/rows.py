"""Which entities there are and where they stand: the fold of recorded events, of which only states are kept.

Everything recorded has happened, whatever caused it, so nothing is judged and nothing is derived.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.events.envelope import WireEvent
from engine.machines.model import Machine
from engine.releases.migration import Migration


class Rows:
    """The states of entities by machine and id. ``machines`` are those under which the events were recorded."""

    def __init__(self, machines: Mapping[str, Machine]) -> None:
        self._machines = machines
        self.states: dict[str, dict[str, str]] = {}

    def take(self, event: WireEvent) -> None:
        """Folds one event in."""
        for id, entities in event.facts.items():
            for entity, values in entities.items():
                if isinstance(status := values.get("status", self._initial(id)), str):
                    self.states.setdefault(id, {}).setdefault(entity, status)
        if not event.subject:
            return
        machine, name, data = event.machine, event.name, event.data
        target: object = None
        if name == "created":
            target = data.get("status", self._initial(machine))
        elif name == "status_changed":
            target = data.get("to") or self._target(machine, data.get("transition"))
        elif machine in self._machines:
            declared = self._machines[machine].events.get(event.type)
            if declared is not None and declared.transition is not None:
                transition = self._machines[machine].transitions.get(declared.transition)
                there = self.states.get(machine, {}).get(event.subject)
                if transition is not None and (there is None or there in transition.sources):
                    target = transition.target
        if isinstance(target, str):
            self.states.setdefault(machine, {})[event.subject] = target

    def migrate(self, plan: Migration) -> None:
        """Moves entities as a release says."""
        for machine, states in plan.items():
            table = self.states.get(machine, {})
            table.update({id: states[status] for id, status in table.items() if status in states})

    def _initial(self, machine: str) -> str | None:
        known = self._machines.get(machine)
        return known.initial if known is not None else None

    def _target(self, machine: str, transition: object) -> str | None:
        known = self._machines.get(machine)
        named = known.transitions.get(transition) if known is not None and isinstance(transition, str) else None
        return named.target if named is not None else None
