"""Fidelity: how much of what rules once caused a replay causes again."""

from __future__ import annotations

from typing import Any

from engine.events.envelope import WireEvent
from engine.simulation.events import Event

Key = tuple[str, str, str]


class Fidelity:
    """Compares the derived events of a log with those of its replay, as a multiset of root, type and entity."""

    def __init__(self) -> None:
        self._balance: dict[Key, int] = {}
        self._recorded = 0
        self._derived = 0

    def recorded(self, event: WireEvent) -> None:
        """Takes a derived event that the log holds."""
        self._recorded += 1
        self._add((event.root or event.id, event.type, event.subject), 1)

    def derived(self, event: Event) -> None:
        """Takes an event that the replay derived."""
        self._derived += 1
        self._add((event.root, event.type, event.subject), -1)

    def _add(self, key: Key, sign: int) -> None:
        balance = self._balance.get(key, 0) + sign
        if balance:
            self._balance[key] = balance
        else:
            self._balance.pop(key, None)

    def as_json(self) -> dict[str, Any]:
        """``share`` is the part of the recorded events that the replay caused too, from 0 to 1."""
        missing = sum(count for count in self._balance.values() if count > 0)
        extra = -sum(count for count in self._balance.values() if count < 0)
        share = 1.0 if not self._recorded else round((self._recorded - missing) / self._recorded, 6)
        return {
            "recorded": self._recorded,
            "derived": self._derived,
            "missing": missing,
            "extra": extra,
            "share": share,
        }
