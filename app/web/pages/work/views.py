"""What the list shows: its tabs, its filter, how many each holds, and why the first is first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from app.live.changes import unnumbered
from app.live.sequencer import head
from app.road import worklist
from app.road.road import StoredRoad
from app.road.rows import micro
from app.road.worklist import KINDS, PRIORITIES, Item, Tally, Wanted
from app.web.pages.work.rows import Row, rows_of
from app.web.wording import moments
from app.web.wording.language import gettext as _
from app.web.wording.language import marked
from app.web.wording.words import word

WINDOW = 30
"""Rows that a page begins with: as many as most screens hold, whoever has a taller one fetches more at once."""
MOST = 2_000
"""Rows that one page holds; who scrolls that far is better served by a filter."""
LONGEST_WORDS = 100
ME = "me"
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Tab:
    """A part of the list."""

    key: str
    name: str
    kinds: tuple[str, ...] = KINDS
    asleep: bool = False
    own: bool = False

    def holds(self, tally: Tally) -> bool:
        """Whether what was counted is of this part."""
        return tally.machine in self.kinds and tally.asleep == self.asleep and (tally.own or not self.own)


TABS = (
    Tab("all", marked("To do")),
    Tab("mine", marked("Mine"), own=True),
    Tab("exceptions", marked("Exceptions"), kinds=("exception",)),
    Tab("snoozed", marked("Snoozed"), asleep=True),
)


@dataclass(frozen=True, slots=True)
class View:
    """A tab and a filter, as an address has them. ``assignee`` is ``me``, ``nobody``, a person's id or empty."""

    tab: str = "all"
    words: str = ""
    priority: str = ""
    assignee: str = ""

    @property
    def filtered(self) -> bool:
        """Whether less than the whole tab is shown."""
        return bool(self.words or self.priority or self.assignee)

    def query(self, **more: object) -> str:
        """The arguments of its address."""
        given = {"tab": self.tab, "q": self.words, "priority": self.priority, "assignee": self.assignee} | more
        return urlencode({name: value for name, value in given.items() if value})

    def wanted(self, own: str) -> Wanted:
        """What is asked of the store by a person of the id ``own``."""
        tab = next(one for one in TABS if one.key == self.tab)
        assignee = {ME: own, NOBODY: "", "": None}.get(self.assignee, self.assignee)
        return Wanted(tab.kinds, tab.asleep, own if tab.own else assignee, self.priority, self.words)


def view_of(given: Mapping[str, str]) -> View:
    """The view that an address or a saved view names; what is unknown in it falls away."""
    tab = given.get("tab", "")
    priority = given.get("priority", "")
    return View(
        tab if tab in [one.key for one in TABS] else TABS[0].key,
        given.get("q", "").strip()[:LONGEST_WORDS],
        priority if priority in PRIORITIES else "",
        given.get("assignee", "")[:LONGEST_WORDS],
    )


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of a priority that are shown, and how many there are."""

    priority: str
    count: int
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Of:
    """Of which changes a view knows: all of the feed up to a place, and those whose events bear these numbers."""

    upto: int
    known: list[int]


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of the list: groups of rows by priority, how many each tab holds, and why the first row is first."""

    view: View
    groups: list[Group]
    counts: dict[str, int]
    total: int
    first: str
    rows: int
    more: bool
    of: Of

    def told(self) -> dict[str, Any]:
        """What a page says beside its rows."""
        told = {"counts": self.counts, "total": self.total, "first": self.first, "rows": self.rows, "more": self.more}
        return {**told, "upto": self.of.upto, "known": self.of.known}


@dataclass(frozen=True, slots=True)
class Counted:
    """How many items each tab and each priority of a view hold, and why its first is first."""

    counts: dict[str, int]
    by_priority: dict[str, int]
    first: str
    of: Of

    def told(self) -> dict[str, Any]:
        """What a page says anew."""
        groups = {name: moments.number(count) for name, count in self.by_priority.items()}
        total = sum(self.by_priority.values())
        told = {"counts": self.counts, "groups": groups, "total": total, "first": self.first}
        return {**told, "upto": self.of.upto, "known": self.of.known}


def counted(road: StoredRoad, view: View) -> Counted:
    """What a view says beside its rows."""
    return _counted(road, view, worklist.worklist(road, view.wanted(road.journal.caller.id), 1))


def _counted(road: StoredRoad, view: View, first: list[Item]) -> Counted:
    everything = worklist.tallies(road)
    counts = {tab.key: sum(one.count for one in everything if tab.holds(one)) for tab in TABS}
    tab = next(one for one in TABS if one.key == view.tab)
    wanted = view.wanted(road.journal.caller.id)
    here = worklist.tallies(road, wanted) if view.filtered else [one for one in everything if tab.holds(one)]
    by_priority: dict[str, int] = {}
    for one in here:
        by_priority[one.priority] = by_priority.get(one.priority, 0) + one.count
    of = Of(head(road.connection), unnumbered(road.connection, KINDS))
    return Counted(counts, by_priority, _first(first, road), of)


def shown(road: StoredRoad, view: View, *, start: int = 0, most: int = WINDOW) -> Shown:
    """What a view shows, from the row of the number ``start`` on."""
    end = min(start + most, MOST)
    items = worklist.worklist(road, view.wanted(road.journal.caller.id), end + 1)
    held = _counted(road, view, items)
    groups: list[Group] = []
    for row in rows_of(road, items[start:end]):
        priority = row.item.record["priority"]
        if not groups or groups[-1].priority != priority:
            groups.append(Group(priority, held.by_priority.get(priority, 0), []))
        groups[-1].rows.append(row)
    total = sum(held.by_priority.values())
    return Shown(view, groups, held.counts, total, held.first, min(len(items), end), len(items) > end, held.of)


def everywhere(view: View) -> View:
    """The same tab without its filter."""
    return replace(View(), tab=view.tab)


def _first(items: list[Item], road: StoredRoad) -> str:
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
        return _("%(priority)s, and the latest of that priority: %(span)s past due") % {
            "priority": priority,
            "span": span,
        }
    return _("%(priority)s, and the first of that priority to run out: in %(span)s") % {
        "priority": priority,
        "span": span,
    }
