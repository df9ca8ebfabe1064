"""What the rules of a simulation wait for at the moment, so that it can be told what a new release makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.releases.pending import Pending

if TYPE_CHECKING:
    from engine.simulation.simulation import Simulation


def waiting(simulation: Simulation) -> list[Pending]:
    """Delays, timers and dwell times under way, by due time, rule and entity. Ticks of schedules wait for nobody."""
    found: list[Pending] = []
    for entry in simulation.agenda.pending():
        if entry.waits is None:
            continue
        kind, rule, machine, entity, action = entry.waits
        if kind != "dwell":
            found.append(Pending(kind, rule, machine, entity, entry.due, action))
            continue
        state = simulation.world.tables[machine][entity]["status"]
        since = simulation.dwelling.since(rule, entity)
        found.append(Pending(kind, rule, machine, entity, entry.due, "", state, since))
    return sorted(found, key=lambda one: (one.due, one.rule, one.machine, one.entity, one.kind, one.action))
