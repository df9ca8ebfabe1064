"""One's own account: name, language, zone, password, where one is signed in. It needs no permission."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, request, url_for
from flask_login import login_required

from app.identity import links, profile, sessions
from app.identity.passwords import LONGEST, SHORTEST
from app.identity.refusals import ThrottledError
from app.road.fitting import zones
from app.road.problems import InvalidError, ProblemError, StaleError
from app.road.road import StoredRoad
from app.web.context import caller, platform
from app.web.pages import frame
from app.web.pages.acts import act, version
from app.web.pages.people.agents import said_of
from app.web.pages.records.forms import Form, sent
from app.web.pages.refusals import refusal
from app.web.signed_in import end_cookie, origin_of, present
from app.web.wording import moments
from app.web.wording.language import COOKIE, LOCALES
from app.web.wording.language import gettext as _

OWN = ("name", "locale", "timezone")
MOST_TEXT = 1_024


@login_required  # type: ignore[untyped-decorator]
def me() -> Response:
    """The account, and what is made of its form."""
    if request.method == "GET":
        return _page()
    form, who = sent(name for name in OWN if name in request.form), caller()
    values = {name: text or None for name, text in form.typed.items()}
    try:
        platform().pipeline.run(who, lambda road: profile.say_of_oneself(road, who.id, values, version=version())["id"])
    except InvalidError as error:
        form.blame(error)
        return _page(422, form=form, known=version())
    except StaleError as error:
        form.notice = _("Your account was changed elsewhere since you opened this page. Save again to replace that.")
        return _page(412, form=form, known=error.version)
    except ProblemError as error:
        status, form.notice = refusal(error)
        return _page(status, form=form, known=version())
    response = make_response(redirect(url_for("pages.me", saved="1"), 303))
    response.delete_cookie(COOKIE, path="/", samesite="Lax")  # the account's language holds from now on
    return response


@login_required  # type: ignore[untyped-decorator]
def password() -> Response:
    """A new password for the old one; every sign-in ends, this one too."""
    current, chosen = (request.form.get(name, "")[:MOST_TEXT] for name in ("current", "password"))
    choice = Form({"current": "", "password": ""})
    try:
        links.change_own(platform().identity, caller().id, current, chosen, origin_of(request))
    except InvalidError as error:
        choice.blame(error)
        return _page(422, choice=choice)
    except ThrottledError as error:
        choice.notice = _("Too many attempts. Try again in %(span)s.") % {"span": moments.span(error.seconds)}
        answer = _page(429, choice=choice)
        answer.headers["Retry-After"] = str(error.seconds)
        return answer
    response = make_response(redirect(url_for("pages.login", changed="1"), 303))
    end_cookie(platform(), response)
    return response


@login_required  # type: ignore[untyped-decorator]
def sign_ins() -> Response:
    """The list of sign-ins alone, to be put in its place."""
    found = platform().pipeline.read(caller(), _sign_ins)
    return frame.fragment("people/sign_ins.html", sign_ins=found, of=None)


@login_required  # type: ignore[untyped-decorator]
def end_sign_in(sign_in: str) -> Response:
    """Ends one of one's own sign-ins."""
    who = caller()

    def work(road: StoredRoad) -> str:
        sessions.end_one(platform().identity, road, who.id, sign_in)
        return _("Signed out there.")

    return act(work, undoable=False)


def _sign_ins(road: StoredRoad) -> list[dict[str, Any]]:
    here = present(platform(), request)
    found = sessions.of_user(platform().identity, road.connection, here.user["id"], here.sign_in)
    return [said_of(one) for one in found]


def _page(
    status: int = 200, *, form: Form | None = None, known: int | None = None, choice: Form | None = None
) -> Response:
    def read(road: StoredRoad) -> dict[str, Any]:
        record = road.store.tables["user"][caller().id]
        stored = Form({name: str(record.get(name) or "") for name in OWN})
        return {
            "email": record.get("email"),
            "form": form or stored,
            "version": known if form is not None else road.store.version("user", caller().id),
            "sign_ins": _sign_ins(road),
        }

    what = platform().pipeline.read(caller(), read)
    what |= {"choice": choice or Form(), "zones": sorted(zones()), "languages": LOCALES, "of": None}
    return frame.page("people/me.html", "me", status, shortest=SHORTEST, longest=LONGEST, **what)
