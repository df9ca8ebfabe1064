"""Why this deadline: a log replayed until an instant, and how the clock of one policy on one entity stands then."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.access.grants import RoleSet
from engine.access.sight import Sight
from engine.catalog import Catalog
from engine.conditions.values import Duration, Timestamp
from engine.conditions.veil import HIDDEN, rests_on
from engine.events.envelope import WireEvent
from engine.simulation.events import is_derived
from engine.simulation.horizon import within_reach
from engine.simulation.ledger import Ledger
from engine.simulation.simulation import Simulation
from engine.sla.clock import Clock
from engine.sla.ledger import ahead, ledger, seconds


def explain(
    catalog: Catalog,
    events: Iterable[WireEvent],
    policy: str,
    entity: str,
    at: Timestamp | None = None,
    roles: RoleSet | None = None,
) -> dict[str, Any]:
    """The JSON of ``virel sla explain``; ``clock`` is None where none was ever opened.

    ``at`` is the last event's time unless given; raises TooFarError for one that is not worth waiting for.
    ``ledger`` sums to ``used``, and ``ahead`` to what remains. With ``roles`` a deadline that is read from what these may not see is ``hidden``.
    """
    roots = sorted((event for event in events if not is_derived(event)), key=lambda event: event.time)
    ticks = frozenset(str(event.data.get("rule", "")) for event in roots if event.type == "schedule.ticked")
    simulation = Simulation(catalog, Ledger(), ticks_in_log=ticks)
    if at is not None:
        within_reach(max((event.time for event in roots if event.time <= at), default=None), at)
    for event in roots:
        if at is None or event.time <= at:
            simulation.take(event)
    at = at if at is not None else simulation.now
    simulation.advance(at, including=True)
    found: dict[str, Any] = {"policy": policy, "id": entity, "at": at.text(), "clock": None}
    latest = simulation.clocks.latest(policy, entity)
    if latest is None:
        return found
    clock, name = latest
    found |= standing(clock, name, at)
    by = clock.aim.by if clock.aim is not None else None
    if roles is not None and by is not None and not all(map(Sight(roles), rests_on(by.node, by))):
        found |= {"target": HIDDEN, "due": HIDDEN, "remaining": HIDDEN, "ahead": []}
    return found


def standing(clock: Clock, name: str, at: Timestamp) -> dict[str, Any]:
    """How a clock of this id stands at an instant: its state, its deadline, and the spans that made it so."""
    measured = clock.at(at)
    lines = ledger(clock, at)
    assert sum(line.counted for line in lines) == measured.used
    target = clock.aim
    return {
        "clock": name,
        "at": at.text(),
        "version": clock.policy.version,
        "state": measured.state,
        "paused": measured.paused,
        "within_hours": measured.within_hours,
        "opened": measured.opened.text(),
        "ended": _text(measured.ended),
        "target": target.amount.text if target is not None and target.amount is not None else _text(clock.by),
        "due": _text(measured.due),
        "used": seconds(measured.used),
        "remaining": seconds(measured.remaining) if measured.remaining is not None else None,
        "ledger": [line.as_json() for line in lines],
        "ahead": [line.as_json() for line in ahead(clock, at)],
    }


def _text(instant: Timestamp | None) -> str | None:
    return instant.text() if instant is not None else None


def in_words(span: float) -> str:
    """A number of seconds as a person reads it: ``1h30m``."""
    return Duration(int(span * 1_000_000_000)).written()
