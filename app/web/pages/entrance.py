"""Signing in and out."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask_login import current_user, login_required

from app.identity import sessions
from app.identity.refusals import ThrottledError, WrongPasswordError
from app.web.context import caller, platform
from app.web.signed_in import cookie_name, origin_of, present, same_origin, secure
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
    same_origin(platform(), request)
    email, password = request.form.get("email", "")[:MOST_TEXT], request.form.get("password", "")[:MOST_TEXT]
    earlier = request.cookies.get(cookie_name(platform()))
    try:
        begun = sessions.begin(platform().identity, email, password, origin_of(request), earlier)
    except WrongPasswordError:
        return _again("That address and password do not go together.", email, 401)
    except ThrottledError as error:
        response = _again(str(error), email, 429)
        response.headers["Retry-After"] = str(error.seconds)
        return response
    response = make_response(redirect(there, 303))
    response.set_cookie(
        cookie_name(platform()), begun.cookie, secure=secure(platform()), httponly=True, samesite="Lax", path="/"
    )
    return response


def _again(problem: str, email: str, status: int) -> Response:
    return make_response(render_template("login.html", problem=problem, email=email), status)


@login_required  # type: ignore[untyped-decorator]
def _logout() -> Response:
    who, here = caller(), present(platform(), request)
    identity = platform().identity
    identity.pipeline.run(who, lambda road: sessions.sign_out(identity, road, who.id, here.sign_in))
    response = make_response(redirect("/login", 303))
    response.delete_cookie(cookie_name(platform()), path="/")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
