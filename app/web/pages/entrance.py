"""Signing in and out."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask_login import current_user, login_required

from app.identity import sessions
from app.identity.demo import PASSWORD, PEOPLE
from app.identity.refusals import ThrottledError, WrongPasswordError
from app.identity.sign_in import DEMO_DOMAIN
from app.web.context import caller, platform
from app.web.signed_in import begin_session, end_cookie, present
from app.web.visitors import safe_next
from app.web.wording import moments
from app.web.wording.language import gettext as _

MOST_TEXT = 1_024


def add_entrance(pages: Blueprint) -> None:
    """Adds /login and /logout."""
    pages.add_url_rule("/login", "login", _login, methods=["GET", "POST"])
    pages.add_url_rule("/logout", "logout", _logout, methods=["POST"])


def _login() -> Response:
    there = safe_next(request.args.get("next"))
    if request.method == "GET":
        if current_user.is_authenticated:
            return make_response(redirect(there))
        return _door(None, "")
    email, password = request.form.get("email", "")[:MOST_TEXT], request.form.get("password", "")[:MOST_TEXT]
    response = make_response(redirect(there, 303))
    try:
        begin_session(platform(), request, response, email, password)
    except WrongPasswordError:
        return _door(_("That address and password do not go together."), email, 401)
    except ThrottledError as error:
        wait = moments.span(error.seconds)
        refused = _door(_("Too many attempts from here. Try again in %(span)s.") % {"span": wait}, email, 429)
        refused.headers["Retry-After"] = str(error.seconds)
        return refused
    return response


def _door(problem: str | None, email: str, status: int = 200) -> Response:
    demo = [f"{name}{DEMO_DOMAIN}" for name, *_rest in PEOPLE] if platform().identity.demo else []
    changed = problem is None and request.args.get("changed") == "1"
    told = render_template(
        "login.html", problem=problem, email=email, demo=demo, demo_password=PASSWORD, changed=changed
    )
    return make_response(told, status)


@login_required  # type: ignore[untyped-decorator]
def _logout() -> Response:
    who, here = caller(), present(platform(), request)
    identity = platform().identity
    identity.pipeline.run(who, lambda road: sessions.sign_out(identity, road, who.id, here.sign_in))
    response = make_response(redirect("/login", 303))
    end_cookie(platform(), response)
    return response
