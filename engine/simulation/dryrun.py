"""The dry run: one event against the rules bound to it, every condition shown, nothing kept.

Effects that would come later (``after:``) are planned on the facts of now and say so; what follows from the effects
is listed under ``follow_ups`` in the same form.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.automation.model import Bound, Effect
from engine.automation.paths import MissingValueError
from engine.catalog import Catalog
from engine.conditions.condition import Condition
from engine.events.envelope import WireEvent, as_json
from engine.machines.records import as_json as value_json
from engine.simulation.events import Event
from engine.simulation.ledger import Ledger, Performed
from engine.simulation.simulation import Simulation
from engine.simulation.world import Record

Frame = tuple[Any, Any, Any, Any, Any, Any]


def explain(catalog: Catalog, event: WireEvent, history: list[WireEvent] | None = None) -> dict[str, Any]:
    """The JSON of ``virel dry-run`` for one event, after the root events of ``history``, if any."""
    run = _DryRun(catalog)
    for earlier in history or ():
        run.simulation.take(earlier)
    return run.explain(event)


class _DryRun:
    def __init__(self, catalog: Catalog) -> None:
        self._watching = False
        self._found: list[dict[str, Any]] = []
        self._rules: dict[tuple[str, str], dict[str, Any]] = {}
        ledger = Ledger(self._performed)
        self.simulation = Simulation(catalog, ledger, watch=self._watch)

    def explain(self, wire: WireEvent) -> dict[str, Any]:
        self._watching = True
        outcome = self.simulation.take(wire)
        if not self._found and outcome.result == "diverged":
            self._show_refused(wire)
        shown = as_json(wire)
        shown.pop("facts", None)
        shown["outcome"] = "refused" if outcome.result == "diverged" else outcome.result
        if outcome.reason is not None:
            shown["reason"] = outcome.reason
        first = self._found[0] if self._found else {"rules": []}
        found: dict[str, Any] = {"event": shown, "rules": first["rules"]}
        if len(self._found) > 1:
            found["follow_ups"] = self._found[1:]
        return found

    def _show_refused(self, wire: WireEvent) -> None:
        """The verdicts on a refused event: on the facts as they stand, without effects."""
        kind = self.simulation.kinds[wire.type]
        assert kind.machine is not None
        assert kind.reader is not None
        subject = self.simulation.world.tables[kind.machine.id].get(wire.subject)
        event = Event(wire.id, wire.type, wire.subject, wire.time, kind.reader.read(wire.data))
        self._watch(event, subject, subject, kind.matcher.rules if kind.matcher is not None else ())

    def _watch(self, event: Event, subject: Record | None, before: Record | None, bounds: Sequence[Bound]) -> None:
        if not self._watching:
            return
        frame = (event, subject, before, self.simulation.now, event.actor, self.simulation.world)
        rules = []
        for bound in bounds:
            shown = _verdict(bound, frame)
            self._rules[(event.id, bound.rule.id)] = shown
            rules.append(shown)
        self._found.append({"event": {"id": event.id, "type": event.type, "subject": event.subject}, "rules": rules})

    def _performed(self, performed: Performed) -> None:
        shown = self._rules.get((performed.cause, performed.rule))
        if not self._watching or shown is None:
            return
        if performed.action < 0:
            shown["failed"] = performed.effect.keys["title"]
            return
        shown["effects"] = [e for e in shown["effects"] if e.get("index") != performed.action]
        shown["effects"].append({**performed.as_json(), "index": performed.action})
        shown["effects"].sort(key=lambda effect: effect["index"])


def _verdict(bound: Bound, frame: Frame) -> dict[str, Any]:
    verdict = "met"
    lines: list[dict[str, Any]] = []
    if bound.condition is not None:
        verdict, lines = explained(bound.condition, frame)
    shown: dict[str, Any] = {
        "rule": bound.rule.id,
        "version": bound.rule.text.version,
        "verdict": verdict,
        "conditions": lines,
        "effects": [],
    }
    if bound.rule.text.stage != "live":
        shown["stage"] = bound.rule.text.stage
    if verdict == "met":
        shown["effects"] = list(_later(bound, frame))
    return shown


def explained(condition: Condition, frame: Frame) -> tuple[str, list[dict[str, Any]]]:
    """The verdict of a condition and, as JSON, that of each of its lines."""
    explanation = condition.explain(*frame)
    return explanation.verdict, [line.as_json() for line in explanation.lines]


def _later(bound: Bound, frame: Frame) -> list[dict[str, Any]]:
    """What delayed actions would do, planned now."""
    found: list[dict[str, Any]] = []
    for action in bound.actions:
        if action.after is None or action.items is not None:
            continue
        try:
            effect: Effect = action.plan(*frame)
            shown = {"action": effect.action, **value_json(dict(effect.keys))}
        except MissingValueError as problem:
            shown = {"action": action.name, "error": str(problem)}
        found.append({**shown, "after": action.after.text(), "index": action.index})
    return found
