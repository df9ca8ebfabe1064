"""Why: the trace of an event, every rule that it concerned with its verdict, its lines and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request
from flask_login import login_required

from app.road.related import people
from app.road.road import StoredRoad
from app.road.why import why
from app.web.context import caller, platform
from app.web.pages.addresses import address
from app.web.pages.frame import fragment, page
from app.web.pages.machines.words import value_in_words
from app.web.wording.language import gettext as _
from app.web.wording.words import word

LOOKS = {"met": ("met", "check"), "unmet": ("unmet", "none"), "errored": ("errd", "bug")}
PLAIN = ("action", "skipped", "id", "index")


@dataclass(frozen=True, slots=True)
class Trace:
    """An event and its rules. ``title`` says what happened, ``back`` is the page of what it happened to."""

    event: dict[str, Any]
    title: str
    by: str
    back: str
    rules: list[dict[str, Any]]
    met: int


def add_why_page(pages: Blueprint) -> None:
    """Adds /events/ID/why. Ids of events have slashes: they tell what set them off."""
    pages.add_url_rule("/events/<path:id>/why", "why", _why)


@login_required  # type: ignore[untyped-decorator]
def _why(id: str) -> Response:
    trace = platform().pipeline.read(caller(), lambda road: _trace(road, id))
    if request.args.get("part"):
        return fragment("trail/trace.html", trace=trace, level=2)
    return page("trail/why.html", "why", trace=trace, level=1)


def _trace(road: StoredRoad, id: str) -> Trace:
    told = why(road, id)
    event = told["event"]
    machine, _dot, name = event["type"].partition(".")
    actor = event.get("actor") or ""
    actor = actor.get("id", "") if isinstance(actor, dict) else str(actor)
    by = people(road, [actor]).get(actor, actor)
    kind = word("kind", machine)
    moved = (event.get("changes") or {}).get("status")
    if isinstance(moved, list) and moved[0] and moved[0] != "hidden":
        states = {"before": word("state", moved[0], machine), "after": word("state", moved[1], machine)}
        title = _("%(kind)s: %(before)s became %(after)s") % {"kind": kind, **states}
    else:
        title = _("%(kind)s: %(event)s") % {"kind": kind, "event": word("event", name, machine)}
    rules = sorted((_rule(one) for one in told["rules"]), key=lambda one: one["verdict"] == "unmet")
    met = sum(one["verdict"] == "met" for one in rules)
    return Trace(event, title, by, address(machine, event.get("subject", "")), rules, met)


def _rule(told: dict[str, Any]) -> dict[str, Any]:
    """A rule as the page shows it: values and effects in words."""
    conditions = [
        {**line, "values": [(leaf, _said(leaf, value)) for leaf, value in line["values"].items()]}
        for line in told["conditions"] or ()
    ]
    effects = [
        {
            "action": effect["action"],
            "skipped": effect.get("skipped"),
            "what": [(key, _said(key, value)) for key, value in effect.items() if key not in PLAIN],
        }
        for effect in told["effects"]
    ]
    look, icon = LOOKS[told["verdict"]]
    return {**told, "conditions": conditions, "effects": effects, "look": look, "icon": icon}


def _said(leaf: str, value: Any) -> str:
    if value == "hidden":
        return _("hidden from you")
    return value_in_words(None, leaf.rpartition(".")[2], value)
