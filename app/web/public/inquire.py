"""/inquire: the form that anybody may send, and the page that says it arrived.

A form carries a signed token: the proof that this site handed it out, and when; and the key by which a double submit is
one inquiry. No cookie is set. Where something is to be put right, the form comes back as it was typed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for

from app.commands import web_inquiries
from app.commands.web_inquiries import Received
from app.identity.refusals import ForeignOriginError
from app.road.caller import Caller, system
from app.road.problems import BusyError, InvalidError
from app.road.road import StoredRoad
from app.web.body import MOST_BYTES
from app.web.context import platform
from app.web.public import form, tokens, turns, zones
from app.web.public.form import Mistake, Typed
from app.web.public.tokens import FORM, RECEIPT
from app.web.public.turns import ThrottledError
from app.web.public.wording import LOCALES, WORDS
from app.web.signed_in import same_origin
from engine.conditions.types import EnumType
from engine.simulation.world import Record


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a form is shown again: a sentence above all fields, mistakes in some, or both."""

    status: int
    notice: Mistake | None = None
    mistakes: Mapping[str, Mistake] = dataclasses.field(default_factory=dict)


def public() -> Blueprint:
    """The pages for everybody."""
    found = Blueprint("public", __name__, template_folder="pages")
    found.add_url_rule("/inquire", "inquire", _inquire, methods=["GET"])
    found.add_url_rule("/inquire", "send", _send, methods=["POST"])
    found.add_url_rule("/inquire/<token>", "received", _received, methods=["GET"])
    return found


def _inquire() -> Response:
    return _form(form.read({"zone": zones.HOME, "model": request.args.get("model", "")[:20]}), _fresh(), None)


