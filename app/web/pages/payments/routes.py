"""The addresses of payments: their list, the page of one, and what is done to them and to a booking's money."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask_login import login_required

from app.road.related import related_by
from app.road.road import StoredRoad
from app.web.pages.machines.acts import add_moves
from app.web.pages.payments import acts
from app.web.pages.payments.page import payment
from app.web.pages.records.listing import Listing, Part
from app.web.wording.language import marked

URGENT = (("status", False), ("due_at", False), ("id", False))
"""Those that failed before those that are pending, as their names happen to be in order, each by what is due first."""


def _names(road: StoredRoad, items: list[dict[str, Any]]) -> dict[str, Any]:
    """The bookings of a page of payments, and their clients."""
    bookings = related_by(road, items, {"booking": "booking"})
    return {"there": bookings | related_by(road, bookings.values(), {"client": "client"})}


LISTING = Listing(
    "payment",
    marked("Payments"),
    (
        Part("open", marked("To settle"), "payment.status in unpaid", URGENT),
        Part("failed", marked("Failed"), 'payment.status == "failed"', URGENT),
        Part("overdue", marked("Overdue"), "payment.status in unpaid && payment.due_at < now", URGENT),
        Part("received", marked("Received"), 'payment.status == "succeeded"'),
        Part("over", marked("Refunded and void"), 'payment.status in ["refunded", "voided"]'),
        Part("all", marked("All")),
    ),
    ("booking.code", "booking.client.name"),
    "payments/row.html",
    (marked("No payment here"), marked("A payment is noted on the page of its booking.")),
    more=_names,
)


def add_payment_pages(pages: Blueprint) -> None:
    """Adds /payments, the acts on payments, and those on the money of a booking."""
    pages.add_url_rule("/payments", "payments", login_required(LISTING.show))
    pages.add_url_rule("/payments/<id>", "payment", payment)
    pages.add_url_rule("/acts/booking/<id>/payments", "note_payment", acts.note, methods=["POST"])
    pages.add_url_rule("/acts/booking/<id>/waive", "waive_deposit", acts.waive, methods=["POST"])
    pages.add_url_rule("/acts/booking/<id>/ask-after-all", "ask_after_all", acts.ask_after_all, methods=["POST"])
    add_moves(pages, "payment")
