"""One model: pictures, facts, what is booked ahead, and the moves that may be taken now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from flask import Response, request
from flask_login import login_required

from app.commands import entities, media
from app.media.pictures import MOST_BYTES
from app.road import commands
from app.road.lists import page
from app.road.problems import ForbiddenError
from app.road.road import StoredRoad
from app.web.answers import shown
from app.web.context import caller, platform
from app.web.pages import frame
from app.web.pages.acts import act, version
from app.web.wording.language import gettext as _
from app.web.wording.words import word
from engine.machines.model import Machine
from engine.simulation.world import Record

AHEAD = 10
LONGEST_REASON = 2_000
FIRST = ("publish", "resume")
KEYS = {"publish": "p", "pause": "p", "resume": "p", "archive": "d"}


@dataclass(frozen=True, slots=True)
class Move:
    """A transition from the state that the model is in. ``refused`` says why this person may not take it."""

    name: str
    reason: bool
    key: str
    refused: str


@login_required  # type: ignore[untyped-decorator]
def model(id: str) -> Response:
    """The profile as a page, or with ``?part=1`` what of it changes by itself."""
    found = platform().pipeline.read(caller(), lambda road: _profile(road, id))
    if request.args.get("part"):
        return frame.fragment("models/profile.html", **found)
    return frame.page("models/model.html", "models", **found)


@login_required  # type: ignore[untyped-decorator]
def pictures(id: str) -> Response:
    """The pictures alone, to be put in their place."""
    return frame.fragment(
        "models/pictures.html", **platform().pipeline.read(caller(), lambda road: _pictures(road, id))
    )


@login_required  # type: ignore[untyped-decorator]
def move(id: str, move: str) -> Response:
    """Takes a transition."""
    reason = request.form.get("reason", "").strip()[:LONGEST_REASON]

    def work(road: StoredRoad) -> str:
        moved = entities.move(road, "model", id, move, {"reason": reason} if reason else {}, version=version())
        seen = shown(road, road.catalog.machines["model"], moved)  # no more than the page shows
        return _("%(name)s: %(state)s.") % {
            "name": seen.get("name", ""),
            "state": word("state", moved["status"], "model"),
        }

    return act(work)


def _profile(road: StoredRoad, id: str) -> dict[str, Any]:
    machine = road.catalog.machines["model"]
    record, _decided = commands.readable(road, machine, id)
    return {
        "model": shown(road, machine, record),
        "version": road.store.version("model", id),
        "moves": moves(road, machine, record),
        "ahead": _ahead(road, id),
        "editable": commands.decision(road, "models.update", "model", record).allowed,
        **_pictures(road, id),
    }


def _pictures(road: StoredRoad, id: str) -> dict[str, Any]:
    machine = road.catalog.machines["model"]
    record, _decided = commands.readable(road, machine, id)
    granted = commands.decision(road, "models.update", "model", record)
    return {
        "id": id,
        "name": shown(road, machine, record).get("name", ""),
        "pictures": media.media(road, id),
        "changeable": granted.allowed and granted.writable is None,
        "most": media.MOST_PICTURES,
        "largest": MOST_BYTES,
        "longest": media.LONGEST_TITLE,
    }


def moves(road: StoredRoad, machine: Machine, record: Record) -> list[Move]:
    """The transitions from a state that some role of the caller grants, the usual one first."""
    grants = road.catalog.access.of(road.journal.caller.actor["roles"]).grants
    found = []
    for one in machine.transitions.values():
        if record["status"] in one.sources and record["status"] != one.target and one.permission in grants:
            decided = commands.decision(road, one.permission, machine.id, record)
            refused = "" if decided.allowed else decided.reason
            found.append(Move(one.name, "reason" in one.requires, KEYS.get(one.name, ""), refused))
    return sorted(found, key=lambda one: one.name not in FIRST)


def _ahead(road: StoredRoad, id: str) -> list[dict[str, Any]] | None:
    """The bookings that are not over, the next first; None for who may not read any."""
    machine = road.catalog.machines["booking"]
    over = [f'booking.status != "{state.name}"' for state in machine.states.values() if state.final]
    filter = " && ".join((f"booking.model.id == {orjson.dumps(id).decode()}", "booking.ends_at > now", *over))
    try:
        found = page(road, "booking", limit=100, cursor=None, filter=filter)
    except ForbiddenError:
        return None
    client = road.catalog.machines["client"]
    items = []
    for record in sorted(found.records, key=lambda one: int(one["starts_at"]))[:AHEAD]:
        item = shown(road, machine, record)
        known = road.store.tables["client"].get(record["client"]) if "client" in item else None
        item["client_name"] = shown(road, client, known).get("name", "") if known is not None else ""
        items.append(item)
    return items
