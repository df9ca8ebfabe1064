"""What has happened to an entity, said line by line, newest first, in groups by the reader's day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.road.road import StoredRoad
from app.web.wording import moments
from app.web.wording.language import gettext as _
from app.web.wording.language import marked
from app.web.wording.words import agreeing, reason_by, word

QUIET = {"updated_at", "status_since", "created_at"}
"""Fields that change with every other and say nothing of their own."""
OUTSIDE = {
    "web-form": marked("Web form"),
    "payment-provider": marked("Payment provider"),
    "partner-api": marked("Partner’s system"),
}
"""Who acts from outside and is no person."""
ICONS = {"people": "user", "system": "rule", "money": "money", "messages": "msg"}


@dataclass(frozen=True, slots=True)
class Happening:
    """One line: what, by whom, with its reason and what changed."""

    id: str
    icon: str
    text: str
    by: str
    at: str
    reason: str
    fields: list[str]


def happenings(road: StoredRoad, items: Iterable[Mapping[str, Any]]) -> list[tuple[str, list[Happening]]]:
    """Lines of a history (``app.road.timeline.history``) by day."""
    days: list[tuple[str, list[Happening]]] = []
    for item in items:
        if tells_nothing(item):
            continue
        day = moments.day(item["at"])
        if not days or days[-1][0] != day:
            days.append((day, []))
        days[-1][1].append(_line(road, item))
    return days


def tells_nothing(item: Mapping[str, Any]) -> bool:
    """Whether all that changed is hidden from the reader. Then even the name of the rule that did it would tell of it."""
    return bool(item["type"].endswith(".updated")) and not item["changes"].keys() - QUIET


def actor(road: StoredRoad, by: str | None) -> str:
    """Who did something, as people call them: a colleague's name, or the rule, or the platform itself."""
    if by is None or by.startswith("system:"):
        return _("The platform")
    kind, _colon, name = by.partition(":")
    if kind in ("rule", "sla") and name:
        return name
    person = road.world.tables["user"].get(by)
    return (person["name"] if person is not None else None) or outside(by) or by


def outside(actor: str) -> str:
    """What a door of the house is called, through which others act; empty where the actor is none."""
    return _(OUTSIDE[actor]) if actor in OUTSIDE else ""


def _line(road: StoredRoad, item: Mapping[str, Any]) -> Happening:
    _machine, _dot, name = item["type"].partition(".")
    kind = item["entity"]["type"]
    changed = [word("field", one) for one in item["changes"] if one != "status"]
    if item.get("to") and name == "status_changed":
        text = _("%(what)s: %(state)s") % {"what": word("kind", kind), "state": word("state", item["to"], kind)}
    elif name == "created":
        text, changed = agreeing(kind, marked("%(what)s came in")) % {"what": word("kind", kind)}, []
        if kind in ("task", "exception"):
            record = road.world.tables[kind].get(item["entity"]["id"]) or {}
            title = record.get("title") or word("reason", record.get("reason"))
            text = _("%(what)s: %(title)s") % {"what": word("kind", kind), "title": title}
    elif name == "updated":
        text = agreeing(kind, marked("%(what)s changed")) % {"what": word("kind", kind)}
    else:
        text = word("event", name, kind)
    icon = {"task": "task", "exception": "exc"}.get(kind, ICONS.get(item["kind"], "dot"))
    reason = reason_by(item["actor"], str(item.get("reason") or ""))
    return Happening(item["id"], icon, text, actor(road, item["actor"]), item["at"], reason, changed)
