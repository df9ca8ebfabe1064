"""Rows of the Action Center that are told over the feed, so that no page fetches its list because a colleague did something.

What a row says depends on its item, on what its reader may see of what the item is about, and on their language and zone.
A row is made once for all readers for whom these are the same; who may see what is decided for each of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, g
from werkzeug.wrappers import Request

from app.identity.presence import Presence
from app.live.changes import Change
from app.road import worklist
from app.road.caller import Caller
from app.road.problems import NotFoundError
from app.road.road import StoredRoad
from app.road.worklist import KINDS, Wanted
from app.web.context import platform
from app.web.pages.work.rows import Row, gone_rows, rows_of
from app.web.pages.work.views import TABS, View, view_of
from app.web.signed_in import present
from app.web.wording import moments
from app.web.wording.language import locale
from engine.access.decide import decide
from engine.simulation.world import Record

ASKED = "list"
"""The argument of a handshake with which a page says that it shows the list; its other arguments are those of its view."""
MOST = 40
"""Items that are told with their rows at once; after more than that a page fetches its list."""
BEHIND = ("booking", "client", "model")
"""What a row also shows of what its item is about."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks at a view of the list, in which language and zone; the rest is what their handshake was asked in."""

    id: str
    roles: tuple[str, ...]
    queues: tuple[str, ...]
    view: View
    language: str
    zone: str
    caller: Caller = field(compare=False, repr=False)
    presence: Presence = field(compare=False, repr=False)
    environ: Mapping[str, Any] = field(compare=False, repr=False)

    @property
    def wanted(self) -> Wanted:
        """What the view shows."""
        return self.view.wanted(self.id)


