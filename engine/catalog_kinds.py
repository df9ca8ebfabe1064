"""What the documents of each kind become: parsed, checked on their own and against machines, by id.

A document with an error is left out; what is wrong with it goes into the report.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import TypeVar

from engine.access.grants import CheckedGrant, check_roles
from engine.access.model import Role
from engine.automation.actions import ActionKind
from engine.automation.check import RuleBinder
from engine.automation.model import Rule
from engine.automation.parse import parse_rule
from engine.automation.scope import entity_scope, event_data
from engine.calendars.model import Calendar
from engine.calendars.parse import Calendars, parse_calendar
from engine.conditions.check import check_condition
from engine.conditions.condition import Condition
from engine.diagnostics import Diagnostic
from engine.machines.check import check_states, check_together
from engine.machines.messages import UNKNOWN_STATE
from engine.machines.model import Machine
from engine.machines.parse import parse_machine
from engine.machines.readers import Reader
from engine.machines.vocabulary import MachineVocabulary
from engine.matching.check import check_matching
from engine.matching.model import Matching
from engine.matching.parse import parse_matching
from engine.reading.documents import Document
from engine.reading.nodes import Mapping as MappingNode
from engine.reading.read import read_text
from engine.reading.source import Source
from engine.scenarios.model import Scenario
from engine.scenarios.parse import ScenarioParser, Surroundings
from engine.sla.check import PolicyChecker
from engine.sla.model import Policy
from engine.sla.parse import parse_policy
from engine.templates.check import check_template
from engine.templates.model import Template

BUILTIN = ("exception", "task", "user")
Made = TypeVar("Made")


def roots_of(documents: list[Document], kind: str) -> dict[str, MappingNode]:
    """What the documents of one kind say, by id, of those that are available."""
    return {d.id: d.root for d in documents if d.kind == kind and d.root is not None}


def machines_of(documents: list[Document], report: list[Diagnostic]) -> dict[str, Machine]:
    """The machines of a folder by id, and those the engine brings."""
    machines: dict[str, Machine] = {}
    misspelt: set[str] = set()
    for id, root in roots_of(documents, "machine").items():
        found: list[Diagnostic] = []
        machines[id] = parse_machine(root, found)
        report.extend(found)
        if any(one.code == UNKNOWN_STATE for one in found):
            misspelt.add(id)  # what cannot be reached or left is then no more than a consequence
    for id in BUILTIN:
        # Also where a folder's own document of that name is broken: the engine itself makes tasks and exceptions.
        if id not in machines:
            text = (resources.files("engine.machines") / "builtin" / f"{id}.yaml").read_text(encoding="utf-8")
            read = read_text(Source(f"builtin/{id}.yaml", text), report.append)
            assert read is not None
            machines[id] = parse_machine(read, report, builtin=True)
    for machine in machines.values():
        if machine.id not in misspelt:
            report.extend(check_states(machine))
    report.extend(check_together(machines))
    return machines


def readers_of(machines: Mapping[str, Machine]) -> dict[str, Reader]:
    """What reads JSON values of each machine's fields."""

    def states(machine: str) -> frozenset[str]:
        return frozenset(machines[machine].states) if machine in machines else frozenset()

    return {m.id: Reader(m.fields, m.relations, states) for m in machines.values()}


def guards_of(machine: Machine, vocabulary: MachineVocabulary, report: list[Diagnostic]) -> dict[str, Condition]:
    """The compiled guards of a machine, by transition."""
    guards: dict[str, Condition] = {}
    scope = None
    for transition in machine.transitions.values():
        if transition.guard is not None:
            scope = scope or entity_scope(vocabulary, machine.id)
            condition, problems = check_condition(transition.guard, scope)
            report.extend(problems)
            if condition is not None:
                guards[transition.name] = condition
    return guards


def checked_roles(
    roles: Mapping[str, Role], machines: Mapping[str, Machine], vocabulary: MachineVocabulary
) -> tuple[dict[str, tuple[CheckedGrant, ...]], list[Diagnostic]]:
    """The grants of roles, checked against the machines; one scope a machine, so that nothing is checked twice."""
    return check_roles(roles, machines, cache(lambda machine: entity_scope(vocabulary, machine)))


