"""What every role may do, read off the documents: a table of permissions by roles, and each role's grants with their lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, request
from flask_login import current_user, login_required

from app.report.documents.phrase import in_line
from app.report.documents.sheet import CLOSE, OPEN
from app.web.context import catalog
from app.web.pages import frame
from app.web.preview import uncovered
from app.web.visitors import needs
from app.web.wording.language import gettext as _
from app.web.wording.words import word
from engine.access.grants import CheckedGrant
from engine.access.matrix import granted_by_nobody, ownerships, permissions_of, possible
from engine.access.model import Grant
from engine.catalog import Catalog
from engine.conditions.block import Line
from engine.machines.model import Machine
from engine.reading.nodes import data


@dataclass(frozen=True, slots=True)
class Given:
    """A grant in words: ``where`` is its condition as it is written, empty without one, and ``words`` what that comes to as
    far as the documents tell; ``fields`` is None where all may be written.
    """

    permission: str
    where: str
    hide: tuple[str, ...]
    fields: tuple[str, ...] | None
    place: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One role's answer: ``yes``, ``some`` (under a condition, some fields only, or with hidden ones) or ``no``.

    ``words`` say of which entities it is some, as far as the documents tell: in which states, and whose.
    """

    role: str
    kind: str
    given: tuple[Given, ...]
    words: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    """The permissions on one kind of entity; of none in particular with an empty ``plural``."""

    plural: str
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


@login_required  # type: ignore[untyped-decorator]
def roles() -> Response:
    """The matrix; ``?role=`` lights one role up."""
    with needs("users.read").require(403):
        found = catalog()
    names = sorted(found.access.grants)
    chosen = request.args.get("role")
    what: dict[str, Any] = {
        "roles": [found.access.roles[name] for name in names],
        "areas": matrix(found),
        "nobody": granted_by_nobody(found.access, found.machines),
        "chosen": chosen if chosen in names else "",
        "covered": {name: uncovered(found.access, current_user.roles, name) is None for name in names},
    }
    return frame.page("people/roles.html", "people", **what)


def matrix(found: Catalog) -> list[Area]:
    """Every permission that there is, by the kind of entity that it is about."""
    granted = {grant.permission for grants in found.access.grants.values() for grant in grants}
    areas = []
    for machine in sorted(found.machines.values(), key=lambda one: one.id):
        rows = tuple(_row(found, permission, machine) for permission in permissions_of(machine, granted))
        areas.append(Area(machine.plural, rows))
    plurals = {machine.plural for machine in found.machines.values()}
    rest = sorted(one for one in granted if one.partition(".")[0] not in plurals)
    return [*areas, Area("", tuple(_row(found, permission) for permission in rest))]


def _row(found: Catalog, permission: str, machine: Machine | None = None) -> tuple[str, tuple[Cell, ...]]:
    return permission, tuple(_cell(found, name, permission, machine) for name in sorted(found.access.grants))


def _cell(found: Catalog, role: str, permission: str, machine: Machine | None) -> Cell:
    checked = [grant for grant in found.access.grants[role] if grant.permission == permission]
    written = [grant for grant in found.access.roles[role].grants if grant.permission == permission]
    given = tuple(
        replace(_given(grant, written), words=_of_which([grant], machine, role) if machine is not None else "")
        for grant in checked
    )
    if not given:
        return Cell(role, "no", given)
    whole = any(not one.where and not one.hide and one.fields is None for one in given)
    words = _of_which(checked, machine, role) if machine is not None and not whole else ""
    return Cell(role, "yes" if whole else "some", given, words)


def _of_which(grants: Sequence[CheckedGrant], machine: Machine, role: str) -> str:
    """Of which entities the grants hold: their own, their queue's, those in some states."""
    kinds = ownerships(machine)
    found = {
        (state, whose)
        for state in machine.states
        for whose in kinds
        if any("true" in possible(grant, machine, state, whose, role) for grant in grants)
    }
    names = {"own": _("their own"), "queue": _("their queue’s"), "other": _("those of others"), "any": _("any")}
    whose_words = [names[one] for one in kinds if any(whose == one for _state, whose in found)]
    states = [state for state in machine.states if any(one == state for one, _whose in found)]
    parts = [", ".join(whose_words)] if len(whose_words) < len(kinds) else []
    if len(states) < len(machine.states):
        listed = ", ".join(word("state", state, machine.id).lower() for state in states)
        parts.append(_("in state: %(states)s") % {"states": listed})
    return "; ".join(parts)


def _given(grant: CheckedGrant, written: Sequence[Grant]) -> Given:
    source = next(one for one in written if one.place == grant.place)
    where = ""
    if source.where is not None:
        node = source.where.scalar if isinstance(source.where, Line) else source.where.node
        where = in_line(data(node)).replace(OPEN, "").replace(CLOSE, "")
    fields = None if grant.fields is None else tuple(sorted(grant.fields))
    return Given(grant.permission, where, tuple(sorted(grant.hide)), fields, f"{grant.place.file}:{grant.place.line}")
