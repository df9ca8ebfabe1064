"""Who one is: the person, what they may do, where they are signed in, their password."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.identity import links, profile, sessions
from app.road.road import StoredRoad
from app.road.rows import stamp
from app.web.answers import Answer, body, change, etag, reading, wanted_version
from app.web.api.fields import INSTANT, MAYBE, MAYBE_TEXT, TEXT, TEXTS, an_object, fields
from app.web.api.operations import IF_MATCH_REQUIRED, Interface, Operation
from app.web.context import caller, platform
from app.web.signed_in import end_cookie, origin_of, present

SHOWN = ("id", "name", "email", "roles", "queues", "locale", "timezone")


def _me() -> Response:
    # Not `reading`: what one may do changes with the release too, and the version of the person does not tell.
    who = caller()
    return platform().pipeline.read(who, lambda road: _shown(road, who.id)).response()


def _shown(road: StoredRoad, id: str) -> Answer:
    """The person, and every permission that the roles grant, be it for some entities only."""
    road.store.flush()
    record = road.store.tables["user"][id]
    person: dict[str, Any] = {name: record.get(name) for name in SHOWN}
    for name in ("roles", "queues"):
        person[name] = person[name] or []
    person["permissions"] = sorted(road.catalog.access.of(person["roles"]).grants)
    person["csrf_token"] = present(platform(), request).csrf
    person["etag"] = etag(road.store.version("user", id))
    return Answer(200, person, {"ETag": person["etag"]})


def _say() -> Response:
    values, version, who = body(), wanted_version(required=True), caller()

    def work(road: StoredRoad) -> Answer:
        profile.say_of_oneself(road, who.id, values, version=version)
        return _shown(road, who.id)

    return change(work)


def _sessions() -> Response:
    here = present(platform(), request)
    return reading(lambda road: sign_ins(road, caller().id, here.sign_in))


def sign_ins(road: StoredRoad, user: str, current: str | None) -> Answer:
    """A person's sign-ins that are alive."""
    items = sessions.of_user(platform().identity, road.connection, user, current)
    for one in items:
        for name in ("created_at", "seen_at"):
            one[name] = stamp(one[name]).text()
    return Answer(200, {"items": items})


def _end_one(id: str) -> Response:
    who = caller()

    def work(road: StoredRoad) -> Answer:
        sessions.end_one(platform().identity, road, who.id, id)
        return Answer(204, None)

    return change(work)


def _end_all() -> Response:
    who = caller()

    def work(road: StoredRoad) -> Answer:
        sessions.end_all(platform().identity, road, who.id, "revoked")
        return Answer(204, None)

    response = change(work)
    end_cookie(platform(), response)
    return response


def _password() -> Response:
    given, who = fields("current", "password"), caller()
    links.change_own(platform().identity, who.id, given["current"], given["password"], origin_of(request))
    response = Answer(204, None).response()
    end_cookie(platform(), response)
    return response


def add_me(interface: Interface) -> None:
    """The operations of this file."""
    _schemas(interface)
    interface.add(
        Operation("GET", "/me", "me", "Who one is, and what one may do.", _me, {200: "Me"}, tag="me"),
        Operation(
            "PATCH",
            "/me",
            "update_me",
            "Changes one's name, locale or time zone.",
            _say,
            {200: "Me"},
            "MeChanges",
            (IF_MATCH_REQUIRED,),
            "me",
            also=(412, 422, 428),
        ),
        Operation(
            "POST",
            "/me/password",
            "change_password",
            "Changes one's password; every sign-in ends.",
            _password,
            {204: None},
            body="PasswordChange",
            tag="me",
            also=(422,),
        ),
        Operation(
            "GET", "/me/sessions", "list_sessions", "Where one is signed in.", _sessions, {200: "SignIns"}, tag="me"
        ),
        Operation("DELETE", "/me/sessions", "end_sessions", "Signs out everywhere.", _end_all, {204: None}, tag="me"),
        Operation(
            "DELETE",
            "/me/sessions/{id}",
            "end_session",
            "Ends one sign-in.",
            _end_one,
            {204: None},
            tag="me",
            also=(404,),
        ),
    )


def _schemas(interface: Interface) -> None:
    person: dict[str, Any] = {"id": {"type": "string"}, **dict.fromkeys(("name", "email", "locale", "timezone"), MAYBE)}
    person |= dict.fromkeys(("roles", "queues", "permissions"), TEXTS)
    person["csrf_token"] = {**MAYBE, "description": "What a session's writes carry as X-CSRF-Token; null for a token."}
    person["etag"] = {"type": "string"}
    interface.schemas["Me"] = an_object(person, closed=False)
    own = dict.fromkeys(profile.OWN, MAYBE_TEXT)
    interface.schemas["MeChanges"] = an_object(own, *own)
    interface.schemas["PasswordChange"] = an_object({"current": TEXT, "password": TEXT})
    one: dict[str, Any] = {"id": {"type": "string"}, "kind": {"type": "string", "enum": ["session", "token"]}}
    one |= {"agent": MAYBE, "address": MAYBE, "created_at": INSTANT, "seen_at": INSTANT, "current": {"type": "boolean"}}
    interface.schemas["SignIns"] = an_object(
        {"items": {"type": "array", "items": an_object(one, closed=False)}}, closed=False
    )
