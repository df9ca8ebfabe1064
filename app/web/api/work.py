"""What is particular to tasks and exceptions: given to somebody, settled with a reason."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response

from app.commands import work as working
from app.road import commands
from app.road.problems import Fault, InvalidError
from app.road.road import StoredRoad
from app.web.answers import Answer, body, change, entity, still_seen, wanted_version
from app.web.api.entities import title
from app.web.api.fields import INSTANT, TEXT, an_object, fields
from app.web.api.operations import IF_MATCH, KEY, Interface, Operation
from engine.conditions.values import Timestamp


def _assign(machine: str) -> Callable[[str], Response]:
    def handler(id: str) -> Response:
        values, version = body(), wanted_version(required=False)
        faults = [
            Fault(f"/{name}", "unknown_field", "no such field") for name in values if name not in ("user", "queue")
        ]
        for name in ("user", "queue"):
            if values.get(name) is not None and not isinstance(values[name], str):
                faults.append(Fault(f"/{name}", "invalid", "expected a text, or null"))
        if not values:
            faults.append(Fault("/user", "missing", "say who: a user's id, null for nobody, or a queue"))
        if faults:
            raise InvalidError(faults)

        def work(road: StoredRoad) -> Answer:
            user, queue = values.get("user"), values.get("queue")
            return entity(road, machine, working.assign(road, machine, id, user=user, queue=queue, version=version))

        return change(work, undo_window=True, again=still_seen(machine))

    return handler


def _resolve(id: str) -> Response:
    values, version = body(), wanted_version(required=False)
    faults = [Fault(f"/{name}", "unknown_field", "no such field") for name in values if name != "reason"]
    reason = values.get("reason")
    if not isinstance(reason, str) or not reason.strip():
        faults.append(Fault("/reason", "missing", "say how it was settled"))
    if faults:
        raise InvalidError(faults)

    def work(road: StoredRoad) -> Answer:
        record = commands.move(road, "exception", id, "resolve", {"reason": reason}, version=version)
        return entity(road, "exception", record)

    return change(work, undo_window=True, again=still_seen("exception"))


def _snooze(id: str) -> Response:
    given, version = fields("until", "reason"), wanted_version(required=False)
    try:
        until = Timestamp.parse(given["until"])
    except ValueError:
        fault = Fault("/until", "invalid", "expected an instant such as 2026-04-01T10:00:00Z")
        raise InvalidError([fault]) from None

    def work(road: StoredRoad) -> Answer:
        return entity(road, "task", working.snooze(road, id, until=until, reason=given["reason"], version=version))

    return change(work, undo_window=True, again=still_seen("task"))


def add_work(interface: Interface) -> None:
    """Adds the operations."""
    nullable = {"type": ["string", "null"]}
    interface.schemas["Assignment"] = {
        "type": "object",
        "properties": {"user": nullable, "queue": nullable},
        "minProperties": 1,
        "additionalProperties": False,
    }
    interface.schemas["Resolution"] = {
        "type": "object",
        "properties": {"reason": {"type": "string", "minLength": 1}},
        "required": ["reason"],
        "additionalProperties": False,
    }
    interface.schemas["Snooze"] = an_object({"until": INSTANT, "reason": TEXT})
    interface.add(
        Operation(
            "POST",
            "/tasks/{id}/snooze",
            "snooze_task",
            "Puts a task off until an instant; it comes back earlier when something happens to what it is about.",
            _snooze,
            {200: "Task"},
            body="Snooze",
            parameters=(KEY, IF_MATCH),
            tag="tasks",
            permission="tasks.snooze",
            also=(404, 409, 412, 422),
        )
    )
    for machine, plural in (("task", "tasks"), ("exception", "exceptions"), ("inquiry", "inquiries")):
        interface.add(
            Operation(
                "POST",
                f"/{plural}/{{id}}/assign",
                f"assign_{machine}",
                f"Gives a {machine} to a person or a queue, or to nobody.",
                _assign(machine),
                {200: title(machine)},
                body="Assignment",
                parameters=(KEY, IF_MATCH),
                tag=plural,
                permission=f"{plural}.assign",
                also=(404, 409, 412, 422),
            )
        )
    interface.add(
        Operation(
            "POST",
            "/exceptions/{id}/resolve",
            "resolve_exception",
            "Settles an exception, with the reason.",
            _resolve,
            {200: "Exception"},
            body="Resolution",
            parameters=(KEY, IF_MATCH),
            tag="exceptions",
            permission="exceptions.resolve",
            also=(404, 409, 412, 422),
        )
    )
