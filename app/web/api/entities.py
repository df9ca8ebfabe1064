"""The operations that every kind of entity has: list, create, read, change, move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, request

from app.commands import entities
from app.road import asleep, commands
from app.road.lists import MOST, page
from app.road.problems import Fault, InvalidError
from app.road.road import StoredRoad
from app.road.standing import clocks_of
from app.web.answers import Answer, body, change, entity, reading, shown, still_seen, wanted_version
from app.web.api.operations import CURSOR, FILTER, IF_MATCH, IF_MATCH_REQUIRED, KEY, LIMIT, Operation
from engine.simulation.world import Record

DEFAULT_LIMIT = 25
CLOCKED = ("task", "exception", "inquiry", "booking", "option")
"""Kinds whose clocks are shown with them."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of entity as the interface offers it; ``delete`` is the transition that DELETE takes."""

    machine: str
    plural: str
    create: bool = True
    update: bool = True
    move: bool = True
    delete: str | None = None


KINDS = (
    Kind("client", "clients"),
    Kind("model", "models", delete="archive"),
    Kind("inquiry", "inquiries"),
    Kind("booking", "bookings"),
    Kind("slot", "slots"),
    Kind("option", "options", create=False),
    Kind("payment", "payments"),
    Kind("task", "tasks"),
    Kind("exception", "exceptions", create=False),
    Kind("user", "users", create=False, update=False, move=False),
)


def limit() -> int:
    """The wanted length of a page. Raises InvalidError."""
    text = request.args.get("limit", str(DEFAULT_LIMIT))
    if not text.isascii() or not text.isdigit() or len(text) > len(str(MOST)) or not 1 <= int(text) <= MOST:
        raise InvalidError([Fault("?limit", "invalid", f"a whole number from 1 to {MOST}")])
    return int(text)


def known_arguments(*names: str) -> None:
    """Raises InvalidError for arguments of the query that the operation does not know."""
    faults = [Fault(f"?{name}", "unknown", "there is no such argument") for name in request.args if name not in names]
    faults += [Fault(f"?{name}", "invalid", "it comes twice") for name in names if len(request.args.getlist(name)) > 1]
    if faults:
        raise InvalidError(faults)


