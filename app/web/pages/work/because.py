"""Why an item exists: who or which rule made it, at which event, on which lines; and the span behind its deadline."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app.records.events import EVENTS
from app.road.problems import NotFoundError
from app.road.road import StoredRoad
from app.road.standing import why_due
from app.road.why import why
from app.web.pages.work.rows import actor_name
from app.web.wording import moments
from engine.conditions.values import Timestamp
from engine.events.envelope import actor_of, decode

RULES = ("rule:", "sla:")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a condition with its verdict and what it saw."""

    number: int
    text: str
    verdict: str
    saw: str


@dataclass(frozen=True, slots=True)
class Because:
    """Why something is there. ``rule`` is empty where a person made it; ``event`` where it may not be told."""

    by: str
    at: str
    rule: str = ""
    file: str = ""
    event: str = ""
    event_at: str = ""
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the bar of a deadline, in thousandths of its width. ``kind`` is open, closed,
    paused, late (open, beyond the deadline), overtime (closed, beyond it) or ahead.
    """

    kind: str
    start: float
    width: float
    title: str


@dataclass(frozen=True, slots=True)
class Bar:
    """The spans of a clock from its opening to now or its deadline, whichever is later, with marks below."""

    policy: str
    version: int
    due: str
    spans: list[Span]
    begins: str
    due_at: float
    due_hour: str
    now_at: float
    now: str
    late: bool
    counted: str


WIDTH = 1_000


def because(road: StoredRoad, machine: str, id: str) -> Because | None:
    """Why an item was made; None where nothing of it is on record."""
    columns = EVENTS.c
    query = sa.select(columns.body).where(columns.machine == machine, columns.subject == id)
    body = road.connection.scalar(query.order_by(columns.seq).limit(1))
    if body is None:
        return None
    made = decode(body.encode())
    actor = actor_of(made)
    by = actor.id if actor is not None else ""
    told = Because(actor_name(road, by), made.time.text())
    if not by.startswith(RULES):
        return told
    rule = by.removeprefix("rule:")
    try:
        found = why(road, made.cause or "")
    except NotFoundError:  # the event is about something that the reader may not see: the rule alone is told
        return Because(told.by, told.at, rule)
    name = by.removeprefix("rule:").rpartition("@")[0] if by.startswith("rule:") else by
    judged: Any = next((one for one in found["rules"] if one["rule"] == name), None)
    event = found["event"]
    lines = [_line(one) for one in (judged["conditions"] if judged is not None else None) or ()]
    file = next((one["file"] for one in (judged["conditions"] if judged is not None else None) or ()), "")
    return Because(told.by, told.at, rule, file, str(event["type"]), str(event["time"]), lines)


def _line(one: dict[str, Any]) -> Line:
    values = [value for value in one["values"].values() if isinstance(value, str | int | float | bool)]
    seen = [_seen(value) for value in values if str(value) not in one["expression"]]
    return Line(one["line"], one["expression"], one["verdict"], ", ".join(seen))


def _seen(value: object) -> str:
    """A value as people read it: instants in the reader's zone."""
    try:
        return moments.day_hour(value) if isinstance(value, str) and value.endswith("Z") else str(value)
    except ValueError:  # a text that only ends like an instant
        return str(value)


def bar(road: StoredRoad, machine: str, id: str, policy: str) -> Bar | None:
    """How a clock has counted and will count, as a bar; None of a deadline that is not known or may not be seen."""
    found = why_due(road, machine, id, policy)
    try:
        due = Timestamp.parse(found["due"]) if found["due"] else None
    except ValueError:  # it may not be seen
        due = None
    begins = Timestamp.parse(found["opened"])
    end = Timestamp.parse(found["ended"]) if found["ended"] else road.now
    last = max(int(end), int(due) if due is not None else 0)
    if due is None or last <= int(begins):
        return None
    whole = last - int(begins)

    def place(at: int) -> float:
        return round(WIDTH * (at - int(begins)) / whole, 1)

    spans = []
    for past, lines in ((True, found["ledger"]), (False, found["ahead"])):
        for line in lines:
            start, stop = int(Timestamp.parse(line["from"])), int(Timestamp.parse(line["to"]))
            for first, second in ((start, min(stop, int(due))), (max(start, int(due)), stop)):
                if second <= first:
                    continue
                kind = line["reason"] if past else "ahead" if line["reason"] == "open" else line["reason"]
                if past and first >= int(due):
                    kind = "late" if line["reason"] == "open" else "overtime"
                title = moments.period(Timestamp(first), Timestamp(second))
                spans.append(Span(kind, place(first), place(second) - place(first), title))
    counted = moments.span(found["used"])
    return Bar(
        policy,
        found["version"],
        moments.instant(due),
        spans,
        moments.hour(begins),
        place(int(due)),
        moments.hour(due),
        place(int(end)),
        moments.hour(end),
        int(end) > int(due),
        counted,
    )
