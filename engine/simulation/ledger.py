"""What a simulation counts and keeps: moves by machine, runs by rule, the effects that were performed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.automation.model import Bound, Effect
from engine.conditions.values import Timestamp
from engine.machines.records import as_json
from engine.simulation.events import Event


@dataclass(slots=True)
class RuleCounts:
    """``met`` and ``errored`` count verdicts, ``fired`` runs after run modes, ``effects`` what was performed.

    ``judged`` counts the verdicts of rules that are judged by themselves (schedules, dwell times); ``refused`` and
    ``failed`` runs whose action the machine refused or could not be computed; ``stopped`` what the limits held back.
    """

    met: int = 0
    errored: int = 0
    fired: int = 0
    effects: int = 0
    shadowed: int = 0
    refused: int = 0
    failed: int = 0
    stopped: int = 0
    judged: int = 0


@dataclass(slots=True)
class MachineCounts:
    """``transitions`` counts moves by (from, to); ``refused`` imported moves that the machine does not declare."""

    transitions: dict[tuple[str, str], int] = field(default_factory=dict)
    refused: int = 0
    diverged: int = 0

    def move(self, source: str, target: str) -> None:
        """Counts one move."""
        pair = (source, target)
        self.transitions[pair] = self.transitions.get(pair, 0) + 1


@dataclass(slots=True)
class Performed:
    """An effect that was performed (or, of a shadow rule, recorded): what, by which rule, about whom, when.

    ``root`` is the first event of the chain, ``about`` the rule's subject as ``machine/id``, ``line`` tells which
    action of the rule it was.
    """

    effect: Effect
    rule: str
    version: int
    root: str
    cause: str
    about: str
    at: Timestamp
    shadow: bool
    action: int

    @property
    def entity(self) -> str:
        """The entity the effect is about: the one it changes, else the rule's subject."""
        effect = self.effect
        return f"{effect.machine}/{effect.id}" if effect.id is not None and effect.machine else self.about

    def as_json(self) -> dict[str, Any]:
        """The flat form that every command prints."""
        found: dict[str, Any] = {"action": self.effect.action, **as_json(dict(self.effect.keys))}
        if self.effect.id is not None:
            found["id"] = self.effect.id
        found["about"] = self.about
        found["rule"] = self.rule
        found["root"] = self.root
        found["at"] = self.at.text()
        if self.shadow:
            found["shadow"] = True
        return found


def performed(bound: Bound, event: Event, effect: Effect, action: int, shadow: bool, now: Timestamp) -> Performed:
    """An effect with everything that identifies it."""
    about = f"{bound.subject}/{event.subject}" if bound.subject is not None else ""
    text = bound.rule.text
    return Performed(effect, text.id, text.version, event.root, event.id, about, now, shadow, action)


class Ledger:
    """The counts of one simulation; ``on_effect`` is called with every effect, shadowed ones included.

    ``listening`` tells whether anybody wants to hear of effects at all.
    """

    def __init__(self, on_effect: Callable[[Performed], None] | None = None) -> None:
        self.listening = on_effect is not None
        self.rules: dict[str, RuleCounts] = {}
        self.machines: dict[str, MachineCounts] = {}
        self._on_effect = on_effect

    def ran(
        self, bound: Bound, event: Event, effects: Sequence[tuple[int, Effect]], shadow: bool, now: Timestamp
    ) -> None:
        """Takes what one run did: effects with the index of their action, -1 for what a failed run leaves."""
        if self._on_effect is not None:
            for action, effect in effects:
                self._on_effect(performed(bound, event, effect, action, shadow, now))

    def listen(self, on_effect: Callable[[Performed], None]) -> None:
        """Lets somebody hear of effects from now on."""
        self.listening = True
        self._on_effect = on_effect

    def rule(self, id: str) -> RuleCounts:
        """The counts of a rule, begun at its first mention."""
        counts = self.rules.get(id)
        if counts is None:
            counts = self.rules[id] = RuleCounts()
        return counts

    def machine(self, id: str) -> MachineCounts:
        """The counts of a machine, begun at its first mention."""
        counts = self.machines.get(id)
        if counts is None:
            counts = self.machines[id] = MachineCounts()
        return counts


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a root event: ``applied``, ``refused`` (an imported move no machine declares, applied all the
    same), ``diverged`` (it does not apply in this world) or ``skipped`` (it cannot be understood).
    """

    result: str
    reason: str | None = None


APPLIED = Outcome("applied")
