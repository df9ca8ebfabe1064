"""What is done to items: moved, given, put off, one by one; and what is done to what they are about."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask_login import login_required

from app.commands import entities
from app.commands import work as working
from app.road import worklist
from app.road.problems import Fault, InvalidError, NotFoundError
from app.road.road import StoredRoad
from app.road.worklist import KINDS
from app.web.context import caller
from app.web.pages.acts import act, version
from app.web.pages.work.deadlines import soon
from app.web.pages.work.moves import MAIN, subjects
from app.web.pages.work.rows import person
from app.web.pages.work.snoozing import instant_of
from app.web.wording.language import gettext as _
from app.web.wording.words import word
from engine.conditions.values import Timestamp

LONGEST_REASON = 2_000


def add_work_acts(pages: Blueprint) -> None:
    """Adds /acts/task/… and /acts/exception/…."""
    for machine in KINDS:
        for path, name, view in (
            ("assign", "assign", _assign),
            ("snooze", "snooze", _snooze),
            ("of/<kind>/<move>", "about", _about),
            ("<move>", "move", _move),
        ):
            if path == "snooze" and machine != "task":
                continue
            pages.add_url_rule(
                f"/acts/{machine}/<id>/{path}",
                f"{name}_{machine}",
                login_required(view),
                defaults={"machine": machine},
                methods=["POST"],
            )


def reason() -> str:
    """The reason that was given; empty without one."""
    return request.form.get("reason", "").strip()[:LONGEST_REASON]


def _assign(machine: str, id: str) -> Response:
    given = request.form.get("user", "")
    return act(lambda road: assigned(road, machine, id, given or caller().id, version()))


def assigned(road: StoredRoad, machine: str, id: str, user: str, at: int | None) -> str:
    """Gives an item to somebody, ``nobody`` takes it from everybody; what is to be said of it."""
    record = working.assign(road, machine, id, user=None if user == "nobody" else user, queue=None, version=at)
    if record.get("assignee") == road.journal.caller.id:
        return _("It is yours now.")
    name = person(road, record.get("assignee"))
    return _("Given to %(name)s.") % {"name": name} if name else _("Given back: it is nobody’s now.")


def _move(machine: str, id: str, move: str) -> Response:
    why = reason()
    return act(lambda road: moved(road, machine, id, move, why, version()))


def moved(road: StoredRoad, machine: str, id: str, move: str, why: str, at: int | None) -> str:
    """Has an item take a move; what is to be said of it. Raises InvalidError for an exception that is settled without a reason."""
    if machine == "exception" and move == "resolve" and not why:
        raise InvalidError([Fault("/reason", "missing", "say how it was settled")])
    record = entities.move(road, machine, id, move, {"reason": why} if why else {}, version=at)
    title = record.get("title") or word("reason", record.get("reason"))
    return f"{title}: {word('state', record['status'], machine).lower()}."


def _snooze(machine: str, id: str) -> Response:
    given, why = request.form.get("until", ""), reason()

    def work(road: StoredRoad) -> str:
        return snoozed(road, machine, id, instant_of(given, road.now), why, version())

    return act(work)


def snoozed(road: StoredRoad, machine: str, id: str, until: Timestamp, why: str, at: int | None) -> str:
    """Puts a task off; what is to be said of it. Raises InvalidError for what cannot be put off."""
    if machine != "task":
        raise InvalidError([Fault("/id", "invalid", _("An exception is settled, not put off."))])
    working.snooze(road, id, until=until, reason=why or None, version=at)
    return _("Put off until %(when)s.") % {"when": soon(until, road.now)}


def _about(machine: str, id: str, kind: str, move: str) -> Response:
    why = reason()

    def work(road: StoredRoad) -> str:
        item = worklist.item_of(road, machine, id)
        found: dict[str, Any] = dict(subjects(road, item))
        if kind not in found or move not in MAIN.get(kind, ()):
            raise NotFoundError(kind, id)
        record = entities.move(road, kind, found[kind]["id"], move, {"reason": why} if why else {}, version=version())
        told = {
            "kind": word("kind", kind),
            "code": record.get("code") or "",
            "state": word("state", record["status"], kind),
        }
        return " ".join((_("%(kind)s %(code)s: %(state)s.") % (told | {"state": told["state"].lower()})).split())

    return act(work)
