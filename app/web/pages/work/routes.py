"""The Action Center's addresses."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, current_app, jsonify, request
from flask_login import current_user, login_required

from app.road import commands
from app.road.problems import NotFoundError
from app.road.road import StoredRoad
from app.road.worklist import KINDS, PRIORITIES
from app.web.context import caller, platform
from app.web.pages.acts import act
from app.web.pages.frame import fragment, page
from app.web.pages.work import saved
from app.web.pages.work.bulk import add_bulk
from app.web.pages.work.card import card
from app.web.pages.work.doing import add_work_acts
from app.web.pages.work.patterns import patterns
from app.web.pages.work.presence import Presences
from app.web.pages.work.reasons import recent_reasons
from app.web.pages.work.rows import gone_rows
from app.web.pages.work.saved import Saved
from app.web.pages.work.snoozing import Offer, offers
from app.web.pages.work.views import MOST, TABS, WINDOW, Shown, View, counted, shown, view_of
from app.web.wording.language import gettext as _

EXTENSION = "virel-at-work"
MOST_GONE = 100
FILTERS = ("tab", "q", "priority", "assignee")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the page needs beside its list: people to give work to, instants to put off to, saved views."""

    people: list[dict[str, Any]]
    offers: list[Offer]
    views: list[Saved]
    may_share: bool


def add_work_pages(pages: Blueprint) -> None:
    """Adds / with its list and cards, and what is done to tasks and exceptions."""
    pages.add_url_rule("/", "work", login_required(_work))
    pages.add_url_rule("/todo/list", "work_list", login_required(_list))
    pages.add_url_rule("/todo/counts", "work_counts", login_required(_counts))
    pages.add_url_rule("/todo/rows", "work_rows", login_required(_gone))
    pages.add_url_rule("/todo/reasons", "work_reasons", login_required(_reasons))
    for machine in KINDS:
        pages.add_url_rule(f"/todo/{machine}/<id>", f"{machine}_card", login_required(partial(_card, machine)))
    pages.add_url_rule("/acts/presence", "presence", login_required(_presence), methods=["POST"])
    pages.add_url_rule("/acts/views", "save_view", login_required(_save), methods=["POST"])
    pages.add_url_rule("/acts/views/<id>/forget", "forget_view", login_required(_forget), methods=["POST"])
    add_bulk(pages)
    add_work_acts(pages)


def _view() -> View:
    return view_of(request.args)


def _number(name: str, default: int, most: int) -> int:
    given = request.args.get(name, "")
    return min(int(given), most) if given.isascii() and given.isdigit() and len(given) < 8 else default


def _work() -> Response:
    def read(road: StoredRoad) -> dict[str, Any]:
        views = saved.saved_views(road)
        asked = any(request.args.get(name) for name in FILTERS)
        found = shown(road, _view() if asked else saved.opening(views))
        around = Surroundings(_people(road), offers(road.now), views, saved.may_share(road))
        return {"found": found, "around": around, "now": road.now.text()}

    what = platform().pipeline.read(caller(), read)
    counts = {"work": what["found"].counts["all"]}
    return page("work/page.html", "work", tabs=TABS, counts=counts, patterns=patterns(), priorities=PRIORITIES, **what)


def _list() -> Response:
    start, most = _number("from", 0, MOST), _number("rows", WINDOW, MOST)
    view = _view()

    def read(road: StoredRoad) -> tuple[Shown, str]:
        return shown(road, view, start=start, most=most), road.now.text()

    found, now = platform().pipeline.read(caller(), read)
    response = fragment("work/list.html", found=found, tabs=TABS)
    response.headers["Virel-List"] = json.dumps({**found.told(), "now": now})
    return response


def _counts() -> Response:
    view = _view()
    found = platform().pipeline.read(caller(), lambda road: counted(road, view))
    return jsonify(found.told())


def _gone() -> Response:
    keys = request.args.get("keys", "").split()[:MOST_GONE]
    found = platform().pipeline.read(caller(), lambda road: gone_rows(road, keys))
    return fragment("work/gone.html", rows=found)


def _card(machine: str, id: str) -> Response:
    found = platform().pipeline.read(caller(), lambda road: card(road, machine, id))
    others = [one for one in _presences().visits() if one.item == f"{machine}/{id}" and one.user != caller().id]
    return fragment("work/card.html", card=found, others=others)


def _people(road: StoredRoad) -> list[dict[str, Any]]:
    """Who may be given work: for those who may give any, everybody who works here."""
    if not saved.may_share(road):
        return []
    people = [record for record in _users(road) if record["status"] == "active"]
    return sorted(people, key=lambda one: str(one.get("name") or one.get("email") or "").casefold())


def _users(road: StoredRoad) -> list[dict[str, Any]]:
    table = road.store.rows("user").table
    rows = road.connection.execute(sa.select(table).where(table.c.status == "active").limit(MOST))
    return [road.store.take("user", row) for row in rows]


def _reasons() -> Response:
    machine, move = request.args.get("machine", ""), request.args.get("move", "")
    found = platform().pipeline.read(caller(), lambda road: recent_reasons(road, machine, move))
    return fragment("work/reasons.html", reasons=found)


def _presences() -> Presences:
    found: Presences | None = current_app.extensions.get(EXTENSION)
    if found is None:
        found = current_app.extensions[EXTENSION] = Presences(platform().settings.redis)
    return found


def _presence() -> Response:
    item, own = request.form.get("item", "")[:200], caller().id
    if request.form.get("leave"):
        _presences().leave(own)
        return Response(status=204)

    def read(road: StoredRoad) -> dict[str, Any]:
        known = item if item and _readable(road, item) else ""
        visits = [one for one in _presences().note(own, current_user.name, known, road.now.text()) if one.user != own]
        items: dict[str, str] = {}
        for one in visits:
            if one.item and one.item not in items and _readable(road, one.item):
                items[one.item] = _("%(name)s is handling") % {"name": one.name.partition(" ")[0]}
        return {"here": [one.name for one in visits], "items": items}

    found = platform().pipeline.read(caller(), read)
    html = fragment("work/here.html", names=found["here"]).get_data(as_text=True)
    return jsonify(here=html, items=found["items"])


def _readable(road: StoredRoad, key: str) -> bool:
    machine, _sep, id = key.partition("/")
    if machine not in KINDS:
        return False
    try:
        commands.readable(road, road.catalog.machines[machine], id)
    except NotFoundError:
        return False
    return True


def _save() -> Response:
    name, sharing, view = request.form.get("name", ""), request.form.get("sharing", ""), view_of(request.form)

    def work(road: StoredRoad) -> str:
        saved.save(road, name, sharing, view)
        return _("The view is saved.")

    return act(work, undoable=False)


def _forget(id: str) -> Response:
    return act(lambda road: _("%(name)s is removed.") % {"name": saved.forget(road, id)}, undoable=False)
