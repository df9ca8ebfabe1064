"""The audit of an entity: who did what, or was refused, when and from where, with before and after."""

from __future__ import annotations

from flask import Response, request

from app.road.audit_trail import trail
from app.road.problems import Fault, InvalidError
from app.road.road import StoredRoad
from app.web.answers import Answer, reading
from app.web.api.entities import known_arguments, limit
from app.web.api.openapi import page_of
from app.web.api.operations import CURSOR, LIMIT, Interface, Operation, Parameter


def _audit() -> Response:
    known_arguments("entity_type", "entity_id", "limit", "cursor")
    machine, entity = request.args.get("entity_type"), request.args.get("entity_id")
    names = (("entity_type", machine), ("entity_id", entity))
    missing = [Fault(f"?{name}", "missing", "say whose audit") for name, value in names if not value]
    if missing or machine is None or entity is None:
        raise InvalidError(missing)
    wanted, cursor = limit(), request.args.get("cursor")

    def work(road: StoredRoad) -> Answer:
        if machine not in road.catalog.machines:
            kinds = ", ".join(sorted(road.catalog.machines))
            raise InvalidError([Fault("?entity_type", "unknown", f"there is no {machine}; there are {kinds}")])
        items, following = trail(road, machine, entity, limit=wanted, cursor=cursor)
        return Answer(200, {"items": items, "next_cursor": following, "has_more": following is not None})

    return reading(work)


def add_audit(interface: Interface) -> None:
    """Adds the operation."""
    interface.schemas["AuditEntry"] = {
        "type": "object",
        "properties": {
            "place": {"type": "integer"},
            "at": {"type": "string", "format": "date-time"},
            "actor": {"type": "string"},
            "action": {"type": "string"},
            "outcome": {"type": "string", "enum": ["done", "refused"]},
            "changes": {"type": "object"},
            "reason": {"type": ["string", "null"]},
            "event": {"type": ["string", "null"]},
            "request_id": {"type": ["string", "null"]},
            "address": {"type": ["string", "null"]},
            "hash": {"type": "string"},
        },
        "required": ["place", "at", "actor", "action", "outcome"],
    }
    interface.schemas["AuditEntryPage"] = page_of("AuditEntry")
    whose = (
        Parameter("entity_type", "query", {"type": "string"}, "Such as `booking`.", required=True),
        Parameter("entity_id", "query", {"type": "string"}, "The entity's id.", required=True),
    )
    interface.add(
        Operation(
            "GET",
            "/audit",
            "list_audit",
            "What was done to an entity, or refused, newest first.",
            _audit,
            {200: "AuditEntryPage"},
            parameters=(*whose, LIMIT, CURSOR),
            tag="audit",
            also=(404, 422),
        )
    )
