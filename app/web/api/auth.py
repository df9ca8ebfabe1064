"""Signing in and out over the interface, and who one is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from app.identity import refresh_tokens, sessions
from app.identity.refusals import InvalidGrantError
from app.road.problems import Fault, InvalidError
from app.road.road import StoredRoad
from app.web.answers import Answer, body
from app.web.api.operations import Interface, Operation, Schema
from app.web.context import caller, platform
from app.web.signed_in import origin_of, present

LONGEST = 1_024
"""Characters of a text that signs somebody in."""


def texts(*names: str, optional: tuple[str, ...] = ()) -> dict[str, str]:
    """The body's members, which are all texts. Raises InvalidError for what is missing, unknown or no text."""
    given = body()
    faults = [Fault(f"/{name}", "unknown_field", "no such field") for name in given if name not in (*names, *optional)]
    for name in (*names, *optional):
        value = given.get(name)
        if value is None and name in optional:
            continue
        if not isinstance(value, str) or not value:
            faults.append(Fault(f"/{name}", "missing" if value in (None, "") else "invalid", "expected a text"))
        elif len(value) > LONGEST:
            faults.append(Fault(f"/{name}", "too_long", f"at most {LONGEST} characters"))
    if faults:
        raise InvalidError(sorted(faults, key=lambda fault: fault.pointer))
    return {name: value for name, value in given.items() if value is not None}


def _login() -> Response:
    given = texts("email", "password")
    found = refresh_tokens.begin(platform().identity, given["email"], given["password"], origin_of(request))
    return Answer(200, found.as_json()).response()


def _refresh() -> Response:
    given = texts("refresh_token")
    found = refresh_tokens.renew(platform().identity, given["refresh_token"], origin_of(request))
    return Answer(200, found.as_json()).response()


def _logout() -> Response:
    given = texts(optional=("refresh_token",))
    identity = platform().identity
    token = given.get("refresh_token")
    if token is not None:

        def work(road: StoredRoad) -> bool:
            owner = refresh_tokens.owner_of(road, token)
            if owner is None:
                return False
            sessions.sign_out(identity, road, owner[1], owner[0])
            return True

        if not identity.pipeline.run(origin_of(request).caller("system:sign-out"), work):
            raise InvalidGrantError
    else:
        who, here = caller(), present(platform(), request)
        identity.pipeline.run(who, lambda road: sessions.sign_out(identity, road, who.id, here.sign_in))
    return _left()


def _left() -> Response:
    response = Answer(204, None).response()
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


def me() -> dict[str, Any]:
    """The person who asks, and every permission that the roles grant, be it for some entities only."""
    here = present(platform(), request)

    def work(road: StoredRoad) -> list[str]:
        return sorted(road.catalog.access.of(here.user["roles"]).grants)

    permissions = platform().pipeline.read(caller(), work)
    shown = {name: here.user[name] for name in ("id", "name", "email", "roles", "queues", "locale", "timezone")}
    return {**shown, "permissions": permissions, "csrf_token": here.csrf}


def _me() -> Response:
    return Answer(200, me()).response()


_TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": LONGEST}
_MAYBE: Schema = {"type": ["string", "null"]}


def thing(members: Mapping[str, Schema], *optional: str, closed: bool = True) -> Schema:
    """The schema of an object."""
    found: dict[str, Any] = {"type": "object", "properties": dict(members)}
    found["required"] = [name for name in members if name not in optional]
    if closed:
        found["additionalProperties"] = False
    return found


_TEXTS: Schema = {"type": "array", "items": {"type": "string"}}
SCHEMAS: dict[str, Schema] = {
    "Login": thing({"email": _TEXT, "password": _TEXT}),
    "Refresh": thing({"refresh_token": _TEXT}),
    "Logout": thing({"refresh_token": {**_TEXT, "description": "Ends this token's sign-in."}}, "refresh_token"),
    "Tokens": thing(
        {
            "access_token": {"type": "string"},
            "refresh_token": {"type": "string", "description": "Used once; the answer brings the next."},
            "token_type": {"type": "string", "const": "Bearer"},
            "expires_in": {"type": "integer", "description": "Seconds until the access token ends."},
        },
        closed=False,
    ),
    "Me": thing(
        {
            **{name: {"type": "string"} for name in ("id",)},
            **dict.fromkeys(("name", "email", "locale", "timezone"), _MAYBE),
            **dict.fromkeys(("roles", "queues", "permissions"), _TEXTS),
            "csrf_token": {**_MAYBE, "description": "What a session's writes carry; null for a token."},
        },
        closed=False,
    ),
}


def add_auth(interface: Interface) -> None:
    """The operations of this file."""
    interface.schemas |= SCHEMAS
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
            also=(422,),
        ),
        Operation("GET", "/me", "me", "Who one is, and what one may do.", _me, {200: "Me"}, tag="me"),
    )
