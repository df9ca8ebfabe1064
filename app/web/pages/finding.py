"""/find: one field for everything. With ``part=1`` it answers with the options that the palette puts under its places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_login import login_required
from markupsafe import Markup, escape

from app.road.finding import LONGEST, find, plain, spellings
from app.road.road import StoredRoad
from app.web.answers import shown
from app.web.context import caller, platform
from app.web.pages.frame import fragment, page
from app.web.pages.records.steps import told
from app.web.wording.language import marked
from app.web.wording.words import word

IN_PALETTE, ON_PAGE = 5, 12
"""Entities of each kind."""
GROUPS = (
    ("inquiry", marked("Inquiries"), "mail"),
    ("booking", marked("Bookings"), "book"),
    ("model", marked("Models"), "users"),
    ("client", marked("Clients"), "user"),
    ("task", marked("Tasks"), "task"),
)
USUAL = ("active", "open")
"""States that go without saying."""
ADDRESSES = {"inquiry": "/inquiries/", "booking": "/bookings/", "model": "/models/", "client": "/clients/"}


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found: its address, what it is called, its code, and what it is about."""

    id: str
    machine: str
    icon: str
    address: str
    title: str
    code: str
    aside: str
    state: str


def add_find_page(pages: Blueprint) -> None:
    """Adds /find, and lets templates mark what was looked for."""
    pages.add_url_rule("/find", "find", _find)
    pages.add_app_template_global(lit)


@login_required  # type: ignore[untyped-decorator]
def _find() -> Response:
    words, part = plain(request.args.get("q", "")), bool(request.args.get("part"))
    groups = platform().pipeline.read(caller(), lambda road: _found(road, words, IN_PALETTE if part else ON_PAGE))
    if part:
        return fragment("find/options.html", groups=groups, q=words)
    return page("find/page.html", "find", groups=groups, q=words, longest=LONGEST)


def _found(road: StoredRoad, words: str, most: int) -> list[tuple[str, list[Hit]]]:
    found = find(road, words, most)
    return [
        (name, [_hit(road, machine, icon, record) for record in found[machine]])
        for machine, name, icon in GROUPS
        if machine in found
    ]


def _hit(road: StoredRoad, machine: str, icon: str, record: dict[str, Any]) -> Hit:
    """What is said of one: only what its reader may see."""
    item = shown(road, road.catalog.machines[machine], record)
    code = item.get("code") or item.get("public_code") or ""
    title, aside = item.get("name") or item.get("title") or "", ""
    if machine in ("inquiry", "booking"):
        client = told(road, "client", [item["client"]]).get(item["client"], {}) if "client" in item else {}
        model = told(road, "model", [item["model"]]).get(item["model"], {}) if item.get("model") else {}
        title = client.get("name") or code
        aside = model.get("name") or word("option", item.get("category"))
    elif machine == "model":
        aside = item.get("home_city", "")
    elif machine == "client":
        aside = item.get("email") or word("option", item.get("kind"))
    state = item.get("status", "")
    state = "" if state in USUAL else state
    address = (
        f"{ADDRESSES[machine]}{item['id']}"
        if machine in ADDRESSES
        else url_for("pages.work", item=f"task-{item['id']}")
    )
    return Hit(item["id"], machine, icon, address, title, code, aside, state)


def lit(text: str, words: str) -> Markup:
    """A text with the words that were looked for marked in it, wherever they stand and however they are written."""
    for one in spellings(words):
        at = text.find(one) if one else -1
        if at >= 0:
            end = at + len(one)
            return Markup("{}<mark>{}</mark>{}").format(text[:at], text[at:end], text[end:])
    return escape(text)
