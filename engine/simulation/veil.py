"""A dry run as roles see it that may not see everything: ``hidden`` in place of each value that they may not be told.

Verdicts stay, and so do the expressions: what a rule asks is no secret, what the facts are is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.access.grants import RoleSet
from engine.access.sight import Sight
from engine.automation.model import Action, Bound, Reads
from engine.catalog import Catalog
from engine.conditions.explain import Explanation, LineVerdict
from engine.conditions.reads import EventRead, FieldRead
from engine.conditions.veil import HIDDEN, AnyRead, veiled
from engine.events.envelope import WireEvent
from engine.reading.nodes import data

NOTHING: Reads = frozenset()
Shown = dict[str, Any]


class Veil:
    """What ``roles`` see of one dry run. It remembers which entities they only could know of by what is hidden."""

    def __init__(self, catalog: Catalog, roles: RoleSet) -> None:
        self._catalog = catalog
        self._sight = Sight(roles)
        self._unknown: set[str] = set()

    def lines(self, bound: Bound, explanation: Explanation) -> list[LineVerdict]:
        """The lines of a rule's condition."""
        assert bound.condition is not None
        return veiled(explanation.lines, bound.condition.explained, bound.condition, self._at(bound.type))

    def event(self, wire: WireEvent, shown: Shown) -> Shown:
        """The event that is explained: its data, its changes, and why it was not taken."""
        sees = self._at(wire.type)
        machine = sees.machine
        facts = {
            FieldRead(id, name)
            for id, entities in wire.facts.items()
            for values in entities.values()
            if isinstance(values, Mapping)
            for name in values
        }
        data_read = {EventRead(key) for key in wire.data}
        changed = {FieldRead(machine, name) for name in wire.changes} if machine is not None else set()
        if "data" in shown:
            shown["data"] = {k: v if sees(EventRead(k)) else HIDDEN for k, v in shown["data"].items()}
        if "changes" in shown and machine is not None:
            shown["changes"] = {
                name: pair if sees(FieldRead(machine, name)) else HIDDEN for name, pair in shown["changes"].items()
            }
        stands = {FieldRead(machine, "status")} if machine is not None else set()
        if "reason" in shown and not self._all(sees, {*facts, *data_read, *changed, *stands}):
            shown["reason"] = HIDDEN
        return shown

    def effect(self, bound: Bound, action: Action, shown: Shown) -> Shown:
        """An effect, or why there is none; of one that a host performs, what stands so in the document.

        What its message says is left out by ``engine.templates.veil``.
        """
        sees = self._at(bound.type)
        if action.told is None:
            text = next(one for one in bound.rule.text.actions if one.index == action.index)
            written = data(text.keys)
            assert isinstance(written, dict)
            kept = {k: v for k, v in shown.items() if k in _OUTSIDE or (k in written and written[k] == v)}
            return {**dict.fromkeys(shown, HIDDEN), **kept}
        unseen = {key for key, reads in action.told.items() if not self._all(sees, reads)}
        if "id" in unseen and "id" in shown:
            self._unknown.add(shown["id"])
        return {key: HIDDEN if key in unseen else value for key, value in shown.items()}

    def reason(self, bound: Bound, said: str, actions: Iterable[Action] | None = None) -> str:
        """Why a run failed, which may quote whatever its condition, its actions and their guards read."""
        reads = {read for action in actions or bound.actions for read in self._of_action(action)}
        if bound.condition is not None:
            reads |= bound.condition.reads()
        return said if self._all(self._at(bound.type), reads) else HIDDEN

    def notice(self, bound: Bound, action: Action, said: str) -> str:
        """Why a text has nothing that it could be about."""
        return said if self._all(self._at(bound.type), (action.told or {}).get("recipient", NOTHING)) else HIDDEN

    def sees(self, bound: Bound) -> Sight:
        """What is seen at a rule's event."""
        return self._at(bound.type)

    def known(self, parts: Iterable[Shown]) -> None:
        """Takes the entities that only what is hidden leads to out of the names of what followed."""
        for part in parts:
            event = part["event"]
            if event.get("subject") in self._unknown:
                event["subject"] = HIDDEN
            if self._unknown & set(event["id"].split("/")):
                event["id"] = HIDDEN
            for effect in (effect for rule in part["rules"] for effect in rule["effects"]):
                if str(effect.get("about", "")).partition("/")[2] in self._unknown:
                    effect["about"] = HIDDEN

    def _of_action(self, action: Action) -> Iterator[AnyRead]:
        for reads in (action.told or {}).values():
            yield from reads
        if action.condition is not None:
            yield from action.condition.reads()
        for guard in self._catalog.guards.get(action.entity or "", {}).values():
            yield from guard.reads()

    def _at(self, event_type: str) -> Sight:
        return self._sight.of(event_type, self._catalog.machines)

    @staticmethod
    def _all(sees: Sight, reads: Iterable[AnyRead]) -> bool:
        return all(map(sees, reads))


_OUTSIDE = frozenset({"action", "about", "rule", "root", "at", "after", "shadow", "index", "message"})
"""Keys of a shown effect that are no keys of its action."""
