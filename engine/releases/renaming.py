"""What was recorded before a migration, as it reads after it: the states that a release took away by their new names.

A migration writes no events, so whoever replays a log under later machines calls the states of its events anew. A move
between two states that have become one is none any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from engine.events.envelope import WireEvent
from engine.machines.model import Machine
from engine.releases.migration import Migration


class Renaming:
    """Reads events recorded under the machines ``old`` as the machines ``new`` understand them."""

    def __init__(self, plan: Migration, old: Mapping[str, Machine], new: Mapping[str, Machine]) -> None:
        self._plan = {machine: dict(states) for machine, states in plan.items() if states}
        self._old = old
        self._new = new

    def __bool__(self) -> bool:
        return bool(self._plan)

    def state(self, machine: str | None, state: Any) -> Any:
        """What a state of a machine is called now."""
        return _of(self._plan.get(machine or "", {}), state)

    def of(self, event: WireEvent) -> WireEvent | None:
        """The event with its states as they are called now, the same object where it tells none of the others; None
        for a move that leads nowhere any more.
        """
        changed: dict[str, Any] = {}
        facts = self._facts(event.facts) if event.facts else event.facts
        if facts is not event.facts:
            changed["facts"] = facts
        states = self._plan.get(event.machine)
        if states is not None:
            if event.name == "status_changed":
                data = self._move(event, states)
                if data is None:
                    return None
            else:
                data = _renamed(event.data, "status", states)
            if data is not event.data:
                changed["data"] = data
            if "status" in event.changes:
                changed["changes"] = {
                    **event.changes,
                    "status": tuple(_of(states, state) for state in event.changes["status"]),
                }
        return msgspec.structs.replace(event, **changed) if changed else event

    def _move(self, event: WireEvent, states: Mapping[str, str]) -> dict[str, Any] | None:
        data = event.data
        named = data.get("transition")
        old = self._old.get(event.machine)
        known = old.transitions.get(named) if old is not None and isinstance(named, str) else None
        if "to" not in data and known is not None and known.target in states:
            data = {**data, "to": known.target}  # the new machine may not know the transition that says so
        source, target = data.get("from"), data.get("to")
        moved = _renamed(_renamed(data, "from", states), "to", states)
        if moved is data:
            return event.data
        if source != target and moved.get("from") == moved.get("to"):
            return None
        new = self._new.get(event.machine)
        if new is not None and isinstance(named, str):
            now = new.transitions.get(named)
            if now is None or now.target != moved.get("to"):
                moved.pop("transition")  # from and to say which it is now
        return moved

    def _facts(self, facts: dict[str, dict[str, dict[str, Any]]]) -> dict[str, dict[str, dict[str, Any]]]:
        if not self._plan.keys() & facts.keys():
            return facts
        return {
            machine: {
                id: _renamed(values, "status", self._plan[machine]) if machine in self._plan else values
                for id, values in entities.items()
            }
            for machine, entities in facts.items()
        }


def _renamed(data: dict[str, Any], key: str, states: Mapping[str, str]) -> dict[str, Any]:
    state = data.get(key)
    return {**data, key: states[state]} if isinstance(state, str) and state in states else data


def _of(states: Mapping[str, str], state: Any) -> Any:
    return states.get(state, state) if isinstance(state, str) else state


def followed(first: Migration, then: Migration) -> Migration:
    """Two migrations, one after the other, as one."""
    both: dict[str, dict[str, str]] = {machine: dict(states) for machine, states in then.items()}
    for machine, states in first.items():
        later = then.get(machine, {})
        both.setdefault(machine, {}).update({old: later.get(new, new) for old, new in states.items()})
    return both
