"""One inquiry: what is asked, whose it is, what may be done, until when, what has happened, and what it became."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.road import commands
from app.road.road import StoredRoad
from app.road.standing import faces_of, why_due
from app.road.timeline import history, those_about
from app.web.answers import shown
from app.web.pages.inquiries.listing import KEYS, OVER, may_match, may_take, people
from app.web.pages.records.happenings import Happening, happenings
from app.web.pages.records.ledger import Strip, strip
from app.web.pages.records.steps import Step, steps, told
from app.web.pages.work.deadlines import Deadline, of_clock
from engine.simulation.world import Record

HAPPENINGS = 60
COLLEAGUES = 100


@dataclass(frozen=True, slots=True)
class Term:
    """A deadline, whether it is over, and the strip of its time, where its reader may see it."""

    policy: str
    deadline: Deadline
    over: bool
    strip: Strip | None


def looked_at(road: StoredRoad, id: str) -> dict[str, Any]:
    """Everything that the page shows, as its reader may see it. Raises NotFoundError."""
    machine = road.catalog.machines["inquiry"]
    record, _decided = commands.readable(road, machine, id)
    inquiry = shown(road, machine, record)
    return {
        "inquiry": inquiry,
        "version": road.store.version("inquiry", id),
        "client": told(road, "client", [inquiry["client"]]).get(inquiry["client"], {}),
        "model": told(road, "model", [inquiry["model"]]).get(inquiry["model"], {}) if inquiry.get("model") else {},
        "people": people(road, [inquiry.get("assignee")]),
        "colleagues": _colleagues(road, record),
        "steps": _steps(road, record),
        "takeable": may_take(road, record),
        "matchable": may_match(road, record),
        "convertible": _may_convert(road, record),
        "closed": machine.states[record["status"]].final,
        "terms": _terms(road, id, record["status"]),
        "todo": _todo(road, f"inquiry/{id}"),
        "bookings": _bookings(road, id),
        "happened": _happened(road, id),
        "now": road.now,
    }


def _steps(road: StoredRoad, record: Record) -> list[Step]:
    """All but the last: what converts an inquiry is choosing somebody."""
    return [one for one in steps(road, "inquiry", record, KEYS) if one.name != "convert"]


def _may_convert(road: StoredRoad, record: Record) -> bool:
    """Whether the caller may make a booking of it, and it is open."""
    is_open = record["status"] in road.catalog.machines["inquiry"].groups["open"]
    allowed = [
        commands.decision(road, "inquiries.convert", "inquiry", record).allowed,
        any(grant.machine == "booking" for grant in _grants(road, "bookings.create")),
    ]
    return is_open and all(allowed)


def _grants(road: StoredRoad, permission: str) -> Any:
    return road.catalog.access.of(road.journal.caller.actor["roles"]).grants.get(permission, ())


def _colleagues(road: StoredRoad, record: Record) -> list[tuple[str, str]]:
    """Whom the caller may give it to, by name; nobody for those who may not."""
    if not commands.decision(road, "inquiries.assign", "inquiry", record).allowed:
        return []
    table = road.store.rows("user").table
    query = sa.select(table.c.id, table.c.name).where(table.c.status == "active")
    return [(row.id, row.name or "") for row in road.connection.execute(query.order_by(table.c.name).limit(COLLEAGUES))]


def _terms(road: StoredRoad, id: str, status: str) -> list[Term]:
    """The clocks that run first."""
    found = [
        Term(
            one.policy,
            of_clock(one, road.now, status),
            one.state in OVER,
            strip(why_due(road, "inquiry", id, one.policy)),
        )
        for one in faces_of(road, "inquiry", [id])[id]
    ]
    return sorted(found, key=lambda term: term.over)


def _todo(road: StoredRoad, about: str) -> list[dict[str, Any]]:
    """The exceptions and tasks about it that the caller may see, the open ones first."""
    found = []
    for kind in ("exception", "task"):
        machine = road.catalog.machines[kind]
        for record in those_about(road, kind, about):
            item = shown(road, machine, record)
            if "status" in item:
                found.append({"machine": kind, "over": machine.states[item["status"]].final, **item})
    return sorted(found, key=lambda item: item["over"])


def _bookings(road: StoredRoad, id: str) -> list[dict[str, Any]]:
    machine = road.catalog.machines["booking"]
    found = [shown(road, machine, record) for record in road.world.inverse("booking", "inquiry", id)]
    return [one for one in found if "code" in one]


def _happened(road: StoredRoad, id: str) -> list[tuple[str, list[Happening]]]:
    return happenings(road, history(road, "inquiry", id, limit=HAPPENINGS))
