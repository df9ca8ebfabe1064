"""What is done to the money of a booking: a payment is noted, a deposit waived or asked for after all."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_login import login_required

from app.commands import entities
from app.road.problems import Fault, InvalidError
from app.road.road import StoredRoad
from app.web.context import catalog
from app.web.pages.acts import act, refused, version
from app.web.pages.records import forms
from app.web.wording import moments
from app.web.wording.language import gettext as _
from app.web.wording.words import word

NAMES = ("purpose", "amount", "amount_currency", "due_at")
LONGEST_REASON = 2_000


@login_required  # type: ignore[untyped-decorator]
def note(id: str) -> Response:
    """A payment of a booking: asked for until a day, or received already, with what the bank calls it."""
    form = forms.sent(name for name in NAMES if name in request.form)
    received = bool(request.form.get("received"))
    reference = _reason("reference")
    if received:
        form.typed.pop("due_at", None)
    try:
        values: dict[str, Any] = forms.values(form, catalog().machines["payment"])
        if values.get("amount") is not None and values["amount"]["amount"] <= 0:
            raise InvalidError([Fault("/amount", "invalid", _("Write an amount above zero."))])
    except InvalidError as error:
        return refused(error)

    def work(road: StoredRoad) -> str:
        due = {"due_at": road.now.text()} if received else {}
        made = entities.create(road, "payment", {**values, **due, "booking": id})
        told = {"purpose": word("option", made["purpose"]), "amount": moments.money(made["amount"])}
        if not received:
            return _("%(purpose)s of %(amount)s is noted.") % told
        entities.move(road, "payment", made["id"], "succeed", {"reason": reference} if reference else {})
        return _("%(purpose)s of %(amount)s is noted as received.") % told

    return act(work)


@login_required  # type: ignore[untyped-decorator]
def waive(id: str) -> Response:
    """The deposit of a booking is waived, which is asked why."""
    reason = _reason("reason")
    if not reason:
        return refused(InvalidError([Fault("/reason", "missing", _("This is needed."))]))
    return _deposit(id, "waived", reason, _("The deposit is waived."))


@login_required  # type: ignore[untyped-decorator]
def ask_after_all(id: str) -> Response:
    """The deposit of a booking that was waived is due after all."""
    return _deposit(id, "due", None, _("The deposit is due again."))


def _deposit(id: str, made: str, reason: str | None, said: str) -> Response:
    def work(road: StoredRoad) -> str:
        entities.update(road, "booking", id, {"deposit_status": made}, version=version(), reason=reason)
        return said

    return act(work)


def _reason(name: str) -> str:
    return request.form.get(name, "").strip()[:LONGEST_REASON]
