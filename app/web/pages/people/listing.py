"""Everybody who works here: roles, state, when they were last seen."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import orjson
from flask import Response, request
from flask_login import login_required

from app.identity import overview
from app.road import commands
from app.road.lists import page
from app.road.road import StoredRoad
from app.road.rows import stamp
from app.web.answers import shown
from app.web.context import caller, platform
from app.web.pages import frame
from app.web.pages.records.listing import Part
from app.web.wording.language import marked

ROWS = 100
LONGEST_SEARCH = 60
PARTS = (
    Part("active", marked("Active"), 'user.status == "active"'),
    Part("inactive", marked("Deactivated"), 'user.status == "inactive"'),
    Part("all", marked("All")),
)


@login_required  # type: ignore[untyped-decorator]
def people() -> Response:
    """The list as a page, or with ``?rows=1`` its rows alone."""
    part = next((one for one in PARTS if one.key == request.args.get("part")), PARTS[0])
    words = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    cursor = request.args.get("after") or None
    filters = [f"({one})" for one in (part.filter, _searched(words)) if one]

    def read(road: StoredRoad) -> dict[str, Any]:
        machine = road.catalog.machines["user"]
        found = page(road, "user", limit=ROWS, cursor=cursor, filter=" && ".join(filters) or None)
        looked_after = [
            record["id"] for record in found.records if commands.decision(road, "users.update", "user", record).allowed
        ]
        seen = overview.last_seen(road.connection, looked_after)
        return {
            "items": [shown(road, machine, record) for record in found.records],
            "looked_after": bool(looked_after),
            "seen": {id: stamp(at) for id, at in seen.items()},
            "invited": overview.without_password(road.connection, looked_after),
            "now": stamp(platform().identity.now),
            "next_cursor": found.next_cursor,
        }

    what = platform().pipeline.read(caller(), read)
    what |= {"parts": PARTS, "part": part.key, "q": words, "address": _address, "after": cursor or ""}
    if request.args.get("rows"):
        return frame.fragment("people/rows.html", **what)
    return frame.page("people/list.html", "people", **what)


def _address(**more: str) -> str:
    given = {name: request.args[name] for name in ("part", "q") if request.args.get(name)} | more
    return f"{request.path}?{urlencode(given)}"


def _searched(words: str) -> str:
    if not words:
        return ""
    spelled = dict.fromkeys((words, words.lower(), words.title()))
    tests = [
        f"(has(user.{name}) && user.{name}.contains({orjson.dumps(one).decode()}))"
        for name in ("name", "email")
        for one in spelled
    ]
    return " || ".join(tests)