def with_clocks(road: StoredRoad, machine: str, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Entities that are read, each with how its clocks stand now, and until when it is snoozed."""
    ids = [item["id"] for item in items]
    if machine in CLOCKED and ids:
        clocks = clocks_of(road, machine, ids)
        for item in items:
            item["sla"] = clocks[item["id"]]
        if machine == "task" and any(item.get("status") == asleep.STATE for item in items):
            instants = asleep.until(road, ids)
            for item in items:
                if item["id"] in instants:
                    item["snoozed_until"] = instants[item["id"]]
    return items


def _list(kind: Kind) -> Callable[[], Response]:
    def handler() -> Response:
        known_arguments("limit", "cursor", "filter")
        wanted, cursor, filter = limit(), request.args.get("cursor"), request.args.get("filter")

        def work(road: StoredRoad) -> Answer:
            found = page(road, kind.machine, limit=wanted, cursor=cursor, filter=filter)
            machine = road.catalog.machines[kind.machine]
            items = with_clocks(road, kind.machine, [shown(road, machine, record) for record in found.records])
            more = found.next_cursor is not None
            return Answer(200, {"items": items, "next_cursor": found.next_cursor, "has_more": more})

        return reading(work)

    return handler


def _create(kind: Kind) -> Callable[[], Response]:
    def handler() -> Response:
        values = body()

        def work(road: StoredRoad) -> Answer:
            return entity(road, kind.machine, entities.create(road, kind.machine, values), 201)

        return change(work, undo_window=True, again=still_seen(kind.machine))

    return handler


def _get(kind: Kind) -> Callable[[str], Response]:
    def handler(id: str) -> Response:
        def work(road: StoredRoad) -> Answer:
            record, _ = commands.readable(road, road.catalog.machines[kind.machine], id)
            answer = entity(road, kind.machine, record)
            with_clocks(road, kind.machine, [answer.body])
            return answer

        return reading(work)

    return handler


def _update(kind: Kind) -> Callable[[str], Response]:
    def handler(id: str) -> Response:
        values, version = body(), wanted_version(required=True)

        def work(road: StoredRoad) -> Answer:
            return entity(road, kind.machine, entities.update(road, kind.machine, id, values, version=version))

        return change(work, undo_window=True, again=still_seen(kind.machine))

    return handler


def _move(kind: Kind) -> Callable[[str], Response]:
    def handler(id: str) -> Response:
        inputs = body()
        transition = inputs.pop("transition", None)
        version = wanted_version(required=False)
        faults = []
        if not isinstance(transition, str):
            faults.append(Fault("/transition", "missing", "say which transition to take"))
        for name, value in inputs.items():
            if name != "reason":
                faults.append(Fault(f"/{name}", "unknown_field", "no such field"))
            elif value is not None and not isinstance(value, str):
                faults.append(Fault(f"/{name}", "invalid", "expected a text"))
        if faults:
            raise InvalidError(faults)

        def work(road: StoredRoad) -> Answer:
            moved = entities.move(road, kind.machine, id, str(transition), inputs, version=version)
            return entity(road, kind.machine, moved)

        return change(work, undo_window=True, again=still_seen(kind.machine))

    return handler


def _delete(kind: Kind) -> Callable[[str], Response]:
    def handler(id: str) -> Response:
        version = wanted_version(required=False)

        def work(road: StoredRoad) -> Answer:
            assert kind.delete is not None
            entities.move(road, kind.machine, id, kind.delete, version=version)
            return Answer(204, None)

        return change(work, undo_window=True)

    return handler


def title(machine: str) -> str:
    """The name of an entity's schema."""
    return machine.capitalize()


def operations(kind: Kind) -> list[Operation]:
    """The operations of one kind."""
    path, one, tag = f"/{kind.plural}", f"/{kind.plural}/{{id}}", kind.plural
    schema = title(kind.machine)
    found = [
        Operation(
            "GET",
            path,
            f"list_{kind.plural}",
            f"Lists {kind.plural}, newest first.",
            _list(kind),
            {200: f"{schema}Page"},
            parameters=(LIMIT, CURSOR, FILTER),
            tag=tag,
            permission=f"{kind.plural}.read",
            also=(422,),
        ),
        Operation(
            "GET",
            one,
            f"get_{kind.machine}",
            f"Reads one {kind.machine}.",
            _get(kind),
            {200: schema, 304: None},
            tag=tag,
            permission=f"{kind.plural}.read",
            also=(404,),
        ),
    ]
    if kind.create:
        found.append(
            Operation(
                "POST",
                path,
                f"create_{kind.machine}",
                f"Creates a {kind.machine}.",
                _create(kind),
                {201: schema},
                body=f"New{schema}",
                parameters=(KEY,),
                tag=tag,
                permission=f"{kind.plural}.create",
                also=(409, 422),
            )
        )
    if kind.update:
        found.append(
            Operation(
                "PATCH",
                one,
                f"update_{kind.machine}",
                f"Changes fields of a {kind.machine}; null clears one.",
                _update(kind),
                {200: schema},
                body=f"{schema}Changes",
                parameters=(IF_MATCH_REQUIRED,),
                tag=tag,
                permission=f"{kind.plural}.update",
                also=(404, 409, 412, 422, 428),
            )
        )
    if kind.move:
        found.append(
            Operation(
                "POST",
                f"{one}/status",
                f"move_{kind.machine}",
                f"Takes a transition of a {kind.machine}.",
                _move(kind),
                {200: schema},
                body=f"{schema}Move",
                parameters=(KEY, IF_MATCH),
                tag=tag,
                also=(404, 409, 412, 422),
            )
        )
    if kind.delete is not None:
        found.append(
            Operation(
                "DELETE",
                one,
                f"delete_{kind.machine}",
                f"Archives a {kind.machine}; what refers to it stays readable.",
                _delete(kind),
                {204: None},
                parameters=(IF_MATCH,),
                tag=tag,
                permission=f"{kind.plural}.{kind.delete}",
                also=(404, 409, 412),
            )
        )
    return found


__all__ = ["KINDS", "Kind", "Record", "known_arguments", "limit", "operations", "title"]
