"""From a unit of work to an answer: entity tags, idempotency keys, and the body as its reader may see it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import orjson
from flask import Response, request

from app.road import about
from app.road.commands import decision
from app.road.idempotency import Kept, find, keep
from app.road.problems import Fault, InvalidError, NeverHandedOutError
from app.road.road import StoredRoad
from app.web import context
from app.web.body import MalformedError, read_object
from app.web.context import caller, platform
from app.web.problems import problem
from engine.access.fields import visible
from engine.machines.model import Machine
from engine.machines.records import as_json
from engine.simulation.world import Record

LONGEST_KEY = 255
_TAG = re.compile(r'"v([0-9]{1,18})"')


@dataclass(slots=True)
class Answer:
    """A status, a body as plain values, and headers."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        """The answer as Flask sends it."""
        content = b"" if self.status == 204 else orjson.dumps(self.body)
        response = Response(content, self.status, content_type="application/json; charset=utf-8")
        response.headers.update(self.headers)
        return response


def etag(version: int) -> str:
    """The entity tag of a version (RFC 9110, 8.8.3)."""
    return f'"v{version}"'


def shown(road: StoredRoad, machine: Machine, record: Record) -> dict[str, Any]:
    """An entity as the caller may see it: hidden fields are absent, and of one that may not be seen all but the id.

    Whoever makes or gives away what they may not see is told no more than what they asked for.
    """
    decided = decision(road, f"{machine.plural}.read", machine.id, record)
    if not decided.allowed:
        return {"id": record["id"]}
    body: dict[str, Any] = about.of_entity(road, machine.id, as_json(visible(decided, record)))
    body["etag"] = etag(road.store.version(machine.id, record["id"]))
    return body


def entity(road: StoredRoad, machine_id: str, record: Record, status: int = 200) -> Answer:
    """The answer that shows one entity, with its entity tag."""
    road.store.flush()
    machine = road.catalog.machines[machine_id]
    body = shown(road, machine, record)
    headers = {"ETag": body["etag"]} if "etag" in body else {}
    if status == 201:
        headers["Location"] = f"/api/v1/{machine.plural}/{record['id']}"
    return Answer(status, body, headers)


def wanted_version(*, required: bool) -> frozenset[int] | None:
    """The versions that ``If-Match`` lists, any of which will do (RFC 9110, 13.1.1); None without one, or for ``*``.

    A tag that is none of ours matches nothing, and a weak one neither. Raises MalformedError where it is required and
    missing, NeverHandedOutError where it lists no version.
    """
    given = request.headers.get("If-Match")
    if given is None:
        if required:
            raise MalformedError("send If-Match with the ETag of the version that you read", 428)
        return None
    if given.strip() == "*":
        return None
    tags = [one.strip() for one in given.split(",")]
    found = frozenset(int(named[1]) for one in tags if (named := _TAG.fullmatch(one)) is not None)
    if not found:
        raise NeverHandedOutError("", "")
    return found


def body() -> dict[str, Any]:
    """The request's JSON object."""
    kind = request.mimetype
    content = request.get_data()
    if content and kind != "application/json":
        raise MalformedError("send application/json", 415)
    if request.mimetype_params.get("charset", "utf-8").casefold() not in ("utf-8", "utf8"):
        raise MalformedError("send JSON in UTF-8", 415)
    return read_object(content)


Again = Callable[[StoredRoad, Any], Any]
"""Makes of the body of a kept answer what the caller may see of it now."""


def still_seen(machine_id: str) -> Again:
    """Of a kept answer that showed an entity: what of it the caller may see now, be it less than then."""

    def again(road: StoredRoad, body: Any) -> Any:
        machine = road.catalog.machines[machine_id]
        record = road.store.tables[machine_id].get(body["id"])
        decided = decision(road, f"{machine.plural}.read", machine_id, record) if record is not None else None
        if decided is None or not decided.allowed:
            return {"id": body["id"]}
        return about.of_entity(road, machine_id, {n: value for n, value in body.items() if n not in decided.hidden})

    return again


def as_it_was(road: StoredRoad, body: Any) -> Any:
    """Of a kept answer that holds nothing that could be hidden: all of it."""
    return body


def change(
    work: Callable[[StoredRoad], Answer],
    *,
    undo_window: bool = False,
    content: bytes | None = None,
    again: Again = as_it_was,
) -> Response:
    """Carries a change out once: with an ``Idempotency-Key`` the same request gets the same answer again.

    ``content`` is what of the request counts as the same, where that is not its body. ``again`` cuts a kept answer to
    what its reader may see now: roles change between a request and its repeat.
    """
    key = request.headers.get("Idempotency-Key")
    who = caller()
    if key is not None and (not key or len(key) > LONGEST_KEY or not key.isprintable()):
        raise MalformedError(f"an Idempotency-Key is a text of 1 to {LONGEST_KEY} printable characters")
    fingerprint = sha256(
        b"\0".join(
            (request.method.encode(), request.full_path.encode(), request.get_data() if content is None else content)
        )
    ).hexdigest()

    def done(road: StoredRoad) -> Answer:
        answer = work(road)
        if undo_window and road.first is not None and answer.status < 300:
            answer.headers["Virel-Undo"] = road.first.root
        return answer

    def once(road: StoredRoad) -> Answer:
        if key is None:
            return done(road)
        known = find(road, who.id, key)
        if known is not None:
            if known.fingerprint != fingerprint:
                raise OtherRequestError
            body = again(road, known.body)
            return Answer(known.status, body, {**known.headers, "Idempotency-Replayed": "true"})
        answer = done(road)
        keep(road, who.id, key, Kept(fingerprint, answer.status, dict(answer.headers), answer.body))
        return answer

    window = context.undo_window() if undo_window else 0
    try:
        return platform().pipeline.run(who, once, undo_window=window).response()
    except OtherRequestError:
        return problem(422, "This Idempotency-Key was used for another request; choose a new one.", kind="key-reused")


class OtherRequestError(Exception):
    """An idempotency key comes with another request than the one it was first sent with."""


def reading(work: Callable[[StoredRoad], Answer]) -> Response:
    """Answers from the store as it is at one instant."""
    answer = platform().pipeline.read(caller(), work)
    tag = answer.headers.get("ETag")
    moving = isinstance(answer.body, dict) and answer.body.get("sla")  # clocks go on while the version stands
    if (
        tag is not None
        and not moving
        and tag in [one.strip() for one in request.headers.get("If-None-Match", "").split(",")]
    ):
        return Response(status=304, headers={"ETag": tag})
    return answer.response()


def texts(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Some members of a body."""
    return {name: values[name] for name in names if name in values}


def empty_body() -> None:
    """Raises InvalidError for a body where the operation takes none."""
    found = body()
    if found:
        raise InvalidError([Fault(f"/{name}", "unknown_field", "no such field") for name in found])
