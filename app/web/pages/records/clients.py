"""Clients: who asks and books."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, redirect, request, url_for
from flask_login import login_required

from app.commands import entities
from app.road import commands
from app.road.problems import InvalidError, ProblemError
from app.road.road import StoredRoad
from app.web.answers import shown
from app.web.context import caller, catalog, platform
from app.web.pages.acts import version
from app.web.pages.frame import page
from app.web.pages.records import forms
from app.web.pages.records.forms import Form
from app.web.pages.records.listing import Listing, Part
from app.web.pages.refusals import refusal
from app.web.wording.language import marked

FIELDS = ("name", "kind", "tier", "email", "phone", "locale", "timezone", "notes_internal")
LISTING = Listing(
    "client",
    marked("Clients"),
    (
        Part("active", marked("Active"), 'client.status == "active"'),
        Part("vip", marked("VIP"), 'client.tier == "vip" && client.status == "active"'),
        Part("blocked", marked("Blocked"), 'client.status == "blocked"'),
        Part("all", marked("All")),
    ),
    ("name", "code", "email"),
    "records/client_row.html",
    (marked("No client yet"), marked("Whoever sends the first inquiry becomes one; you may add others yourself.")),
    create="clients.create",
)


def add_client_pages(pages: Blueprint) -> None:
    """Adds /clients."""
    pages.add_url_rule("/clients", "clients", login_required(LISTING.show))
    pages.add_url_rule("/clients/new", "new_client", _new, methods=["GET", "POST"])
    pages.add_url_rule("/clients/<id>", "client", _client)
    pages.add_url_rule("/clients/<id>/edit", "edit_client", _edit, methods=["GET", "POST"])


@login_required  # type: ignore[untyped-decorator]
def _client(id: str) -> Response:
    def read(road: StoredRoad) -> dict[str, Any]:
        machine = road.catalog.machines["client"]
        record, _decided = commands.readable(road, machine, id)
        return {"client": shown(road, machine, record)}

    return page("records/client.html", "clients", **platform().pipeline.read(caller(), read))


@login_required  # type: ignore[untyped-decorator]
def _new() -> Response:
    if request.method == "GET":
        return _form(Form({"kind": "brand", "tier": "basic", "timezone": "Europe/Berlin", "locale": "en"}))
    return _saved(lambda road, values: entities.create(road, "client", values))


@login_required  # type: ignore[untyped-decorator]
def _edit(id: str) -> Response:
    if request.method == "POST":
        return _saved(lambda road, values: entities.update(road, "client", id, values, version=version()), id)

    def read(road: StoredRoad) -> tuple[Form, int]:
        machine = road.catalog.machines["client"]
        record, _decided = commands.readable(road, machine, id)
        return forms.filled(shown(road, machine, record), FIELDS, machine), road.store.version("client", id)

    form, known = platform().pipeline.read(caller(), read)
    return _form(form, id, known)


def _saved(work: Any, id: str | None = None) -> Response:
    """Saves the form and goes to the client; shows it again, with everything that was typed, where that is refused."""
    form = forms.sent(name for name in FIELDS if name in request.form)
    machine = catalog().machines["client"]
    try:
        values = forms.values(form, machine)
        saved = platform().pipeline.run(caller(), lambda road: work(road, values)["id"])
    except InvalidError as error:
        form.blame(error)
        return _form(form, id, version(), 422)
    except ProblemError as error:
        status, form.notice = refusal(error)
        return _form(form, id, version(), status)
    return make_response(redirect(url_for("pages.client", id=saved), 303))


def _form(form: Form, id: str | None = None, known: int | None = None, status: int = 200) -> Response:
    machine = catalog().machines["client"]
    return page("records/client_form.html", "clients", status, form=form, id=id, version=known, machine=machine)