def _send() -> Response:
    request.max_content_length = MOST_BYTES
    typed = form.read(request.form)
    if _from_elsewhere():
        return _form(typed, _fresh(), Trouble(403, Mistake("foreign")))
    given = request.form.get("token", "")
    token = tokens.read_form(platform().keys(FORM), given)
    now = _now()
    asked, mistakes = form.check(typed, _categories(), _locale(), datetime.fromtimestamp(now // 1_000_000, UTC))
    pipeline, who, seal = platform().pipeline, _caller(), platform().key("attempts")
    keys = [token.key] if token is not None else []
    if token is not None and asked is not None:
        # Who goes back after sending has a new form with the old contents in it.
        keys.append(turns.same(seal, request.remote_addr, asked.fingerprint()))
    known = pipeline.read(who, lambda road: web_inquiries.earlier(road, keys, asked))
    if known is not None:
        return _to_receipt(known)
    try:
        with pipeline.transaction() as connection:
            turns.note_try(connection, seal, request.remote_addr, now)
    except ThrottledError as throttled:
        return _throttled(typed, given if token is not None else _fresh(), throttled)
    if token is None or token.too_old(now):
        return _form(typed, _fresh(), Trouble(422, Mistake("too_old"), mistakes))
    if typed.trapped or token.too_fast(now):
        return _form(typed, given, Trouble(422, Mistake("trapped" if typed.trapped else "too_fast"), mistakes))
    if asked is None:
        return _form(typed, given, Trouble(422, None, mistakes))

    def received(road: StoredRoad) -> Received:
        found = web_inquiries.receive(road, keys, asked)
        if found.new:
            turns.note_accepted(road.connection, seal, request.remote_addr, now)
        return found

    try:
        return _to_receipt(pipeline.run(who, received))
    except ThrottledError as throttled:
        return _throttled(typed, given, throttled)
    except InvalidError as invalid:
        if [fault.pointer for fault in invalid.faults] != ["/model"]:
            raise
        return _form(typed, given, Trouble(422, None, {"model": Mistake("model_unknown")}))
    except BusyError:
        response = _form(typed, given, Trouble(503, Mistake("busy")))
        response.headers["Retry-After"] = "1"
        return response


def _throttled(typed: Typed, token: str, throttled: ThrottledError) -> Response:
    minutes = str(-(-throttled.wait // 60))
    response = _form(typed, token, Trouble(429, Mistake("throttled", minutes)))
    response.headers["Retry-After"] = str(throttled.wait)
    return response


def _received(token: str) -> Response:
    locale = _locale()
    known = tokens.read_receipt(platform().keys(RECEIPT), token)
    inquiry: Record | None = None
    if known is not None:
        id = known[0]
        inquiry = platform().pipeline.read(_caller(), lambda road: _record(road, id))
    if known is None or inquiry is None:
        return _page("gone.html", locale, 404)
    zone = known[1]
    starts, ends = (datetime.fromtimestamp(inquiry[name] / 1e9, UTC) for name in ("starts_at", "ends_at"))

    def told(place: str) -> dict[str, str]:
        return {
            "begins": zones.moment(starts, place, locale),
            "ends": zones.moment(ends, place, locale),
            "place": zones.place(place, locale),
        }

    same = told(zones.HOME)["begins"] == told(zone)["begins"]
    changed = request.args.get("changed") == "1"
    home = None if same else told(zones.HOME)
    return _page("received.html", locale, 200, code=inquiry["code"], changed=changed, home=home, **told(zone))


def _record(road: StoredRoad, id: str) -> Record | None:
    found = road.store.tables["inquiry"].get(id)
    return dict(found) if found is not None else None


def _to_receipt(found: Received) -> Response:
    token = tokens.new_receipt(platform().keys(RECEIPT), found.inquiry, found.zone)
    changed = "1" if found.changed else None
    return make_response(redirect(url_for("public.received", token=token, lang=_locale(), changed=changed), 303))


def _form(typed: Typed, token: str, trouble: Trouble | None) -> Response:
    locale = _locale()
    trouble = trouble or Trouble(200)
    words = WORDS[locale]
    mistakes = {name: words[one.sentence].format(value=one.value) for name, one in trouble.mistakes.items()}
    notice = trouble.notice
    zone = typed.get("zone")
    return _page(
        "inquire.html",
        locale,
        trouble.status,
        typed=typed.values,
        token=token,
        notice=words[notice.sentence].format(value=notice.value) if notice is not None else None,
        mistakes=mistakes,
        first=next(iter(mistakes), None),
        categories=_categories(),
        currencies=form.CURRENCIES,
        zones=zones.choices(locale, datetime.fromtimestamp(_now() // 1_000_000, UTC), zone),
    )


def _page(template: str, locale: str, status: int, **values: object) -> Response:
    page = render_template(template, t=WORDS[locale], locale=locale, **values)
    response = make_response(page, status)
    response.headers["Content-Language"] = locale
    response.headers["Vary"] = "Accept-Language"
    return response


def _locale() -> str:
    """The language asked for by name, else by the browser, else English."""
    named = request.form.get("lang") if request.method == "POST" else request.args.get("lang")
    if named in LOCALES:
        return str(named)
    return request.accept_languages.best_match(LOCALES, default=LOCALES[0]) or LOCALES[0]


def _categories() -> list[str]:
    """What an inquiry can be about, as the live release has it."""
    here = platform()
    with here.database.connect() as connection:
        catalog = here.releases.catalog(here.releases.live(connection))
    kind = catalog.machines["inquiry"].fields["category"].type
    assert isinstance(kind, EnumType)
    return sorted(kind.values)


def _now() -> int:
    """The present instant in microseconds, as people live it: how long a form was open is no matter of a demo's days."""
    return platform().identity.now


def _fresh() -> str:
    return tokens.new_form(platform().keys(FORM), _now())


def _caller() -> Caller:
    return dataclasses.replace(system("web-form"), request=g.get("request_id"), address=request.remote_addr)


def _from_elsewhere() -> bool:
    """Whether the browser says that another site sent this; one that says nothing is known by the form's token."""
    if request.headers.get("Origin") is None and request.headers.get("Sec-Fetch-Site") is None:
        return False
    try:
        same_origin(platform(), request)
    except ForeignOriginError:
        return True
    return False
