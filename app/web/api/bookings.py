"""What is particular to bookings: services, the option on the model's time, and the timeline."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.commands import options, services
from app.road import commands
from app.road.problems import Fault, InvalidError
from app.road.road import StoredRoad
from app.road.timeline import KINDS, timeline
from app.web.answers import Answer, body, change, empty_body, entity, etag, reading, still_seen, wanted_version
from app.web.api.entities import known_arguments, limit
from app.web.api.openapi import page_of
from app.web.api.operations import CURSOR, IF_MATCH, KEY, LIMIT, Interface, Operation, Parameter
from engine.conditions.values import Timestamp


def _add_service(id: str) -> Response:
    values, version = body(), wanted_version(required=False)

    def work(road: StoredRoad) -> Answer:
        made = services.add_service(road, id, values, version=version)
        return Answer(201, made, {"ETag": etag(road.store.version("booking", id))})

    return change(work, again=lambda road, made: _priced(road, id, [made])[0])


def _priced(road: StoredRoad, id: str, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Services, with their prices for whoever sees the total of their booking. Raises NotFoundError."""
    _, seen = commands.readable(road, road.catalog.machines["booking"], id)
    if seen is not None and "total" in seen.hidden:
        return [{name: value for name, value in one.items() if name != "price"} for one in items]
    return items


def _services(id: str) -> Response:
    def work(road: StoredRoad) -> Answer:
        return Answer(200, {"items": _priced(road, id, services.services_of(road, id))})

    return reading(work)


def _hold(id: str) -> Response:
    values, version = body(), wanted_version(required=False)
    unknown = [Fault(f"/{name}", "unknown_field", "no such field") for name in values if name != "expires_at"]
    if unknown:
        raise InvalidError(unknown)
    expires = values.get("expires_at")
    try:
        ends = None if expires is None else Timestamp.parse(str(expires))
    except ValueError as problem:
        raise InvalidError([Fault("/expires_at", "invalid", str(problem))]) from None
    return change(
        lambda road: entity(road, "option", options.hold(road, id, expires_at=ends, version=version), 201),
        undo_window=True,
        again=still_seen("option"),
    )


def _challenge(id: str) -> Response:
    empty_body()
    return change(
        lambda road: entity(road, "option", options.challenge(road, id)), undo_window=True, again=still_seen("option")
    )


def _timeline(id: str) -> Response:
    known_arguments("limit", "cursor", "kind")
    kind = request.args.get("kind")
    if kind is not None and kind not in KINDS:
        raise InvalidError([Fault("?kind", "invalid", f"one of {', '.join(KINDS)}")])
    wanted, cursor = limit(), request.args.get("cursor")

    def work(road: StoredRoad) -> Answer:
        items, following = timeline(road, id, kind=kind, limit=wanted, cursor=cursor)
        return Answer(200, {"items": items, "next_cursor": following, "has_more": following is not None})

    return reading(work)


def add_bookings(interface: Interface) -> None:
    """Adds the operations."""
    interface.schemas["Service"] = {
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "title": {"type": "string"},
            "quantity": {"type": "integer"},
            "price": {"$ref": "#/components/schemas/Money"},
        },
        "required": ["id", "title", "quantity"],
    }
    interface.schemas["Services"] = {
        "type": "object",
        "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Service"}}},
        "required": ["items"],
    }
    interface.schemas["NewService"] = {
        "type": "object",
        "properties": {
            "title": {"type": "string", "minLength": 1, "maxLength": services.LONGEST_TITLE},
            "quantity": {"type": "integer", "minimum": 1, "maximum": services.MOST_QUANTITY, "default": 1},
            "price": {"$ref": "#/components/schemas/Money"},
        },
        "required": ["title", "price"],
        "additionalProperties": False,
    }
    interface.schemas["NewOption"] = {
        "type": "object",
        "properties": {"expires_at": {"type": ["string", "null"], "format": "date-time"}},
        "additionalProperties": False,
    }
    interface.schemas["Happening"] = {
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "at": {"type": "string", "format": "date-time"},
            "kind": {"type": "string", "enum": list(KINDS)},
            "type": {"type": "string"},
            "entity": {"type": "object"},
            "actor": {"type": ["string", "null"]},
            "changes": {"type": "object"},
        },
        "required": ["id", "at", "kind", "type", "entity"],
    }
    interface.schemas["HappeningPage"] = page_of("Happening")
    kind = Parameter("kind", "query", {"type": "string", "enum": list(KINDS)}, "Only these.")
    path, tag = "/bookings/{id}", "bookings"
    interface.add(
        Operation(
            "POST",
            f"{path}/services",
            "add_service",
            "Adds a service; the total follows.",
            _add_service,
            {201: "Service"},
            body="NewService",
            parameters=(KEY, IF_MATCH),
            tag=tag,
            permission="bookings.update",
            also=(404, 409, 412, 422),
        ),
        Operation(
            "GET",
            f"{path}/services",
            "list_services",
            "Lists the services of a booking.",
            _services,
            {200: "Services"},
            tag=tag,
            permission="bookings.read",
            also=(404,),
        ),
        Operation(
            "POST",
            f"{path}/options",
            "hold_option",
            "Puts the booking on the stack of its model's time.",
            _hold,
            {201: "Option"},
            body="NewOption",
            parameters=(KEY, IF_MATCH),
            tag=tag,
            permission="options.create",
            also=(404, 409, 412, 422),
        ),
        Operation(
            "POST",
            "/options/{id}/challenge",
            "challenge_option",
            "Asks the holder of the first option to decide; their clock starts.",
            _challenge,
            {200: "Option"},
            parameters=(KEY,),
            tag="options",
            permission="options.challenge",
            also=(404, 409),
        ),
        Operation(
            "GET",
            f"{path}/timeline",
            "booking_timeline",
            "What happened around a booking: people, system, money, messages.",
            _timeline,
            {200: "HappeningPage"},
            parameters=(LIMIT, CURSOR, kind),
            tag=tag,
            permission="bookings.read",
            also=(404, 422),
        ),
    )