@dataclass(frozen=True, slots=True)
class Same:
    """What decides what a row says: of two readers for whom it is equal one row is made."""

    key: str
    gone: bool
    roles: tuple[str, ...]
    language: str
    zone: str
    sees: tuple[tuple[str, bool, frozenset[str]], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What a reader is told of an item: which row, if any, and by how much each change made each tab hold more or less."""

    same: Same | None
    by: list[tuple[int, int, dict[str, int]]]


class PushedRows:
    """Makes the rows of an application's Action Center."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def look(self, request: Request, caller: Caller) -> Reader | None:
        """Who looks at the list; None where no list is shown, or one of some words, which the store looks for."""
        view = view_of(request.args)
        if ASKED not in request.args or view.words:
            return None
        actor = caller.actor
        # As if the list itself were asked for, of which a handshake is none.
        environ = {**request.environ, "PATH_INFO": "/", "QUERY_STRING": ""}
        environ.pop("HTTP_UPGRADE", None)
        with self._app.request_context(environ):
            presence, language, zone = present(platform(), request), locale(), moments.zone().key
        roles, queues = tuple(actor["roles"]), tuple(actor["queues"])
        return Reader(caller.id, roles, queues, view, language, zone, caller, presence, environ)

    def parts(
        self, road: StoredRoad, changes: Sequence[Change], looks: Collection[Any]
    ) -> Mapping[Any, Mapping[str, Any]]:
        """By ``task/ID``, for what a reader may read or could: ``row`` of an item that their list holds now or what became
        of one that it held before, None for one that it never held; and ``by`` how many more or less each tab holds since
        which change, by its place in the feed and its event's number. Nothing at all after so many changes that a list is
        better fetched.
        """
        changed: dict[str, list[Change]] = {}
        for change in changes:
            if change.machine in KINDS and change.record is not None:
                changed.setdefault(f"{change.machine}/{change.entity}", []).append(change)
        if len(changed) > MOST:
            return {}
        told: dict[Reader, dict[str, Told]] = {}
        for reader in looks:
            sight = Sight(road, reader)
            told[reader] = {key: one for key in changed if (one := sight.told(key, changed[key])) is not None}
        made = self._made(
            road, {reader: [one.same for one in mine.values() if one.same] for reader, mine in told.items()}
        )
        return {
            reader: {key: {"row": made.get(one.same) if one.same else None, "by": one.by} for key, one in mine.items()}
            for reader, mine in told.items()
        }

    def _made(self, road: StoredRoad, wanted: Mapping[Reader, Sequence[Same]]) -> dict[Same, str]:
        """Every row once, each by the first of those who see it so."""
        made: dict[Same, str] = {}
        for reader, rows in wanted.items():
            mine = [one for one in rows if one not in made]
            if mine:
                with self._app.request_context(dict(reader.environ)):
                    g.caller, g.presence, g.locale = reader.caller, reader.presence, reader.language
                    found = platform().pipeline.read(reader.caller, lambda own, mine=mine: _rows(own, mine))  # type: ignore[misc]
                    made |= self._rendered(found)
        return made

    def _rendered(self, rows: Mapping[Same, Row]) -> dict[Same, str]:
        """Each row after the head of its group, which a list may not have yet."""
        context: dict[str, Any] = {}
        self._app.update_template_context(context)
        lines: Any = self._app.jinja_env.get_template("work/row.html").make_module(context)
        return {same: lines.head(row.item.record["priority"], "") + lines.line(row) for same, row in rows.items()}


class Sight:
    """What one reader sees of changed items."""

    def __init__(self, road: StoredRoad, reader: Reader) -> None:
        self._road = road
        self._reader = reader
        self._roles = road.catalog.access.of(reader.roles)
        self._wanted = reader.wanted
        self._tabs = {tab.key: View(tab.key).wanted(reader.id) for tab in TABS}

    def told(self, key: str, happened: Sequence[Change]) -> Told | None:
        """What is told of an item; None where the reader may not read it and could not before."""
        machine, record = happened[-1].machine, happened[-1].record
        assert record is not None
        sees = self._sees(machine, record)[0]
        if not sees and not any(one.before and self._sees(machine, one.before)[0] for one in happened):
            return None
        by = [(one.seq, one.number, more) for one in happened if (more := self._more(one))]
        holds = self._wanted.holds(machine, record)
        held = any(one.before is not None and self._wanted.holds(machine, one.before) for one in happened)
        return Told(self._same(key, machine, record, gone=not holds) if sees and (holds or held) else None, by)

    def _more(self, change: Change) -> dict[str, int]:
        """By how much a change makes each tab hold more or less."""
        held, holds = self._tabs_of(change.machine, change.before), self._tabs_of(change.machine, change.after)
        return {tab: (tab in holds) - (tab in held) for tab in self._tabs if (tab in holds) != (tab in held)}

    def _tabs_of(self, machine: str, record: Record | None) -> set[str]:
        if record is None or not self._sees(machine, record)[0]:
            return set()
        return {tab for tab, wanted in self._tabs.items() if wanted.holds(machine, record)}

    def _same(self, key: str, machine: str, record: Record, *, gone: bool) -> Same:
        told = tuple(
            (other, *self._sees(other.partition("/")[0], one))
            for other, one in [(key, record), *_behind(self._road, record)]
        )
        return Same(key, gone, self._reader.roles, self._reader.language, self._reader.zone, told)

    def _sees(self, machine: str, record: Record) -> tuple[bool, frozenset[str]]:
        permission, actor = f"{self._road.catalog.machines[machine].plural}.read", self._reader.caller.actor
        decided = decide(self._roles, actor, permission, machine, record, self._road.world, self._road.now)
        return decided.allowed, decided.hidden


def _behind(road: StoredRoad, record: Record) -> list[tuple[str, Record]]:
    """What a row may show beside its item: what that is about, and the booking, client and model behind it."""
    found: dict[str, Record] = {}
    wanted = [record.get("about") or ""]
    for _depth in range(3):
        for key in [one for one in wanted if one not in found]:
            machine, _sep, id = key.partition("/")
            one = road.world.tables[machine].get(id) if machine in road.world.tables else None
            if one is not None:
                found[key] = one
        wanted = [f"{name}/{one[name]}" for one in found.values() for name in BEHIND if one.get(name)]
    return list(found.items())


def _rows(road: StoredRoad, wanted: Sequence[Same]) -> dict[Same, Row]:
    held = []
    for one in wanted:
        machine, _sep, id = one.key.partition("/")
        try:
            if not one.gone:
                held.append(worklist.item_of(road, machine, id))
        except NotFoundError:
            continue  # changed again meanwhile, which is told in its turn
    found = {row.key: row for row in (*rows_of(road, held), *gone_rows(road, [one.key for one in wanted if one.gone]))}
    return {one: found[one.key] for one in wanted if one.key in found}
