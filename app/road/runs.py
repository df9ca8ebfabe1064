"""Runs of rules as their reader may see them: what each saw, what came of it, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app.records.events import EVENTS
from app.road import commands
from app.road.problems import Fault, InvalidError
from app.road.road import StoredRoad
from app.road.rows import stamp
from app.store.journal import RUNS
from app.store.statements import loaded
from engine.access.grants import RoleSet
from engine.access.sight import Sight
from engine.automation.model import Bound
from engine.catalog import Catalog
from engine.conditions.veil import HIDDEN, shown_values, tells
from engine.simulation.veil import Veil

Run = Mapping[str, Any]
Shown = dict[str, Any]
KEPT = ("index", "sets")
"""What of an effect is kept for the platform itself."""
QUOTING = ("refused", "errored", "dropped")
"""Outcomes whose reason may quote what was read."""


def bound_of(catalog: Catalog, rule: str, type: str, event: str) -> Bound | None:
    """A rule of a release as it is bound to an event's type, or a policy's escalation at an event; None where it is gone."""
    if not rule.startswith("sla:"):
        known = catalog.rules.get(rule)
        return known.bound.get(type) if known is not None else None
    policy = catalog.policies.get(rule.removeprefix("sla:"))
    if policy is None:
        return None
    _, turned, turn = event.rpartition("/after-")
    if turned and (number := turn.partition("-")[0]).isdigit() and int(number) < len(policy.steps):
        return policy.steps[int(number)].bound
    if type.endswith((".sla_warning", ".sla_breached")):
        return policy.moment("warning" if type.endswith("warning") else "breach")
    return policy.alarm


class Telling:
    """Tells runs of one release to a reader: what they may not see is ``hidden``, for ``roles`` None nothing is."""

    def __init__(self, catalog: Catalog, roles: RoleSet | None) -> None:
        self._catalog = catalog
        self._roles = roles
        self.veil = Veil(catalog, roles) if roles is not None else None

    def run(self, row: Run, bound: Bound | None) -> Shown:
        """One run."""
        reason = row["reason"]
        if self.veil is not None and reason is not None and row["outcome"] in QUOTING:
            reason = self.veil.reason(bound, reason) if bound is not None else HIDDEN
        return {
            "number": row["number"],
            "at": stamp(row["at"]).text(),
            "verdict": row["verdict"],
            "outcome": row["outcome"],
            "reason": reason,
            "effects": [self._effect(dict(effect), bound) for effect in loaded(row["effects"]) or ()],
        }

    def conditions(self, row: Run, bound: Bound | None) -> list[Shown] | None:
        """What the lines of its condition saw; None where nothing of that was kept."""
        lines: list[Shown] | None = loaded(row["trace"])
        if lines is None or self._roles is None:
            return lines
        if bound is None or bound.condition is None:
            return [{**line, "values": dict.fromkeys(line["values"], HIDDEN)} for line in lines]
        sees = Sight(self._roles).of(bound.type, self._catalog.machines)
        found = []
        for line, known in zip(lines, bound.condition.explained, strict=True):
            told = {**line, "values": shown_values(known.leaves, line["values"], bound.condition, sees)}
            if "error" in told and not tells(known, bound.condition, sees):
                told["error"] = HIDDEN
            found.append(told)
        return found

    def _effect(self, effect: Shown, bound: Bound | None) -> Shown:
        index = effect.get("index")
        shown = {name: value for name, value in effect.items() if name not in KEPT}
        if self.veil is None:
            return shown
        action = next((one for one in bound.actions if one.index == index), None) if bound is not None else None
        if bound is None or action is None:
            return {**dict.fromkeys(shown, HIDDEN), "action": shown["action"]}
        return self.veil.effect(bound, action, shown)


def reader_of(road: StoredRoad) -> RoleSet | None:
    """The roles by which the caller sees; None for the platform itself, which sees all."""
    caller = road.journal.caller
    return None if caller.system else road.catalog.access.of(caller.actor["roles"])


def runs_about(
    road: StoredRoad, machine_id: str, id: str, *, limit: int, cursor: str | None
) -> tuple[list[Shown], str | None]:
    """A page of the runs of rules about an entity, newest first, and the cursor of those before them.

    Raises NotFoundError, InvalidError for a cursor that is none.
    """
    commands.readable(road, road.catalog.machines[machine_id], id)
    columns = RUNS.c
    query = sa.select(RUNS, EVENTS.c.type).join(EVENTS, EVENTS.c.id == columns.event, isouter=True)
    query = query.where(columns.machine == machine_id, columns.entity == id)
    if cursor:
        if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 18:
            raise InvalidError([Fault("?cursor", "invalid", "this is no cursor of this list: begin without one")])
        query = query.where(columns.number < int(cursor))
    rows = road.connection.execute(query.order_by(columns.number.desc()).limit(limit + 1)).mappings().all()
    items = list(_told(road, rows[:limit]))
    return items, str(rows[limit - 1]["number"]) if len(rows) > limit else None


def _told(road: StoredRoad, rows: Sequence[Any]) -> Iterator[Shown]:
    reader = reader_of(road)
    tellings: dict[int, Telling] = {}
    for row in rows:
        catalog = road.catalog if row["release"] == road.release else road.releases.catalog(row["release"])
        telling = tellings.setdefault(row["release"], Telling(catalog, reader))
        bound = bound_of(catalog, row["rule"], row["type"] or "", row["event"])
        yield {
            "rule": row["rule"],
            "version": row["version"],
            "release": row["release"],
            "event": {"id": row["event"], "type": row["type"]},
            **telling.run(row, bound),
            "conditions": telling.conditions(row, bound),
        }
