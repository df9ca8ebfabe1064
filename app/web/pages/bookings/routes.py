"""The addresses of bookings: their list, their pages, and what is done to them, their options and their services."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask_login import login_required

from app.commands import options, services
from app.road.problems import Fault, InvalidError, NotFoundError
from app.road.related import related_by
from app.road.road import StoredRoad
from app.web.context import caller, platform
from app.web.pages.acts import act, refused, unsure, version
from app.web.pages.bookings import sure
from app.web.pages.bookings.forms import add_booking_forms
from app.web.pages.bookings.sheet import sheet_of
from app.web.pages.frame import fragment, page
from app.web.pages.machines.acts import add_moves, now_is
from app.web.pages.records import forms
from app.web.pages.records.listing import Listing, Part
from app.web.pages.trail.timeline import PAGE
from app.web.wording.language import gettext as _
from app.web.wording.language import marked


def _names(road: StoredRoad, items: list[dict[str, Any]]) -> dict[str, Any]:
    """The clients and models of a page of bookings."""
    return {"there": related_by(road, items, {"client": "client", "model": "model"})}


LISTING = Listing(
    "booking",
    marked("Bookings"),
    (
        Part("open", marked("Open"), 'booking.status in ["draft", "option", "awaiting_deposit"]'),
        Part("firm", marked("Firm"), 'booking.status in ["confirmed", "on_set"]'),
        Part("deposit", marked("Waiting for deposit"), 'booking.status == "awaiting_deposit"'),
        Part("past", marked("Past"), 'booking.status in ["completed", "no_show", "released", "cancelled"]'),
        Part("all", marked("All")),
    ),
    ("code", "city"),
    "bookings/row.html",
    (
        marked("No booking here"),
        marked("An inquiry that is answered becomes one. A booking can also be made for a client and a model by hand."),
    ),
    create="bookings.create",
    more=_names,
)


def add_booking_pages(pages: Blueprint) -> None:
    """Adds /bookings and the acts on bookings and options."""
    pages.add_url_rule("/bookings", "bookings", login_required(LISTING.show))
    add_booking_forms(pages)
    pages.add_url_rule("/bookings/<id>", "booking", _booking)
    pages.add_url_rule("/acts/booking/<id>/hold-time", "hold_time", _hold, methods=["POST"])
    pages.add_url_rule("/acts/option/<id>/ask", "challenge_option", _challenge, methods=["POST"])
    pages.add_url_rule("/acts/booking/<id>/services", "add_service", _add_service, methods=["POST"])
    pages.add_url_rule("/acts/booking/<id>/services/<service>", "remove_service", _remove_service, methods=["POST"])
    add_moves(pages, "booking")
    add_moves(pages, "option")


@login_required  # type: ignore[untyped-decorator]
def _booking(id: str) -> Response:
    kind = request.args.get("kind", "")
    given = request.args.get("most", "")
    most = int(given) if given.isascii() and given.isdigit() and len(given) < 5 else PAGE
    sheet = platform().pipeline.read(caller(), lambda road: sheet_of(road, id, kind, most))
    what: dict[str, Any] = {"sheet": sheet, "booking": sheet.booking, "most": most}
    if request.args.get("part"):
        return fragment("bookings/sheet.html", **what)
    return page("bookings/page.html", "bookings", **what)


@login_required  # type: ignore[untyped-decorator]
def _hold(id: str) -> Response:
    def work(road: StoredRoad) -> str:
        option = options.hold(road, id, version=version())
        return _("The time is held, as option %(rank)d.") % {"rank": option["rank"]}

    return act(work)


@login_required  # type: ignore[untyped-decorator]
def _challenge(id: str) -> Response:
    return act(lambda road: now_is(road, "option", options.challenge(road, id)))


@login_required  # type: ignore[untyped-decorator]
def _add_service(id: str) -> Response:
    form = forms.sent(name for name in ("title", "quantity", "price", "price_currency") if name in request.form)
    values: dict[str, Any] = {"title": form.typed.get("title", "")}
    try:
        quantity = form.typed.get("quantity") or "1"
        if not quantity.isascii() or not quantity.isdigit() or len(quantity) > 6:
            raise InvalidError([Fault("/quantity", "invalid", _("Write how many as a whole number."))])
        values |= {"quantity": int(quantity), "price": forms.money_of(form, "price")}
    except InvalidError as error:
        return refused(error)

    question, becomes = _asked(id, values["quantity"] * values["price"]["amount"])
    if question:
        return unsure(question, becomes)

    def work(road: StoredRoad) -> str:
        made = services.add_service(road, id, values, version=version())
        return _("%(title)s was added; the total follows.") % {"title": made["title"]}

    return act(work, undoable=False)  # taking it off again is an act of its own


def _asked(id: str, more: int) -> tuple[str, int]:
    """The question about a total that grows by ``more`` minor units, and what it would be; empty where none is asked."""
    try:
        total = platform().pipeline.read(caller(), lambda road: sure.total_of(road, id))
    except NotFoundError:  # the act itself says so
        return "", 0
    if total is None:
        return "", 0
    becomes = {**total, "amount": total["amount"] + more}
    return sure.asked(total, becomes), becomes["amount"]


@login_required  # type: ignore[untyped-decorator]
def _remove_service(id: str, service: str) -> Response:
    def work(road: StoredRoad) -> str:
        services.remove_service(road, id, service, version=version())
        return _("The service was taken off; the total follows.")

    return act(work, undoable=False)
