"""The option stack of a booking: who holds its model's time, in which order, until when, and what may be done about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.commands.checks import LASTING
from app.road import commands
from app.road.related import related_by
from app.road.road import StoredRoad
from app.road.standing import Face, faces_of
from app.web.pages.machines.standing import Move, Standing, standing_of
from app.web.pages.work.deadlines import SECOND, Deadline, of_clock
from app.web.wording import moments
from app.web.wording.language import gettext as _
from app.web.wording.language import pgettext
from engine.conditions.values import Timestamp
from engine.simulation.world import Record

ELSEWHERE = ("challenge", "confirm", "expire")
"""Moves of options that have an act of their own, or are made by rules alone."""
WARNED = 15
"""Percent of its time that are left when an option is shown as running out."""


@dataclass(frozen=True, slots=True)
class Held:
    """One option: whose it is, how long it holds, and what may be done. ``mine`` is that of the booking that is looked at."""

    option: Record
    booking: Record
    client: str
    mine: bool
    until: Deadline
    standing: Standing | None
    challenge: str


@dataclass(frozen=True, slots=True)
class Stack:
    """The stack. ``hold`` is where the booking's time is put on it, or empty; ``refused`` says why not."""

    held: tuple[Held, ...]
    hold: str
    refused: str


def stack_of(road: StoredRoad, booking: Record) -> Stack:
    """The stack on the time that a booking holds, or wants."""
    mine = [one for one in road.world.inverse("option", "booking", booking["id"]) if _readable(road, one)]
    standing = next((one for one in mine if one["status"] in LASTING), None)
    slot = standing["slot"] if standing is not None else _slot(road, booking)
    there = [one for one in road.world.inverse("option", "slot", slot) if one["status"] in LASTING] if slot else []
    there = sorted((one for one in there if _readable(road, one)), key=lambda one: one["rank"])
    bookings = related_by(road, there, {"booking": "booking"})
    clients = related_by(road, bookings.values(), {"client": "client"})
    clocks = faces_of(road, "option", [one["id"] for one in there]) if there else {}
    first = there[0] if there else None
    held = []
    for option in there:
        owner = bookings.get(f"booking/{option['booking']}", {})
        client = clients.get(f"client/{owner.get('client')}", {}).get("name", "")
        own = option["booking"] == booking["id"]
        held.append(_held(road, option, owner, client, own, clocks.get(option["id"], []), first))
    hold, refused = _hold(road, booking, standing, there)
    return Stack(tuple(held), hold, refused)


def _held(
    road: StoredRoad,
    option: Record,
    owner: Record,
    client: str,
    own: bool,
    clocks: list[Face],
    first: Record | None,
) -> Held:
    running = next((one for one in clocks if one.state not in ("achieved", "cancelled")), None)
    until = of_clock(running, road.now) if running is not None else _until(option, road.now)
    standing = challenge = None
    if own:
        machine = road.catalog.machines["option"]
        standing = standing_of(road, machine, option, but=ELSEWHERE)
        lower = first is not None and first["id"] != option["id"] and first["status"] == "held"
        granted = commands.decision(road, machine.transitions["challenge"].permission, "option", option).allowed
        challenge = f"/acts/option/{option['id']}/ask" if lower and granted else None
    return Held(option, owner, client, own, until, standing, challenge or "")


def _until(option: Record, now: Timestamp) -> Deadline:
    if option["status"] == "confirmed":
        return Deadline("achieved", pgettext("deadline", "Firm"), "met")
    ends, begun = option["expires_at"], option["created_at"]
    left = (int(ends) - int(now)) // SECOND
    title = moments.instant(ends)
    if left < 0:
        return Deadline("breached", _("%(span)s late") % {"span": moments.span(-left)}, "octbang", title=title)
    percent = max(0, min(100, round(100 * (int(ends) - int(now)) / max(int(ends) - int(begun), 1))))
    state, icon = ("running", "") if percent > WARNED else ("warning", "tribang")
    return Deadline(state, _("%(span)s left") % {"span": moments.span(left)}, icon, percent, title, ends.text())


def _slot(road: StoredRoad, booking: Record) -> str:
    """The slot of exactly the booking's time, where there is one."""
    if not booking.get("model"):
        return ""
    for slot in road.world.inverse("slot", "model", booking["model"]):
        same = (slot["starts_at"], slot["ends_at"]) == (booking["starts_at"], booking["ends_at"])
        if slot["kind"] == "work" and slot["status"] != "withdrawn" and same:
            return str(slot["id"])
    return ""


def _hold(road: StoredRoad, booking: Record, standing: Record | None, there: list[Record]) -> tuple[str, str]:
    """Where the booking's time is held, and why that cannot be now; both empty where it is not for this caller."""
    machine = road.catalog.machines["booking"]
    wanted: Mapping[str, Any] = {"booking": booking["id"]}
    may = commands.decision(road, "options.create", "option", dict(wanted)).allowed
    if not may or standing is not None or booking["status"] in machine.groups["firm"] | machine.final_states():
        return "", ""
    firm = next((one for one in there if one["status"] == "confirmed"), None)
    if firm is not None:
        return "", _("This time is firm for another booking. Choose another time or another model.")
    return f"/acts/booking/{booking['id']}/hold-time", ""


def _readable(road: StoredRoad, option: Record) -> bool:
    return commands.decision(road, "options.read", "option", option).allowed


def primary(moves: tuple[Move, ...], main: tuple[str, ...], state: str) -> str:
    """The move that is offered first: the farthest one ahead on the main way that may be made now."""
    at = main.index(state) if state in main else -1
    ahead = [one for one in moves if not one.refused and one.target in main and main.index(one.target) > at]
    return max(ahead, key=lambda one: main.index(one.target)).name if ahead else ""
