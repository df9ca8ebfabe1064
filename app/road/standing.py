"""How the SLA clocks of entities stand now, from their rows, and why a deadline is what it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.road import commands
from app.road.clocks import life_from
from app.road.problems import NotFoundError
from app.road.road import StoredRoad
from app.road.runs import reader_of
from app.store.statements import loaded
from app.store.waiting import CLOCKS
from engine.access.grants import RoleSet
from engine.access.sight import Sight
from engine.conditions.values import Timestamp
from engine.conditions.veil import HIDDEN, rests_on
from engine.simulation.clocks import Life
from engine.simulation.deadline import standing
from engine.sla.clock import Clock
from engine.sla.ledger import seconds

Shown = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Face:
    """How a clock is read off: what it says now, when it says something else, and over which span it runs.

    ``opens`` is when its calendar opens again, of one that stands still outside of its hours. A deadline that the
    reader may not see is not there, and ``hidden`` says so.
    """

    policy: str
    state: str
    paused: bool
    opened: Timestamp
    ended: Timestamp | None
    due: Timestamp | None
    warn: Timestamp | None
    opens: Timestamp | None
    hidden: bool


def clocks_of(road: StoredRoad, machine: str, ids: Iterable[str]) -> dict[str, list[Shown]]:
    """How the latest clock of every policy stands on each of these entities; one query, however many they are."""
    found: dict[str, list[Shown]] = {id: [] for id in ids}
    reader = reader_of(road)
    for id, policy, clock in _clocks(road, machine, list(found)):
        found[id].append(_stands(road, policy, clock, reader))
    return found


def faces_of(road: StoredRoad, machine: str, ids: Iterable[str]) -> dict[str, list[Face]]:
    """The same to be shown to people, who also want to know what comes next; one query."""
    found: dict[str, list[Face]] = {id: [] for id in ids}
    reader = reader_of(road)
    for id, policy, clock in _clocks(road, machine, list(found)):
        found[id].append(_face(road, policy, clock, _veiled(clock, reader)))
    return found


def _clocks(road: StoredRoad, machine: str, ids: list[str]) -> Iterator[tuple[str, str, Clock]]:
    if not ids:
        return
    columns = CLOCKS.c
    query = sa.select(columns.policy, columns.entity, columns.release, columns.track)
    query = query.where(columns.machine == machine, columns.entity.in_(ids))
    for row in road.connection.execute(query.order_by(columns.policy)).mappings():
        life = _life(road, row)
        if life is not None and life.clock is not None:
            yield row["entity"], row["policy"], life.clock


def _face(road: StoredRoad, policy: str, clock: Clock, hidden: bool) -> Face:
    measured = clock.at(road.now)
    opens = None
    if measured.ended is None and not measured.paused and not measured.within_hours and clock.due is not None:
        spans = clock.calendar.open_spans(road.now, clock.due)
        opens = next((first for first, _ in spans), None)
    due, warn = (None, None) if hidden else (measured.due, clock.warn)
    return Face(policy, measured.state, measured.paused, clock.opened, clock.ended, due, warn, opens, hidden)


def why_due(road: StoredRoad, machine_id: str, id: str, policy: str) -> Shown:
    """Why the clock of a policy on an entity has its deadline, span by span. Raises NotFoundError."""
    commands.readable(road, road.catalog.machines[machine_id], id)
    columns = CLOCKS.c
    query = sa.select(columns.policy, columns.entity, columns.release, columns.track)
    query = query.where(columns.machine == machine_id, columns.entity == id, columns.policy == policy)
    row = road.connection.execute(query).mappings().first()
    life = _life(road, row) if row is not None else None
    if life is None or life.clock is None:
        raise NotFoundError("clock", f"{policy}/{id}")
    found = {"policy": policy, "id": id, **standing(life.clock, f"{policy}/{id}/{life.opened}", road.now)}
    if _veiled(life.clock, reader_of(road)):
        found |= {"target": HIDDEN, "due": HIDDEN, "remaining": HIDDEN, "ahead": []}
    return found


def _life(road: StoredRoad, row: Mapping[Any, Any]) -> Life | None:
    """A row's life, its clock under the policy that opened it; None where no release at hand knows the policy."""
    try:
        policy = road.policy(row["policy"], row["release"])
    except KeyError:
        return None
    return life_from(loaded(row["track"]), policy, policy)


def _stands(road: StoredRoad, policy: str, clock: Clock, reader: RoleSet | None) -> Shown:
    measured = clock.at(road.now)
    warn = clock.warn if measured.ended is None else None
    shown: Shown = {
        "policy": policy,
        "state": measured.state,
        "paused": measured.paused,
        "within_hours": measured.within_hours,
        "due": measured.due.text() if measured.due is not None else None,
        "warn_at": warn.text() if warn is not None else None,
        "remaining": seconds(measured.remaining) if measured.remaining is not None else None,
    }
    if _veiled(clock, reader):
        shown |= {"due": HIDDEN, "warn_at": HIDDEN, "remaining": HIDDEN}
    return shown


def _veiled(clock: Clock, reader: RoleSet | None) -> bool:
    """Whether the deadline is read from what the reader may not see."""
    by = clock.aim.by if clock.aim is not None else None
    return reader is not None and by is not None and not all(map(Sight(reader), rests_on(by.node, by)))
