"""The live release and its roads: which documents decide at this moment, ready to run."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from app.records.releases import RELEASES, Releases
from app.road.road import StoredRoad
from app.store.statements import statements_of
from engine.catalog import Catalog

KEPT = 4
"""How many releases' catalogs are kept at hand."""


class LiveReleases:
    """The catalogs of releases, each built once, and roads over the live one for whoever needs one."""

    def __init__(self, database: Engine, key: bytes) -> None:
        self._database = database
        self._key = key
        self._statements = statements_of(database.dialect)
        self._lock = threading.Lock()
        self._catalogs: OrderedDict[int, Catalog] = OrderedDict()
        self._idle: dict[int, list[StoredRoad]] = {}
        self._prepared: dict[int, dict[Any, Any]] = {}
        self._live = self._statements.of("live", lambda: sa.select(sa.func.max(RELEASES.c.number)))

    def live(self, connection: Connection) -> int:
        """The number of the release in force. Raises LookupError where none was published yet."""
        number: int | None = self._live.rows(connection, {})[0][0]
        if number is None:
            raise LookupError("nothing was published in this store yet: run `virel migrate`, then publish a release")
        return number

    def catalog(self, release: int) -> Catalog:
        """The catalog of a release."""
        with self._lock:
            found = self._catalogs.get(release)
            if found is None:
                with self._database.connect() as connection:
                    found = Releases(connection).content(release).catalog()
                self._catalogs[release] = found
            self._catalogs.move_to_end(release)
            while len(self._catalogs) > KEPT:
                gone, _ = self._catalogs.popitem(last=False)
                self._idle.pop(gone, None)
                self._prepared.pop(gone, None)
            return found

    def take(self, release: int) -> StoredRoad:
        """A road over a release that nobody else walks; to be given back."""
        with self._lock:
            idle = self._idle.get(release)
            if idle:
                return idle.pop()
            prepared = self._prepared.setdefault(release, {})
        return StoredRoad(self.catalog(release), release, self, self._statements, self._key, prepared)

    def give_back(self, road: StoredRoad) -> None:
        """Gives a road back."""
        with self._lock:
            if road.release in self._catalogs:
                self._idle.setdefault(road.release, []).append(road)
