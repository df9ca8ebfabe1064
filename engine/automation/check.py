"""Binds a rule to each event type of its trigger: names and types are checked, then it can run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import available_timezones

from engine.automation import messages
from engine.automation.actions import ActionKind
from engine.automation.builder import Builder, Mentions
from engine.automation.cron import cron_problem
from engine.automation.model import Action, ActionText, Bound, OnDwell, OnEvent, OnSchedule, Reads, Rule, RuleText
from engine.automation.paths import ItemPath, item_path
from engine.automation.scope import OWNER, SCHEDULE_EVENT, entity_scope, event_scope, item_scope
from engine.calendars.parse import Calendars
from engine.conditions.block import Block, Line
from engine.conditions.check import check_condition, check_expression
from engine.conditions.check_context import NEVER, NOTHING_KNOWN, Known
from engine.conditions.condition import Condition
from engine.conditions.scope import Scope
from engine.diagnostics import Diagnostic
from engine.machines.model import Machine
from engine.machines.readers import Reader
from engine.machines.vocabulary import MachineVocabulary

OF_THE_HOST = frozenset({"localtime", "Factory"})
"""Names among the zones that mean another one on every machine, or none."""


class RuleBinder:
    """Binds the rules of one folder; ``mentions`` gathers what they say of roles, templates and policies."""

    def __init__(
        self,
        machines: Mapping[str, Machine],
        vocabulary: MachineVocabulary,
        readers: Mapping[str, Reader],
        actions: Mapping[str, ActionKind],
        calendars: Calendars | None = None,
    ) -> None:
        self._machines = machines
        self._vocabulary = vocabulary
        self._readers = readers
        self._actions = actions
        self._calendars = calendars or Calendars()
        self._events = {kind: machine for machine in machines.values() for kind in machine.event_types()}
        self._scopes: dict[str, Scope] = {}
        self.mentions: dict[str, Mentions] = {}

    def bind(self, text: RuleText, report: list[Diagnostic], made: type[Rule] = Rule) -> Rule | None:
        """The rule that can run, of the class ``made``, or None when something was reported as an error."""
        found: list[Diagnostic] = []
        mentions = self.mentions.setdefault(text.id, Mentions())
        bound: dict[str, Bound] = {}
        where: Condition | None = None
        trigger = text.trigger
        rule = made(text, bound)
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
        conditions = [one.condition for one in bound.values()]
        if conditions and all(one is not None and NEVER in one.holding for one in conditions):
            assert conditions[0] is not None
            found.append(messages.never_met(conditions[0].lines[0].place))
        report.extend(found)
        if any(problem.severity == "error" for problem in found):
            return None
        rule.where = where
        return rule

    def _scheduled(self, trigger: OnSchedule, report: list[Diagnostic]) -> Machine | None:
        if (problem := cron_problem(trigger.cron)) is not None:
            report.append(messages.bad_cron(trigger.place, trigger.cron, problem))
        zones = available_timezones() - OF_THE_HOST
        if trigger.timezone not in zones:
            report.append(messages.unknown_zone(trigger.timezone_place, trigger.timezone, zones))
        if trigger.for_each is None:
            return None
        machine = self._machines.get(trigger.for_each)
        if machine is None:
            place = trigger.for_each_place or trigger.place
            report.append(messages.unknown_machine(place, trigger.for_each, self._machines))
        return machine

    def _condition(
        self, block: Block | Line, scope: Scope, report: list[Diagnostic], known: Known = NOTHING_KNOWN
    ) -> Condition | None:
        condition, problems = check_condition(block, scope, known=known)
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
        known_here = condition.holding if condition is not None else NOTHING_KNOWN
        # What is never met acts never, and its actions may speak of what only another trigger has.
        performed = () if NEVER in known_here else text.actions
        actions = [
            self._action(action, mark, scope, machine, report, mentions, known_here)
            for action, mark in zip(performed, _marks(performed), strict=True)
        ]
        return Bound(
            rule=rule,
            type=kind,
            subject=machine.id if machine is not None else None,
            condition=condition,
            actions=tuple(action for action in actions if action is not None),
            key=self._key(text, scope, machine, report, known_here),
        )

    def _key(
        self, text: RuleText, scope: Scope, machine: Machine | None, report: list[Diagnostic], known: Known
    ) -> Callable[..., Any]:
        if text.key is None:
            return _subject_id if machine is not None else _no_key
        expression, problems = check_expression(text.key, scope, None, known=known)
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
        known: Known,
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
            known = frozenset((OWNER.get(path[0], path[0]), *path[1:]) for path in known)
        if text.after is not None and not text.recheck:
            known = NOTHING_KNOWN  # by then nobody asks again
        subject = machine.id if machine is not None else None
        condition = self._condition(text.condition, scope, report, known) if text.condition is not None else None
        if condition is not None:
            known = condition.holding
        builder = Builder(text, scope, self._machines, self._readers, subject, report, mentions, known, self._calendars)
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
            told=_told(planned.told, items),
            writes=planned.writes,
        )


def _told(told: Mapping[str, Reads] | None, items: ItemPath | None) -> Mapping[str, Reads] | None:
    """What an effect tells; the entity of an item is known by the relation that leads to it."""
    if told is None or items is None:
        return told
    return {**told, "id": told.get("id", frozenset()) | items.reads}


def _marks(actions: Sequence[ActionText]) -> Iterator[str]:
    seen: Counter[str] = Counter()
    for action in actions:
        seen[action.name] += 1
        yield action.name if seen[action.name] == 1 else f"{action.name}-{seen[action.name]}"


def _subject_id(event: Any, subject: Any, before: Any, now: Any, actor: Any, world: Any) -> Any:
    return subject["id"]


def _no_key(*frame: Any) -> Any:
    return ""
