"""Making a booking for a client and a model, and changing one. What was typed survives every refusal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from flask import Blueprint, Response, make_response, redirect, request, url_for
from flask_login import login_required

from app.commands import entities
from app.road import commands
from app.road.lists import MOST, page
from app.road.problems import Fault, ForbiddenError, InvalidError, ProblemError, StaleError
from app.road.related import people
from app.road.road import StoredRoad
from app.web import answers
from app.web.context import caller, catalog, platform
from app.web.pages import frame
from app.web.pages.acts import version
from app.web.pages.bookings import sure
from app.web.pages.bookings.sheet import FIELDS, changeable
from app.web.pages.machines.words import value_in_words
from app.web.pages.records import forms, once
from app.web.pages.records.forms import Form
from app.web.pages.refusals import refusal
from app.web.wording.language import gettext as _

CODES = {"client": "code", "model": "public_code"}
SENT = (*FIELDS, "total_currency")
NEEDED = ("starts_at", "ends_at", "city")


def add_booking_forms(pages: Blueprint) -> None:
    """Adds /bookings/new and /bookings/ID/edit."""
    pages.add_url_rule("/bookings/new", "new_booking", _new, methods=["GET", "POST"])
    pages.add_url_rule("/bookings/<id>/edit", "edit_booking", _edit, methods=["GET", "POST"])


@login_required  # type: ignore[untyped-decorator]
def _new() -> Response:
    if request.method == "GET":
        return _making(Form({"total_currency": "EUR", **_given()}))
    form = forms.sent(name for name in (*CODES, *SENT) if name in request.form)
    machine = catalog().machines["booking"]
    try:
        values = forms.values(Form({name: form.typed[name] for name in SENT if name in form.typed}), machine)
        values |= platform().pipeline.read(caller(), lambda road: _named(road, form))
        form.notice = platform().pipeline.read(caller(), lambda road: sure.asked_at_first(road, values))
        if form.notice:
            return _making(form, 422, meant=str(values["total"]["amount"]))
        made = once.made_once(lambda road: entities.create(road, "booking", values))
    except InvalidError as error:
        form.blame(error)
        return _making(form, 422)
    except ProblemError as error:
        status, form.notice = refusal(error)
        return _making(form, status)
    return make_response(redirect(url_for("pages.booking", id=made), 303))


def _given() -> dict[str, str]:
    """The client and model that the address names by their ids, as the form shows them."""

    def read(road: StoredRoad) -> dict[str, str]:
        commands.allow_some(road, "bookings.create", road.catalog.machines["booking"])
        found = {}
        for kind in CODES:
            id = request.args.get(kind, "")
            if id:
                machine = road.catalog.machines[kind]
                record, _decided = commands.readable(road, machine, id)
                found[kind] = _label(kind, answers.shown(road, machine, record))
        return found

    return platform().pipeline.read(caller(), read)


def _label(kind: str, record: dict[str, Any]) -> str:
    return f"{record.get('name', '')} ({record.get(CODES[kind], '')})"


def _named(road: StoredRoad, form: Form) -> dict[str, str]:
    """The ids of the client and model that were typed, by code or by name. Raises InvalidError, which tells of the times
    and the city too where they are missing, so that all mistakes are seen at once.
    """
    faults, found = [], {}
    for name in NEEDED:
        if form.typed.get(name) == "":
            faults.append(Fault(f"/{name}", "missing", _("This is needed.")))
    for kind, field in CODES.items():
        typed = form.typed.get(kind, "")
        code = typed.rpartition("(")[2].rstrip(")").strip()
        wanted = " || ".join(f"{kind}.{name} == {_quoted(text)}" for name, text in ((field, code), ("name", typed)))
        records = page(road, kind, limit=2, cursor=None, filter=wanted).records if typed else []
        exact = [one for one in records if one[field] == code] or records
        if len(exact) == 1:
            found[kind] = str(exact[0]["id"])
        elif exact:
            faults.append(Fault(f"/{kind}", "ambiguous", _("Several have this name: write the code.")))
        else:
            faults.append(Fault(f"/{kind}", "missing", _("Write a name or code that is in the list.")))
    if faults:
        raise InvalidError(faults)
    return found


def _quoted(text: str) -> str:
    return orjson.dumps(text[:300]).decode()


def _making(form: Form, status: int = 200, meant: str = "") -> Response:
    """The form for a new booking, with the newest clients and models to choose from. A total that is not given, or not
    theirs to see, is the model's day rate.
    """

    def read(road: StoredRoad) -> tuple[dict[str, list[str]], frozenset[str]]:
        commands.allow_some(road, "bookings.create", road.catalog.machines["booking"])
        found = {}
        for kind in CODES:
            try:
                records = page(road, kind, limit=MOST, cursor=None, filter=None).records
            except ForbiddenError:
                records = []
            machine = road.catalog.machines[kind]
            found[kind] = [_label(kind, answers.shown(road, machine, one)) for one in records]
        return found, commands.never_seen(road, road.catalog.machines["booking"])

    choices, hidden = platform().pipeline.read(caller(), read)
    machine = catalog().machines["booking"]
    return frame.page(
        "bookings/form.html",
        "bookings",
        status,
        form=form,
        names=[name for name in FIELDS if name not in hidden],
        machine=machine,
        choices=choices,
        once=once.token(),
        id=None,
        meant=meant,
    )


@login_required  # type: ignore[untyped-decorator]
def _edit(id: str) -> Response:
    form, known, names = platform().pipeline.read(caller(), lambda road: _read(road, id))
    if request.method == "GET":
        return _changing(id, form, known, names)
    sent = forms.sent(name for name in SENT if name in request.form)
    try:
        values = forms.values(sent, catalog().machines["booking"])
        sent.notice = _unsure(id, values)
        if sent.notice:
            return _changing(id, sent, version(), names, 422, meant=str(values["total"]["amount"]))
        platform().pipeline.run(caller(), lambda road: entities.update(road, "booking", id, values, version=version()))
    except InvalidError as error:
        sent.blame(error)
        return _changing(id, sent, version(), names, 422)
    except StaleError as error:
        return _overtaken(id, sent, error)
    except ProblemError as error:
        status, sent.notice = refusal(error)
        return _changing(id, sent, version(), names, status)
    return make_response(redirect(url_for("pages.booking", id=id), 303))


def _unsure(id: str, values: dict[str, Any]) -> str:
    """The question about the total that would be saved; empty where none is to be asked."""
    if values.get("total") is None:
        return ""
    before = platform().pipeline.read(caller(), lambda road: sure.total_of(road, id))
    return sure.asked(before, values["total"]) if before is not None else ""


def _read(road: StoredRoad, id: str) -> tuple[Form, int, list[str]]:
    """The form as the booking stands. Raises NotFoundError, and ForbiddenError for whoever may change nothing of it."""
    machine = road.catalog.machines["booking"]
    record, _decided = commands.readable(road, machine, id)
    names = changeable(road, record)
    if not names:
        commands.allow(road, "bookings.update", machine, record)
        raise ForbiddenError("booking", id, "bookings.update", _("You may change none of these fields."), None)
    return forms.filled(answers.shown(road, machine, record), names, machine), road.store.version("booking", id), names


def _overtaken(id: str, sent: Form, error: StaleError) -> Response:
    """The form with what was typed, beside what somebody else has saved meanwhile; saving again is then a decision."""

    def read(road: StoredRoad) -> tuple[Form, int, list[str], list[tuple[str, str]], str]:
        form, known, names = _read(road, id)
        machine = road.catalog.machines["booking"]
        record, _decided = commands.readable(road, machine, id)
        seen = answers.shown(road, machine, record)
        other = [
            (name, value_in_words(machine, name, seen.get(name)))
            for name in names
            if name in sent.typed and form.typed.get(name) != sent.typed[name]
        ]
        return form, known, names, other, people(road, [error.actor or ""]).get(error.actor or "", "")

    _form, known, names, other, who = platform().pipeline.read(caller(), read)
    if who:
        sent.notice = _("%(name)s has saved this booking since you opened it. Yours is not saved yet.") % {"name": who}
    else:
        sent.notice = _("This booking has changed since you opened it. Yours is not saved yet.")
    return _changing(id, sent, known, names, 412, other)


def _changing(
    id: str,
    form: Form,
    known: int | None,
    names: Sequence[str],
    status: int = 200,
    other: Sequence[tuple[str, str]] = (),
    meant: str = "",
) -> Response:
    machine = catalog().machines["booking"]
    return frame.page(
        "bookings/form.html",
        "bookings",
        status,
        form=form,
        names=names,
        machine=machine,
        version=known,
        id=id,
        other=other,
        meant=meant,
    )
