"""Who is taken when: the times in which the entities of one slot take others, sorted for each of these."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping
from typing import Any

from engine.machines.slots import ENDS, STARTS, Slot

Time = tuple[int, int, str]
"""Start, end, and the id of the entity that takes."""


class Occupancy:
    """The times of one slot. A question looks only at those that begin late enough to reach into it."""

    __slots__ = ("_fields", "_known", "_longest", "_slot", "_times")

    def __init__(self, slot: Slot, records: Iterable[Mapping[str, Any]]) -> None:
        self._slot = slot
        self._fields = frozenset({slot.relation, STARTS, ENDS, "status"})
        self._known: dict[str, tuple[str, Time]] = {}
        self._times: dict[str, list[Time]] = {}
        self._longest: dict[str, int] = {}
        for record in records:
            found = self._read(record)
            if found is not None:
                self._known[record["id"]] = found
                self._times.setdefault(found[0], []).append(found[1])
                self._lengthen(*found)
        for times in self._times.values():
            times.sort()

    def meets(self, target: str, start: int, end: int) -> bool:
        """Whether ``target`` is taken at some instant from ``start`` to just before ``end``."""
        times = self._times.get(target)
        if not times:
            return False
        earliest = start - self._longest[target]
        at = bisect_left(times, (end,))
        while at:
            at -= 1
            begins, ends, _ = times[at]
            if ends > start:
                return True
            if begins < earliest:
                return False
        return False

    def changed(self, record: Mapping[str, Any], name: str) -> None:
        """Takes note that a field of an entity has changed."""
        if name in self._fields:
            self.forget(record["id"])
            self.note(record)

    def note(self, record: Mapping[str, Any]) -> None:
        """Takes note of an entity that is not known yet."""
        found = self._read(record)
        if found is not None:
            self._known[record["id"]] = found
            insort(self._times.setdefault(found[0], []), found[1])
            self._lengthen(*found)

    def forget(self, id: str) -> None:
        """Forgets an entity, if it is known."""
        known = self._known.pop(id, None)
        if known is not None:
            target, time = known
            times = self._times[target]
            del times[bisect_left(times, time)]

    def _read(self, record: Mapping[str, Any]) -> tuple[str, Time] | None:
        """Whom the entity takes and when; None where it takes nobody, or nothing is known of the time."""
        target, start, end = record.get(self._slot.relation), record.get(STARTS), record.get(ENDS)
        if record.get("status") not in self._slot.states or target is None or start is None or end is None:
            return None
        return (target, (start, end, record["id"])) if start < end else None

    def _lengthen(self, target: str, time: Time) -> None:
        length = time[1] - time[0]
        if length > self._longest.get(target, 0):
            self._longest[target] = length
