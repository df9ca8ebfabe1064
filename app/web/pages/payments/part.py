"""The payments of a booking on its page: each with its moves, how the deposit stands, and what may be noted or waived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.road import commands
from app.road.road import StoredRoad
from app.web.answers import shown
from app.web.pages.machines.standing import Standing, standing_of
from app.web.pages.payments.owed import left, wanted
from app.web.pages.records import forms
from engine.conditions.values import Timestamp
from engine.machines.model import Machine
from engine.simulation.world import Record

REASONED = ("fail", "refund", "void")
"""Moves of payments that take something from somebody: each is asked why."""
PURPOSES = ("deposit", "balance", "fee")
TO_PAY = 3 * 24 * 3_600_000_000_000
"""In nanoseconds: how long one has to pay, as the agency's rules give for a deposit."""


@dataclass(frozen=True, slots=True)
class Noting:
    """What the dialog of a new payment begins with, and whether the caller may note that the money is here."""

    fill: Mapping[str, str]
    currency: str
    receive: bool


@dataclass(frozen=True, slots=True)
class Payments:
    """The payments that the caller may see, each as shown and as it stands.

    ``deposit`` is how the deposit stands, empty where that is hidden; ``waive`` is what it may be made: ``waived``,
    ``due`` or nothing; ``note`` is None for whoever may note no payment.
    """

    items: tuple[tuple[dict[str, Any], Standing], ...]
    deposit: str
    waive: str
    note: Noting | None


def payments_of(road: StoredRoad, booking: Record) -> Payments | None:
    """The payments of a booking that the caller may read; None for whoever may read none of the kind."""
    grants = road.catalog.access.of(road.journal.caller.actor["roles"]).grants
    if not grants.get("payments.read"):
        return None
    machine = road.catalog.machines["payment"]
    records = [
        one
        for one in road.world.inverse("payment", "booking", booking["id"])
        if commands.decision(road, "payments.read", "payment", one).allowed
    ]
    records.sort(key=lambda one: (int(one["due_at"]), one["id"]))
    items = tuple((shown(road, machine, one), standing(road, machine, one)) for one in records)
    seen = commands.decision(road, "bookings.read", "booking", booking)
    deposit = "" if "deposit_status" in seen.hidden else str(booking["deposit_status"])
    note = None
    if (
        "total" not in seen.hidden
        and commands.decision(road, "payments.create", "payment", {"booking": booking["id"]}).allowed
    ):
        note = _noting(road, machine, booking, deposit, records)
    return Payments(items, deposit, waivable(road, booking) if deposit else "", note)


def standing(road: StoredRoad, machine: Machine, record: Record) -> Standing:
    """How a payment stands."""
    return standing_of(road, machine, record, reasoned=REASONED)


def _noting(road: StoredRoad, machine: Machine, booking: Record, deposit: str, records: list[Record]) -> Noting:
    due = Timestamp(int(road.now) + TO_PAY).text()
    rest = left(booking["total"], records)
    fill = forms.filled({"amount": rest, "due_at": due}, ("amount", "due_at"), machine).typed
    currency = fill.pop("amount_currency")
    if not rest["amount"]:
        fill["amount"] = ""
    receive = commands.decision(road, "payments.succeed", "payment", {"booking": booking["id"], "status": "pending"})
    return Noting({**fill, "purpose": wanted(deposit, records)}, currency, receive.allowed)


def waivable(road: StoredRoad, booking: Record) -> str:
    """What the caller may make of the booking's deposit by hand: ``waived``, ``due`` after all, or nothing."""
    changing = commands.decision(road, "bookings.update", "booking", booking)
    writable = changing.writable is None or "deposit_status" in changing.writable
    final = road.catalog.machines["booking"].states[booking["status"]].final
    if not changing.allowed or not writable or final:
        return ""
    return {"none": "waived", "due": "waived", "waived": "due"}.get(booking["deposit_status"], "")
