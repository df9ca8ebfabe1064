"""Operations of the interface: what is routed is described, and what is described is routed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from flask import Blueprint, Response

from app.web.context import caller

Handler = Callable[..., Response]
Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the query or a header."""

    name: str
    where: str
    schema: Schema
    description: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path. ``path`` is written as in OpenAPI: ``/bookings/{id}``.

    ``answers`` maps statuses to the name of a schema, or None for no body; those that every operation may give (401,
    429 and so on) are added. ``permission`` is told to readers; the road asks for it. ``upload`` says that the body is a
    form with a file, ``files`` which media types the answer has in place of JSON, ``long_id`` that the id may have slashes.
    """

    method: str
    path: str
    name: str
    summary: str
    handler: Handler
    answers: Mapping[int, str | None]
    body: str | None = None
    parameters: tuple[Parameter, ...] = ()
    tag: str = ""
    public: bool = False
    permission: str | None = None
    also: tuple[int, ...] = ()
    upload: bool = False
    files: tuple[str, ...] = ()
    long_id: bool = False

    @property
    def rule(self) -> str:
        """The path as Flask writes it."""
        path = self.path.replace("{id}", "<path:id>") if self.long_id else self.path
        return path.replace("{", "<").replace("}", ">")


def _signed_in(handler: Handler) -> Handler:
    """The handler for those alone who say who they are, whatever else is wrong with what they ask."""

    @wraps(handler)
    def served(**names: str) -> Response:
        caller()
        return handler(**names)

    return served


@dataclass(slots=True)
class Interface:
    """All operations and the schemas that they mention."""

    operations: list[Operation] = field(default_factory=list)
    schemas: dict[str, Schema] = field(default_factory=dict)

    def add(self, *operations: Operation) -> None:
        """Adds operations."""
        self.operations.extend(operations)

    def route(self, blueprint: Blueprint) -> None:
        """Has the blueprint serve every operation."""
        for one in self.operations:
            handler = one.handler if one.public else _signed_in(one.handler)
            blueprint.add_url_rule(one.rule, one.name, handler, methods=[one.method])


LIMIT = Parameter("limit", "query", {"type": "integer", "minimum": 1, "maximum": 100, "default": 25}, "How many.")
CURSOR = Parameter("cursor", "query", {"type": "string", "maxLength": 500}, "Where the page before ended.")
FILTER = Parameter(
    "filter", "query", {"type": "string", "maxLength": 2000}, 'A condition, such as `booking.status == "option"`.'
)
IF_MATCH = Parameter("If-Match", "header", {"type": "string"}, "The ETag of the version that was read.")
IF_MATCH_REQUIRED = Parameter(
    "If-Match", "header", {"type": "string"}, "The ETag of the version that was read.", required=True
)
KEY = Parameter(
    "Idempotency-Key", "header", {"type": "string", "minLength": 1, "maxLength": 255}, "Makes a repeat safe."
)
