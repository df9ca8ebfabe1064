"""Moves as acts: one address for every move of a kind, and what is said of it."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import login_required

from app.commands import entities
from app.road import commands
from app.road.road import StoredRoad
from app.web.pages.acts import act, version
from app.web.wording.language import gettext as _
from app.web.wording.words import word
from engine.simulation.world import Record

LONGEST_REASON = 2_000
CODES = ("code", "public_code", "name", "title")


def add_moves(pages: Blueprint, machine: str) -> None:
    """Adds ``POST /acts/MACHINE/ID/MOVE`` for all moves of a machine; a ``reason`` is taken from the form."""

    @login_required  # type: ignore[untyped-decorator]
    def moved(id: str, move: str) -> Response:
        reason = request.form.get("reason", "").strip()[:LONGEST_REASON]

        def work(road: StoredRoad) -> str:
            record = entities.move(road, machine, id, move, {"reason": reason} if reason else {}, version=version())
            return now_is(road, machine, record)

        return act(work)

    pages.add_url_rule(f"/acts/{machine}/<id>/<move>", f"move_{machine}", moved, methods=["POST"])


def now_is(road: StoredRoad, machine: str, record: Record) -> str:
    """The sentence after a move: what is in which state now, named by what the caller may see of it."""
    decided = commands.decision(road, f"{road.catalog.machines[machine].plural}.read", machine, record)
    seen = {name: record.get(name) for name in CODES if decided.allowed and name not in decided.hidden}
    name = next((str(value) for value in seen.values() if value), word("kind", machine))
    return _("%(what)s is now: %(state)s.") % {"what": name, "state": word("state", record["status"], machine)}
