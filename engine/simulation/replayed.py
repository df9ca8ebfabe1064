"""A simulation that has lived through recorded events: what rules wait for now can be asked of it."""

from __future__ import annotations

from collections.abc import Iterable

from engine.automation.scope import SCHEDULE_EVENT
from engine.catalog import Catalog
from engine.events.envelope import WireEvent
from engine.simulation.events import is_derived
from engine.simulation.ledger import Ledger
from engine.simulation.simulation import Simulation


def replayed(catalog: Catalog, events: Iterable[WireEvent]) -> Simulation:
    """The simulation after the root events among ``events``, which are in order of time; what rules, timers and clocks
    caused is derived again.
    """
    roots = [event for event in events if not is_derived(event)]
    ticks = frozenset(str(event.data.get("rule", "")) for event in roots if event.type == SCHEDULE_EVENT)
    simulation = Simulation(catalog, Ledger(), ticks_in_log=ticks)
    for event in sorted(roots, key=lambda one: one.time):
        simulation.take(event)
    return simulation
