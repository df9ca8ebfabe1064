"""Links that are used once: taking up an invitation, and a new password for who forgot theirs."""

from __future__ import annotations

from flask import Response, request

from app.identity import links
from app.identity.links import INVITATION, RESET
from app.web.answers import Answer
from app.web.api.fields import MAYBE_TEXT, TEXT, an_object, fields
from app.web.api.operations import Interface, Operation
from app.web.context import platform
from app.web.signed_in import origin_of


def _forgot() -> Response:
    links.forgot(platform().identity, fields("email")["email"], origin_of(request))
    return Answer(202, {"detail": "If there is such an account, a letter with a link is on its way."}).response()


def _reset() -> Response:
    given = fields("token", "password")
    links.choose(platform().identity, RESET, given["token"], given["password"], origin_of(request), None)
    return Answer(204, None).response()


def _accept() -> Response:
    given = fields("token", "password", optional=("name",))
    name = given.get("name")
    links.choose(platform().identity, INVITATION, given["token"], given["password"], origin_of(request), name)
    return Answer(204, None).response()


def add_links(interface: Interface) -> None:
    """The operations of this file."""
    interface.schemas["Forgotten"] = an_object({"email": TEXT})
    interface.schemas["ForgottenAnswer"] = an_object({"detail": {"type": "string"}}, closed=False)
    interface.schemas["Reset"] = an_object({"token": TEXT, "password": TEXT})
    interface.schemas["Acceptance"] = an_object({"token": TEXT, "password": TEXT, "name": MAYBE_TEXT}, "name")
    interface.add(
        Operation(
            "POST",
            "/auth/password/forgot",
            "forgot_password",
            "Sends a link for a new password, where there is such an account; the answer does not tell.",
            _forgot,
            {202: "ForgottenAnswer"},
            body="Forgotten",
            tag="auth",
            public=True,
            also=(422,),
        ),
        Operation(
            "POST",
            "/auth/password/reset",
            "reset_password",
            "Uses such a link: the password is a new one, and every sign-in has ended.",
            _reset,
            {204: None},
            body="Reset",
            tag="auth",
            public=True,
            also=(422,),
        ),
        Operation(
            "POST",
            "/auth/invitations/accept",
            "accept_invitation",
            "Uses an invitation's link: chooses the password. Sign in afterwards.",
            _accept,
            {204: None},
            body="Acceptance",
            tag="auth",
            public=True,
            also=(409, 422),
        ),
    )
