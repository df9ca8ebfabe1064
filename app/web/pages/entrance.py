"""Signing in and out."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask_login import current_user, login_required

from app.identity import sessions
from app.identity.refusals import ThrottledError, WrongPasswordError
from app.web.context import caller, platform
from app.web.signed_in import begin_session, end_cookie, present
from app.web.visitors import safe_next

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
        return make_response(render_template("login.html", problem=None, email=""))
    email, password = request.form.get("email", "")[:MOST_TEXT], request.form.get("password", "")[:MOST_TEXT]
    response = make_response(redirect(there, 303))
    try:
        begin_session(platform(), request, response, email, password)
    except WrongPasswordError:
        return _again("That address and password do not go together.", email, 401)
    except ThrottledError as error:
        refused = _again(str(error), email, 429)
        refused.headers["Retry-After"] = str(error.seconds)
        return refused
    return response


def _again(problem: str, email: str, status: int) -> Response:
    return make_response(render_template("login.html", problem=problem, email=email), status)


@login_required  # type: ignore[untyped-decorator]
def _logout() -> Response:
    who, here = caller(), present(platform(), request)
    identity = platform().identity
    identity.pipeline.run(who, lambda road: sessions.sign_out(identity, road, who.id, here.sign_in))
    response = make_response(redirect("/login", 303))
    end_cookie(platform(), response)
    return response
