"""The difference between two versions, effect by effect. Source: the language, "The command line" on ``diff``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.automation.model import Bound, Effect
from engine.conditions.values import Timestamp
from engine.simulation.events import Event
from engine.simulation.ledger import Ledger, Performed, performed

Key = tuple[str, str, str, str]


def key_of(performed: Performed) -> Key:
    """What identifies an effect across versions: root, rule, action and entity."""
    return (performed.root, performed.rule, performed.effect.action, performed.entity)


def same(left: Performed, right: Performed) -> bool:
    """Whether two effects of one key are alike in all their other keys and in their time."""
    return left.at == right.at and left.effect.keys == right.effect.keys


class ListingLedger(Ledger):
    """A ledger that lists its effects so that two simulations can be compared step by step.

    ``told`` is what must be equal when both did the same; the objects behind it are looked at only where they differ.
    """

    def __init__(self) -> None:
        super().__init__()
        self.listening = True
        self.told: list[tuple[Any, ...]] = []
        self._behind: list[tuple[Bound, Event, Sequence[tuple[int, Effect]], Timestamp]] = []

    def ran(
        self, bound: Bound, event: Event, effects: Sequence[tuple[int, Effect]], shadow: bool, now: Timestamp
    ) -> None:
        """Lists what a run performed; what a shadow rule would have done is no difference."""
        if shadow:
            return
        super().ran(bound, event, effects, shadow, now)
        self.told.append((bound.rule.text.id, event.root, event.subject, now, effects))
        self._behind.append((bound, event, effects, now))

    def listed(self) -> list[Performed]:
        """The effects since the last ``clear``."""
        return [
            performed(bound, event, effect, action, False, now)
            for bound, event, effects, now in self._behind
            for action, effect in effects
        ]

    def clear(self) -> None:
        """Forgets what was listed."""
        self.told.clear()
        self._behind.clear()


class EffectDifference:
    """Collects the effects of two versions running side by side; what both do alike is forgotten at once."""

    def __init__(self) -> None:
        self._open: dict[Key, tuple[list[Performed], list[Performed]]] = {}

    def add(self, before: list[Performed], after: list[Performed]) -> None:
        """Takes what the baseline and the draft did at one step."""
        for side, effects in ((0, before), (1, after)):
            for effect in effects:
                self._put(side, effect)

    def _put(self, side: int, performed: Performed) -> None:
        key = key_of(performed)
        pair = self._open.setdefault(key, ([], []))
        others = pair[1 - side]
        for number, other in enumerate(others):
            if same(performed, other):
                del others[number]
                if not pair[0] and not pair[1]:
                    del self._open[key]
                return
        pair[side].append(performed)

    def as_json(self) -> dict[str, list[Any]]:
        """``added``, ``removed`` and ``changed`` (pairs before and after), in the order of their instants."""
        added: list[Performed] = []
        removed: list[Performed] = []
        changed: list[tuple[Performed, Performed]] = []
        for before, after in self._open.values():
            pairs = _nearest(before, after)
            changed.extend((before[one], after[other]) for one, other in pairs)
            removed.extend(effect for place, effect in enumerate(before) if place not in {one for one, _ in pairs})
            added.extend(effect for place, effect in enumerate(after) if place not in {other for _, other in pairs})
        return {
            "added": [p.as_json() for p in sorted(added, key=_order)],
            "removed": [p.as_json() for p in sorted(removed, key=_order)],
            "changed": [
                {"before": old.as_json(), "after": new.as_json()}
                for old, new in sorted(changed, key=lambda pair: _order(pair[1]))
            ],
        }


def _nearest(before: list[Performed], after: list[Performed]) -> list[tuple[int, int]]:
    """Which effects of one key are the same one changed: those that agree in most keys, in order where it is equal."""
    if not before or not after:
        return []
    if len(before) == len(after) == 1:
        return [(0, 0)]
    every = [(-_agreement(old, new), one, other) for one, old in enumerate(before) for other, new in enumerate(after)]
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _, one, other in sorted(every):
        if one not in pairs and other not in taken:
            pairs[one] = other
            taken.add(other)
    return sorted(pairs.items())


def _agreement(left: Performed, right: Performed) -> int:
    keys, others = left.effect.keys, right.effect.keys
    return (left.at == right.at) + sum(1 for key, value in keys.items() if key in others and others[key] == value)


def _order(performed: Performed) -> tuple[Any, ...]:
    return (performed.at, performed.root, performed.rule, performed.action, performed.entity)
