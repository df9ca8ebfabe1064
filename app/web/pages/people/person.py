"""One person: what is said of them, their roles, where they are signed in; invited, changed, deactivated, taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Response, make_response, redirect, request, url_for
from flask_login import login_required

from app.identity import overview, sessions
from app.identity import people as working
from app.road import commands
from app.road.fitting import zones
from app.road.problems import InvalidError, ProblemError, StaleError
from app.road.road import StoredRoad
from app.web.answers import shown
from app.web.context import caller, platform
from app.web.pages import frame
from app.web.pages.acts import version
from app.web.pages.people.agents import said_of
from app.web.pages.records.forms import Form, sent
from app.web.pages.refusals import refusal
from app.web.wording.language import LOCALES
from app.web.wording.language import gettext as _
from app.web.wording.words import written

TEXTS = ("name", "email", "queues", "locale", "timezone")
BEGINNING = {"locale": "en", "timezone": "Europe/Berlin"}


@dataclass(frozen=True, slots=True)
class Offered:
    """A role that may be given. ``refused`` says why this caller may not give it."""

    id: str
    description: str
    refused: str


@dataclass(slots=True)
class Filled:
    """What the form shows: texts, and the roles that are ticked."""

    form: Form
    roles: list[str] = field(default_factory=list)
    version: int | None = None


@login_required  # type: ignore[untyped-decorator]
def new() -> Response:
    """Invites somebody: the form, and what is made of it."""
    if request.method == "GET":
        platform().pipeline.read(caller(), _may_invite)
        return _form(None, Filled(Form({name: BEGINNING.get(name, "") for name in TEXTS})))
    filled = _typed()
    try:
        made = platform().pipeline.run(
            caller(), lambda road: working.invite(platform().identity, road, _values(filled))["id"]
        )
    except ProblemError as error:
        return _refused(None, filled, error)
    return make_response(redirect(url_for("pages.person", id=made, invited="1"), 303))


def _may_invite(road: StoredRoad) -> None:
    commands.allow_some(road, "users.create", road.catalog.machines["user"])


@login_required  # type: ignore[untyped-decorator]
def person(id: str) -> Response:
    """The person's page, or with ``?part=1`` what of it changes by itself."""
    if request.method == "POST":
        filled = _typed()
        try:
            platform().pipeline.run(
                caller(), lambda road: working.change(road, id, _values(filled), version=version())["id"]
            )
        except ProblemError as error:
            return _refused(id, filled, error)
        return make_response(redirect(url_for("pages.person", id=id, saved="1"), 303))
    if request.args.get("part"):
        return frame.fragment("people/standing.html", **_read(id, None))
    return _form(id, None)


def _read(id: str, filled: Filled | None) -> dict[str, Any]:
    def work(road: StoredRoad) -> dict[str, Any]:
        machine = road.catalog.machines["user"]
        record, _seen = commands.readable(road, machine, id)
        may = {
            move: commands.decision(road, f"users.{move}", "user", record).allowed
            for move in ("create", "update", "deactivate", "reactivate")
        }
        known = shown(road, machine, record)
        beyond = next((one for one in record.get("roles") or [] if working.beyond_own(road, one)), None)
        found = {
            "person": known,
            "may_person": may if beyond is None else dict.fromkeys(may, False),
            "beyond": beyond,
            "last_owner": overview.active_owners(road.connection) == [id],
            "offered": _offered(road),
            "filled": filled or _as_stored(road, known),
        }
        if may["update"]:
            found["sign_ins"] = _sign_ins(road, id)
            found["waiting"] = id in overview.without_password(road.connection, [id])
        return found

    return platform().pipeline.read(caller(), work)


def _sign_ins(road: StoredRoad, id: str) -> list[dict[str, Any]]:
    """Where a person is signed in, instants as pages say them."""
    found = sessions.of_user(platform().identity, road.connection, id, None)
    return [said_of(one) for one in found]


def _as_stored(road: StoredRoad, known: Mapping[str, Any]) -> Filled:
    typed = {name: str(known.get(name) or "") for name in TEXTS} | {"queues": ", ".join(known.get("queues") or [])}
    return Filled(Form(typed), list(known.get("roles") or []), road.store.version("user", known["id"]))


def _offered(road: StoredRoad) -> list[Offered]:
    access = road.catalog.access
    found = []
    for name in sorted(access.grants):
        beyond = working.beyond_own(road, name)
        refused = _("It grants %(permission)s, which your roles do not.") % {"permission": beyond} if beyond else ""
        found.append(Offered(name, written("about role", access.roles[name].description), refused))
    return found


def _typed() -> Filled:
    form = sent(name for name in TEXTS if name in request.form)
    form.typed["roles"] = ""  # so that what is said of roles stands beside them
    return Filled(form, request.form.getlist("roles")[:50], version())


def _values(filled: Filled) -> dict[str, Any]:
    values: dict[str, Any] = {name: text or None for name, text in filled.form.typed.items()}
    values["roles"] = list(filled.roles)
    if "queues" in values:
        values["queues"] = [one.strip() for one in (values["queues"] or "").split(",") if one.strip()]
    return values


def _refused(id: str | None, filled: Filled, error: ProblemError) -> Response:
    """The form again as it was typed. After a change by somebody else it carries the version that stands now."""
    if isinstance(error, InvalidError):
        filled.form.blame(error)
        return _form(id, filled, 422)
    status, filled.form.notice = refusal(error)
    if isinstance(error, StaleError):
        filled.version = error.version
        filled.form.notice = _(
            "This person was changed since you opened the page. Nothing was saved; your text stands as you typed it. "
            "Look at what is stored now, and save again to replace it."
        )
    return _form(id, filled, status)


def _form(id: str | None, filled: Filled | None, status: int = 200) -> Response:
    what: dict[str, Any] = {"zones": sorted(zones()), "languages": LOCALES}
    if id is None:
        offered = platform().pipeline.read(caller(), _offered)
        return frame.page("people/invite.html", "people", status, filled=filled, offered=offered, **what)
    return frame.page("people/person.html", "people", status, **_read(id, filled), **what)
