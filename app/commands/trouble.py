"""What the platform could not do by itself, left for a person as an exception; told once, however often it is tried."""

from __future__ import annotations

from app.road import commands
from app.road.road import StoredRoad, entity_id
from engine.simulation.world import Record


def tell_a_person(
    road: StoredRoad, mark: str, *, reason: str, title: str, about: str | None = None, priority: str = "high"
) -> Record:
    """The exception of a mark, made where it is not there yet. ``about`` is an entity as ``booking/ID``."""
    id = entity_id(mark)
    known = road.store.tables["exception"].get(id)
    if known is not None:
        return known
    values = {"reason": reason, "title": title[:500], "priority": priority, "about": about}
    return commands.create(road, "exception", values, id=id)
