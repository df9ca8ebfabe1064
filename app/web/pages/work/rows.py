"""The rows of the Action Center: an item in a line, open or closed meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.road import worklist
from app.road.asleep import until
from app.road.audit import last_actor
from app.road.problems import NotFoundError
from app.road.road import StoredRoad
from app.road.standing import Face, faces_of
from app.road.worklist import ASLEEP, CLOSED, KINDS, Item
from app.web.pages.records.happenings import outside
from app.web.pages.work.deadlines import Deadline, asleep, of_item
from app.web.wording import moments
from app.web.wording.language import gettext as _
from app.web.wording.words import word

CODES = ("code", "public_code")


@dataclass(frozen=True, slots=True)
class Row:
    """An item as its row shows it. ``gone`` says what became of one that is no longer to be done here."""

    item: Item
    code: str
    title: str
    aside: str
    assignee: str
    deadline: Deadline
    gone: str = ""

    @property
    def key(self) -> str:
        """``task/ID`` or ``exception/ID``."""
        return self.item.key

    @property
    def reasoned(self) -> bool:
        """Whether it is settled with a reason."""
        return self.item.machine == "exception"


def rows_of(road: StoredRoad, items: Sequence[Item]) -> list[Row]:
    """Items as rows, with what they are about, whose they are and how their clocks stand: one query for each of these."""
    about = related(road, items)
    faces = faces_by_key(road, items)
    behind = _clocks_behind(road, items, about, faces)
    sleeping = until(road, [item.record["id"] for item in items if item.record["status"] == ASLEEP])
    rows = [row_of(road, item, about, faces[item.key] or behind.get(item.key, [])) for item in items]
    return [
        replace(row, deadline=asleep(sleeping[row.item.record["id"]], road.now))
        if row.item.record["id"] in sleeping
        else row
        for row in rows
    ]


def related(road: StoredRoad, items: Sequence[Item]) -> dict[str, dict[str, Any]]:
    """What items are about, and who and which booking stands behind that, as far as the caller may read it."""
    about = worklist.about(road, items)
    unread = {one.record.get("about") or "" for one in items} - about.keys()
    # of what they may not read, the booking behind it is told all the same, where they may read that
    about |= {f"behind/{key}": {"booking": id} for key, id in worklist.bookings_behind(road, unread).items()}
    for names in (("booking",), ("client", "model")):
        keys = [f"{name}/{one[name]}" for one in about.values() for name in names if one.get(name)]
        about |= worklist.readable(road, [key for key in keys if key not in about])
    return about


def faces_by_key(road: StoredRoad, items: Iterable[Item]) -> dict[str, list[Face]]:
    """The clocks of items."""
    found: dict[str, list[Face]] = {}
    held = list(items)
    for machine in KINDS:
        ids = [item.record["id"] for item in held if item.machine == machine]
        found |= {f"{machine}/{id}": faces for id, faces in faces_of(road, machine, ids).items()}
    return found


def _clocks_behind(
    road: StoredRoad, items: Sequence[Item], about: Mapping[str, Any], faces: Mapping[str, list[Face]]
) -> dict[str, list[Face]]:
    """For items without any deadline of their own: the clocks still going on what they are about, by the item's key.

    One query for each kind that they are about; of what the caller may not read there is none.
    """
    wanted = {
        item.key: item.record["about"]
        for item in items
        if not faces[item.key] and item.record.get("due") is None and item.record.get("about") in about
    }
    by_machine: dict[str, list[str]] = {}
    for key in dict.fromkeys(wanted.values()):
        machine, _sep, id = key.partition("/")
        by_machine.setdefault(machine, []).append(id)
    found = {
        f"{machine}/{id}": [one for one in shown if one.ended is None and not one.hidden and one.state != "cancelled"]
        for machine, ids in by_machine.items()
        for id, shown in faces_of(road, machine, ids).items()
    }
    return {key: found.get(subject, []) for key, subject in wanted.items()}


def row_of(
    road: StoredRoad, item: Item, about: Mapping[str, dict[str, Any]], faces: Sequence[Face], gone: str = ""
) -> Row:
    """One item as a row."""
    record = item.record
    key = record.get("about") or ""
    subject = about.get(key) or about.get(f"behind/{key}", {})
    behind = [subject, about.get(f"booking/{subject.get('booking')}", {})]
    code = next((str(one[name]) for one in behind for name in CODES if one.get(name)), "")
    title = record.get("title") or word("reason", record.get("reason"))
    aside = ", ".join(dict.fromkeys(name for one in behind for name in _names(one, about) if name not in title))
    return Row(item, code, title, aside, person(road, record.get("assignee")), of_item(item, faces, road.now), gone)


def _names(one: Mapping[str, Any], about: Mapping[str, dict[str, Any]]) -> list[str]:
    """Of an entity that a row is about: its own name, its client's and model's, its city."""
    people = [about.get(f"{name}/{one.get(name)}", {}).get("name") for name in ("client", "model")]
    return [str(name) for name in (one.get("name"), *people, one.get("city")) if name]


def gone_rows(road: StoredRoad, keys: Iterable[str]) -> list[Row]:
    """Items that have left a list, with what became of them; those that the caller may not read any more are left out."""
    found = []
    for key in keys:
        machine, _sep, id = key.partition("/")
        if machine not in KINDS:
            continue
        try:
            item = worklist.item_of(road, machine, id)
        except NotFoundError:
            continue
        faces = faces_by_key(road, [item])[key]
        found.append(row_of(road, item, related(road, [item]), faces, became(road, item)))
    return found


def became(road: StoredRoad, item: Item) -> str:
    """What became of an item: closed by whom and when, asleep until when, given to whom."""
    status, since = item.record["status"], item.record["status_since"]
    if status in CLOSED[item.machine]:
        by = actor_name(road, last_actor(road.connection, item.machine, item.record["id"]))
        return _("Closed by %(name)s, %(time)s") % {"name": by, "time": soon_hour(road, since)}
    if status == ASLEEP:
        return _("Snoozed, %(time)s") % {"time": soon_hour(road, since)}
    if item.record.get("assignee"):
        return _("With %(name)s now") % {"name": person(road, item.record["assignee"])}
    return _("Elsewhere in the list now")


def soon_hour(road: StoredRoad, value: Any) -> str:
    """16:41 today, else with its day."""
    return (
        moments.hour(value)
        if moments.local(value).date() == moments.local(road.now).date()
        else moments.day_hour(value)
    )


def person(road: StoredRoad, id: str | None) -> str:
    """A person's name; empty for nobody."""
    found = road.world.tables["user"].get(id) if id else None
    return str(found.get("name") or found.get("email") or "") if found is not None else ""


def actor_name(road: StoredRoad, actor: str | None) -> str:
    """Who did something, as people say it: a name, a rule by its id and version, the platform."""
    if not actor or actor.startswith("system:"):
        return _("the platform")
    kind, _sep, name = actor.partition(":")
    if kind in ("rule", "sla"):
        return name
    return person(road, actor) or outside(actor) or _("somebody who has left")
