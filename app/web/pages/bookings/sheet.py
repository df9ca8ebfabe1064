"""All that the page of a booking shows, as far as its reader may see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.commands.services import services_of
from app.road import commands
from app.road.related import related_by
from app.road.road import StoredRoad
from app.web.answers import shown
from app.web.pages.bookings.stack import Stack, primary, stack_of
from app.web.pages.machine_picture import Picture, picture
from app.web.pages.machines.standing import Standing, standing_of
from app.web.pages.machines.ways import main_way
from app.web.pages.payments.part import Payments, payments_of
from app.web.pages.trail.timeline import Timeline, timeline_of
from engine.simulation.world import Record

RELATIONS = {"client": "client", "model": "model", "inquiry": "inquiry"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """The booking without what is hidden, what it leads to, its machine and its parts.

    ``change`` and ``serve`` say whether the caller may change it, and its services; ``money`` whether they see its total.
    """

    booking: dict[str, Any]
    client: Record
    model: Record
    inquiry: Record
    standing: Standing
    picture: Picture
    first: str
    stack: Stack
    services: list[dict[str, Any]]
    payments: Payments | None
    timeline: Timeline
    money: bool
    change: bool
    serve: bool


def sheet_of(road: StoredRoad, id: str, kind: str, most: int) -> Sheet:
    """The page of a booking. Raises NotFoundError."""
    machine = road.catalog.machines["booking"]
    record, decided = commands.readable(road, machine, id)
    hidden = decided.hidden if decided is not None else frozenset()
    there = related_by(road, [record], RELATIONS)
    client, model, inquiry = (there.get(f"{one}/{record.get(one)}", {}) for one in RELATIONS)
    may_hold = commands.decision(road, "options.create", "option", {"booking": id}).allowed
    holding = {"hold": f"/acts/booking/{id}/hold-time"} if may_hold else {}
    standing = standing_of(road, machine, record, paths=holding)
    money = "total" not in hidden
    changing = commands.decision(road, "bookings.update", "booking", record)
    free = changing.allowed and changing.writable is None
    return Sheet(
        shown(road, machine, record),
        client,
        model,
        inquiry,
        standing,
        picture(standing),
        primary(standing.moves, main_way(machine), record["status"]),
        stack_of(road, record),
        [{k: v for k, v in one.items() if money or k != "price"} for one in services_of(road, id)],
        payments_of(road, record),
        timeline_of(road, id, kind, most),
        money,
        changing.allowed and bool(changeable(road, record)),
        money and (free or (changing.allowed and "total" in (changing.writable or ()))),
    )


FIELDS = ("starts_at", "ends_at", "city", "total", "notes")
"""What people change of a booking by its form."""


def changeable(road: StoredRoad, record: Record) -> list[str]:
    """The fields of the form that the caller may see and change."""
    changing = commands.decision(road, "bookings.update", "booking", record)
    seen = commands.decision(road, "bookings.read", "booking", record)
    if not changing.allowed or not seen.allowed:
        return []
    writable = FIELDS if changing.writable is None else [name for name in FIELDS if name in changing.writable]
    return [name for name in writable if name not in seen.hidden]
