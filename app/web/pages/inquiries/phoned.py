"""/inquiries/new: an inquiry that somebody notes down on the phone. The client is looked up, recognised, or new."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, redirect, request, url_for
from flask_login import login_required

from app.commands import clients, entities
from app.road import commands
from app.road.finding import named
from app.road.idempotency import Kept, find, keep
from app.road.lists import page as listed
from app.road.problems import Fault, InvalidError, ProblemError
from app.road.road import StoredRoad
from app.web.answers import shown
from app.web.context import caller, catalog, platform
from app.web.pages.frame import fragment, page
from app.web.pages.records import forms
from app.web.pages.records.forms import Form
from app.web.pages.records.steps import sees, told
from app.web.pages.refusals import refusal
from app.web.wording.language import gettext as _
from app.web.wording.language import locale

FIELDS = ("source", "category", "starts_at", "ends_at", "budget", "budget_currency", "message")
NEW_CLIENT = ("name", "email", "phone", "kind")
SOURCES = ("phone", "email")
FOUND = 8
MODELS = 100
LONGEST_KEY = 100


def add_phoned(pages: Blueprint) -> None:
    """Adds /inquiries/new with its lookups."""
    pages.add_url_rule("/inquiries/new", "new_inquiry", _ask, methods=["GET"])
    pages.add_url_rule("/inquiries/new", "phoned", _note, methods=["POST"])
    pages.add_url_rule("/inquiries/new/clients", "find_clients", _found)
    pages.add_url_rule("/inquiries/new/known", "known_client", _known)


@login_required  # type: ignore[untyped-decorator]
def _ask() -> Response:
    chosen = request.args.get("client", "")
    return _form(Form({"source": "phone", "client": chosen}), commands.new_id(), request.args.get("who", ""))


@login_required  # type: ignore[untyped-decorator]
def _found() -> Response:
    """Clients whose name, code or mail has the words in it."""
    return fragment("inquiries/clients.html", **_clients(request.args.get("who", ""), request.args.get("client", "")))


@login_required  # type: ignore[untyped-decorator]
def _known() -> Response:
    """Whether the mail address or phone number of a new client is known already."""
    email, phone = request.args.get("email", "").strip(), request.args.get("phone", "").strip()

    def read(road: StoredRoad) -> dict[str, Any]:
        commands.allow_some(road, "clients.read", road.catalog.machines["client"])
        record = clients.recognise(road, email, phone)
        return told(road, "client", [record["id"]]).get(record["id"], {}) if record is not None else {}

    return fragment("inquiries/known.html", known=platform().pipeline.read(caller(), read))


@login_required  # type: ignore[untyped-decorator]
def _note() -> Response:
    form = forms.sent((*FIELDS, *NEW_CLIENT, "client", "wanted", "mine"))
    key = request.form.get("key", "")[:LONGEST_KEY] or commands.new_id()
    try:
        made = platform().pipeline.run(caller(), lambda road: _noted(road, form, key))
    except InvalidError as error:
        form.blame(error)
        return _form(form, key, request.form.get("who", ""), 422)
    except ProblemError as error:
        status, form.notice = refusal(error)
        return _form(form, key, request.form.get("who", ""), status)
    return make_response(redirect(url_for("pages.inquiry", id=made), 303))


def _noted(road: StoredRoad, form: Form, key: str) -> str:
    """The inquiry of a form: the same again where the form was sent before."""
    known = find(road, road.journal.caller.id, key)
    if known is not None:
        return str(known.body["inquiry"])
    machine = road.catalog.machines["inquiry"]
    commands.allow_some(road, "inquiries.create", machine)
    faults: list[Fault] = []
    values: dict[str, Any] = {}
    asked = Form({name: form.typed[name] for name in FIELDS if form.typed[name] or name in ("starts_at", "ends_at")})
    try:
        values = {name: value for name, value in forms.values(asked, machine).items() if value is not None}
    except InvalidError as error:
        faults += error.faults
    faults += [
        Fault(f"/{name}", "missing", _("Write day and time."))
        for name in ("starts_at", "ends_at")
        if not form.typed[name]
    ]
    if values.get("source") not in SOURCES:
        values["source"] = SOURCES[0]
    try:
        values["model"] = _model(road, form.typed["wanted"])
    except InvalidError as error:
        faults += error.faults
    try:
        values["client"] = _client(road, form)
    except InvalidError as error:
        faults += error.faults
    if faults:
        raise InvalidError(faults)
    if form.typed["mine"]:
        values["assignee"] = road.journal.caller.id
    inquiry = entities.create(road, "inquiry", values)
    keep(road, road.journal.caller.id, key, Kept("", 303, {}, {"inquiry": inquiry["id"]}))
    return str(inquiry["id"])


def _client(road: StoredRoad, form: Form) -> str:
    """The client who was chosen, or of whom the form tells: recognised or made. Raises InvalidError."""
    typed = form.typed
    if typed["client"] and typed["client"] != "new":
        return typed["client"]
    if not any(typed[name] for name in ("name", "email", "phone")):
        raise InvalidError([Fault("/client", "missing", _("Choose a client, or write down who is new."))])
    known = clients.recognise(road, typed["email"], typed["phone"])
    if known is not None and told(road, "client", [known["id"]]):
        return str(known["id"])
    if not typed["name"]:
        raise InvalidError([Fault("/name", "missing", _("Write the name of the new client."))])
    given = {name: typed[name] or None for name in NEW_CLIENT} | {"locale": locale()}
    return str(clients.recognised_or_new(road, given)[0]["id"])


def _model(road: StoredRoad, text: str) -> str | None:
    """The model of a code, be it followed by the name as the list proposes it, or of a whole name. Raises InvalidError."""
    if not text:
        return None
    code = text.split(maxsplit=1)[0].upper()
    for record in [*named(road, "model", code, 1, exact=True), *named(road, "model", text, 2)]:
        if record.get("public_code") == code or record.get("name") == text:
            return str(record["id"])
    raise InvalidError(
        [Fault("/wanted", "not_found", _("No model has this code or name. Leave it empty for anybody."))]
    )


def _clients(words: str, chosen: str) -> dict[str, Any]:
    def read(road: StoredRoad) -> list[dict[str, Any]]:
        machine = road.catalog.machines["client"]
        commands.allow_some(road, "clients.read", machine)
        found = [shown(road, machine, one) for one in named(road, "client", words, FOUND)] if words.strip() else []
        if chosen and chosen not in [one["id"] for one in found]:
            found = [*told(road, "client", [chosen]).values(), *found]
        return [one for one in found if one["status"] != "archived"]

    return {"found": platform().pipeline.read(caller(), read), "who": words, "chosen": chosen}


def _form(form: Form, key: str, who: str, status: int = 200) -> Response:
    def read(road: StoredRoad) -> dict[str, Any]:
        machine = road.catalog.machines["inquiry"]
        commands.allow_some(road, "inquiries.create", machine)
        models: list[dict[str, Any]] = []
        if commands.decision(road, "models.read", "model", {}).allowed:
            active = listed(road, "model", limit=MODELS, cursor=None, filter='model.status == "active"')
            models = [shown(road, road.catalog.machines["model"], one) for one in active.records]
        return {"models": models, "money": sees(road, "inquiry", "budget")}

    what = platform().pipeline.read(caller(), read) | _clients(who, form.typed.get("client", ""))
    machines = catalog().machines
    what |= {"form": form, "key": key, "machine": machines["inquiry"], "client_machine": machines["client"]}
    return page("inquiries/phoned.html", "inquiries", status, **what, sources=SOURCES)
