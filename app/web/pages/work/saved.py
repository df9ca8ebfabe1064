"""Saved views of the list: a tab and a filter under a name, for oneself, for everybody, or as what opens first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl

import sqlalchemy as sa

from app.road import commands
from app.road.problems import Fault, ForbiddenError, InvalidError, NotFoundError
from app.road.road import StoredRoad
from app.road.rows import micro
from app.store.identity import VIEWS
from app.web.pages.work.views import View, view_of
from app.web.wording.language import gettext as _

LIST = "work"
PRIVATE, TEAM, DEFAULT = SHARINGS = ("private", "team", "default")
"""For oneself; for everybody; for oneself, and opened when no other view is asked for."""
LONGEST = 60
MOST = 50
"""Views that one person may keep."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved view as a caller sees it."""

    id: str
    name: str
    sharing: str
    own: bool
    view: View

    @property
    def address(self) -> str:
        """Where it is looked at."""
        return f"/?{self.view.query(view=self.id)}"


def saved_views(road: StoredRoad) -> list[Saved]:
    """The caller's own views and those of the team, by name."""
    own = road.journal.caller.id
    columns = VIEWS.c
    query = sa.select(VIEWS).where(columns.list == LIST, sa.or_(columns.owner == own, columns.sharing == TEAM))
    found = [_saved(row, own) for row in road.connection.execute(query).mappings()]
    return sorted(found, key=lambda one: (not one.own, one.name.casefold(), one.id))


def opening(views: Iterable[Saved]) -> View:
    """What is shown where no view is asked for."""
    return next((one.view for one in views if one.own and one.sharing == DEFAULT), View())


def save(road: StoredRoad, name: str, sharing: str, view: View) -> str:
    """Saves a view, in place of one's own of that name. Raises InvalidError; ForbiddenError for a team's view by one who may
    not give work to others.
    """
    name = name.strip()[:LONGEST]
    faults = [] if name else [Fault("/name", "missing", _("Give it a name."))]
    if sharing not in SHARINGS:
        faults.append(Fault("/sharing", "invalid", _("Choose whom it is for.")))
    own, columns = road.journal.caller.id, VIEWS.c
    mine = list(road.connection.execute(sa.select(VIEWS).where(columns.owner == own)).mappings())
    before = next((row for row in mine if row["list"] == LIST and row["name"] == name), None)
    if before is None and len(mine) >= MOST:
        faults.append(Fault("/name", "invalid", _("You keep many views already; remove one first.")))
    if faults:
        raise InvalidError(faults)
    if sharing == TEAM and not may_share(road):
        raise ForbiddenError("task", "", "tasks.assign", _("only those who give work to others share views"), None)
    if sharing == DEFAULT:
        others = sa.update(VIEWS).where(columns.owner == own, columns.list == LIST, columns.sharing == DEFAULT)
        road.connection.execute(others.values(sharing=PRIVATE))
    now = micro(road.now)
    values = {"filter": view.query(), "sharing": sharing, "updated_at": now}
    if before is not None:
        change = sa.update(VIEWS).where(columns.id == before["id"])
        road.connection.execute(change.values(**values, version=before["version"] + 1))
        return str(before["id"])
    made = {"id": commands.new_id(), "owner": own, "list": LIST, "name": name, "version": 1, "created_at": now}
    road.connection.execute(sa.insert(VIEWS).values(**made, **values))
    return str(made["id"])


def forget(road: StoredRoad, id: str) -> str:
    """Removes a view of one's own; its name. Raises NotFoundError."""
    columns = VIEWS.c
    mine = (columns.id == id, columns.owner == road.journal.caller.id, columns.list == LIST)
    name = road.connection.scalar(sa.select(columns.name).where(*mine))
    if name is None:
        raise NotFoundError("view", id)
    road.connection.execute(sa.delete(VIEWS).where(*mine))
    return str(name)


def may_share(road: StoredRoad) -> bool:
    """Whether the caller may make views for everybody: who gives work to others."""
    grants = road.catalog.access.of(road.journal.caller.actor["roles"]).grants
    return road.journal.caller.system or "tasks.assign" in grants


def _saved(row: sa.RowMapping, own: str) -> Saved:
    view = view_of(dict(parse_qsl(row["filter"] or "")))
    return Saved(row["id"], row["name"], row["sharing"], row["owner"] == own, view)
