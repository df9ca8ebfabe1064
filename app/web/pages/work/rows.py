"""The rows of the Action Center: which items a tab shows, in groups, and why the first is first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_login import current_user

from app.road import worklist
from app.road.road import StoredRoad
from app.road.rows import micro
from app.road.worklist import ASLEEP, Item
from app.web.pages.work.deadlines import Deadline, deadline
from app.web.wording import moments
from app.web.wording.language import gettext as _
from app.web.wording.language import marked
from app.web.wording.words import word

WINDOW = 100
"""Rows that are put on a page at once."""
CODES = ("code", "public_code")


@dataclass(frozen=True, slots=True)
class Row:
    """An item as its row shows it."""

    item: Item
    code: str
    title: str
    aside: str
    assignee: str
    deadline: Deadline


@dataclass(frozen=True, slots=True)
class Tab:
    """A part of the list."""

    key: str
    name: str
    holds: Callable[[Item], bool]


TABS = (
    Tab("all", marked("To do"), lambda item: item.record["status"] != ASLEEP),
    Tab(
        "mine",
        marked("Mine"),
        lambda item: item.record.get("assignee") == current_user.id and item.record["status"] != ASLEEP,
    ),
    Tab("exceptions", marked("Exceptions"), lambda item: item.machine == "exception"),
    Tab("snoozed", marked("Snoozed"), lambda item: item.record["status"] == ASLEEP),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of the list: groups of rows by priority, how many each tab holds, and why the first row is first."""

    groups: list[tuple[str, list[Row]]]
    counts: dict[str, int]
    first: str
    more: int


def shown(road: StoredRoad, tab: str, most: int = WINDOW) -> Shown:
    """What a tab shows."""
    everything = worklist.worklist(road)
    counts = {one.key: sum(map(one.holds, everything)) for one in TABS}
    wanted = next((one for one in TABS if one.key == tab), TABS[0])
    items = [item for item in everything if wanted.holds(item)]
    rows = rows_of(road, items[:most])
    groups: list[tuple[str, list[Row]]] = []
    for row in rows:
        priority = row.item.record["priority"]
        if not groups or groups[-1][0] != priority:
            groups.append((priority, []))
        groups[-1][1].append(row)
    return Shown(groups, counts, _first(items, road), len(items) - len(rows))


def rows_of(road: StoredRoad, items: Sequence[Item]) -> list[Row]:
    """Items as rows, with what they are about and whose they are."""
    about = worklist.about(road, items)
    return [row_of(road, item, about) for item in items]


def row_of(road: StoredRoad, item: Item, about: dict[str, dict[str, Any]]) -> Row:
    """One item as a row."""
    record, related = item.record, about.get(item.record.get("about") or "", {})
    code = next((related[name] for name in CODES if name in related), "")
    title = record.get("title") or word("reason", record.get("reason"))
    person = road.world.tables["user"].get(record["assignee"]) if record.get("assignee") else None
    aside = related.get("city") or related.get("name") or ""
    return Row(item, code, title, aside, person["name"] if person else "", deadline(item, road.now))


def _first(items: Sequence[Item], road: StoredRoad) -> str:
    """Why the first is first, in words."""
    if not items:
        return ""
    item = items[0]
    priority = word("priority", item.record["priority"]).lower()
    if item.due is None or item.paused:
        return _("%(priority)s, and nothing of that priority runs out sooner") % {"priority": priority}
    left = (item.due - micro(road.now)) / 1_000_000
    span = moments.span(left)
    if left < 0:
        return _("%(priority)s, and the latest of all: %(span)s past due") % {"priority": priority, "span": span}
    return _("%(priority)s, and first to run out: in %(span)s") % {"priority": priority, "span": span}
