"""What leaves the house: a notification or a webhook of a run becomes a row of the outbox, sent by nobody here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.road.rows import micro
from app.store.statements import dumped
from engine.automation.model import Bound, Effect
from engine.automation.paths import MissingValueError, Notice
from engine.machines.records import as_json
from engine.simulation.events import Event
from engine.templates.model import Facts
from engine.templates.render import render

if TYPE_CHECKING:
    from app.road.road import StoredRoad

OUTWARD = {"send_notification": "notification", "call_webhook": "webhook"}


def leaving(road: StoredRoad, bound: Bound, event: Event, number: int, effect: Effect) -> dict[str, Any] | None:
    """The row of one effect; None for one that changes only the store.

    A notification's texts are rendered now, on the facts that its rule saw, in every channel and locale that the
    template has; what refuses to be rendered is kept with the reason, so that a person can be told.
    """
    kind = OUTWARD.get(effect.action)
    if kind is None:
        return None
    payload: dict[str, Any] = as_json(dict(effect.keys))
    if isinstance(effect.value, Notice):
        payload["texts"] = _texts(road, effect)
    now = micro(road.now)
    return {
        "key": f"{event.id}/{bound.rule.id}/{number}/{len(road.journal.outbox)}",
        "kind": kind,
        "root": event.root,
        "event": event.id,
        "rule": bound.rule.id,
        "machine": bound.subject,
        "entity": event.subject or None,
        "payload": dumped(payload),
        "not_before": now + road.undo_window,
        "state": "new",
        "lease": None,
        "token": 0,
        "leased_until": None,
        "attempts": 0,
        "problem": None,
        "created_at": now,
        "settled_at": None,
    }


def _texts(road: StoredRoad, effect: Effect) -> list[dict[str, Any]]:
    template = road.catalog.templates.get(str(effect.keys["template"]))
    if template is None:
        return [{"refused": f'there is no template "{effect.keys["template"]}"'}]
    assert isinstance(effect.value, Notice)
    try:
        record = effect.value.record(template.entity, road.world)
    except MissingValueError as problem:
        return [{"refused": str(problem)}]
    facts = Facts(record, road.world)
    return [
        render(template, channel, locale, facts).as_json()
        for channel, locales in template.channels.items()
        for locale in locales
    ]
