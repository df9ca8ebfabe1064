"""Signing in and out over the interface: with tokens for programs, with a cookie for pages."""

from __future__ import annotations

from flask import Response, request

from app.identity import refresh_tokens, sessions
from app.identity.refusals import InvalidGrantError
from app.road.road import StoredRoad
from app.web.answers import Answer
from app.web.api.fields import MAYBE_TEXT, TEXT, an_object, fields
from app.web.api.operations import Interface, Operation
from app.web.context import caller, platform
from app.web.signed_in import begin_session, end_cookie, origin_of, present


def _login() -> Response:
    given = fields("email", "password")
    found = refresh_tokens.begin(platform().identity, given["email"], given["password"], origin_of(request))
    return Answer(200, found.as_json()).response()


def _session() -> Response:
    given = fields("email", "password")
    response = Answer(204, None).response()
    begin_session(platform(), request, response, given["email"], given["password"])
    return response


def _refresh() -> Response:
    given = fields("refresh_token")
    found = refresh_tokens.renew(platform().identity, given["refresh_token"], origin_of(request))
    return Answer(200, found.as_json()).response()


def _logout() -> Response:
    token = fields(optional=("refresh_token",)).get("refresh_token")
    identity = platform().identity
    if token is None:
        who, here = caller(), present(platform(), request)
        identity.pipeline.run(who, lambda road: sessions.sign_out(identity, road, who.id, here.sign_in))
    elif not identity.pipeline.run(origin_of(request).caller("system:sign-out"), lambda road: _end(road, token)):
        raise InvalidGrantError
    response = Answer(204, None).response()
    end_cookie(platform(), response)
    return response


def _end(road: StoredRoad, token: str) -> bool:
    owner = refresh_tokens.owner_of(road, token)
    if owner is not None:
        sessions.sign_out(platform().identity, road, owner[1], owner[0])
    return owner is not None


def add_auth(interface: Interface) -> None:
    """The operations of this file."""
    interface.schemas["Login"] = an_object({"email": TEXT, "password": TEXT})
    interface.schemas["Refresh"] = an_object({"refresh_token": TEXT})
    interface.schemas["Logout"] = an_object(
        {"refresh_token": {**MAYBE_TEXT, "description": "Ends this token's sign-in; without it, the request's own."}},
        "refresh_token",
    )
    interface.schemas["Tokens"] = an_object(
        {
            "access_token": {"type": "string"},
            "refresh_token": {"type": "string", "description": "Used once; the answer brings the next."},
            "token_type": {"type": "string", "const": "Bearer"},
            "expires_in": {"type": "integer", "description": "Seconds until the access token ends."},
        },
        closed=False,
    )
    interface.add(
        Operation(
            "POST",
            "/auth/login",
            "login",
            "Signs in with address and password; hands out tokens.",
            _login,
            {200: "Tokens"},
            body="Login",
            tag="auth",
            public=True,
            also=(422,),
        ),
        Operation(
            "POST",
            "/auth/session",
            "begin_session",
            "Signs a page in with address and password; sets the session's cookie. Only from a page of this site.",
            _session,
            {204: None},
            body="Login",
            tag="auth",
            public=True,
            also=(422,),
        ),
        Operation(
            "POST",
            "/auth/refresh",
            "refresh",
            "Takes a refresh token and hands out the next tokens.",
            _refresh,
            {200: "Tokens"},
            body="Refresh",
            tag="auth",
            public=True,
            also=(422,),
        ),
        Operation(
            "POST",
            "/auth/logout",
            "logout",
            "Ends the sign-in of the request, or of a refresh token.",
            _logout,
            {204: None},
            body="Logout",
            tag="auth",
            public=True,  # whose sign-in ends is said by the refresh token, where one is sent
            also=(422,),
        ),
    )
