"""What has happened to an item and to what it is about, newest first, in sentences."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.records.events import EVENTS
from app.road import commands
from app.road.problems import NotFoundError
from app.road.road import StoredRoad
from app.road.timeline import timeline
from app.web.pages.records.happenings import tells_nothing
from app.web.pages.work.rows import actor_name
from app.web.wording.language import gettext as _
from app.web.wording.words import reason_by, word
from engine.events.envelope import actor_of, decode

MOST = 8
"""Happenings that a card shows."""
READ = 2 * MOST
"""Happenings that are read for it, since some tell its reader nothing."""
ICONS = {"people": "user", "system": "rule", "money": "money", "messages": "mail"}


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a timeline. ``rule`` is what acted, where no person did."""

    at: str
    icon: str
    text: str
    reason: str
    by: str
    own: bool


def story(road: StoredRoad, key: str, about: list[tuple[str, Any]]) -> list[Happening]:
    """The last happenings around an item: of a booking's with all that belongs to it, else of the two entities."""
    booking = next((record for machine, record in about if machine == "booking"), None)
    if booking is not None:
        try:
            items, _next = timeline(road, booking["id"], kind=None, limit=READ, cursor=None)
        except NotFoundError:
            return []
    else:
        items = _events(road, [key, *(f"{machine}/{record['id']}" for machine, record in about)])
    return [_told(road, one, key) for one in items if not tells_nothing(one)][:MOST]


def _events(road: StoredRoad, keys: Iterable[str]) -> list[dict[str, Any]]:
    """The last events of some entities that the caller may read."""
    columns = EVENTS.c
    pairs = [key.partition("/") for key in keys]
    places = [sa.and_(columns.machine == machine, columns.subject == id) for machine, _sep, id in pairs]
    query = sa.select(columns.body).where(sa.or_(*places)).order_by(columns.seq.desc()).limit(READ)
    found = []
    for (body,) in road.connection.execute(query):
        event = decode(body.encode())
        machine = road.catalog.machines[event.machine]
        try:
            _record, decided = commands.readable(road, machine, event.subject)
        except NotFoundError:
            continue
        hidden = decided.hidden if decided is not None else frozenset()
        actor = actor_of(event)
        by = actor.id if actor is not None else ""
        person = not by.startswith(("rule:", "sla:", "system:"))
        found.append(
            {
                "at": event.time.text(),
                "kind": "money" if event.machine == "payment" else "people" if person and by else "system",
                "type": event.type,
                "entity": {"type": event.machine, "id": event.subject},
                "actor": by,
                "reason": event.data.get("reason"),
                "changes": {name: list(pair) for name, pair in event.changes.items() if name not in hidden},
            }
        )
    return found


def _told(road: StoredRoad, one: dict[str, Any], key: str) -> Happening:
    kind = one["entity"]["type"]
    noun, _sep, name = one["type"].partition(".")
    changes = one["changes"]
    by = actor_name(road, one["actor"])
    if one["kind"] == "messages":
        text = _("%(template)s: message, %(state)s") % {
            "template": word("template", one.get("template")),
            "state": word("state", one.get("state"), "message").lower(),
        }
    elif name == "created":
        text = _("New: %(kind)s") % {"kind": word("kind", noun).lower()}
    elif "status" in changes and changes["status"][1]:
        text = _("%(kind)s: %(state)s") % {
            "kind": word("kind", kind),
            "state": word("state", changes["status"][1], kind).lower(),
        }
    elif "assignee" in changes:
        assignee = changes["assignee"][1]
        text = _("Given to %(name)s") % {"name": actor_name(road, assignee)} if assignee else _("Given to nobody")
    elif name == "updated" and changes:
        fields = ", ".join(word("field", field).lower() for field in list(changes)[:3])
        text = _("%(kind)s changed: %(fields)s") % {"kind": word("kind", kind), "fields": fields}
    else:
        text = _("%(kind)s: %(event)s") % {"kind": word("kind", kind), "event": word("event", name, kind).lower()}
    reason = "" if name == "created" else reason_by(one["actor"], str(one.get("reason") or ""))
    own = f"{kind}/{one['entity']['id']}" == key
    return Happening(one["at"], ICONS[one["kind"]], text, reason, by, own)
