"""The option stack: ranked holds on a model's time, one slot a time, the first option first."""

from __future__ import annotations

from typing import Any

from app.commands.checks import LASTING, STANDING, ends_in_time
from app.road import commands
from app.road.problems import CollisionError, NotAllowedNowError, NotFoundError
from app.road.road import StoredRoad
from engine.conditions.values import Timestamp
from engine.simulation.world import Record

HOUR = 3_600_000_000_000
"""In nanoseconds."""
LASTS = 72 * HOUR


def hold(
    road: StoredRoad,
    booking_id: str,
    *,
    expires_at: Timestamp | None = None,
    version: commands.Versions | None = None,
) -> Record:
    """Puts a booking on the stack of its model's time, below those that are there; the first one holds the slot.

    The slot of exactly that time is taken, or made. Raises NotAllowedNowError where the booking has an option already, and
    CollisionError where the time is taken.
    """
    machines = road.catalog.machines
    booking, _ = commands.readable(road, machines["booking"], booking_id, lock=True)
    commands.allow(road, "options.create", machines["option"], {"booking": booking_id})
    commands.current(road, machines["booking"], booking_id, version)
    now = road.now
    ends = expires_at if expires_at is not None else Timestamp(now + LASTS)
    ends_in_time(now, ends)
    commands.lock_resource(road, machines["booking"], booking)
    if any(one["status"] in LASTING for one in road.world.inverse("option", "booking", booking_id)):
        raise NotAllowedNowError("This booking holds an option already.")
    slot = _slot(road, booking)
    stack = [one for one in road.world.inverse("option", "slot", slot["id"]) if one["status"] in LASTING]
    confirmed = next((one for one in stack if one["status"] == "confirmed"), None)
    if confirmed is not None or slot["status"] == "taken":
        raise _taken(road, confirmed)
    if slot["status"] == "open":
        commands.move(road, "slot", slot["id"], "hold")
    rank = 1 + max((one["rank"] for one in stack), default=0)
    values: dict[str, Any] = {"rank": rank, "expires_at": ends.text(), "slot": slot["id"], "booking": booking_id}
    option = commands.create(road, "option", values)
    if booking["status"] == "draft":
        commands.move(road, "booking", booking_id, "hold")
    return option


def _taken(road: StoredRoad, confirmed: Record | None) -> CollisionError:
    """That the time is taken, and by which booking, where that is known and may be read."""
    machine = road.catalog.machines["booking"]
    try:
        booking = commands.readable(road, machine, confirmed["booking"])[0] if confirmed is not None else None
    except NotFoundError:
        booking = None
    if booking is None:
        return CollisionError("The model's time is taken already.")
    winner = ("booking", booking["id"], booking.get("code"))
    return CollisionError(f"The model's time is taken already, by booking {booking.get('code')}.", winner)


def _slot(road: StoredRoad, booking: Record) -> Record:
    """The slot of a booking's time, found or made."""
    starts, ends = booking["starts_at"], booking["ends_at"]
    for slot in road.world.inverse("slot", "model", booking["model"]):
        if (
            slot["kind"] == "work"
            and slot["status"] != "withdrawn"
            and (slot["starts_at"], slot["ends_at"]) == (starts, ends)
        ):
            return road.store.lock("slot", slot["id"]) or slot
    values = {"kind": "work", "model": booking["model"], "starts_at": starts.text(), "ends_at": ends.text()}
    return commands.create(road, "slot", values)


def challenge(road: StoredRoad, option_id: str) -> Record:
    """The holder of a lower option asks the first one to decide: its clock starts. Raises NotAllowedNowError."""
    machine = road.catalog.machines["option"]
    option, _ = commands.readable(road, machine, option_id, lock=True)
    commands.allow(road, machine.transitions["challenge"].permission, machine, option)
    stack = road.world.inverse("option", "slot", option["slot"])
    first = next((one for one in stack if one["status"] in STANDING and one["rank"] == 1), None)
    if first is None or first["id"] == option_id:
        raise NotAllowedNowError("Only a lower option can challenge the first one.")
    return commands.move(road, "option", first["id"], "challenge")
