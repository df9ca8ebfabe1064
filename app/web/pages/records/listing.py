"""A list of one kind: parts of it by state, words to look for, a page at a time, kept up to date."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from app.road.finding import contains, plain
from app.road.lists import ORDER, Order, Page, page
from app.road.road import StoredRoad
from app.web.answers import shown
from app.web.context import caller, platform
from app.web.pages import frame
from app.web.wording.language import gettext as _

ROWS = 50


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a list that a tab shows; ``filter`` is a condition on the entity, ``order`` that of its rows."""

    key: str
    name: str
    filter: str = ""
    order: Order = ORDER


@dataclass(frozen=True, slots=True)
class Listing:
    """How a kind is listed. ``search`` are the text fields that are looked into; ``more`` gives the template what rows need
    beside their entity; ``create`` is the permission of the button for a new one.
    """

    machine: str
    title: str
    parts: Sequence[Part]
    search: Sequence[str]
    template: str
    empty: tuple[str, str]
    create: str = ""
    more: Callable[[StoredRoad, list[dict[str, Any]]], Mapping[str, Any]] | None = None

    def show(self) -> Response:
        """The list as a page, or with ``?rows=1`` its rows alone."""
        part = next((one for one in self.parts if one.key == request.args.get("part")), self.parts[0])
        words = plain(request.args.get("q", ""))
        cursor = request.args.get("after") or None

        def read(road: StoredRoad) -> dict[str, Any]:
            machine = road.catalog.machines[self.machine]
            searched = contains(machine, self.search, words) if words else ""
            filters = [f"({text})" for text in (part.filter, searched) if text]
            found: Page = page(
                road, self.machine, limit=ROWS, cursor=cursor, filter=" && ".join(filters) or None, order=part.order
            )
            items = [shown(road, machine, record) for record in found.records]
            more = self.more(road, items) if self.more is not None else {}
            return {"items": items, "next_cursor": found.next_cursor, "now": road.now, **more}

        what = platform().pipeline.read(caller(), read)
        what |= {"listing": self, "part": part.key, "q": words, "after": cursor}
        if request.args.get("rows"):
            return frame.fragment("records/rows.html", **what)
        return frame.page("records/list.html", self._door(), **what)

    def address(self, **more: str) -> str:
        """The address of this list as it is looked at, with some arguments changed."""
        given = {name: request.args[name] for name in ("part", "q") if request.args.get(name)} | more
        return f"{request.path}?{urlencode({name: value for name, value in given.items() if value})}"

    def _door(self) -> str:
        return request.path.strip("/").partition("/")[0]


def nothing(listing: Listing, words: str) -> tuple[str, str]:
    """What an empty list says: that nothing fits, or what would stand here."""
    if words:
        return _("Nothing fits"), _(
            "No entry has these words in it. Look for fewer of them, or in another part of the list."
        )
    return _(listing.empty[0]), _(listing.empty[1])