def calendars_of(
    documents: list[Document], report: list[Diagnostic]
) -> tuple[dict[str, Calendar], dict[str, Document]]:
    """The calendars of a folder by id, and the documents of those that cannot measure."""
    found = _sound(documents, "calendar", parse_calendar, report)
    return found, {d.id: d for d in documents if d.kind == "calendar" and d.id not in found}


def rules_of(
    documents: list[Document],
    machines: dict[str, Machine],
    calendars: Calendars,
    binder: RuleBinder,
    report: list[Diagnostic],
) -> dict[str, Rule]:
    """The rules of a folder that can run, by id."""

    def bound(root: MappingNode, mistakes: list[Diagnostic]) -> Rule | None:
        text = parse_rule(root, machines, mistakes, calendars)
        return binder.bind(text, mistakes) if text is not None else None

    return _sound(documents, "rule", bound, report)


def policies_of(documents: list[Document], checker: PolicyChecker, report: list[Diagnostic]) -> dict[str, Policy]:
    """The SLA policies of a folder that can measure, by id."""
    return _sound(documents, "sla", lambda root, found: checker.check(parse_policy(root, found), found), report)


def matchings_of(
    documents: list[Document],
    machines: Mapping[str, Machine],
    vocabulary: MachineVocabulary,
    report: list[Diagnostic],
) -> dict[str, Matching]:
    """The matchings of a folder that can rank, by id."""

    def checked(root: MappingNode, mistakes: list[Diagnostic]) -> Matching | None:
        return check_matching(parse_matching(root), machines, vocabulary, mistakes)

    return _sound(documents, "matching", checked, report)


def templates_of(
    documents: list[Document],
    machines: Mapping[str, Machine],
    vocabulary: MachineVocabulary,
    report: list[Diagnostic],
) -> dict[str, Template]:
    """The templates of a folder that can be rendered, by id."""
    return _sound(documents, "template", lambda root, found: check_template(root, machines, vocabulary, found), report)


def _sound(
    documents: list[Document],
    kind: str,
    make: Callable[[MappingNode, list[Diagnostic]], Made | None],
    report: list[Diagnostic],
) -> dict[str, Made]:
    """What is made of the documents of a kind, by id, without those that hold an error."""
    sound: dict[str, Made] = {}
    for id, root in roots_of(documents, kind).items():
        mistakes: list[Diagnostic] = []
        made = make(root, mistakes)
        report.extend(mistakes)
        if made is not None and not any(one.severity == "error" for one in mistakes):
            sound[id] = made
    return sound


def scenarios_of(
    documents: list[Document],
    machines: dict[str, Machine],
    readers: dict[str, Reader],
    actions: Mapping[str, ActionKind],
    report: list[Diagnostic],
) -> dict[str, Scenario]:
    """The scenarios of a folder that can be played, by id."""
    around = surroundings_of(documents, machines, readers, actions)
    found: dict[str, Scenario] = {}
    for document in documents:
        if document.kind == "scenario" and document.root is not None:
            mistakes: list[Diagnostic] = []
            scenario = ScenarioParser(around, mistakes).parse(document.root, document.source.file)
            report.extend(mistakes)
            if not any(d.severity == "error" for d in mistakes):
                found[document.id] = scenario
    return found


def surroundings_of(
    documents: list[Document],
    machines: dict[str, Machine],
    readers: dict[str, Reader],
    actions: Mapping[str, ActionKind],
) -> Surroundings:
    """What scenarios may mention."""
    events = tuple(kind for machine in machines.values() for kind in machine.event_types())
    names = {d.id for d in documents if d.kind == "rule"}
    payloads = {
        kind: event_data(machine, kind).keys() for machine in machines.values() for kind in machine.event_types()
    }
    keys = {kind: frozenset(payload) for kind, payload in payloads.items()}
    roles, policies = ({d.id for d in documents if d.kind == kind} for kind in ("role", "sla"))
    return Surroundings(machines, readers, names, set(actions), tuple(actions), events, keys, roles, policies)
