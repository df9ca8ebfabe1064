"""The interface's description (OpenAPI 3.1), made from the operations that are routed and from the live machines."""

from __future__ import annotations

from typing import Any

from app.commands.entities import BY_COMMAND, BY_HAND, BY_PLATFORM, DEFAULTS, WORKED_OUT, at_first
from app.commands.work import hands
from app.road.fitting import LONGEST, MOST_MONEY, SCALES, longest
from app.web.api.entities import CLOCKED, KINDS, Kind, title
from app.web.api.operations import Interface, Operation, Parameter, Schema
from engine.catalog import Catalog
from engine.conditions.types import (
    BOOL,
    DATE,
    DOUBLE,
    DURATION,
    INT,
    MONEY,
    STRING,
    TIMESTAMP,
    EnumType,
    ListType,
    Type,
)
from engine.machines.model import Machine

COMMON = (400, 401, 403, 413, 415, 429, 503)
"""Statuses that any operation may answer with."""
MONEY_SCHEMA: Schema = {
    "type": "object",
    "properties": {
        "amount": {"type": "integer", "description": "In minor units.", "minimum": 0, "maximum": MOST_MONEY},
        "currency": {"type": "string", "description": "ISO 4217.", "pattern": "^[A-Z]{3}$"},
    },
    "required": ["amount", "currency"],
    "additionalProperties": False,
}
SLA_MEMBERS: dict[str, Schema] = {
    "policy": {"type": "string"},
    "state": {
        "type": "string",
        "enum": ["pending", "warning", "breaching", "breached", "achieved", "cancelled"],
    },
    "paused": {"type": "boolean"},
    "within_hours": {"type": "boolean"},
    "due": {
        "type": ["string", "null"],
        "description": "An instant; `hidden` for who may not see what it is read from.",
    },
    "warn_at": {"type": ["string", "null"], "description": "From when on it is warned of, likewise."},
    "remaining": {"type": ["number", "string", "null"], "description": "Seconds, negative once it is late; likewise."},
}
SLA: Schema = {
    "type": "array",
    "description": "How the clock of every policy stands at the instant of the answer. Reads have it, changes do not.",
    "items": {
        "type": "object",
        "properties": SLA_MEMBERS,
        "required": list(SLA_MEMBERS),
        "additionalProperties": False,
    },
}
PROBLEM: Schema = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "request_id": {"type": ["string", "null"]},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("pointer", "code", "message")},
                "required": ["pointer", "code", "message"],
            },
        },
        "permission": {"type": "string", "description": "What it would need."},
        "decided_by": {"type": "string", "description": "The file and line that refuse it."},
        "allowed_transitions": {"type": "array", "items": {"type": "string"}},
        "winner": {
            "type": ["object", "null"],
            "description": "Who was quicker: what stands in the way (type, id, code), or who changed it last (actor, etag).",
            "properties": {name: {"type": ["string", "null"]} for name in ("type", "id", "code", "actor", "etag")},
        },
        "error": {"type": "string", "description": "The error code of RFC 6749, for tokens."},
    },
    "required": ["type", "title", "status", "detail"],
}
_WHOLE: Schema = {"type": "integer", "minimum": 0}
HEADERS: dict[str, dict[str, Any]] = {
    "X-Request-Id": {"required": True, "description": "Names the request to us.", "schema": {"type": "string"}},
    "RateLimit-Limit": {"required": True, "description": "Requests a minute.", "schema": _WHOLE},
    "RateLimit-Remaining": {"required": True, "description": "Requests that are left.", "schema": _WHOLE},
    "RateLimit-Reset": {"required": True, "description": "Seconds until some come back.", "schema": _WHOLE},
    "Retry-After": {"required": True, "description": "Seconds after which to try again.", "schema": _WHOLE},
    "WWW-Authenticate": {"required": True, "description": "How to sign in.", "schema": {"type": "string"}},
    "ETag": {"description": "The version, for If-Match and If-None-Match.", "schema": {"type": "string"}},
    "Location": {"description": "Where it is.", "schema": {"type": "string"}},
    "Virel-Undo": {"description": "The command, for /undo, where it can be undone.", "schema": {"type": "string"}},
    "Idempotency-Replayed": {
        "description": "That this was done before, and is answered again.",
        "schema": {"type": "string", "const": "true"},
    },
}
ALWAYS = ("X-Request-Id", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
"""Headers of every answer."""
REFUSALS: dict[int, tuple[str, str]] = {
    401: ("NotSignedIn", "WWW-Authenticate"),
    429: ("TooMany", "Retry-After"),
    503: ("Busy", "Retry-After"),
}
"""Refusals with a header of their own, and the names of their descriptions."""
_PLAIN: dict[Type, dict[str, Any]] = {
    BOOL: {"type": "boolean"},
    INT: {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
    DOUBLE: {"type": "number"},
    TIMESTAMP: {"type": "string", "format": "date-time"},
    DURATION: {"type": "string"},
    DATE: {"type": "string", "format": "date"},
}


def schema_of(kind: Type) -> dict[str, Any]:
    """The schema of a field's values."""
    if kind == MONEY:
        return {"$ref": "#/components/schemas/Money"}
    if isinstance(kind, EnumType):
        return {"type": "string", "enum": sorted(kind.values)}
    if isinstance(kind, ListType):
        return {"type": "array", "items": schema_of(kind.item)}
    return dict(_PLAIN.get(kind, {"type": "string"}))


def _optional(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _bounded(machine: Machine, field: str, schema: dict[str, Any]) -> dict[str, Any]:
    declared, scale = machine.fields.get(field), SCALES.get((machine.id, field))
    if scale is not None:
        return {**schema, "minimum": scale[0], "maximum": scale[1]}
    if declared is None or declared.type != STRING:
        return schema
    return {**schema, "maxLength": longest(machine.id, field)}


def machine_schemas(machine: Machine, kind: Kind) -> dict[str, Schema]:
    """What an entity is when it is read, created, changed and moved."""
    name = title(machine.id)
    fields = {field: schema_of(declared.type) for field, declared in machine.fields.items()}
    fields |= {relation: {"type": "string"} for relation in machine.relations}
    standard: dict[str, Any] = {
        "id": {"type": "string"},
        "status": {"type": "string", "enum": list(machine.states)},
        "etag": {"type": "string"},
        **dict.fromkeys(("created_at", "updated_at", "status_since"), _PLAIN[TIMESTAMP]),
    }
    if machine.id in CLOCKED:
        standard["sla"] = SLA
    if machine.id == "task":
        standard["snoozed_until"] = {**_PLAIN[TIMESTAMP], "description": "When a snoozed task comes back by itself."}
    theirs = BY_PLATFORM.get(machine.id, frozenset())
    optional = {n for group in (machine.fields, machine.relations) for n, member in group.items() if member.optional}
    given = {field: _bounded(machine, field, schema) for field, schema in fields.items() if field not in theirs}
    defaults = {*DEFAULTS.get(machine.id, ()), *WORKED_OUT.get(machine.id, ())}
    required = sorted(field for field in given if field not in optional and field not in defaults)
    found: dict[str, Schema] = {
        name: {
            "type": "object",
            "description": f"{machine.description} A field that the reader may not see is absent.",
            "properties": {**standard, **fields},
            "required": ["id"],
        },
        f"{name}Page": page_of(name),
    }
    if kind.create:
        first = {field: schema for field, schema in given.items() if field not in at_first(machine.id)}
        nullable = {field: _optional(schema) if field not in required else schema for field, schema in first.items()}
        found[f"New{name}"] = {
            "type": "object",
            "properties": nullable,
            "required": required,
            "additionalProperties": False,
        }
    if kind.update:
        by_hand = {field: schema for field, schema in given.items() if field not in hands(machine)}
        by_hand |= {
            field: {"type": "string", "enum": sorted(made)} for field, made in BY_HAND.get(machine.id, {}).items()
        }
        changes = {field: _optional(schema) if field in optional else schema for field, schema in by_hand.items()}
        found[f"{name}Changes"] = {"type": "object", "properties": changes, "additionalProperties": False}
    if kind.move:
        moves = [transition for transition in machine.transitions if (machine.id, transition) not in BY_COMMAND]
        found[f"{name}Move"] = {
            "type": "object",
            "properties": {
                "transition": {"type": "string", "enum": moves},
                "reason": {"type": ["string", "null"], "maxLength": LONGEST},
            },
            "required": ["transition"],
            "additionalProperties": False,
        }
    return found


def page_of(name: str) -> Schema:
    """The schema of a page of a list."""
    return {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}},
            "next_cursor": {"type": ["string", "null"]},
            "has_more": {"type": "boolean"},
        },
        "required": ["items", "next_cursor", "has_more"],
    }


