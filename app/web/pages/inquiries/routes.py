"""The addresses of inquiries: the list, one of them, who fits it, and what is done by a button."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import login_required
from werkzeug.exceptions import NotFound

from app.commands import entities
from app.commands import work as working
from app.road.road import StoredRoad
from app.web.context import caller, platform
from app.web.pages.acts import act, version
from app.web.pages.frame import fragment, page
from app.web.pages.inquiries.converting import add_converting
from app.web.pages.inquiries.listing import KEYS, LISTING
from app.web.pages.inquiries.page import looked_at
from app.web.pages.inquiries.phoned import add_phoned
from app.web.pages.inquiries.ranking import ranked
from app.web.wording.language import gettext as _
from app.web.wording.words import word

LONGEST_REASON = 2_000
PARTS = ("head", "body", "side")
"""Of an inquiry's page; each is brought up to date by itself."""


def add_inquiry_pages(pages: Blueprint) -> None:
    """Adds /inquiries."""
    pages.add_url_rule("/inquiries", "inquiries", login_required(LISTING.show))
    add_phoned(pages)
    pages.add_url_rule("/inquiries/<id>", "inquiry", _inquiry)
    pages.add_url_rule("/inquiries/<id>/match", "match", _match)
    add_converting(pages)
    pages.add_url_rule("/acts/inquiry/<id>/assign", "assign_inquiry", _assign, methods=["POST"])
    pages.add_url_rule("/acts/inquiry/<id>/<move>", "move_inquiry", _move, methods=["POST"])


@login_required  # type: ignore[untyped-decorator]
def _inquiry(id: str) -> Response:
    found = platform().pipeline.read(caller(), lambda road: looked_at(road, id))
    part = request.args.get("part", "")
    if part in PARTS:
        return fragment(f"inquiries/{part}.html", **found)
    return page("inquiries/page.html", "inquiries", **found)


@login_required  # type: ignore[untyped-decorator]
def _match(id: str) -> Response:
    found = platform().pipeline.read(caller(), lambda road: ranked(road, id))
    if request.args.get("part"):
        return fragment("inquiries/match.html", ranked=found, id=id)
    return page("inquiries/match_page.html", "inquiries", ranked=found, id=id)


@login_required  # type: ignore[untyped-decorator]
def _assign(id: str) -> Response:
    user = request.form.get("user", "") or caller().id

    def work(road: StoredRoad) -> str:
        record = working.assign(road, "inquiry", id, user=user, queue=None, version=version())
        if user == road.journal.caller.id:
            return _("%(code)s is yours.") % {"code": record["code"]}
        person = road.world.tables["user"][user]
        return _("%(code)s is given to %(name)s.") % {"code": record["code"], "name": person["name"]}

    return act(work)


@login_required  # type: ignore[untyped-decorator]
def _move(id: str, move: str) -> Response:
    if move not in KEYS:  # what converts it is choosing somebody
        raise NotFound
    reason = request.form.get("reason", "").strip()[:LONGEST_REASON]

    def work(road: StoredRoad) -> str:
        record = entities.move(road, "inquiry", id, move, {"reason": reason} if reason else {}, version=version())
        return _("%(code)s: %(state)s.") % {"code": record["code"], "state": word("state", record["status"], "inquiry")}

    return act(work)
