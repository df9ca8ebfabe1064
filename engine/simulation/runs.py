"""Runs: what happens once a rule is met. Modes and limits decide whether it acts, then its actions are performed.

A run whose action fails takes everything back that it did, is counted as refused or errored, and leaves an exception
for a person; the event that set it off stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.automation.index import Verdict
from engine.automation.model import Action, Bound, Effect, Rule
from engine.automation.paths import MissingValueError
from engine.conditions.outcome import EvaluationError
from engine.conditions.values import Timestamp
from engine.simulation.events import MAX_DEPTH, Event, Kind
from engine.simulation.performer import FollowUp, Performer, RefusedError, Unit
from engine.sla.model import Escalation

if TYPE_CHECKING:
    from engine.simulation.road import Road
    from engine.simulation.world import Record

Key = tuple[str, "str | None", object]
"""Within which a run mode counts: the rule, the kind of its subject, and the value of `key:`."""


class Runs:
    """Performs the rules that are met, on behalf of one road."""

    def __init__(self, simulation: Road) -> None:
        self._simulation = simulation
        self.performer = Performer(simulation)
        rules = sorted(simulation.catalog.rules.values(), key=lambda r: (r.text.order, r.id))
        escalations = [policy.rule for policy in simulation.catalog.policies.values()]
        self._backstops = any(rule.text.backstop for rule in rules)
        order = sorted([*((rule.text.order, rule.id) for rule in rules), *((0, id) for id in escalations)])
        self._counts = {id: simulation.ledger.rule(id) for _, id in order}
        self._ranks = {id: rank for rank, (_, id) in enumerate(order)}

    def rank(self, rule: Rule) -> int:
        """The rule's place in rule order."""
        return self._ranks[rule.id]

    def rank_of(self, id: str) -> int:
        """The place in rule order of a rule, or of a policy's escalation, by its id."""
        return self._ranks[id]

    def one(self, bound: Bound, event: Event, subject: Record | None, before: Record | None) -> None:
        """Judges one rule by itself (its schedule or dwell time came) and performs it when it is met."""
        simulation = self._simulation
        frame = (event, subject, before, simulation.now, event.actor, simulation.world)
        if simulation.watch is not None:
            simulation.watch(event, subject, before, (bound,))()
        self._counts[bound.rule.text.id].judged += 1
        verdict = True if bound.condition is None else bound.condition.judge(*frame)
        if verdict is not False:
            self.all(event, subject, before, [(0, bound, verdict)])
            simulation.settle()

    def all(self, event: Event, subject: Record | None, before: Record | None, verdicts: list[Verdict]) -> None:
        """Performs the rules met at one event, in rule order; a backstop only when no other rule met it."""
        handled = False
        for _, bound, verdict in verdicts:
            text = bound.rule.text
            counts = self._counts[text.id]
            if verdict is not True:
                counts.errored += 1
                if self._simulation.on_run is not None:
                    self._simulation.on_run(bound, event, "errored", _why(verdict))
                # What becomes of a rule that errs, whoever runs live decides; a clock would go wrong in silence.
                if isinstance(verdict, EvaluationError) and isinstance(bound.rule, Escalation):
                    self._leave(bound, event, "sla_errored", verdict.message)
                continue
            counts.met += 1
            if text.backstop:
                continue
            handled = handled or text.stage == "live"
            self._run(bound, event, subject, before)
        if handled or not self._backstops:
            return
        for _, bound, verdict in verdicts:
            if verdict is True and bound.rule.text.backstop:
                self._run(bound, event, subject, before)

    def _run(self, bound: Bound, event: Event, subject: Record | None, before: Record | None) -> None:
        simulation = self._simulation
        text = bound.rule.text
        counts = self._counts[text.id]
        if event.depth >= MAX_DEPTH:
            counts.stopped += 1
            if simulation.on_run is not None:
                simulation.on_run(bound, event, "stopped", f"the cascade is {MAX_DEPTH} steps deep")
            return
        key: Key | None = None
        if text.mode != "always":
            found = bound.key(event, subject, before, simulation.now, event.actor, simulation.world)
            if found.__class__ is EvaluationError:
                self._failed(bound, event, MissingValueError(f"`key`: {found.message}"))
                return
            # Ids are unique within a machine only: without a key of its own, a rule keeps its subjects' kinds apart.
            key = (text.id, "" if text.key is not None else bound.subject, _hashable(found))
            if not self._may_run(bound, key):
                if simulation.on_run is not None:
                    simulation.on_run(bound, event, "held", f"run mode {text.mode}")
                return
        counts.fired += 1
        unit = self.performer.perform(bound, bound.actions, event, subject, before)
        if unit.failure is not None:
            self._failed(bound, event, unit.failure)
            return
        if key is not None:
            simulation.delays.ran(key, simulation.now, event.root)
            if text.mode == "restart":
                simulation.delays.drop(key, event.root)
        self._stand(bound, event, unit)
        if simulation.on_run is not None:
            simulation.on_run(bound, event, "shadowed" if unit.shadow else "performed", None)
        for action in unit.delayed:
            self._delay(bound, action, event, subject, before, key)

    def _may_run(self, bound: Bound, key: Key) -> bool:
        text = bound.rule.text
        last = self._simulation.delays.last(key)
        if last is None or text.mode == "restart":
            return True
        if text.mode == "once":
            return False
        return text.every is None or self._simulation.now - last >= text.every

    def _delay(
        self, bound: Bound, action: Action, event: Event, subject: Record | None, before: Record | None, key: Key | None
    ) -> None:
        simulation = self._simulation
        assert action.after is not None
        due = Timestamp(simulation.now + action.after)
        if simulation.on_delay is not None:
            simulation.on_delay(bound, action, event, subject, before)
        restarted = key if bound.rule.text.mode == "restart" else None
        simulation.delays.later(bound, action, event, subject, before, due, restarted)

    def due(self, bound: Bound, action: Action, event: Event, subject: Record | None, before: Record | None) -> None:
        """Performs an action whose delay is over, judging its rule again unless it says otherwise."""
        simulation = self._simulation
        if action.recheck and isinstance(bound.rule, Escalation) and not simulation.clocks.stands(event):
            return
        frame = (event, subject, before, simulation.now, event.actor, simulation.world)
        if action.recheck and bound.condition is not None:
            verdict = bound.condition.judge(*frame)
            if verdict is False:
                if simulation.on_run is not None:
                    simulation.on_run(bound, event, "dropped", f"{action.name}: judged again, it no longer holds")
                return
            if verdict is not True:
                self._failed(bound, event, MissingValueError(f"judged again: {verdict.message}"), action)
                return
        unit = self.performer.perform(bound, (action,), event, subject, before, due=True)
        if unit.failure is not None:
            self._failed(bound, event, unit.failure, action)
            return
        self._stand(bound, event, unit)
        if simulation.on_run is not None:
            simulation.on_run(bound, event, "performed", f"{action.name} after its delay")

    def _stand(self, bound: Bound, event: Event, unit: Unit) -> None:
        """What a run did is certain now: counted, told, and its follow-ups queued."""
        simulation = self._simulation
        ledger = simulation.ledger
        counts = self._counts[bound.rule.text.id]
        counts.stopped += unit.stopped
        if unit.shadow:
            counts.shadowed += len(unit.effects)
        else:
            counts.effects += len(unit.effects)
        if ledger.listening and unit.effects:
            ledger.ran(bound, event, unit.effects, unit.shadow, simulation.now)
        if unit.shadow:
            return
        for machine, id, state in unit.slim:
            simulation.fold.slim[machine][id] = state
        for act in unit.timers:
            act()
        for follow_up in unit.follow_ups:
            self._follow(follow_up)

    def _follow(self, follow_up: FollowUp) -> None:
        """An event of a run that stands: counted, handed on, the rules that it met queued."""
        simulation = self._simulation
        event, subject, left, entered = follow_up.event, follow_up.subject, follow_up.left, follow_up.entered
        kind = simulation.kinds[event.type]
        if entered is not None:
            assert kind.machine is not None
            machine = kind.machine.id
            if left is not None:
                simulation.ledger.machine(machine).move(left, entered)
                if simulation.on_move is not None:
                    simulation.on_move(machine, str(event.data["transition"]))
            simulation.dwelling.entered(machine, subject, left, entered, event)
        if follow_up.heard is not None:
            simulation.clocks.commit(follow_up.heard)
        if follow_up.show is not None:
            follow_up.show()
        kind.judged += 1
        if simulation.on_event is not None:
            simulation.on_event(event)
        if follow_up.verdicts:
            simulation.enqueue((event, subject, follow_up.before, follow_up.verdicts))

    def _failed(
        self, bound: Bound, event: Event, failure: MissingValueError | RefusedError, action: Action | None = None
    ) -> None:
        """Leaves an exception for a person; a shadow rule bothers nobody."""
        counts = self._counts[bound.rule.text.id]
        reason = "rule_refused" if isinstance(failure, RefusedError) else "rule_errored"
        if isinstance(failure, RefusedError):
            counts.refused += 1
            if self._simulation.on_refusal is not None:
                self._simulation.on_refusal(failure.transition)
        else:
            counts.failed += 1
        if self._simulation.on_run is not None:
            self._simulation.on_run(bound, event, reason.removeprefix("rule_"), str(failure))
        if bound.rule.text.stage == "shadow":
            return
        self._leave(bound, event, reason, str(failure), action)

    def _leave(self, bound: Bound, event: Event, reason: str, message: str, action: Action | None = None) -> None:
        values = {"reason": reason, "title": f"{bound.rule.id}: {message}", "priority": "normal"}
        effect = Effect("create_exception", values, "exception", None, dict(values))
        unit = self.performer.leave_exception(bound, effect, event, action)
        self._stand(bound, event, unit)
        if self._simulation.world.shared:
            self._simulation.world.write()
        self._counts[bound.rule.text.id].effects -= len(unit.effects)  # it is no effect of the rule that it failed

    def follow_transition(self, event: Event, kind: Kind, subject: Record) -> None:
        """A declared event that took a transition is followed by the machine's ``status_changed``."""
        self.performer.follow_transition(event, kind, subject)


def _why(verdict: object) -> str | None:
    return verdict.message if isinstance(verdict, EvaluationError) else None


def _hashable(value: object) -> object:
    """The worth of a run key, also where it is an object (money) or a list."""
    if isinstance(value, dict):
        return tuple(sorted((name, _hashable(item)) for name, item in value.items()))
    return tuple(map(_hashable, value)) if isinstance(value, list) else value