def _parameter(one: Parameter) -> dict[str, Any]:
    return {
        "name": one.name,
        "in": one.where,
        "required": one.required,
        "description": one.description,
        "schema": dict(one.schema),
    }


def _content(schema: str | None, kind: str = "application/json") -> dict[str, Any]:
    return {} if schema is None else {"content": {kind: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}}


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*ALWAYS, *names)}


def _own_headers(one: Operation, status: int) -> list[str]:
    """The headers that this operation's answers have beside those of every answer."""
    taken = {parameter.name for parameter in one.parameters}
    found = []
    if status == 201 or 304 in one.answers or "If-Match" in taken:
        found.append("ETag")
    if status == 201:
        found.append("Location")
    if taken & {"If-Match", "Idempotency-Key"}:
        found += ["Idempotency-Replayed", "Virel-Undo"]
    return found


def _refusal(name: str, *headers: str) -> dict[str, Any]:
    return {"description": name, "headers": _headers(*headers), **_content("Problem", "application/problem+json")}


def _described(one: Operation) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for status, schema in one.answers.items():
        told = "Done." if status < 300 else "Unchanged."
        headers = _headers(*_own_headers(one, status))
        answers[str(status)] = {"description": told, "headers": headers, **_content(schema)}
        if one.files and status == 200:
            answers["200"]["content"] = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in one.files}
    takes = {422} if one.body is not None or one.parameters else set()
    for status in sorted({*COMMON, *one.also, *takes}):
        name, _ = REFUSALS.get(status, ("Problem", ""))
        answers.setdefault(str(status), {"$ref": f"#/components/responses/{name}"})
    found: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "tags": [one.tag] if one.tag else [],
        "responses": answers,
    }
    if one.permission is not None:
        found["description"] = f"Needs `{one.permission}`."
    parameters = [_parameter(parameter) for parameter in one.parameters]
    for part in one.path.split("/"):
        if part.startswith("{"):
            named = {"name": part[1:-1], "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
            parameters.append(named)
    if parameters:
        found["parameters"] = parameters
    if one.body is not None:
        kind = "multipart/form-data" if one.upload else "application/json"
        found["requestBody"] = {"required": True, **_content(one.body, kind)}
    if one.public:
        found["security"] = []
    return found


def described(interface: Interface, catalog: Catalog, version: str) -> dict[str, Any]:
    """The whole description."""
    schemas: dict[str, Schema] = {"Money": MONEY_SCHEMA, "Problem": PROBLEM, **interface.schemas}
    for kind in KINDS:
        schemas |= machine_schemas(catalog.machines[kind.machine], kind)
    paths: dict[str, dict[str, Any]] = {}
    for one in interface.operations:
        paths.setdefault(f"/api/v1{one.path}", {})[one.method.lower()] = _described(one)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Virel", "version": version, "description": "What partners and tools may ask and change."},
        "security": [{"token": []}, {"session": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "headers": HEADERS,
            "responses": {
                "Problem": _refusal("Refused."),
                **{name: _refusal(f"Refused ({status}).", header) for status, (name, header) in REFUSALS.items()},
            },
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-sid"},
            },
        },
    }
