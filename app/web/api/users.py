"""The people who work here, over the interface: invited, changed, deactivated, signed out."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.identity import people, sessions
from app.road import commands
from app.road.problems import Fault, InvalidError
from app.road.road import StoredRoad
from app.web.answers import Answer, body, change, empty_body, entity, reading, still_seen, wanted_version
from app.web.api.fields import MAYBE_TEXT, TEXT, TEXTS, an_object
from app.web.api.me import sign_ins
from app.web.api.operations import IF_MATCH, IF_MATCH_REQUIRED, KEY, Interface, Operation
from app.web.context import platform


def _invite() -> Response:
    values = body()
    return change(
        lambda road: entity(road, "user", people.invite(platform().identity, road, values), 201),
        again=still_seen("user"),
    )


def _update(id: str) -> Response:
    values, version = body(), wanted_version(required=True)
    return change(
        lambda road: entity(road, "user", people.change(road, id, values, version=version)), again=still_seen("user")
    )


def _move(id: str) -> Response:
    inputs, version = body(), wanted_version(required=False)
    transition = inputs.pop("transition", None)
    faults = [] if isinstance(transition, str) else [Fault("/transition", "missing", "say deactivate or reactivate")]
    for name, value in inputs.items():
        if name != "reason":
            faults.append(Fault(f"/{name}", "unknown_field", "no such field"))
        elif value is not None and not isinstance(value, str):
            faults.append(Fault(f"/{name}", "invalid", "expected a text"))
    if faults:
        raise InvalidError(faults)

    def work(road: StoredRoad) -> Answer:
        moved = people.move(platform().identity, road, id, str(transition), inputs, version=version)
        return entity(road, "user", moved)

    return change(work, again=still_seen("user"))


def _invite_again(id: str) -> Response:
    empty_body()

    def work(road: StoredRoad) -> Answer:
        people.invite_again(platform().identity, road, id)
        return Answer(204, None)

    return change(work)


def _sessions(id: str) -> Response:
    def work(road: StoredRoad) -> Answer:
        _may_update(road, id)
        return sign_ins(road, id, None)

    return reading(work)


def _end_sessions(id: str) -> Response:
    def work(road: StoredRoad) -> Answer:
        _may_update(road, id)
        sessions.end_all(platform().identity, road, id, "revoked")
        return Answer(204, None)

    return change(work)


def _may_update(road: StoredRoad, id: str) -> None:
    machine = road.catalog.machines["user"]
    record, _ = commands.readable(road, machine, id)
    commands.allow(road, "users.update", machine, record)


def add_users(interface: Interface) -> None:
    """The operations of this file; the lists are those of every kind of entity."""
    _schemas(interface)
    one = "/users/{id}"
    interface.add(
        Operation(
            "POST",
            "/users",
            "create_user",
            "Invites a person: a letter brings a link to choose a password by.",
            _invite,
            {201: "User"},
            body="NewUser",
            parameters=(KEY,),
            tag="users",
            permission="users.create",
            also=(409, 422),
        ),
        Operation(
            "PATCH",
            one,
            "update_user",
            "Changes a person; what new roles grant and old ones do not counts from the next request on.",
            _update,
            {200: "User"},
            body="UserChanges",
            parameters=(IF_MATCH_REQUIRED,),
            tag="users",
            permission="users.update",
            also=(404, 409, 412, 422, 428),
        ),
        Operation(
            "POST",
            f"{one}/status",
            "move_user",
            "Deactivates a person, which ends every sign-in and frees what waits for them; or takes one back.",
            _move,
            {200: "User"},
            body="UserMove",
            parameters=(KEY, IF_MATCH),
            tag="users",
            permission="users.deactivate",
            also=(404, 409, 412, 422),
        ),
        Operation(
            "POST",
            f"{one}/invitation",
            "invite_user_again",
            "Sends a new link to somebody who has not chosen a password; the one before ends.",
            _invite_again,
            {204: None},
            parameters=(KEY,),
            tag="users",
            permission="users.create",
            also=(404, 409, 422),
        ),
        Operation(
            "GET",
            f"{one}/sessions",
            "list_user_sessions",
            "Where a person is signed in.",
            _sessions,
            {200: "SignIns"},
            tag="users",
            permission="users.update",
            also=(404,),
        ),
        Operation(
            "DELETE",
            f"{one}/sessions",
            "end_user_sessions",
            "Signs a person out everywhere.",
            _end_sessions,
            {204: None},
            tag="users",
            permission="users.update",
            also=(404,),
        ),
    )


def _schemas(interface: Interface) -> None:
    roles = {**TEXTS, "minItems": 1, "uniqueItems": True}
    members: dict[str, Any] = {"email": {**TEXT, "format": "email", "maxLength": 254}, "roles": roles}
    members |= {"name": MAYBE_TEXT, "queues": {"anyOf": [TEXTS, {"type": "null"}]}}
    members |= {"locale": MAYBE_TEXT, "timezone": MAYBE_TEXT}
    optional = [name for name in members if name not in ("email", "roles")]
    interface.schemas["NewUser"] = an_object(members, *optional)
    interface.schemas["UserChanges"] = an_object(members, *members)
    moves: dict[str, Any] = {
        "transition": {"type": "string", "enum": ["deactivate", "reactivate"]},
        "reason": {"type": ["string", "null"]},
    }
    interface.schemas["UserMove"] = an_object(moves, "reason")
