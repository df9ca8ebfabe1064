"""A model's form: what one may write and see of it, kept as typed when it is refused or somebody was quicker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, make_response, redirect, request, url_for
from flask_login import login_required

from app.commands import entities
from app.road import commands
from app.road.fitting import zones
from app.road.problems import InvalidError, ProblemError, StaleError
from app.road.road import StoredRoad
from app.web.answers import shown
from app.web.context import caller, catalog, platform
from app.web.pages.acts import version
from app.web.pages.frame import page
from app.web.pages.records import forms
from app.web.pages.records.forms import Form
from app.web.pages.refusals import refusal
from app.web.visitors import needs
from app.web.wording.language import gettext as _

FIELDS = ("name", "category", "home_city", "timezone", "day_rate", "rating_internal", "notes_internal")
BEGINNING = {"category": "commercial", "timezone": "Europe/Berlin", "rating_internal": "0", "day_rate_currency": "EUR"}


@login_required  # type: ignore[untyped-decorator]
def new() -> Response:
    """The form of a new model, and what is made of it."""
    if request.method == "GET":
        with needs("models.create").require(403):
            return _form(Form({name: BEGINNING.get(name, "") for name in (*FIELDS, "day_rate_currency")}))
    return _saved(lambda road, values: entities.create(road, "model", values))


@login_required  # type: ignore[untyped-decorator]
def edit(id: str) -> Response:
    """The form of a model, and what is made of it."""
    if request.method == "POST":
        return _saved(lambda road, values: entities.update(road, "model", id, values, version=version()), id)
    form, known = platform().pipeline.read(caller(), lambda road: _stored(road, id))
    return _form(form, id, known)


def _stored(road: StoredRoad, id: str) -> tuple[Form, int]:
    """The fields that the caller may both see and write, and their version. Raises ForbiddenError where it is none."""
    machine = road.catalog.machines["model"]
    record, seen = commands.readable(road, machine, id)
    granted = commands.allow(road, "models.update", machine, record)
    hidden = seen.hidden if seen is not None else frozenset()
    writable = granted.writable if granted is not None else None
    names = [name for name in FIELDS if name not in hidden and (writable is None or name in writable)]
    return forms.filled(shown(road, machine, record), names, machine), road.store.version("model", id)


def _saved(work: Callable[[StoredRoad, dict[str, Any]], Any], id: str | None = None) -> Response:
    names = [name for name in FIELDS if name in request.form]
    money = [f"{name}_currency" for name in names if f"{name}_currency" in request.form]
    form = forms.sent([*names, *money])
    machine = catalog().machines["model"]
    try:
        values = forms.values(form, machine)
        saved = platform().pipeline.run(caller(), lambda road: work(road, values)["id"])
    except InvalidError as error:
        form.blame(error)
        return _form(form, id, version(), 422)
    except StaleError as error:
        assert id is not None
        return _stale(form, id, error)
    except ProblemError as error:
        status, form.notice = refusal(error)
        return _form(form, id, version(), status)
    return make_response(redirect(url_for("pages.model", id=saved), 303))


def _stale(form: Form, id: str, error: StaleError) -> Response:
    """The form as it was typed, with what others wrote meanwhile beside it; saving again is then a decision."""

    def read(road: StoredRoad) -> tuple[Form, int, str]:
        person = road.store.tables["user"].get(error.actor) if error.actor else None
        return *_stored(road, id), (person or {}).get("name") or ""

    stored, known, who = platform().pipeline.read(caller(), read)
    now = {name: text for name, text in stored.typed.items() if name in form.typed and form.typed[name] != text}
    if who:
        form.notice = _("%(name)s has changed this model since you opened it. Nothing was saved.") % {"name": who}
    else:
        form.notice = _("This model has changed since you opened it. Nothing was saved.")
    form.notice += " " + _(
        "Your text stands as you typed it; beside it is what is stored now. Save again to replace it."
    )
    return _form(form, id, known, 412, now)


def _form(
    form: Form, id: str | None = None, known: int | None = None, status: int = 200, now: dict[str, str] | None = None
) -> Response:
    machine = catalog().machines["model"]
    return page(
        "models/form.html",
        "models",
        status,
        form=form,
        id=id,
        version=known,
        machine=machine,
        now=now or {},
        names=[name for name in FIELDS if name in form.typed],
        zones=sorted(zones()),
    )
