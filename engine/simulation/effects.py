"""The difference between two versions, effect by effect. Source: the language, "The command line" on ``diff``."""

from __future__ import annotations

from typing import Any

from engine.simulation.ledger import Performed

Key = tuple[str, str, str, str]


def key_of(performed: Performed) -> Key:
    """What identifies an effect across versions: root, rule, action and entity."""
    return (performed.root, performed.rule, performed.effect.action, performed.entity)


def same(left: Performed, right: Performed) -> bool:
    """Whether two effects of one key are alike in all their other keys and in their time."""
    return left.at == right.at and left.effect.keys == right.effect.keys


class EffectDifference:
    """Collects the effects of two versions running side by side; what both do alike is forgotten at once."""

    def __init__(self) -> None:
        self._open: dict[Key, tuple[list[Performed], list[Performed]]] = {}

    def add(self, before: list[Performed], after: list[Performed]) -> None:
        """Takes what the baseline and the draft did at one step."""
        if len(before) == len(after) and all(map(_alike, before, after)):
            return
        for side, effects in ((0, before), (1, after)):
            for performed in effects:
                self._put(side, performed)

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
            paired = min(len(before), len(after))
            changed.extend(zip(before[:paired], after[:paired], strict=True))
            removed.extend(before[paired:])
            added.extend(after[paired:])
        return {
            "added": [p.as_json() for p in sorted(added, key=_order)],
            "removed": [p.as_json() for p in sorted(removed, key=_order)],
            "changed": [
                {"before": old.as_json(), "after": new.as_json()}
                for old, new in sorted(changed, key=lambda pair: _order(pair[1]))
            ],
        }


def _alike(left: Performed, right: Performed) -> bool:
    return (
        left.root == right.root
        and left.rule == right.rule
        and left.effect.action == right.effect.action
        and left.at == right.at
        and left.effect.keys == right.effect.keys
        and left.entity == right.entity
    )


def _order(performed: Performed) -> tuple[Any, ...]:
    return (performed.at, performed.root, performed.rule, performed.action, performed.entity)
