"""The list of inquiries: who asks for what, how long the answer may still take, and what one key does to a row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from app.commands.inquiries import MATCHING
from app.road import commands
from app.road.road import StoredRoad
from app.road.standing import Face, faces_of
from app.road.urgency import by_urgency, open_by_urgency
from app.web.pages.records.listing import Listing, Part
from app.web.pages.records.steps import steps, told
from app.web.pages.work.deadlines import Deadline, of_clock
from app.web.wording.language import marked
from engine.simulation.world import Record

KEYS = {"answer": "a", "wait_for_client": "w", "lose": "l"}
OVER = ("achieved", "cancelled")
"""States of clocks that run no more."""


def present(clocks: Sequence[Face]) -> Face | None:
    """The clock that says most now: the one that runs out first, else the last that ran."""
    running = [one for one in clocks if one.state not in OVER]
    if running:
        return min(running, key=lambda one: (one.paused, one.due is None, int(one.due or 0)))
    return next(iter(clocks), None)


def people(road: StoredRoad, ids: Iterable[str | None]) -> dict[str, str]:
    """Names of colleagues by id."""
    found = ((id, road.world.tables["user"].get(id)) for id in set(ids) if id)
    return {id: record["name"] or "" for id, record in found if record is not None}


def may_match(road: StoredRoad, record: Record) -> bool:
    """Whether the caller may ask who fits an inquiry, and it is open."""
    is_open = record["status"] in road.catalog.machines["inquiry"].groups["open"]
    return (
        is_open and MATCHING in road.catalog.matchings and commands.decision(road, "models.read", "model", {}).allowed
    )


def may_take(road: StoredRoad, record: Record) -> bool:
    """Whether the caller may take an inquiry for themselves, and has not yet."""
    if (
        record.get("assignee") == road.journal.caller.id
        or road.catalog.machines["inquiry"].states[record["status"]].final
    ):
        return False
    return any(commands.decision(road, f"inquiries.{one}", "inquiry", record).allowed for one in ("assign", "update"))


def _more(road: StoredRoad, items: list[dict[str, Any]]) -> dict[str, Any]:
    """What rows need beside their inquiry: names, the clock, and what may be done at once."""
    ids = [item["id"] for item in items]
    records = {id: road.store.tables["inquiry"][id] for id in ids}
    deadlines: dict[str, Deadline] = {}
    for id, clocks in faces_of(road, "inquiry", ids).items():
        one = present(clocks)
        if one is not None:
            deadlines[id] = of_clock(one, road.now, records[id]["status"])
    return {
        "clients": told(road, "client", [item["client"] for item in items if "client" in item]),
        "models": told(road, "model", [item["model"] for item in items if item.get("model")]),
        "people": people(road, [item.get("assignee") for item in items]),
        "deadlines": deadlines,
        "steps": {id: steps(road, "inquiry", record, KEYS, possible=True) for id, record in records.items()},
        "matchable": {id for id, record in records.items() if may_match(road, record)},
        "takeable": {id for id, record in records.items() if may_take(road, record)},
        "versions": {id: road.store.version("inquiry", id) for id in ids},
    }


LISTING = Listing(
    "inquiry",
    marked("Inquiries"),
    (
        Part("new", marked("New"), 'inquiry.status == "new"', ranked=open_by_urgency),
        Part("answered", marked("Answered"), 'inquiry.status == "answered"', ranked=open_by_urgency),
        Part("waiting", marked("Waiting for client"), 'inquiry.status == "waiting_for_client"', ranked=open_by_urgency),
        Part("closed", marked("Closed"), "!(inquiry.status in open)"),
        Part("all", marked("All"), ranked=by_urgency),
    ),
    ("code", "message", "client.name"),
    "inquiries/row.html",
    (
        marked("No inquiry here"),
        marked("What clients send by the form, and what you note down on the phone, comes in under New by itself."),
    ),
    create="inquiries.create",
    more=_more,
)
