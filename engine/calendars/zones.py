"""When the clocks of a zone change: its offsets from UTC as stretches of instants.

A zone file is only asked for its offset at single instants; where two of them differ the change in between is found by
halving. No zone has ever changed its clocks twice within the step of the search.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

STEP = 6 * 3_600
DAY = 86_400
CHUNK = 128 * DAY
"""In seconds."""
WIDEST = DAY + 7_200
"""More than any zone has ever been away from UTC, in seconds: a day, where a date was skipped, and a little."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Stretch = tuple[int, int, int]
"""From when, until when (seconds since the epoch), and local time less UTC in seconds."""


def stretches(zone: ZoneInfo, start: int, end: int) -> Iterator[Stretch]:
    """The stretches of equal offset that cover the instants from ``start`` to ``end``, in order."""
    for chunk in range(start // CHUNK, (end - 1) // CHUNK + 1):
        for first, last, offset in _chunk(zone.key, chunk):
            first, last = max(first, start), min(last, end)
            if first < last:
                yield first, last, offset


def local_spans(zone: ZoneInfo, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The instants at which the clocks of ``zone`` show a time from ``start`` to just before ``end``.

    ``start`` and ``end`` are local times, in seconds as if they were UTC. A time that a change of clocks skips is shown
    never, one that it repeats twice.
    """
    for first, last, offset in stretches(zone, start - WIDEST, end + WIDEST):
        first, last = max(first, start - offset), min(last, end - offset)
        if first < last:
            yield first, last


def offset_at(zone: ZoneInfo, instant: int) -> int:
    """Local time less UTC at an instant, in seconds."""
    found = (_EPOCH + timedelta(seconds=instant)).astimezone(zone).utcoffset()
    assert found is not None
    return found.days * DAY + found.seconds


@lru_cache(maxsize=4096)
def _chunk(key: str, number: int) -> tuple[Stretch, ...]:
    zone = ZoneInfo(key)
    begun = number * CHUNK
    end = begun + CHUNK
    found: list[Stretch] = []
    offset = _offset(zone, begun)
    for instant in range(begun + STEP, end + STEP, STEP):
        later = _offset(zone, instant)
        if later != offset:
            change = _change(zone, instant - STEP, instant, offset)
            found.append((begun, change, offset))
            begun, offset = change, later
    if begun < end:
        found.append((begun, end, offset))
    return tuple(found)


def _change(zone: ZoneInfo, before: int, after: int, offset: int) -> int:
    """The first instant after ``before`` whose offset is no longer ``offset``."""
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == offset:
            before = middle
        else:
            after = middle
    return after


_FIRST = int(datetime(1, 1, 3, tzinfo=UTC).timestamp())
_LAST = int(datetime(9999, 12, 29, tzinfo=UTC).timestamp())


def _offset(zone: ZoneInfo, instant: int) -> int:
    return offset_at(zone, min(max(instant, _FIRST), _LAST))
