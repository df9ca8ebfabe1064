"""The Action Center's addresses."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import login_required

from app.commands import entities
from app.commands import work as working
from app.road.road import StoredRoad
from app.road.worklist import KINDS
from app.web.context import caller, platform
from app.web.pages.acts import act, version
from app.web.pages.frame import fragment, page
from app.web.pages.work.card import card
from app.web.pages.work.rows import TABS, shown
from app.web.wording.language import gettext as _

LONGEST_REASON = 2_000


def add_work_pages(pages: Blueprint) -> None:
    """Adds / with its list and cards, and what is done to tasks and exceptions."""
    pages.add_url_rule("/", "work", _work)
    pages.add_url_rule("/todo/list", "work_list", _list)
    for machine in KINDS:
        pages.add_url_rule(f"/todo/{machine}/<id>", f"{machine}_card", _card, defaults={"machine": machine})
        pages.add_url_rule(
            f"/acts/{machine}/<id>/assign",
            f"assign_{machine}",
            _assign,
            defaults={"machine": machine},
            methods=["POST"],
        )
        pages.add_url_rule(
            f"/acts/{machine}/<id>/<move>", f"move_{machine}", _move, defaults={"machine": machine}, methods=["POST"]
        )


def _tab() -> str:
    given = request.args.get("tab", "")
    return given if given in [tab.key for tab in TABS] else TABS[0].key


@login_required  # type: ignore[untyped-decorator]
def _work() -> Response:
    tab = _tab()
    found = platform().pipeline.read(caller(), lambda road: shown(road, tab))
    return page("work/page.html", "work", tab=tab, tabs=TABS, found=found, counts={"work": found.counts["all"]})


@login_required  # type: ignore[untyped-decorator]
def _list() -> Response:
    tab = _tab()
    found = platform().pipeline.read(caller(), lambda road: shown(road, tab))
    return fragment("work/list.html", tab=tab, tabs=TABS, found=found)


@login_required  # type: ignore[untyped-decorator]
def _card(machine: str, id: str) -> Response:
    found = platform().pipeline.read(caller(), lambda road: card(road, machine, id))
    return fragment("work/card.html", card=found)


@login_required  # type: ignore[untyped-decorator]
def _assign(machine: str, id: str) -> Response:
    user = request.form.get("user", "") or caller().id

    def work(road: StoredRoad) -> str:
        record = working.assign(road, machine, id, user=user, queue=None, version=version())
        person = road.world.tables["user"].get(record.get("assignee", ""))
        return _("Given to %(name)s.") % {"name": person["name"] if person else _("nobody")}

    return act(work)


@login_required  # type: ignore[untyped-decorator]
def _move(machine: str, id: str, move: str) -> Response:
    reason = request.form.get("reason", "").strip()[:LONGEST_REASON]

    def work(road: StoredRoad) -> str:
        entities.move(road, machine, id, move, {"reason": reason} if reason else {}, version=version())
        return _("Done.")

    return act(work)
