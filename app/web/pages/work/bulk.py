"""One act on several items: one request, each item a unit of work of its own, and a list of those that it could not be done to."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Blueprint, Response, request
from flask_login import login_required

from app.commands.undo import undo as take_back
from app.road import idempotency, worklist
from app.road.idempotency import Kept
from app.road.problems import InvalidError, NotFoundError, ProblemError
from app.road.road import StoredRoad
from app.road.worklist import KINDS
from app.web.answers import LONGEST_KEY
from app.web.context import caller, platform, undo_window
from app.web.pages.frame import fragment
from app.web.pages.refusals import refusal
from app.web.pages.work.doing import assigned, moved, reason, snoozed
from app.web.pages.work.snoozing import instant_of
from app.web.wording.language import gettext as _
from app.web.wording.language import ngettext
from app.web.wording.said import said
from app.web.wording.words import word

MOST = 200
"""Items of one request."""
SETTLING = {"task": "complete", "exception": "resolve"}


@dataclass(slots=True)
class Outcome:
    """What came of it: how many were done, and which were not, each with its title and why."""

    done: list[str] = field(default_factory=list)
    roots: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


def add_bulk(pages: Blueprint) -> None:
    """Adds /acts/work/bulk."""
    pages.add_url_rule("/acts/work/bulk", "work_bulk", login_required(_bulk), methods=["POST"])
    pages.add_url_rule("/acts/work/undo", "work_undo", login_required(_undo), methods=["POST"])


def _bulk() -> Response:
    what, why = request.form.get("what", ""), reason()
    keys = list(dict.fromkeys(request.form.get("items", "").split()))[:MOST]
    user, until = request.form.get("user", ""), request.form.get("until", "")

    def one(machine: str, id: str) -> Callable[[StoredRoad], str]:
        def work(road: StoredRoad) -> str:
            if what == "assign":
                return assigned(road, machine, id, user or caller().id, None)
            if what == "snooze":
                return snoozed(road, machine, id, instant_of(until, road.now), why, None)
            return moved(road, machine, id, SETTLING[machine], why, None)

        return work

    found = Outcome()
    for key in keys if what in ("assign", "snooze", "resolve") else ():
        machine, _sep, id = key.partition("/")
        if machine in KINDS:
            _carry_out(found, key, one(machine, id))
    response = fragment("work/outcome.html", outcome=found, total=len(keys))
    told: dict[str, object] = {"worked": {"failed": len(found.failed)}}
    if found.done:
        count = len(found.done)
        note: dict[str, object] = {
            "text": ngettext("%(num)d item done.", "%(num)d items done.", count) % {"num": count}
        }
        if found.roots:
            note |= {
                "undo": " ".join(found.roots),
                "seconds": platform().settings.undo_seconds,
                "path": "/acts/work/undo",
            }
        told["said"] = note
    response.headers["HX-Trigger"] = json.dumps(told)
    return response


def _carry_out(found: Outcome, key: str, work: Callable[[StoredRoad], str]) -> None:
    """Carries the act out on one item; what came of it is added to ``found``. A repeat of the request does nothing twice."""
    own = request.headers.get("Idempotency-Key", "")
    mark = f"{own}:{key}"[:LONGEST_KEY] if own else ""

    def once(road: StoredRoad) -> tuple[str, str]:
        known = idempotency.find(road, caller().id, mark) if mark else None
        if known is not None:
            return known.body["text"], known.body["root"]
        text = work(road)
        root = road.first.root if road.first is not None else ""
        if mark:
            idempotency.keep(road, caller().id, mark, Kept(key, 200, {}, {"text": text, "root": root or ""}))
        return text, root or ""

    window = undo_window()
    try:
        _text, root = platform().pipeline.run(caller(), once, undo_window=window)
    except ProblemError as error:
        found.failed.append((_title(key), why_not(error)))
        return
    found.done.append(key)
    if root:
        found.roots.append(root)


def _undo() -> Response:
    """Takes back what was done to several items, each by itself, as far as it still can be."""
    window = undo_window()
    undone, told = 0, ""
    for root in request.form.get("command", "").split()[:MOST]:

        def work(road: StoredRoad, root: str = root) -> None:
            take_back(road, root, window)

        try:
            platform().pipeline.run(caller(), work)
            undone += 1
        except ProblemError as error:
            told = refusal(error)[1]
    note = {"text": ngettext("%(num)d item put back.", "%(num)d items put back.", undone) % {"num": undone}}
    response = Response(status=204)
    response.headers["HX-Trigger"] = json.dumps(
        ({"said": note} if undone else {}) | ({"refused": {"text": told}} if told else {})
    )
    return response


def why_not(error: ProblemError) -> str:
    """Why an act was refused, to stand beside the item's title."""
    if isinstance(error, InvalidError):
        if any(fault.pointer == "/reason" for fault in error.faults):
            return _("It needs a reason.")
        return "; ".join(said(fault.message) for fault in error.faults)
    return refusal(error)[1]


def _title(key: str) -> str:
    machine, _sep, id = key.partition("/")
    try:
        item = platform().pipeline.read(caller(), lambda road: worklist.item_of(road, machine, id))
    except NotFoundError:
        return _("One that is not here any more")
    return str(item.record.get("title") or word("reason", item.record.get("reason")))
