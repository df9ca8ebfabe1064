"""Clients: who asks and books."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, make_response, redirect, request, url_for
from flask_login import login_required

from app.commands import entities
from app.road import commands
from app.road.finding import latest
from app.road.problems import ForbiddenError, InvalidError, ProblemError, StaleError
from app.road.road import StoredRoad
from app.road.timeline import history
from app.web.answers import shown
from app.web.context import caller, catalog, platform
from app.web.pages.acts import act, version
from app.web.pages.frame import fragment, page
from app.web.pages.records import forms
from app.web.pages.records.forms import Form
from app.web.pages.records.happenings import actor, happenings
from app.web.pages.records.listing import Listing, Part
from app.web.pages.records.stale import meanwhile
from app.web.pages.records.steps import sees, steps, told
from app.web.pages.refusals import refusal
from app.web.wording.language import gettext as _
from app.web.wording.language import marked
from app.web.wording.words import word
from engine.simulation.world import Record

Work = Callable[[StoredRoad, dict[str, Any]], Record]

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


KEYS = {"block": "b", "unblock": "u", "archive": "d"}
RELATED = 8
"""Inquiries and bookings that the page of a client shows."""
HAPPENINGS = 30
LONGEST_REASON = 2_000


def add_client_pages(pages: Blueprint) -> None:
    """Adds /clients."""
    pages.add_url_rule("/clients", "clients", login_required(LISTING.show))
    pages.add_url_rule("/clients/new", "new_client", _new, methods=["GET", "POST"])
    pages.add_url_rule("/clients/<id>", "client", _client)
    pages.add_url_rule("/clients/<id>/edit", "edit_client", _edit, methods=["GET", "POST"])
    pages.add_url_rule("/acts/client/<id>/<move>", "move_client", _move, methods=["POST"])


@login_required  # type: ignore[untyped-decorator]
def _client(id: str) -> Response:
    def read(road: StoredRoad) -> dict[str, Any]:
        machine = road.catalog.machines["client"]
        record, _decided = commands.readable(road, machine, id)
        return {
            "client": shown(road, machine, record),
            "version": road.store.version("client", id),
            "steps": steps(road, "client", record, KEYS),
            "inquiries": _theirs(road, "inquiry", id),
            "bookings": _theirs(road, "booking", id),
            "happened": happenings(road, history(road, "client", id, limit=HAPPENINGS)),
        }

    found = platform().pipeline.read(caller(), read)
    if request.args.get("part"):
        return fragment("records/client_body.html", **found)
    return page("records/client.html", "clients", **found)


def _theirs(road: StoredRoad, machine: str, id: str) -> list[dict[str, Any]] | None:
    """Their newest inquiries or bookings with the names of models; None where the caller sees none of the kind."""
    try:
        found = latest(road, machine, "client", [id], RELATED)
    except ForbiddenError:
        return None
    items = [shown(road, road.catalog.machines[machine], record) for record in found]
    models = told(road, "model", [item["model"] for item in items if item.get("model")])
    return [{**item, "of": models.get(item.get("model", ""), {}).get("name", "")} for item in items]


@login_required  # type: ignore[untyped-decorator]
def _move(id: str, move: str) -> Response:
    reason = request.form.get("reason", "").strip()[:LONGEST_REASON]

    def work(road: StoredRoad) -> str:
        record = entities.move(road, "client", id, move, {"reason": reason} if reason else {}, version=version())
        return _("%(name)s: %(state)s.") % {"name": record["name"], "state": word("state", record["status"], "client")}

    return act(work)


@login_required  # type: ignore[untyped-decorator]
def _new() -> Response:
    if request.method == "GET":
        return _form(Form({"kind": "brand", "tier": "basic", "timezone": "Europe/Berlin", "locale": "en"}))
    return _saved(lambda road, values: entities.create(road, "client", values))


@login_required  # type: ignore[untyped-decorator]
def _edit(id: str) -> Response:
    if request.method == "POST":
        return _saved(lambda road, values: entities.update(road, "client", id, values, version=version()), id)
    form, known = _current(id)
    return _form(form, id, known, was=form)


def _current(id: str) -> tuple[Form, int]:
    """The client as a form shows it, and its version. Raises NotFoundError."""

    def read(road: StoredRoad) -> tuple[Form, int]:
        machine = road.catalog.machines["client"]
        record, _decided = commands.readable(road, machine, id)
        return forms.filled(shown(road, machine, record), FIELDS, machine), road.store.version("client", id)

    return platform().pipeline.read(caller(), read)


def _saved(work: Work, id: str | None = None) -> Response:
    """Saves the form and goes to the client; shows it again, with everything that was typed, where that is refused."""
    form = forms.sent(name for name in FIELDS if name in request.form)
    was = Form({name: request.form.get(f"was_{name}", "") for name in FIELDS})
    machine = catalog().machines["client"]
    try:
        values = forms.values(form, machine)
        saved = platform().pipeline.run(caller(), lambda road: str(work(road, values)["id"]))
    except InvalidError as error:
        form.blame(error)
        return _form(form, id, version(), 422, was)
    except StaleError as error:
        assert id is not None
        return _stale(form, id, error)
    except ProblemError as error:
        status, form.notice = refusal(error)
        return _form(form, id, version(), status, was)
    return make_response(redirect(url_for("pages.client", id=saved), 303))


def _stale(form: Form, id: str, error: StaleError) -> Response:
    """What others have changed, and the form to be saved anew over what is now."""
    current, known = _current(id)
    names = [name for name in FIELDS if name in form.typed]
    changes = meanwhile(form, current, names, catalog().machines["client"])
    by = platform().pipeline.read(caller(), lambda road: actor(road, error.actor)) if error.actor else ""
    return _form(form, id, known, 412, current, changes=changes, by=by, stale=True)


def _form(
    form: Form, id: str | None = None, known: int | None = None, status: int = 200, was: Form | None = None, **more: Any
) -> Response:
    def asked(road: StoredRoad) -> list[str]:
        """What the caller may see: nobody writes into a field blindly. Raises ForbiddenError."""
        machine = road.catalog.machines["client"]
        commands.allow_some(road, "clients.update" if id else "clients.create", machine)
        return [name for name in FIELDS if sees(road, "client", name)]

    names = platform().pipeline.read(caller(), asked)
    machine = catalog().machines["client"]
    what = {"form": form, "id": id, "version": known, "machine": machine, "names": names, "was": (was or Form()).typed}
    return page("records/client_form.html", "clients", status, **what, **more)
