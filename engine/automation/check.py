"""Binds a rule to each event type of its trigger: names and types are checked, then it can run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import available_timezones

from cronsim import CronSim, CronSimError

from engine.automation import messages
from engine.automation.actions import ActionKind
from engine.automation.builder import Builder, Mentions
from engine.automation.model import Action, ActionText, Bound, OnDwell, OnEvent, OnSchedule, Rule, RuleText
from engine.automation.paths import item_path
from engine.automation.scope import SCHEDULE_EVENT, entity_scope, event_scope, item_scope
from engine.conditions.block import Block, Line
from engine.conditions.check import check_condition, check_expression
from engine.conditions.condition import Condition
from engine.conditions.scope import Scope
from engine.diagnostics import Diagnostic
from engine.machines.model import Machine
from engine.machines.readers import Reader
from engine.machines.vocabulary import MachineVocabulary


class RuleBinder:
    """Binds the rules of one folder; ``mentions`` gathers what they say of roles, templates and policies."""

    def __init__(
        self,
        machines: Mapping[str, Machine],
        vocabulary: MachineVocabulary,
        readers: Mapping[str, Reader],
        actions: Mapping[str, ActionKind],
    ) -> None:
        self._machines = machines
        self._vocabulary = vocabulary
        self._readers = readers
        self._actions = actions
        self._events = {kind: machine for machine in machines.values() for kind in machine.event_types()}
        self._scopes: dict[str, Scope] = {}
        self.mentions: dict[str, Mentions] = {}

    def bind(self, text: RuleText, report: list[Diagnostic]) -> Rule | None:
        """The rule that can run, or None when something was reported as an error."""
        found: list[Diagnostic] = []
        mentions = self.mentions.setdefault(text.id, Mentions())
        bound: dict[str, Bound] = {}
        where: Condition | None = None
        trigger = text.trigger
        rule = Rule(text, bound)
        if isinstance(trigger, OnEvent):
            for kind, place in zip(trigger.types, trigger.places, strict=True):
                machine = self._events.get(kind)
                if machine is None:
                    found.append(messages.unknown_event(place, kind, self._events))
                else:
                    bound[kind] = self._bound(rule, kind, machine, found, mentions)
        elif isinstance(trigger, OnDwell):
            machine = self._machines[trigger.entity]
            kind = f"{machine.id}.dwelled"
            bound[kind] = self._bound(rule, kind, machine, found, mentions)
        else:
            machine = self._scheduled(trigger, found)
            if machine is not None and trigger.where is not None:
                where = self._condition(trigger.where, entity_scope(self._vocabulary, machine.id), found)
            if machine is not None or trigger.for_each is None:
                bound[SCHEDULE_EVENT] = self._bound(rule, SCHEDULE_EVENT, machine, found, mentions)
        report.extend(found)
        if any(problem.severity == "error" for problem in found):
            return None
        rule.where = where
        return rule

    def _scheduled(self, trigger: OnSchedule, report: list[Diagnostic]) -> Machine | None:
        try:
            CronSim(trigger.cron, datetime(2026, 1, 1, tzinfo=UTC))
        except CronSimError as error:
            report.append(messages.bad_cron(trigger.place, trigger.cron, str(error).lower()))
        zones = available_timezones()
        if trigger.timezone not in zones:
            report.append(messages.unknown_zone(trigger.timezone_place, trigger.timezone, zones))
        if trigger.for_each is None:
            return None
        machine = self._machines.get(trigger.for_each)
        if machine is None:
            place = trigger.for_each_place or trigger.place
            report.append(messages.unknown_machine(place, trigger.for_each, self._machines))
        return machine

    def _condition(self, block: Block | Line, scope: Scope, report: list[Diagnostic]) -> Condition | None:
        condition, problems = check_condition(block, scope)
        report.extend(problems)
        return condition

    def _bound(
        self, rule: Rule, kind: str, machine: Machine | None, report: list[Diagnostic], mentions: Mentions
    ) -> Bound:
        text = rule.text
        known = f"{kind} {machine.id if machine else ''}"
        scope = self._scopes.get(known)
        if scope is None:
            scope = self._scopes[known] = event_scope(self._vocabulary, machine, kind)
        condition = self._condition(text.condition, scope, report) if text.condition is not None else None
        actions = [
            self._action(action, mark, scope, machine, report, mentions)
            for action, mark in zip(text.actions, _marks(text.actions), strict=True)
        ]
        return Bound(
            rule=rule,
            type=kind,
            subject=machine.id if machine is not None else None,
            condition=condition,
            actions=tuple(action for action in actions if action is not None),
            key=self._key(text, scope, machine, report),
        )

    def _key(
        self, text: RuleText, scope: Scope, machine: Machine | None, report: list[Diagnostic]
    ) -> Callable[..., Any]:
        if text.key is None:
            return _subject_id if machine is not None else _no_key
        expression, problems = check_expression(text.key, scope, None)
        report.extend(problems)
        return expression.value if expression is not None else _no_key

    def _action(
        self,
        text: ActionText,
        mark: str,
        scope: Scope,
        machine: Machine | None,
        report: list[Diagnostic],
        mentions: Mentions,
    ) -> Action | None:
        kind = self._actions.get(text.name)
        if kind is None:
            report.append(messages.unknown_action(text.place, text.name, self._actions))
            return None
        items = None
        if text.for_each is not None:
            items = item_path(text.for_each, scope, report)
            if items is None:
                return None
            scope = item_scope(scope, items.machine)
        subject = machine.id if machine is not None else None
        builder = Builder(text, scope, self._machines, self._readers, subject, report, mentions)
        condition = self._condition(text.condition, scope, report) if text.condition is not None else None
        planned = kind.build(builder, text.keys)
        if planned is None:
            return None
        return Action(
            name=text.name,
            index=text.index,
            mark=mark,
            plan=planned.plan,
            permission=planned.permission,
            after=text.after if text.name != "start_timer" or text.keys.get("after") is not None else None,
            recheck=text.recheck,
            condition=condition,
            items=items,
            entity=planned.entity,
            place=text.place,
            emits=planned.emission,
            field=planned.field,
        )


def _marks(actions: Sequence[ActionText]) -> Iterator[str]:
    seen: Counter[str] = Counter()
    for action in actions:
        seen[action.name] += 1
        yield action.name if seen[action.name] == 1 else f"{action.name}-{seen[action.name]}"


def _subject_id(event: Any, subject: Any, before: Any, now: Any, actor: Any, world: Any) -> Any:
    return subject["id"]


def _no_key(*frame: Any) -> Any:
    return ""
