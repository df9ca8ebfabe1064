"""What becomes of delays, timers and dwell times that are under way when their rule changes. Source: the language, "Rule".

``on_change`` of the rule as it is published decides; of a rule that is gone, the one it had. ``recheck`` judges again by
the new rule when due, ``finish`` does what the old rule promised, ``cancel`` lets it drop. What the new rule no longer
holds cannot be judged by it: under ``recheck`` it is cancelled.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from engine.automation.model import OnDwell, Rule
from engine.conditions.values import Timestamp
from engine.releases.migration import Migration

Kind = Literal["delay", "timer", "dwell"]
Outcome = Literal["unchanged", "recheck", "finish", "cancel"]


@dataclass(frozen=True, slots=True)
class Pending:
    """One thing that a rule waits for. ``action`` is the mark of the action that is due, or that started the timer;
    empty for a dwell time, of which ``state`` is where the entity stands and ``since`` when it came there.
    """

    kind: Kind
    rule: str
    machine: str
    entity: str
    due: Timestamp
    action: str = ""
    state: str = ""
    since: Timestamp | None = None

    def as_json(self) -> dict[str, object]:
        """The form that ``virel release diff --pending`` prints."""
        return {
            "kind": self.kind,
            "rule": self.rule,
            "action": self.action or None,
            "entity": f"{self.machine}/{self.entity}" if self.machine else None,
            "due": self.due.text(),
        }


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of it, when it is due then, and why."""

    pending: Pending
    outcome: Outcome
    due: Timestamp
    why: str

    def as_json(self) -> dict[str, object]:
        """The form that ``virel release diff --pending`` prints."""
        return {**self.pending.as_json(), "outcome": self.outcome, "due": self.due.text(), "why": self.why}


def fates(
    waiting: Iterable[Pending],
    old: Mapping[str, Rule],
    new: Mapping[str, Rule],
    changed: Collection[str],
    at: Timestamp,
    plan: Migration | None = None,
) -> list[Fate]:
    """The fate of everything that waits, in the order given. ``changed`` are the ids of rules that mean something else
    after the publication at ``at``, those that are gone among them; ``plan`` says where that moves entities.
    """
    found = []
    for one in waiting:
        state = (plan or {}).get(one.machine, {}).get(one.state, one.state)
        found.append(_fate(one, old.get(one.rule), new.get(one.rule), one.rule in changed, at, state))
    return found


def _fate(one: Pending, old: Rule | None, new: Rule | None, changed: bool, at: Timestamp, state: str) -> Fate:
    if not changed:
        return Fate(one, "unchanged", one.due, "the rule stays as it is")
    deciding = new or old
    said = deciding.text.on_change if deciding is not None else "recheck"
    if said == "finish":
        return Fate(one, "finish", one.due, "on_change: finish")
    if said == "cancel":
        return Fate(one, "cancel", one.due, "on_change: cancel")
    if new is None:
        return Fate(one, "cancel", one.due, "the rule is gone")
    if new.text.stage == "off":
        return Fate(one, "cancel", one.due, "the rule is off")
    if one.kind == "dwell":
        return _dwell(one, new, at, state)
    actions = {action.mark: action for bound in new.bound.values() for action in bound.actions}
    if one.action not in actions:
        return Fate(one, "cancel", one.due, "the action is gone")
    return Fate(one, "recheck", one.due, "on_change: recheck")


def _dwell(one: Pending, new: Rule, at: Timestamp, state: str) -> Fate:
    """A dwell time begun under the old rule counts under the new one, if that waits in the same state."""
    trigger = new.text.trigger
    if not isinstance(trigger, OnDwell) or trigger.entity != one.machine:
        return Fate(one, "cancel", one.due, "the rule no longer waits for a dwell time")
    if state not in trigger.states:
        return Fate(one, "cancel", one.due, f'the rule no longer waits in "{state}"')
    if one.since is None:
        return Fate(one, "recheck", one.due, "on_change: recheck")
    return Fate(one, "recheck", Timestamp(max(one.since + trigger.span, at)), "on_change: recheck")
