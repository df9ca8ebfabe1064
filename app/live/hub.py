"""The hub: reads the feed once for all sockets of a process and tells each what its viewer may see.

A socket that does not read is closed when its queue is full; nobody else waits for it. It resumes from the last number
that it was told.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import orjson

from app.bootstrap import Platform
from app.live.changes import changes_after, seen_by
from app.live.looks import Look, Parts
from app.live.sequencer import head, number_pending
from app.records.database import asking
from app.road.caller import system
from app.road.road import StoredRoad

LOG = logging.getLogger("virel.live")
EVERY = 0.05
"""Seconds between two looks at what was committed."""
PAUSE = 0.03
"""Seconds between two turns however much is committed: what comes in between goes out together."""
BEAT = 2.0
"""Seconds between two signs of life."""
MOST_WAITING = 256
"""Messages that a socket may leave unread."""


@dataclass(eq=False, slots=True)
class Viewer:
    """One socket: who looks and, of a page, how; up to where they were told, and what waits to be sent."""

    actor: Mapping[str, Any]
    upto: int
    look: Look | None = None
    queue: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))
    stalled: bool = False
    whose: bytes = field(init=False)
    """The same for all sockets of a person: what they are told is worked out once."""

    def __post_init__(self) -> None:
        self.whose = orjson.dumps(dict(self.actor), option=orjson.OPT_SORT_KEYS)

    def tell(self, message: str) -> None:
        """Queues a message; a viewer whose queue is full is given up."""
        if self.stalled:
            return
        try:
            self.queue.put_nowait(message)
        except asyncio.QueueFull:
            self.stalled = True


def _text(message: dict[str, Any]) -> str:
    return orjson.dumps(message).decode()


Whose: TypeAlias = tuple[bytes, Look | None]
"""What is told depends on who looks, and how."""


class Hub:
    """All sockets of a process. ``parts`` makes what pages are told beside the bare changes."""

    def __init__(self, platform: Platform, parts: Parts | None = None) -> None:
        self._platform = platform
        self._parts = parts
        self._viewers: set[Viewer] = set()
        self._wake = asyncio.Event()
        self._failing = False

    async def run(self) -> None:
        """Numbers, reads and tells until it is cancelled. A store that does not answer is asked again."""
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(self._wake.set)

        self._platform.pipeline.committed = wake
        try:
            await self._watch()
        finally:
            self._platform.pipeline.committed = None  # the loop that would be woken is about to end

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        beat = loop.time()
        while True:
            more = False
            try:
                more = await self._turn()
                self._failing = False
            except Exception:
                # Viewers see that the beat stops; the next turn tries again.
                if not self._failing:
                    LOG.exception("the live feed cannot be read")
                self._failing = True
            if not self._failing and loop.time() - beat >= BEAT:
                beat = loop.time()
                for viewer in self._viewers:
                    viewer.tell(_text({"type": "beat", "upto": viewer.upto}))
            if more:
                continue
            await asyncio.sleep(PAUSE)
            try:
                await asyncio.wait_for(self._wake.wait(), EVERY)
            except TimeoutError:
                continue
            self._wake.clear()

    async def _turn(self) -> bool:
        """Numbers what was committed and takes every viewer a batch further; whether somebody has more to be told."""
        await asyncio.to_thread(number_pending, self._platform.pipeline)
        if not self._viewers:
            return False
        current = await asyncio.to_thread(self._head)
        groups: dict[int, list[Viewer]] = {}
        for viewer in self._viewers:
            if viewer.upto < current:
                groups.setdefault(viewer.upto, []).append(viewer)
        for after, viewers in groups.items():
            actors = {(viewer.whose, viewer.look): viewer.actor for viewer in viewers}
            told, upto = await asyncio.to_thread(self._read, after, actors)
            for viewer in viewers:
                viewer.upto = upto
                text = told[viewer.whose, viewer.look]
                if text is not None:
                    viewer.tell(text)
        return any(viewer.upto < current for viewer in self._viewers)

    def _head(self) -> int:
        with asking(self._platform.database) as connection:
            return head(connection)

    def _read(self, after: int, actors: Mapping[Whose, Mapping[str, Any]]) -> tuple[dict[Whose, str | None], int]:
        """What each of the actors is told of the changes after a number, and the last number that was read."""

        def work(road: StoredRoad) -> tuple[dict[Whose, str | None], int]:
            changes = changes_after(road, after)
            upto = changes[-1].seq if changes else after
            looks = {look for _, look in actors if look is not None}
            parts = self._parts.parts(road, changes, looks) if self._parts is not None and looks and changes else {}
            seen: dict[bytes, list[dict[str, Any]]] = {}
            told: dict[Whose, str | None] = {}
            for (whose, look), actor in actors.items():
                if whose not in seen:
                    seen[whose] = seen_by(road, actor, changes)
                message = {"type": "changes", "items": seen[whose], "upto": upto}
                if look in parts:
                    message["parts"] = parts[look]
                told[whose, look] = _text(message) if seen[whose] else None
            return told, upto

        return self._platform.pipeline.read(system("live"), work)

    async def join(self, actor: Mapping[str, Any], after: int | None, look: Look | None = None) -> Viewer:
        """A new viewer, who is told everything after a number that they know, or begins at the end."""
        current = await asyncio.to_thread(self._head)
        start = current if after is None or after > current else after
        viewer = Viewer(actor, start, look)
        viewer.tell(_text({"type": "hello", "upto": start}))
        self._viewers.add(viewer)
        self._wake.set()
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """Forgets a viewer."""
        self._viewers.discard(viewer)
