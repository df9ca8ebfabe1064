"""Checks an SLA policy against its machine, its calendars and what its escalation may do; then it can measure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import cast

from engine.automation.check import RuleBinder
from engine.automation.model import ActionText, Bound, OnEvent, RuleText
from engine.automation.scope import entity_scope
from engine.calendars.amount import Amount
from engine.calendars.model import ALWAYS, WorkingTime
from engine.calendars.parse import Calendars, amount_of
from engine.conditions.check import check_condition, check_expression
from engine.conditions.check_context import NOTHING_KNOWN
from engine.conditions.condition import Condition
from engine.conditions.scope import Scope
from engine.conditions.types import TIMESTAMP
from engine.conditions.values import Duration
from engine.diagnostics import Diagnostic
from engine.machines.model import Machine
from engine.machines.vocabulary import MachineVocabulary
from engine.reading.nodes import Mapping as MappingNode
from engine.reading.nodes import Scalar
from engine.sla import messages
from engine.sla.model import Escalation, Moment, Policy, Step, Target, Warning_
from engine.sla.parse import CONDITIONS, PolicyText, StepText
from engine.sla.reads import reads_of
from engine.sla.states import check_states


class PolicyChecker:
    """Checks the policies of one folder; ``binder`` binds their escalations as it binds rules."""

    def __init__(
        self,
        machines: Mapping[str, Machine],
        vocabulary: MachineVocabulary,
        calendars: Calendars,
        binder: RuleBinder,
    ) -> None:
        self._machines = machines
        self._vocabulary = vocabulary
        self._calendars = calendars
        self._binder = binder

    def check(self, text: PolicyText, report: list[Diagnostic]) -> Policy | None:
        """The policy that can measure, or None when something was reported as an error."""
        found: list[Diagnostic] = []
        policy = self._check(text, found)
        report.extend(found)
        return None if any(one.severity == "error" for one in found) else policy

    def _check(self, text: PolicyText, report: list[Diagnostic]) -> Policy | None:
        machine = self._machines.get(text.entity.text)
        if machine is None:
            report.append(messages.unknown_machine(text.entity.place, text.entity.text, self._machines))
            return None
        scope = entity_scope(self._vocabulary, machine.id)
        own = self._calendars.named(text.calendar, report)
        conditions: dict[str, Condition | None] = dict.fromkeys(CONDITIONS)
        for key, block in text.conditions.items():
            conditions[key], problems = check_condition(block, scope)
            report.extend(problems)
        targets = self._targets(text, scope, own, report)
        warn = self._warning(text, targets, own, report)
        steps = self._steps(text, machine, own, report)
        alarm = self._bound(text, machine, "sla_breached", (), report)
        start = conditions["start"]
        if start is None or own is None or alarm is None or any(one.severity == "error" for one in report):
            return None
        policy = Policy(
            text.id,
            text.version,
            text.description,
            machine.id,
            own,
            start,
            conditions["pause"],
            conditions["stop"],
            conditions["cancel"],
            text.again,
            tuple(replace(one, warn=warn.of(one.amount)) for one in targets) if warn is not None else targets,
            warn,
            steps,
            reads_of(
                machine.id,
                [
                    *(one for one in conditions.values() if one is not None),
                    *(target.when for target in targets if target.when is not None),
                    *(target.by for target in targets if target.by is not None),
                ],
            ),
            text.place,
            alarm,
        )
        check_states(policy, machine, text.places, report)
        return policy

    def _targets(
        self, text: PolicyText, scope: Scope, own: WorkingTime | None, report: list[Diagnostic]
    ) -> tuple[Target, ...]:
        found: list[Target] = []
        for number, one in enumerate(text.targets):
            if number and text.targets[number - 1].when is None:
                report.append(messages.never_chosen(one.place))
            calendar = own if one.calendar is None else self._calendars.named(one.calendar, report)
            when, amount, by = None, None, None
            if one.when is not None:
                when, problems = check_condition(one.when, scope)
                report.extend(problems)
            if one.within is not None:
                amount = amount_of(one.within, calendar, report)
                if amount is not None and not amount.days and not amount.time:
                    report.append(messages.no_time(one.within.place, one.within.text))
            if one.by is not None:
                by, problems = check_expression(
                    one.by, scope, TIMESTAMP, known=when.holding if when is not None else NOTHING_KNOWN
                )
                report.extend(problems)
            found.append(Target(when, amount, by, calendar or ALWAYS, one.place))
        if all(one.when is not None for one in text.targets):
            report.append(messages.no_target_for_some(text.places["targets"]))
        return tuple(found)

    def _warning(
        self, text: PolicyText, targets: tuple[Target, ...], own: WorkingTime | None, report: list[Diagnostic]
    ) -> Warning_ | None:
        node = text.warn_at
        if node is None:
            return None
        if isinstance(node, MappingNode):
            before = node.get("before")
            assert isinstance(before, Scalar)
            amount = amount_of(before, ALWAYS, report)
            return Warning_(before=Duration(amount.time)) if amount is not None else None
        assert isinstance(node, Scalar)
        if node.text.endswith("%"):
            if any(target.by is not None for target in targets):
                report.append(messages.share_of_an_instant(node.place, node.text))
            return Warning_(share=Fraction(node.text[:-1]) / 100)
        # Working days are counted by whichever calendar counts the target.
        counted = [target.calendar for target in targets if target.amount is not None] or [own or ALWAYS]
        plain = next((calendar for calendar in counted if calendar is ALWAYS and own is not None), counted[0])
        left = amount_of(node, plain, report)
        return Warning_(left=left) if left is not None else None

    def _steps(
        self, text: PolicyText, machine: Machine, own: WorkingTime | None, report: list[Diagnostic]
    ) -> tuple[Step, ...]:
        """The steps with what they do; all that is done at one moment is one run."""
        at: dict[str, list[ActionText]] = {}
        for step in text.steps:
            if step.after is None:
                actions = at.setdefault(step.at, [])
                actions.extend(replace(one, index=len(actions) + number) for number, one in enumerate(step.actions))
        found: list[Step] = []
        for moment, actions in at.items():
            event = "sla_warning" if moment == "warning" else "sla_breached"
            bound = self._bound(text, machine, event, tuple(actions), report)
            if bound is not None:
                found.append(Step(cast(Moment, moment), None, 1, bound))
        for step in text.steps:
            if step.after is not None:
                found.extend(self._late(text, step, step.after, machine, own, report))
        return tuple(found)

    def _late(
        self,
        text: PolicyText,
        step: StepText,
        after: Scalar,
        machine: Machine,
        own: WorkingTime | None,
        report: list[Diagnostic],
    ) -> list[Step]:
        amount: Amount | None = amount_of(after, own, report)
        bound = self._bound(text, machine, "sla_breached", step.actions, report)
        return [Step("after", amount, step.repeat, bound)] if bound is not None and amount is not None else []

    def _bound(
        self, text: PolicyText, machine: Machine, event: str, actions: tuple[ActionText, ...], report: list[Diagnostic]
    ) -> Bound | None:
        kind = f"{machine.id}.{event}"
        escalation = RuleText(
            id=f"sla:{text.id}",
            version=text.version,
            description=text.description,
            trigger=OnEvent((kind,), (text.place,)),
            condition=None,
            acts_as=text.acts_as,
            actions=actions,
            mode="always",
            every=None,
            key=None,
            on_change="recheck",
            stage="live",
            order=0,
            backstop=False,
            place=text.place,
            acts_as_place=text.acts_as_place,
        )
        rule = self._binder.bind(escalation, report, Escalation)
        return rule.bound[kind] if rule is not None else None
