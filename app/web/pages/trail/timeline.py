"""A timeline in words: what happened by day, who did it or which rule, and what is about to leave the house."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.records.events import EVENTS
from app.road import commands
from app.road.related import people
from app.road.road import StoredRoad
from app.road.timeline import KINDS, timeline
from app.web.pages.machines.words import value_in_words
from app.web.pages.records.happenings import QUIET, outside
from app.web.wording import moments
from app.web.wording.language import gettext as _
from app.web.wording.language import marked
from app.web.wording.words import agreeing, reason_by, word
from engine.conditions.values import Timestamp
from engine.machines.model import Machine

PAGE, MOST = 30, 300
ICONS = {"people": "user", "system": "rule", "money": "money", "messages": "mail"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One happening. ``by`` is a person's name, or ``rule`` the rule's; ``changes`` are field, before and after in words.

    ``why`` is the event whose trace tells of it; ``leaves`` the instant until which a message is still here.
    """

    id: str
    at: str
    icon: str
    text: str
    by: str
    rule: str
    reason: str
    changes: tuple[tuple[str, str, str], ...]
    why: str
    state: str = ""
    leaves: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of it, in days, newest first. ``kind`` is what it is narrowed to; ``more`` how many it shows if asked for more."""

    kind: str
    days: tuple[tuple[str, tuple[Entry, ...]], ...]
    more: int | None


def timeline_of(road: StoredRoad, booking: str, kind: str, most: int) -> Timeline:
    """The timeline of a booking. Raises NotFoundError."""
    kind = kind if kind in KINDS else ""
    most = max(PAGE, min(most, MOST))
    items, following = timeline(road, booking, kind=kind or None, limit=most, cursor=None)
    if not kind:  # messages have a table of their own
        told, _more = timeline(road, booking, kind="messages", limit=most, cursor=None)
        oldest = _instant(items[-1]) if following is not None and items else 0
        items = sorted([*items, *(one for one in told if _instant(one) >= oldest)], key=_instant, reverse=True)
    names = people(road, [one["actor"] for one in items])
    causes = _causes(road, items)
    days: list[tuple[str, list[Entry]]] = []
    for item in items:
        entry = _entry(road, item, names, causes)
        if entry is None:
            continue
        day = moments.day(item["at"])
        if not days or days[-1][0] != day:
            days.append((day, []))
        days[-1][1].append(entry)
    more = most + PAGE if following is not None and most < MOST else None
    return Timeline(kind, tuple((day, tuple(entries)) for day, entries in days), more)


def _instant(item: dict[str, Any]) -> int:
    return int(Timestamp.parse(item["at"]))


def _causes(road: StoredRoad, items: list[dict[str, Any]]) -> frozenset[str]:
    """The events that set rules off and whose traces the reader may see: there it says why a rule did what it did."""
    wanted = sorted({one["cause"] for one in items if one.get("cause") and ":" in (one["actor"] or "")})
    if not wanted:
        return frozenset()
    columns = EVENTS.c
    rows = road.connection.execute(
        sa.select(columns.id, columns.machine, columns.subject).where(columns.id.in_(wanted))
    )
    found = set()
    for id, machine, subject in rows.fetchall():
        known = road.catalog.machines.get(machine)
        record = road.world.tables[machine].get(subject) if known is not None else None
        if known is not None and record is not None:
            if commands.decision(road, f"{known.plural}.read", machine, record).allowed:
                found.add(id)
    return frozenset(found)


def _entry(road: StoredRoad, item: dict[str, Any], names: dict[str, str], causes: frozenset[str]) -> Entry | None:
    """A happening in words; None for one of which the reader may see nothing that it changed."""
    actor = item["actor"] or ""
    rule = actor if actor.startswith(("rule:", "sla:")) else ""
    by = names.get(actor, "") or outside(actor) if not rule else ""
    at, icon = item["at"], ICONS[item["kind"]]
    why = item["cause"] if rule and item.get("cause") in causes else item["id"]
    if item["kind"] == "messages":
        return _message(road, item, rule)
    machine = road.catalog.machines[item["entity"]["type"]]
    kind = _named(road, machine, item["entity"]["id"])
    name = item["type"].partition(".")[2]
    changes = {key: pair for key, pair in item["changes"].items() if key not in QUIET}
    moved = changes.pop("status", None)
    pairs = tuple(
        (word("field", key), value_in_words(machine, key, pair[0]), value_in_words(machine, key, pair[1]))
        for key, pair in changes.items()
        if key in machine.fields
    )
    if name == "created":
        text, pairs = agreeing(machine.id, marked("%(kind)s was made")) % {"kind": kind}, ()
    elif moved is not None and moved[0]:
        text = _("%(kind)s: %(before)s became %(after)s") % {
            "kind": kind,
            "before": word("state", moved[0], machine.id),
            "after": word("state", moved[1], machine.id),
        }
    elif name == "updated":
        if not pairs:
            return None
        text = agreeing(machine.id, marked("%(kind)s was changed")) % {"kind": kind}
    else:
        text = _("%(kind)s: %(event)s") % {"kind": kind, "event": word("event", name, machine.id)}
    return Entry(item["id"], at, icon, text, by, rule, reason_by(actor, item.get("reason") or ""), pairs, why)


def _named(road: StoredRoad, machine: Machine, id: str) -> str:
    """What kind of thing it is, and of which the title, where several may stand beside each other."""
    kind = word("kind", machine.id)
    if "title" not in machine.fields:
        return kind
    record = road.world.tables[machine.id].get(id, {})
    seen = commands.decision(road, f"{machine.plural}.read", machine.id, record)
    title = record.get("title") if seen.allowed and "title" not in seen.hidden else None
    return _("%(kind)s “%(title)s”") % {"kind": kind, "title": title} if title else kind


def _receiver(to: Any) -> str:
    """To whom a message goes, as a rule says it: somebody whom the entity leads to, or all of a queue."""
    if isinstance(to, dict):
        queue = to.get("queue")
        return _("the queue %(queue)s") % {"queue": word("queue", queue)} if queue else ""
    return word("kind", str(to or "").rpartition(".")[2]).lower()


def _message(road: StoredRoad, item: dict[str, Any], rule: str) -> Entry:
    state = item["state"]
    what = word("template", item.get("template") or item["type"])
    to = _receiver(item.get("to"))
    text = _("Message to %(to)s: %(template)s") % {"to": to, "template": what} if to else what
    waits = item.get("leaves_at")
    leaves = waits if state == "new" and waits and Timestamp.parse(waits) > road.now else ""
    said = {
        "new": _("Leaves the house next"),
        "leased": _("Is being sent"),
        "done": _("Sent"),
        "dead": _("Could not be sent"),
        "in_doubt": _("Nobody can say whether it was sent"),
        "withdrawn": _("Withdrawn"),
    }
    return Entry(item["id"], item["at"], ICONS["messages"], text, "", rule, "", (), "", said.get(state, state), leaves)
