"""The page of one payment: what it is for, what may be done about it, and what has happened to it."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_login import login_required

from app.road import commands
from app.road.related import related, related_by
from app.road.road import StoredRoad
from app.road.timeline import history
from app.web.answers import shown
from app.web.context import caller, platform
from app.web.pages.frame import fragment, page
from app.web.pages.payments.part import standing
from app.web.pages.records.happenings import happenings

HAPPENINGS = 30


@login_required  # type: ignore[untyped-decorator]
def payment(id: str) -> Response:
    """/payments/ID, or with ``?part=1`` its content alone."""
    found = platform().pipeline.read(caller(), lambda road: _read(road, id))
    if request.args.get("part"):
        return fragment("payments/body.html", **found)
    return page("payments/page.html", "payments", **found)


def _read(road: StoredRoad, id: str) -> dict[str, Any]:
    machine = road.catalog.machines["payment"]
    record, _decided = commands.readable(road, machine, id)
    booking = related(road, {"booking": {record["booking"]}}).get(f"booking/{record['booking']}", {})
    there = related_by(road, [booking], {"client": "client", "model": "model"})
    here = standing(road, machine, record)
    open_moves = [move.name for move in here.moves if not move.refused]
    return {
        "payment": shown(road, machine, record),
        "booking": booking,
        "client": there.get(f"client/{booking.get('client')}", {}),
        "model": there.get(f"model/{booking.get('model')}", {}),
        "standing": here,
        "first": "succeed" if "succeed" in open_moves and record["status"] != "voided" else "",
        "late": record["status"] in ("pending", "failed") and record["due_at"] < road.now,
        "happened": happenings(road, history(road, "payment", id, limit=HAPPENINGS)),
    }
