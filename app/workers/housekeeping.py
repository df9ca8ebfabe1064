"""What must be done from time to time: seals over the audit, and putting away what nobody asks for any more."""

from __future__ import annotations

import sqlalchemy as sa

from app.bootstrap import Platform
from app.commands.media import known_files
from app.media.folder import MediaFolder
from app.road.roots import seal_root
from app.store.journal import ATTEMPTS, ROOTS
from app.store.waiting import IDEMPOTENCY

MINUTE = 60_000_000
"""In microseconds."""
SEALED_EVERY = 10 * MINUTE
CLEARED_EVERY = 60 * MINUTE
KEPT = 48 * 60 * MINUTE
"""How long answers to idempotency keys are kept: longer than the day that is promised."""


class Housekeeping:
    """Keeps a store in order."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._looked: int | None = None
        self._cleared: int | None = None

    def keep(self, now: int) -> None:
        """Does what is to be done by now (microseconds)."""
        if self._looked is None or now - self._looked >= MINUTE:
            self._looked = now
            self._seal(now)
        if self._cleared is None or now - self._cleared >= CLEARED_EVERY:
            self._cleared = now
            self._clear(now)

    def _seal(self, now: int) -> None:
        with self._platform.database.connect() as connection:
            last = connection.scalar(sa.select(ROOTS.c.at).order_by(ROOTS.c.number.desc()).limit(1))
        if last is None or now - last >= SEALED_EVERY:
            seal_root(self._platform.database, self._platform.key("audit"), now)

    def _clear(self, now: int) -> None:
        with self._platform.pipeline.transaction() as connection:
            for table in (IDEMPOTENCY, ATTEMPTS):
                connection.execute(sa.delete(table).where(table.c.at < now - KEPT))
        with self._platform.database.connect() as connection:
            MediaFolder(self._platform.settings.media).sweep(lambda names: known_files(connection, names))
