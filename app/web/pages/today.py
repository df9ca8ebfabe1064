"""The first page: what is to do, what is booked, and what the rules do about it, as it happens."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, make_response, render_template
from flask_login import current_user, login_required

from app.road import commands
from app.road.lists import page
from app.road.problems import ForbiddenError
from app.road.road import StoredRoad
from app.road.rows import stamp
from app.store.journal import RUNS
from app.web.answers import shown
from app.web.context import caller, platform

SHOWN = 12
LISTS = ("task", "exception", "booking")


def add_today(pages: Blueprint) -> None:
    """Adds / and its part that is fetched again when something happens."""
    pages.add_url_rule("/", "today", _today)
    pages.add_url_rule("/today/lists", "lists", _lists)


@login_required  # type: ignore[untyped-decorator]
def _today() -> Response:
    return make_response(render_template("today.html", visitor=current_user, **_found()))


@login_required  # type: ignore[untyped-decorator]
def _lists() -> Response:
    return make_response(render_template("lists.html", **_found()))


def _found() -> dict[str, Any]:
    def work(road: StoredRoad) -> dict[str, Any]:
        return {"lists": {machine: _list(road, machine) for machine in LISTS}, "runs": _runs(road)}

    return platform().pipeline.read(caller(), work)


def _list(road: StoredRoad, machine_id: str) -> list[dict[str, Any]] | None:
    """The newest of a kind that are not finished; None where the visitor may see none of the kind."""
    machine = road.catalog.machines[machine_id]
    over = machine.final_states() | ({"resolved"} if machine_id == "exception" else set())
    filter = " && ".join(f'{machine_id}.status != "{state}"' for state in sorted(over))
    try:
        found = page(road, machine_id, limit=SHOWN, cursor=None, filter=filter)
    except ForbiddenError:
        return None
    return [shown(road, machine, record) for record in found.records]


def _runs(road: StoredRoad) -> list[dict[str, Any]]:
    """The latest runs of rules about entities that the visitor may see."""
    columns = RUNS.c
    query = sa.select(columns.rule, columns.version, columns.machine, columns.entity, columns.at, columns.outcome)
    found: list[dict[str, Any]] = []
    for row in road.connection.execute(query.order_by(columns.number.desc()).limit(5 * SHOWN)).mappings():
        machine = road.catalog.machines.get(row["machine"] or "")
        record = road.world.tables[machine.id].get(row["entity"]) if machine is not None else None
        if machine is None or record is None:
            continue
        if commands.decision(road, f"{machine.plural}.read", machine.id, record).allowed:
            code = record.get("code") or record.get("public_code") or ""
            found.append({**row, "at": stamp(row["at"]).text(), "code": code})
        if len(found) == SHOWN:
            break
    return found
