"""The audit of an entity: who did what, or was refused, before and after, from where, and whether the chain holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Blueprint, Response, request
from flask_login import login_required

from app.road import commands
from app.road.audit_trail import trail
from app.road.lists import page as listed
from app.road.problems import ForbiddenError, NotFoundError
from app.road.related import people, related
from app.road.road import StoredRoad
from app.road.verify import Chain, chain_of
from app.web.context import caller, platform
from app.web.pages.addresses import address
from app.web.pages.frame import page
from app.web.pages.machines.words import value_in_words
from app.web.wording.said import said
from app.web.wording.words import reason_by, word
from engine.machines.model import Machine

PAGE = 50
NAMED = {"booking": "code", "client": "code", "model": "public_code", "inquiry": "code"}
"""Kinds that people look up by a code."""
SILENT = ("updated_at", "status_since", "created_at")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the audit in words. ``changes`` are field, before and after."""

    place: int
    at: str
    by: str
    action: str
    refused: bool
    reason: str
    changes: tuple[tuple[str, str, str], ...]
    address: str
    request_id: str
    why: str
    hash: str


@dataclass(frozen=True, slots=True)
class Audit:
    """A page of an entity's audit. ``chain`` says whether its seals hold, ``name`` what people call the entity."""

    machine: str
    id: str
    name: str
    back: str
    rows: tuple[Row, ...]
    next: str | None
    chain: Chain


def add_audit_page(pages: Blueprint) -> None:
    """Adds /audit."""
    pages.add_url_rule("/audit", "audit", _audit)


@login_required  # type: ignore[untyped-decorator]
def _audit() -> Response:
    machine, id = request.args.get("entity_type", ""), request.args.get("entity_id", "")
    if machine and id:
        after = request.args.get("after") or None
        found = platform().pipeline.read(caller(), lambda road: _read(road, machine, id, after))
        return page("trail/audit.html", "audit", audit=found)
    code = request.args.get("code", "").strip()[:200]
    hits = platform().pipeline.read(caller(), lambda road: _looked_up(road, code)) if code else []
    return page("trail/audit_start.html", "audit", code=code, hits=hits, kinds=_kinds())


def _kinds() -> list[str]:
    return list(NAMED)


def _looked_up(road: StoredRoad, code: str) -> list[tuple[str, str, str]]:
    """The entities of a code that the caller may see: their kind, id and code."""
    found = []
    text = orjson.dumps(code.upper()).decode()
    for machine, field in NAMED.items():
        try:
            records = listed(road, machine, limit=3, cursor=None, filter=f"{machine}.{field} == {text}").records
        except ForbiddenError:
            continue
        found += [(machine, str(one["id"]), str(one[field])) for one in records]
    return found


def _read(road: StoredRoad, machine_id: str, id: str, after: str | None) -> Audit:
    machine = road.catalog.machines.get(machine_id)
    if machine is None:
        raise NotFoundError(machine_id, id)
    items, following = trail(road, machine_id, id, limit=PAGE, cursor=after)
    record, decided = commands.readable(road, machine, id)
    seen = {name: value for name, value in record.items() if decided is None or name not in decided.hidden}
    name = str(seen.get(NAMED.get(machine_id, "name")) or seen.get("name") or seen.get("title") or id)
    names = people(road, [one["actor"] for one in items])
    there = related(road, _ids(machine, items))
    rows = tuple(_row(machine, one, names, there) for one in items)
    keys = platform().keys("audit")
    return Audit(
        machine_id, id, name, address(machine_id, id), rows, following, chain_of(road.connection, keys, machine_id, id)
    )


def _ids(machine: Machine, items: list[dict[str, Any]]) -> dict[str, set[str]]:
    """What the changes of relations lead to, by kind."""
    found: dict[str, set[str]] = {}
    for item in items:
        for name, pair in item["changes"].items():
            relation = machine.relations.get(name)
            if relation is not None and relation.machine != "user":
                found.setdefault(relation.machine, set()).update(one for one in pair if isinstance(one, str))
    return found


def _row(machine: Machine, item: dict[str, Any], names: Mapping[str, str], there: Mapping[str, Any]) -> Row:
    action = item["action"]
    rest = action.partition(".")[2]
    changes = tuple(
        (
            word("field", name),
            "" if pair[0] is None else _value(machine, name, pair[0], there),
            _value(machine, name, pair[1], there),
        )
        for name, pair in item["changes"].items()
        if name not in SILENT
    )
    refused = item["outcome"] == "refused"
    what = word("move", rest, machine.id) if refused else word("event", rest, machine.id)
    return Row(
        item["place"],
        item["at"],
        names.get(item["actor"], item["actor"]),
        what,
        refused,
        said(item["reason"] or "") if refused else reason_by(item["actor"], item["reason"] or ""),
        changes,
        item["address"] or "",
        item["request_id"] or "",
        item["event"] or "",
        item["hash"],
    )


def _value(machine: Machine, name: str, value: Any, there: Mapping[str, Any]) -> str:
    relation = machine.relations.get(name)
    if relation is not None and isinstance(value, str):
        record = there.get(f"{relation.machine}/{value}", {})
        code = record.get(NAMED.get(relation.machine, ""), "")
        return " ".join(part for part in (record.get("name", ""), code) if part) or value
    return value_in_words(machine, name, value)
