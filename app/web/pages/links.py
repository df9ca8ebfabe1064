"""Where the links of letters lead: choosing a password. The secret stands behind the ``#`` and never comes here."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

from app.identity.links import INVITATION, RESET
from app.identity.passwords import LONGEST, SHORTEST
from app.web.wording.language import gettext as _


def add_link_pages(pages: Blueprint) -> None:
    """Adds /welcome and /password. Looking at them uses nothing: their script sends what was typed to the interface."""
    pages.add_url_rule(INVITATION.path, "welcome", _welcome)
    pages.add_url_rule(RESET.path, "password", _password)


def _welcome() -> Response:
    return _page(_("Welcome"), "/api/v1/auth/invitations/accept")


def _password() -> Response:
    return _page(_("A new password"), "/api/v1/auth/password/reset")


def _page(title: str, target: str) -> Response:
    return make_response(
        render_template("password.html", heading=title, target=target, shortest=SHORTEST, longest=LONGEST)
    )
