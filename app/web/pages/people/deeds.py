"""What is done to a person with one click: deactivated, taken back, signed out, invited once more."""

from __future__ import annotations

from flask import Response
from flask_login import login_required

from app.identity import people, sessions
from app.road import commands
from app.road.road import StoredRoad
from app.web.answers import shown
from app.web.context import platform
from app.web.pages.acts import act, version
from app.web.wording.language import gettext as _


@login_required  # type: ignore[untyped-decorator]
def move(id: str, move: str) -> Response:
    """Deactivates or takes back."""

    def work(road: StoredRoad) -> str:
        moved = people.move(platform().identity, road, id, move, version=version())
        seen = shown(road, road.catalog.machines["user"], moved)
        name = seen.get("name") or seen.get("email") or ""
        if moved["status"] == "active":
            return _("%(name)s may sign in again.") % {"name": name}
        return _("%(name)s is deactivated and signed out everywhere.") % {"name": name}

    return act(work, undoable=False)


@login_required  # type: ignore[untyped-decorator]
def invite_again(id: str) -> Response:
    """Sends a new link; the one before ends."""

    def work(road: StoredRoad) -> str:
        people.invite_again(platform().identity, road, id)
        return _("A new link is on its way; the one before has ended.")

    return act(work, undoable=False)


@login_required  # type: ignore[untyped-decorator]
def end_sign_in(id: str, sign_in: str) -> Response:
    """Signs a person out in one place."""

    def work(road: StoredRoad) -> str:
        _may_change(road, id)
        sessions.end_one(platform().identity, road, id, sign_in)
        return _("Signed out there.")

    return act(work, undoable=False)


@login_required  # type: ignore[untyped-decorator]
def end_sign_ins(id: str) -> Response:
    """Signs a person out everywhere."""

    def work(road: StoredRoad) -> str:
        _may_change(road, id)
        sessions.end_all(platform().identity, road, id, "revoked")
        return _("Signed out everywhere.")

    return act(work, undoable=False)


def _may_change(road: StoredRoad, id: str) -> None:
    machine = road.catalog.machines["user"]
    record, _seen = commands.readable(road, machine, id, lock=True)
    commands.allow(road, "users.update", machine, record)
