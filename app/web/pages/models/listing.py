"""All models, as comp cards or as a table: by state and category, and by words to look for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import Response, request
from flask_login import login_required

from app.commands import media
from app.road.lists import page
from app.road.road import StoredRoad
from app.web.answers import shown
from app.web.context import caller, platform
from app.web.pages import frame
from app.web.pages.records.listing import Part
from app.web.wording.language import marked
from engine.conditions.types import EnumType

ROWS = 48
LONGEST_SEARCH = 60
SEARCHED = ("name", "public_code", "home_city")
VIEWS = ("cards", "table")
PARTS = (
    Part("active", marked("Active"), 'model.status == "active"'),
    Part("draft", marked("Draft"), 'model.status == "draft"'),
    Part("paused", marked("Paused"), 'model.status == "paused"'),
    Part("archived", marked("Archived"), 'model.status == "archived"'),
    Part("all", marked("All")),
)
KEPT = ("part", "q", "category", "view")


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the models is asked for. ``category`` is empty for all."""

    part: Part
    words: str
    category: str
    view: str

    def filter(self) -> str | None:
        """The condition that a model meets; None for all."""
        category = f"model.category == {_text(self.category)}" if self.category else ""
        return " && ".join(f"({one})" for one in (self.part.filter, category, _searched(self.words)) if one) or None


@login_required  # type: ignore[untyped-decorator]
def models() -> Response:
    """The list as a page, or with ``?rows=1`` its rows alone."""
    given = request.args
    cursor = given.get("after") or None

    def read(road: StoredRoad) -> dict[str, Any]:
        machine = road.catalog.machines["model"]
        category = machine.fields["category"].type
        categories = sorted(category.values) if isinstance(category, EnumType) else []
        asked = Asked(
            next((one for one in PARTS if one.key == given.get("part")), PARTS[0]),
            given.get("q", "").strip()[:LONGEST_SEARCH],
            given["category"] if given.get("category") in categories else "",
            given["view"] if given.get("view") in VIEWS else VIEWS[0],
        )
        found = page(road, "model", limit=ROWS, cursor=cursor, filter=asked.filter())
        items = [shown(road, machine, record) for record in found.records]
        covers = media.covers(road, [item["id"] for item in items])
        return {
            "items": items,
            "covers": covers,
            "next_cursor": found.next_cursor,
            "asked": asked,
            "categories": categories,
            "columns": [name for name in ("day_rate", "rating_internal") if any(name in item for item in items)],
        }

    what = platform().pipeline.read(caller(), read) | {"address": _address, "parts": PARTS, "after": cursor or ""}
    if given.get("rows"):
        return frame.fragment("models/rows.html", **what)
    return frame.page("models/list.html", "models", **what)


def _address(**more: str) -> str:
    """The address of this list as it is looked at, with some arguments changed."""
    given = {name: request.args[name] for name in KEPT if request.args.get(name)} | more
    return f"{request.path}?{urlencode({name: value for name, value in given.items() if value})}"


def _searched(words: str) -> str:
    """Has any searched field hold the words, whatever the case; other alphabets are tried as they are usually written."""
    spelled = dict.fromkeys(_ascii_lower(one) for one in (words, words.lower(), words.title()))
    return " || ".join(
        f"model.{name}.lowerAscii().contains({_text(one)})" for name in SEARCHED for one in spelled if words
    )


def _ascii_lower(text: str) -> str:
    return "".join(_lowered(text))


def _lowered(text: str) -> Iterator[str]:
    for letter in text:
        yield letter.lower() if letter.isascii() else letter


def _text(value: str) -> str:
    return orjson.dumps(value).decode()
