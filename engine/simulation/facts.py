"""A world at one instant, for what is asked of facts alone: from a history of events, or from entities as they stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.catalog import Catalog
from engine.conditions.values import Timestamp
from engine.events.envelope import WireEvent
from engine.machines.records import UnfitValue
from engine.simulation.events import is_derived
from engine.simulation.horizon import within_reach
from engine.simulation.ledger import Ledger
from engine.simulation.simulation import Simulation


def at_the_end(catalog: Catalog, events: Iterable[WireEvent], at: Timestamp | None) -> Simulation:
    """The world after the root events up to ``at`` (None: all of them), what falls due by then included.

    Raises TooFarError for an instant that is not worth waiting for.
    """
    simulation = Simulation(catalog, Ledger())
    wanted = (one for one in events if not is_derived(one) and (at is None or one.time <= at))
    roots = sorted(wanted, key=lambda one: one.time)
    if at is not None:
        within_reach(roots[-1].time if roots else None, at)
    for event in roots:
        simulation.take(event)
    if at is not None:
        simulation.advance(at, including=True)
    return simulation


def as_they_stand(catalog: Catalog, facts: Mapping[str, Any], at: Timestamp) -> Simulation:
    """The world of entities by machine and id, each with its values as JSON. Raises UnfitValue, which names the entity."""
    simulation = Simulation(catalog, Ledger())
    simulation.begin(at)
    for machine, entities in facts.items():
        if machine not in catalog.machines:
            raise UnfitValue(f'there is no machine "{machine}"')
        if not isinstance(entities, dict):
            raise UnfitValue(f"{machine}: expected entities by id")
        for id, values in entities.items():
            if not isinstance(values, dict):
                raise UnfitValue(f"{machine}/{id}: expected fields with values")
            try:
                simulation.given(machine, id, values, at)
            except UnfitValue as problem:
                raise UnfitValue(f"{machine}/{id}: {problem}") from None
    return simulation
