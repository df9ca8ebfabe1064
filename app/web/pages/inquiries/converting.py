"""An inquiry becomes a booking: a candidate is chosen, what is agreed is put right, and both keep the link."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import orjson
from flask import Blueprint, Response, make_response, redirect, request, url_for
from flask_login import login_required

from app.commands import inquiries
from app.road import commands
from app.road.idempotency import Kept, find, keep
from app.road.problems import CollisionError, InvalidError, ProblemError
from app.road.road import StoredRoad
from app.web.answers import shown
from app.web.context import caller, catalog, platform, undo_window
from app.web.pages.acts import told_there, version
from app.web.pages.bookings import sure
from app.web.pages.frame import page
from app.web.pages.records import forms
from app.web.pages.records.forms import Form
from app.web.pages.records.steps import sees, told
from app.web.pages.refusals import refusal
from app.web.wording.language import gettext as _

FIELDS = ("starts_at", "ends_at", "city", "total", "total_currency", "notes")
LONGEST_KEY = 100
CONVERTED = "converted"
Known = dict[str, Any]


def add_converting(pages: Blueprint) -> None:
    """Adds /inquiries/ID/convert."""
    pages.add_url_rule("/inquiries/<id>/convert", "convert", _ask, methods=["GET"])
    pages.add_url_rule("/inquiries/<id>/convert", "converted", _convert, methods=["POST"])


@login_required  # type: ignore[untyped-decorator]
def _ask(id: str) -> Response:
    model = request.args.get("model", "")

    def read(road: StoredRoad) -> tuple[Known, Form]:
        known = _known(road, id, model)
        proposed = inquiries.proposed(road, known["inquiry"]["id"], model if known["model"] else None)
        if not known["money"]:
            proposed.pop("total", None)
        names = ("starts_at", "ends_at", "city", "total", "notes")
        return known, forms.filled(proposed, names, road.catalog.machines["booking"])

    known, form = platform().pipeline.read(caller(), read)
    if known["inquiry"]["status"] == CONVERTED:  # by somebody else meanwhile: its page leads to the booking
        return make_response(redirect(url_for("pages.inquiry", id=id), 303))
    return _form(known, form, commands.new_id(), known["version"])


@login_required  # type: ignore[untyped-decorator]
def _convert(id: str) -> Response:
    """Makes the booking once: the form's key finds what it became when it is sent again."""
    form = forms.sent(name for name in FIELDS if name in request.form)
    model, key = request.form.get("model", ""), request.form.get("key", "")[:LONGEST_KEY] or commands.new_id()
    fingerprint = sha256(orjson.dumps([id, model, form.typed])).hexdigest()
    known_version = version()
    try:
        choices = {"model": model, **forms.values(form, catalog().machines["booking"])}
        form.notice = platform().pipeline.read(caller(), lambda road: sure.asked_at_first(road, choices))
        if form.notice:
            known = platform().pipeline.read(caller(), lambda road: _known(road, id, model))
            return _form(known, form, key, known_version, 422, str(choices["total"]["amount"]))

        def work(road: StoredRoad) -> tuple[str, str | None]:
            known = find(road, road.journal.caller.id, key)
            if known is not None:
                return str(known.body["booking"]), None
            booking = inquiries.convert(road, id, choices, version=known_version)
            keep(road, road.journal.caller.id, key, Kept(fingerprint, 303, {}, {"booking": booking["id"]}))
            return str(booking["id"]), road.first.root if road.first is not None else None

        made, root = platform().pipeline.run(caller(), work, undo_window=undo_window())
    except InvalidError as error:
        form.blame(error)
        status = 422
    except CollisionError as error:
        status, form.notice = 409, _taken(error)
    except ProblemError as error:
        status, form.notice = refusal(error)
    else:
        response = make_response(redirect(f"/bookings/{made}", 303))
        return told_there(response, _("The inquiry became this booking."), root)
    known = platform().pipeline.read(caller(), lambda road: _known(road, id, model))
    return _form(known, form, key, known_version, status)


def _taken(error: CollisionError) -> str:
    """Who was there first, and the way out."""
    code = error.winner[2] if error.winner is not None else None
    if code:
        return _("%(code)s already has this model then. Nothing was changed: choose other times or somebody else.") % {
            "code": code
        }
    return _("The model is taken then. Nothing was changed: choose other times or somebody else.")


def _known(road: StoredRoad, id: str, model: str) -> Known:
    """What the form stands beside. Raises NotFoundError, ForbiddenError."""
    machine = road.catalog.machines["inquiry"]
    record, _decided = commands.readable(road, machine, id)
    commands.allow(road, "inquiries.convert", machine, record)
    inquiry = shown(road, machine, record)
    return {
        "inquiry": inquiry,
        "version": road.store.version("inquiry", id),
        "client": told(road, "client", [inquiry["client"]]).get(inquiry["client"], {}),
        "model": told(road, "model", [model]).get(model, {}) if model else {},
        "money": sees(road, "booking", "total"),
    }


def _form(known: Known, form: Form, key: str, version: int | None, status: int = 200, meant: str = "") -> Response:
    machine = catalog().machines["booking"]
    what = known | {"form": form, "key": key, "version": version, "machine": machine, "meant": meant}
    return page("inquiries/convert.html", "inquiries", status, **what)
