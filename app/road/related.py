"""The entities that others lead to, many at once: one query a kind, each as far as the caller may see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

import sqlalchemy as sa

from app.road import commands
from app.road.road import StoredRoad
from app.store.entities import ENTITIES
from engine.simulation.world import Record


def related(road: StoredRoad, wanted: Mapping[str, AbstractSet[str]]) -> dict[str, Record]:
    """Entities by ``machine/id``, without what is hidden of them; those that the caller may not read are not there.

    ``wanted`` are ids by machine.
    """
    found: dict[str, Record] = {}
    for machine, ids in wanted.items():
        if machine not in ENTITIES or not ids:
            continue
        table = road.store.rows(machine).table
        plural = road.catalog.machines[machine].plural
        for row in road.connection.execute(sa.select(table).where(table.c.id.in_(sorted(ids)))):
            record = road.store.take(machine, row)
            decided = commands.decision(road, f"{plural}.read", machine, record)
            if decided.allowed:
                found[f"{machine}/{record['id']}"] = {k: v for k, v in record.items() if k not in decided.hidden}
    return found


def related_by(road: StoredRoad, items: Iterable[Mapping[str, Any]], relations: Mapping[str, str]) -> dict[str, Record]:
    """What some entities lead to by their relations, which are given with the machines they lead to."""
    wanted: dict[str, set[str]] = {machine: set() for machine in relations.values()}
    for item in items:
        for relation, machine in relations.items():
            if item.get(relation):
                wanted[machine].add(item[relation])
    return related(road, wanted)


def people(road: StoredRoad, ids: Iterable[str]) -> dict[str, str]:
    """The names of people by id, for those who see what they did; ids of rules and of the platform have none."""
    wanted = sorted({one for one in ids if one and ":" not in one and one != "system"})
    table = road.store.rows("user").table
    if not wanted:
        return {}
    rows = road.connection.execute(sa.select(table.c.id, table.c.name).where(table.c.id.in_(wanted)))
    return {row.id: row.name for row in rows}
