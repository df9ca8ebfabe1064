"""Sliding windows of a minute in this process: how much each caller asked in the last one, without any bookkeeper.

The count of the minute before is weighed by how much of it still lies within the window.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

MINUTE = 60.0
MOST_KNOWN = 10_000
"""Callers after which those of earlier minutes are forgotten."""


@dataclass(slots=True)
class _Window:
    minute: int
    count: int
    before: int


class Windows:
    """Counts by caller."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, _Window] = {}

    def hit(self, who: str, most: int) -> tuple[bool, int, float]:
        """Counts one request unless it is one too many: whether it was not, how many are left, and the instant (Unix
        seconds) at which the caller's present minute ends.
        """
        now = time.time()
        minute, gone = int(now // MINUTE), now % MINUTE / MINUTE
        with self._lock:
            window = self._window(who, minute)
            taken = window.before * (1 - gone) + window.count
            good = taken + 1 <= most
            if good:
                window.count += 1
                taken += 1
        return good, max(0, most - int(taken)), (minute + 1) * MINUTE

    def _window(self, who: str, minute: int) -> _Window:
        found = self._known.get(who)
        if found is None:
            if len(self._known) >= MOST_KNOWN:
                self._known = {name: one for name, one in self._known.items() if one.minute >= minute - 1}
            found = self._known[who] = _Window(minute, 0, 0)
        elif found.minute != minute:
            found.before = found.count if found.minute == minute - 1 else 0
            found.minute, found.count = minute, 0
        return found
