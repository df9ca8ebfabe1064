"""Begins and ends looking at the pages as another role."""

from __future__ import annotations

from flask import Response, make_response, redirect, request
from flask_login import login_required

from app.identity import overview, sign_in
from app.identity.people import OWNER
from app.identity.presence import SESSION
from app.road.problems import Fault, ForbiddenError, InvalidError, ProblemError
from app.road.queues import queues
from app.road.road import StoredRoad
from app.web import preview
from app.web.context import caller, platform
from app.web.pages.acts import refused
from app.web.signed_in import present


@login_required  # type: ignore[untyped-decorator]
def begin() -> Response:
    """Looks through a role from now on: for an owner whose own roles cover it whole.

    What is seen is the work of all queues that people with this role have; of every queue while nobody has the role.
    """
    role, here = request.form.get("role", "")[:200], present(platform(), request)

    def work(road: StoredRoad) -> list[str]:
        if OWNER not in here.user["roles"] or here.by != SESSION:
            raise ForbiddenError("user", caller().id, "users.update", "only an owner looks as another role", None)
        beyond = preview.uncovered(road.catalog.access, here.user["roles"], role)
        if beyond is not None and not beyond.permission:
            raise InvalidError([Fault("/role", "not_found", "there is no such role")])
        if beyond is not None:
            reason = f"{role} grants {beyond.permission} more widely than your own roles"
            raise ForbiddenError("user", caller().id, "users.update", reason, None)
        sign_in.write(road, caller().id, "user.preview_began", reason=role)
        known = overview.queues_of_role(road.connection, role)
        return sorted(queues(road)) if known is None else known

    try:
        shown = platform().pipeline.run(caller(), work)
    except ProblemError as error:
        return refused(error)
    response = make_response(redirect("/", 303))
    preview.begin(platform(), response, here, role, shown)
    return response


@login_required  # type: ignore[untyped-decorator]
def end() -> Response:
    """Looks with one's own roles again."""
    response = make_response(redirect("/people/roles", 303))
    preview.end(response)
    return response
