"""Why: the rules behind an event, the runs about an entity, the spans behind a deadline."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request

from app.road.road import StoredRoad
from app.road.runs import runs_about
from app.road.standing import why_due
from app.road.why import why
from app.web.answers import Answer, reading
from app.web.api.entities import CLOCKED, KINDS, Kind, known_arguments, limit
from app.web.api.fields import INSTANT, MAYBE, an_object
from app.web.api.openapi import SLA_MEMBERS, page_of
from app.web.api.operations import CURSOR, LIMIT, Interface, Operation, Schema

TEXT: Schema = {"type": "string"}
ANYTHING: Schema = {"type": "object"}
WHOLE: Schema = {"type": "integer"}
TRUTH: Schema = {"type": "boolean"}
SPAN: Schema = {"type": "number", "description": "Seconds."}


def _why(id: str) -> Response:
    known_arguments()
    return reading(lambda road: Answer(200, why(road, id)))


def _runs(kind: Kind) -> Callable[[str], Response]:
    def handler(id: str) -> Response:
        known_arguments("limit", "cursor")
        wanted, cursor = limit(), request.args.get("cursor")

        def work(road: StoredRoad) -> Answer:
            items, following = runs_about(road, kind.machine, id, limit=wanted, cursor=cursor)
            return Answer(200, {"items": items, "next_cursor": following, "has_more": following is not None})

        return reading(work)

    return handler


def _deadline(kind: Kind) -> Callable[[str, str], Response]:
    def handler(id: str, policy: str) -> Response:
        known_arguments()
        return reading(lambda road: Answer(200, why_due(road, kind.machine, id, policy)))

    return handler


def _list_of(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def _schemas() -> dict[str, Schema]:
    verdict: Schema = {"type": "string", "enum": ["met", "unmet", "errored"]}
    line = {"expression": TEXT, "file": TEXT, "line": WHOLE, "verdict": verdict, "values": ANYTHING, "error": TEXT}
    lines = _list_of(an_object(line, "error"))
    effects = _list_of(an_object({"action": TEXT}, closed=False))
    outcomes = ["performed", "shadowed", "held", "stopped", "refused", "errored", "dropped", "undone"]
    run = {"number": WHOLE, "at": INSTANT, "verdict": verdict, "outcome": {"type": "string", "enum": outcomes}}
    run |= {"reason": MAYBE, "effects": effects}
    event = {"id": TEXT, "type": {"type": ["string", "null"]}}
    rule = {"rule": TEXT, "version": WHOLE, "verdict": verdict, "recomputed": TRUTH, "conditions": lines}
    rule |= {"effects": effects, "runs": _list_of(an_object(run)), "stage": TEXT}
    span = {"from": INSTANT, "to": INSTANT, "reason": {"type": "string", "enum": ["open", "closed", "paused"]}}
    span |= {"seconds": SPAN, "counted": SPAN, "calendar": TEXT, "holidays": _list_of(TEXT)}
    spans = _list_of(an_object(span, "calendar", "holidays"))
    deadline = {"policy": TEXT, "id": TEXT, "clock": TEXT, "at": INSTANT, "version": WHOLE, "opened": INSTANT}
    deadline |= {name: schema for name, schema in SLA_MEMBERS.items() if name != "warn_at"}
    deadline |= {"ended": MAYBE, "target": MAYBE, "used": SPAN, "ledger": spans, "ahead": spans}
    about = {"rule": TEXT, "version": WHOLE, "release": WHOLE, "event": an_object(event)}
    return {
        "Why": an_object(
            {
                "event": an_object({"id": TEXT, "type": TEXT, "time": INSTANT, "release": WHOLE}, closed=False),
                "rules": _list_of(an_object(rule, "stage")),
            }
        ),
        "Run": an_object({**about, **run, "conditions": {"anyOf": [lines, {"type": "null"}]}}),
        "RunPage": page_of("Run"),
        "Deadline": an_object(deadline),
    }


def add_why(interface: Interface) -> None:
    """Adds the operations."""
    interface.schemas.update(_schemas())
    interface.add(
        Operation(
            "GET",
            "/events/{id}/why",
            "why",
            "Every rule that an event concerned: its verdict line by line, and what came of it.",
            _why,
            {200: "Why"},
            tag="events",
            also=(404, 422),
            long_id=True,
        )
    )
    for kind in KINDS:
        interface.add(
            Operation(
                "GET",
                f"/{kind.plural}/{{id}}/runs",
                f"list_runs_of_{kind.machine}",
                f"The runs of rules about a {kind.machine}, newest first.",
                _runs(kind),
                {200: "RunPage"},
                parameters=(LIMIT, CURSOR),
                tag=kind.plural,
                permission=f"{kind.plural}.read",
                also=(404, 422),
            )
        )
        if kind.machine in CLOCKED:
            interface.add(
                Operation(
                    "GET",
                    f"/{kind.plural}/{{id}}/sla/{{policy}}",
                    f"why_due_{kind.machine}",
                    f"Why the clock of a policy on a {kind.machine} has its deadline, span by span.",
                    _deadline(kind),
                    {200: "Deadline"},
                    tag=kind.plural,
                    permission=f"{kind.plural}.read",
                    also=(404, 422),
                )
            )
