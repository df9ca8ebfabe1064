"""Undo of one's own last command, while nothing has left the house and nobody has acted since."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.commands.undo import undo
from app.road import commands
from app.road.problems import Fault, InvalidError
from app.road.road import StoredRoad
from app.web.answers import Answer, body, change
from app.web.api.operations import KEY, Interface, Operation
from app.web.context import undo_window


def _undo() -> Response:
    values = body()
    faults = [Fault(f"/{name}", "unknown_field", "no such field") for name in values if name != "command"]
    command = values.get("command")
    if not isinstance(command, str) or not command:
        faults.append(Fault("/command", "missing", "send what Virel-Undo said when the command was carried out"))
    if faults:
        raise InvalidError(faults)
    window = undo_window()

    def work(road: StoredRoad) -> Answer:
        done = undo(road, str(command), window)
        return Answer(200, _seen(road, {"undone": [{"type": machine, "id": id} for machine, id in done]}))

    return change(work, again=_seen)


def _seen(road: StoredRoad, body: dict[str, Any]) -> dict[str, Any]:
    """What was put right, of what the caller may read."""
    return {"undone": [one for one in body["undone"] if commands.may_read(road, one["type"], one["id"])]}


def add_undo(interface: Interface) -> None:
    """Adds the operation."""
    interface.schemas["Undo"] = {
        "type": "object",
        "properties": {"command": {"type": "string", "minLength": 1}},
        "required": ["command"],
        "additionalProperties": False,
    }
    interface.schemas["Undone"] = {
        "type": "object",
        "properties": {"undone": {"type": "array", "items": {"type": "object"}}},
        "required": ["undone"],
    }
    interface.add(
        Operation(
            "POST",
            "/undo",
            "undo",
            "Undoes a command of one's own: its answer's header Virel-Undo names it.",
            _undo,
            {200: "Undone"},
            body="Undo",
            parameters=(KEY,),
            tag="undo",
            also=(404, 409, 422),
        )
    )
