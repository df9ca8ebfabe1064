"""The dry run: one event against the rules bound to it, every condition shown, nothing kept.

Effects that would come later (``after:``) are planned on the facts of now and say so; what follows from the effects
is listed under ``follow_ups`` in the same form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from engine.access.grants import RoleSet
from engine.automation.model import Action, Bound, Effect
from engine.automation.paths import MissingValueError, Notice
from engine.automation.scope import SCHEDULE_EVENT
from engine.catalog import Catalog
from engine.events.envelope import WireEvent, as_json
from engine.machines.records import UnfitValue
from engine.machines.records import as_json as value_json
from engine.simulation.events import Event, is_derived
from engine.simulation.horizon import within_reach
from engine.simulation.ledger import Ledger, Performed
from engine.simulation.simulation import Simulation
from engine.simulation.veil import Veil
from engine.simulation.world import Record
from engine.templates.model import Facts
from engine.templates.render import render
from engine.templates.veil import veiled

Frame = tuple[Any, Any, Any, Any, Any, Any]


def explain(
    catalog: Catalog, event: WireEvent, history: Iterable[WireEvent] | None = None, roles: RoleSet | None = None
) -> dict[str, Any]:
    """The JSON of ``virel dry-run`` for one event, after the root events of ``history`` that came before it.

    The history may hold the event itself, too: what stands there from it on is left out. With ``roles`` what these may
    not see is ``hidden``. Raises TooFarError for an event so long after its history that nobody would wait for it.
    """
    past = sorted(
        (earlier for earlier in history or () if not is_derived(earlier) and earlier.time <= event.time),
        key=lambda earlier: earlier.time,
    )
    ids = [earlier.id for earlier in past]
    if event.id in ids:
        del past[ids.index(event.id) :]
    ticks = {str(earlier.data.get("rule", "")) for earlier in (*past, event) if earlier.type == SCHEDULE_EVENT}
    run = _DryRun(catalog, frozenset(ticks), Veil(catalog, roles) if roles is not None else None)
    for earlier in past:
        run.simulation.take(earlier)
    if past:
        within_reach(past[-1].time, event.time)
        run.simulation.advance(event.time, including=False)
    return run.explain(event)


class _DryRun:
    def __init__(self, catalog: Catalog, ticks: frozenset[str], veil: Veil | None) -> None:
        self._watching = False
        self._veil = veil
        self._found: list[dict[str, Any]] = []
        self._rules: dict[tuple[str, str], tuple[Bound, dict[str, Any]]] = {}
        ledger = Ledger(self._performed)
        self.simulation = Simulation(catalog, ledger, watch=self._watch, ticks_in_log=ticks)
        self.simulation.on_delay = self._delayed

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
        if self._veil is not None:
            shown = self._veil.event(wire, shown)
            self._veil.known(self._found[1:])
        first = self._found[0] if self._found else {"rules": []}
        for part in self._found:
            for rule in part["rules"]:
                rule["effects"] = [_without_index(e) for e in sorted(rule["effects"], key=lambda e: int(e["index"]))]
        found: dict[str, Any] = {"event": shown, "rules": first["rules"]}
        if len(self._found) > 1:
            found["follow_ups"] = self._found[1:]
        stopped = {id: counts.stopped for id, counts in sorted(self.simulation.ledger.rules.items()) if counts.stopped}
        if stopped:
            found["stopped"] = stopped
        return found

    def _show_refused(self, wire: WireEvent) -> None:
        """The verdicts on a refused event: on the facts as they stand, without effects."""
        kind = self.simulation.kinds[wire.type]
        if kind.machine is None or kind.reader is None:
            return
        try:
            data = kind.reader.read(wire.data)
        except UnfitValue:
            return
        subject = self.simulation.world.tables[kind.machine.id].get(wire.subject)
        event = Event(wire.id, wire.type, wire.subject, wire.time, data)
        self._watch(event, subject, subject, kind.matcher.rules if kind.matcher is not None else ())()

    def _watch(
        self, event: Event, subject: Record | None, before: Record | None, bounds: Sequence[Bound]
    ) -> Callable[[], None]:
        if not self._watching:
            return _nothing
        frame = (event, subject, before, self.simulation.now, event.actor, self.simulation.world)
        rules = [_verdict(bound, frame, self._veil) for bound in bounds]
        about = {"id": event.id, "type": event.type, "subject": event.subject}

        def show() -> None:
            self._rules.update({(event.id, one.rule.id): (one, it) for one, it in zip(bounds, rules, strict=True)})
            self._found.append({"event": about, "rules": rules})

        return show

    def _performed(self, performed: Performed) -> None:
        found = self._rules.get((performed.cause, performed.rule))
        if not self._watching or found is None:
            return
        bound, shown = found
        if performed.action < 0:
            said = performed.effect.keys["title"]
            shown["failed"] = said if self._veil is None else self._veil.reason(bound, said)
            return
        action = next(one for one in bound.actions if one.index == performed.action)
        told = performed.as_json()
        if self._veil is not None:
            told = self._veil.effect(bound, action, told)
        shown["effects"].append({**told, **self._said(bound, action, performed.effect), "index": performed.action})

    def _delayed(
        self, bound: Bound, action: Action, event: Event, subject: Record | None, before: Record | None
    ) -> None:
        """What a run puts off, planned on the facts that it leaves."""
        found = self._rules.get((event.id, bound.rule.id))
        if self._watching and found is not None:
            frame = (event, subject, before, self.simulation.now, event.actor, self.simulation.world)
            found[1]["effects"].extend(self._later(bound, action, frame))

    def _later(self, bound: Bound, action: Action, frame: Frame) -> Iterator[dict[str, Any]]:
        """What a delayed action would do, planned now: on each item of its ``for_each``, where its ``if`` holds now."""
        event, subject, before, now, actor, world = frame
        assert action.after is not None
        told = {"after": action.after.written(), "index": action.index}
        try:
            subjects = [subject] if action.items is None else [(subject, item) for item in action.items(subject, world)]
            for one in subjects:
                here = (event, one, before, now, actor, world)
                if action.condition is None or action.condition.judge(*here) is not False:
                    effect = action.plan(*here)
                    shown = {"action": effect.action, **value_json(dict(effect.keys))}
                    if self._veil is not None:
                        shown = self._veil.effect(bound, action, shown)
                    yield {**shown, **self._said(bound, action, effect), **told}
        except MissingValueError as problem:
            said = str(problem) if self._veil is None else self._veil.reason(bound, str(problem), (action,))
            yield {"action": action.name, "error": said, **told}

    def _said(self, bound: Bound, action: Action, effect: Effect) -> dict[str, Any]:
        """What a notification would say, on its first channel and in the fallback locale."""
        if not isinstance(effect.value, Notice):
            return {}
        catalog, world = self.simulation.catalog, self.simulation.world
        template = catalog.templates.get(str(effect.keys["template"]))
        if template is None:
            return {}
        try:
            record = effect.value.record(template.entity, world)
        except MissingValueError as problem:
            why = str(problem) if self._veil is None else self._veil.notice(bound, action, str(problem))
            return {"message": {"refused": why}}
        message = render(template, next(iter(template.channels)), template.fallback, Facts(record, world))
        if self._veil is not None:
            message = veiled(template, message, self._veil.sees(bound))
        said = message.as_json()
        return {"message": {name: said[name] for name in _SHOWN if name in said}}


def _without_index(effect: dict[str, Any]) -> dict[str, Any]:
    """An effect without the place of its action, which only ordered the list."""
    return {key: value for key, value in effect.items() if key != "index"}


def _nothing() -> None:
    """What there is to show of events before the one that is explained."""


def _verdict(bound: Bound, frame: Frame, veil: Veil | None) -> dict[str, Any]:
    verdict = "met"
    lines: list[dict[str, Any]] = []
    if bound.condition is not None:
        explanation = bound.condition.explain(*frame)
        verdict = explanation.verdict
        told = explanation.lines if veil is None else veil.lines(bound, explanation)
        lines = [line.as_json() for line in told]
    shown: dict[str, Any] = {
        "rule": bound.rule.id,
        "version": bound.rule.text.version,
        "verdict": verdict,
        "conditions": lines,
        "effects": [],
    }
    if bound.rule.text.stage != "live":
        shown["stage"] = bound.rule.text.stage
    return shown


_SHOWN = ("channel", "locale", "subject", "body", "segments", "refused")
"""What is shown of a message."""
