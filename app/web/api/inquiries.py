"""What is particular to inquiries: who fits, and the booking that one becomes."""

from __future__ import annotations

from flask import Response

from app.commands import inquiries
from app.road.road import StoredRoad
from app.web.answers import Answer, body, change, empty_body, entity, reading, still_seen, wanted_version
from app.web.api.operations import IF_MATCH, KEY, Interface, Operation


def _match(id: str) -> Response:
    empty_body()
    return reading(lambda road: Answer(200, inquiries.ranking_as_json(road, inquiries.match(road, id))))


def _convert(id: str) -> Response:
    choices, version = body(), wanted_version(required=False)

    def work(road: StoredRoad) -> Answer:
        return entity(road, "booking", inquiries.convert(road, id, choices, version=version), 201)

    return change(work, undo_window=True, again=still_seen("booking"))


def add_inquiries(interface: Interface) -> None:
    """Adds the operations."""
    optional = {"type": ["string", "null"]}
    interface.schemas["Conversion"] = {
        "type": "object",
        "description": "What is not chosen comes from the inquiry and the model.",
        "properties": {
            "model": optional,
            "starts_at": {"type": ["string", "null"], "format": "date-time"},
            "ends_at": {"type": ["string", "null"], "format": "date-time"},
            "total": {"anyOf": [{"$ref": "#/components/schemas/Money"}, {"type": "null"}]},
            "city": optional,
            "notes": optional,
        },
        "additionalProperties": False,
    }
    interface.schemas["Ranking"] = {
        "type": "object",
        "description": "Every candidate: those that fit with the terms of their score, the others with each reason.",
        "properties": {
            "matching": {"type": "string"},
            "version": {"type": "integer"},
            "candidates": {"type": "integer"},
            "included": {"type": "array", "items": {"type": "object"}},
            "excluded": {"type": "array", "items": {"type": "object"}},
            "not_shown": {"type": "integer"},
            "names": {"type": "object", "additionalProperties": {"type": "string"}},
        },
        "required": ["included", "excluded", "candidates"],
    }
    interface.add(
        Operation(
            "POST",
            "/inquiries/{id}/match",
            "match_inquiry",
            "Ranks the models for an inquiry, with the reason for each one.",
            _match,
            {200: "Ranking"},
            tag="inquiries",
            permission="models.read",
            parameters=(KEY,),
            also=(404,),
        ),
        Operation(
            "POST",
            "/inquiries/{id}/convert-to-booking",
            "convert_inquiry",
            "Makes an inquiry a booking, which keeps the link.",
            _convert,
            {201: "Booking"},
            body="Conversion",
            tag="inquiries",
            permission="inquiries.convert",
            parameters=(KEY, IF_MATCH),
            also=(404, 409, 412, 422),
        ),
    )
