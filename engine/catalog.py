"""The catalog of a folder: every document read, parsed, checked against the others, and frozen into what can run.

Reading and checking never stop at a mistake. A document with an error is unavailable: it stays in ``documents`` with
its diagnostics, and everything else goes on without it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from pathlib import Path

from engine import catalog_checks
from engine.access.grants import CheckedGrant, CheckedRoles, check_roles
from engine.access.model import Role
from engine.access.parse import parse_role
from engine.automation.actions import ACTIONS, ActionKind
from engine.automation.check import RuleBinder
from engine.automation.index import Matcher
from engine.automation.model import Bound, OnDwell, OnEvent, OnSchedule, Rule
from engine.automation.parse import parse_rule
from engine.automation.scope import entity_scope, event_data
from engine.calendars.model import Calendar
from engine.calendars.parse import Calendars, parse_calendar
from engine.catalog_access import check_access
from engine.catalog_gaps import find_gaps, plural_of, told_once, unavailable
from engine.catalog_hidden import check_hidden
from engine.catalog_messages import NOT_CHECKED
from engine.catalog_needs import Needs, needs_of
from engine.catalog_permissions import check_permissions
from engine.collector import collector_paused
from engine.conditions.check import check_condition
from engine.conditions.condition import Condition
from engine.diagnostics import Diagnostic, Place, in_order
from engine.machines.check import check_states, check_together
from engine.machines.messages import UNKNOWN_STATE
from engine.machines.model import Machine
from engine.machines.parse import parse_machine
from engine.machines.readers import Reader
from engine.machines.slots import HostFunctions, slot_functions
from engine.machines.vocabulary import MachineVocabulary
from engine.matching.check import check_matching
from engine.matching.model import Matching
from engine.matching.parse import parse_matching
from engine.reading.documents import Document
from engine.reading.folder import read_folder
from engine.reading.nodes import Mapping as MappingNode
from engine.reading.nodes import Node, Scalar
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


@dataclass(slots=True)
class Catalog:
    """What a folder's documents decide, ready to run.

    ``matchers`` holds the index of rules by event type, ``guards`` the compiled guards by machine and transition,
    ``unavailable`` the documents that an error keeps from running.
    """

    documents: list[Document]
    diagnostics: list[Diagnostic]
    machines: dict[str, Machine]
    vocabulary: MachineVocabulary
    readers: dict[str, Reader]
    guards: Mapping[str, dict[str, Condition]]
    roles: Mapping[str, Role]
    rules: dict[str, Rule]
    scenarios: Mapping[str, Scenario]
    matchings: Mapping[str, Matching]
    templates: Mapping[str, Template]
    calendars: Mapping[str, Calendar]
    policies: Mapping[str, Policy]
    matchers: dict[str, Matcher] = field(default_factory=dict)
    scheduled: list[tuple[Rule, OnSchedule]] = field(default_factory=list)
    dwelling: dict[str, list[tuple[Rule, OnDwell]]] = field(default_factory=dict)
    unavailable: list[Document] = field(default_factory=list)
    _needs: Needs | None = None
    _access: CheckedRoles | None = None
    _watched: frozenset[str] | None = None

    @property
    def ok(self) -> bool:
        """Whether no document holds an error."""
        return not any(d.severity == "error" for d in self.diagnostics)

    @property
    def needs(self) -> Needs:
        """What the documents ask of a world."""
        if self._needs is None:
            self._needs = needs_of(
                self.documents, self.machines, self.vocabulary, self.rules.values(), self.policies.values()
            )
        return self._needs

    @property
    def access(self) -> CheckedRoles:
        """The roles as they decide; one with a mistake grants nothing."""
        if self._access is None:
            self._access = CheckedRoles(self.roles, checked_roles(self.roles, self.machines, self.vocabulary)[0])
        return self._access

    @property
    def watched(self) -> frozenset[str]:
        """The machines whose events may change an SLA clock."""
        if self._watched is None:
            policies = self.policies.values()
            self._watched = frozenset(name for one in policies for name in (one.entity, *one.reads.ways))
        return self._watched

    def source_line(self, diagnostic: Diagnostic) -> str | None:
        """The text of the line a diagnostic points at."""
        for document in self.documents:
            if document.source.file == diagnostic.place.file:
                return document.source.line(diagnostic.place.line)
        return None

    def of_kind(self, kind: str) -> dict[str, Document]:
        """The documents of one kind that could be read, by id."""
        return {d.id: d for d in self.documents if d.kind == kind and d.root is not None}


def load(
    directory: Path | str,
    actions: Mapping[str, ActionKind] = ACTIONS,
    functions: HostFunctions = slot_functions,
) -> Catalog:
    """The catalog of a folder. Raises ``FolderError`` when there is no folder or no document in it."""
    with collector_paused():
        return build(read_folder(directory, actions), actions, functions)


def build(
    documents: list[Document],
    actions: Mapping[str, ActionKind] = ACTIONS,
    functions: HostFunctions = slot_functions,
) -> Catalog:
    """The catalog of documents that were read. ``actions`` and ``functions`` are those of the host."""
    report: list[Diagnostic] = []
    machines = machines_of(documents, report)
    gaps = find_gaps(documents, machines)
    lost_roles = unavailable(documents, "role")
    vocabulary = MachineVocabulary(machines, functions(machines))
    readers = readers_of(machines)
    roles = {id: parse_role(root) for id, root in roots_of(documents, "role").items()}
    guards = {machine.id: guards_of(machine, vocabulary, report) for machine in machines.values()}
    known, lost_calendars = calendars_of(documents, report)
    calendars = Calendars(known, lost_calendars)
    binder = RuleBinder(machines, vocabulary, readers, actions, calendars)
    rules: dict[str, Rule] = {}
    for id, root in roots_of(documents, "rule").items():
        found: list[Diagnostic] = []
        text = parse_rule(root, machines, found, calendars)
        rule = binder.bind(text, found) if text is not None else None
        report.extend(found)
        if rule is not None and not any(d.severity == "error" for d in found):
            rules[id] = rule
    checker = PolicyChecker(machines, vocabulary, calendars, binder)
    sla = policies_of(documents, checker, report)
    escalations = [step.bound.rule for policy in sla.values() for step in policy.steps]
    matchings = _matchings(documents, machines, vocabulary, report)
    templates = _templates(documents, machines, vocabulary, report)
    named = {d.id for d in documents if d.kind == "template"}
    policies = {d.id for d in documents if d.kind == "sla"}
    scenarios = _scenarios(documents, machines, readers, actions, report)
    report.extend(catalog_checks.check_mentions(binder.mentions, roles, named, policies, lost_roles))
    report.extend(catalog_checks.check_notices(binder.mentions, templates))
    report.extend(catalog_checks.check_authors([*rules.values(), *escalations], roles, lost_roles))
    report.extend(catalog_checks.check_roles(roles, roots_of(documents, "role"), machines))
    grants, mistakes = checked_roles(roles, machines, vocabulary)
    report.extend(mistakes)
    report.extend(catalog_checks.check_calendars(documents, lost_calendars))
    report.extend(catalog_checks.check_loops(rules.values(), vocabulary))
    needed = {
        a.permission for rule in (*rules.values(), *escalations) for bound in rule.bound.values() for a in bound.actions
    }
    hidden = {plural_of(document) for document in unavailable(documents, "machine").values()}
    report.extend(check_permissions(documents, machines, needed, hidden))
    together = CheckedRoles(roles, grants)
    acting = [*rules.values(), *escalations]
    report.extend(check_access(together, machines, acting, hidden))
    report.extend(check_hidden(together, machines, acting, templates, documents))
    report = _underlined(told_once(report, gaps), documents)
    for document in documents:
        report.extend(document.diagnostics)
    diagnostics = in_order(report)
    unchecked = {one.place.file for one in diagnostics if one.code == NOT_CHECKED}
    rules = {id: rule for id, rule in rules.items() if rule.text.place.file not in unchecked}
    matchings = {id: one for id, one in matchings.items() if one.place.file not in unchecked}
    templates = {id: one for id, one in templates.items() if one.place.file not in unchecked}
    sla = {id: policy for id, policy in sla.items() if policy.place.file not in unchecked}
    catalog = Catalog(
        documents,
        diagnostics,
        machines,
        vocabulary,
        readers,
        guards,
        roles,
        rules,
        scenarios,
        matchings,
        templates,
        known,
        sla,
    )
    mistaken = {one.place.file for one in diagnostics if one.severity == "error"} | unchecked
    sound = {id: granted for id, granted in grants.items() if roles[id].place.file not in mistaken}
    catalog._access = CheckedRoles(roles, sound)  # noqa: SLF001 - made here, once
    running: dict[str, Container[str]] = {
        "rule": rules,
        "scenario": scenarios,
        "matching": matchings,
        "template": templates,
        "role": sound,
        "calendar": known,
        "sla": sla,
    }
    catalog.unavailable = [d for d in documents if d.root is None or d.id not in running.get(d.kind, (d.id,))]
    arrange(catalog)
    return catalog


def checked_roles(
    roles: Mapping[str, Role], machines: Mapping[str, Machine], vocabulary: MachineVocabulary
) -> tuple[dict[str, tuple[CheckedGrant, ...]], list[Diagnostic]]:
    """The grants of roles, checked against the machines; one scope a machine, so that nothing is checked twice."""
    return check_roles(roles, machines, cache(lambda machine: entity_scope(vocabulary, machine)))


def _underlined(found: Iterable[Diagnostic], documents: list[Document]) -> list[Diagnostic]:
    """The findings, with all of a text underlined where they point at one in quotes or say nothing of its length."""
    roots = {document.source.file: document.root for document in documents if document.root is not None}
    texts: dict[str, dict[Place, Scalar]] = {}
    shown: list[Diagnostic] = []
    for one in found:
        file = one.place.file
        if file in roots and not one.code.startswith("V3"):
            if file not in texts:
                texts[file] = {text.place: text for text in _texts(roots[file])}
            text = texts[file].get(one.place)
            if text is not None and (text.quoted or one.length == 1):
                one = replace(one, length=text.length)
        shown.append(one)
    return shown


def _texts(node: Node) -> Iterator[Scalar]:
    """Every text of a document, keys included."""
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, MappingNode):
        for key, value in node.entries:
            yield key
            yield from _texts(value)
    else:
        for item in node.items:
            yield from _texts(item)


def readers_of(machines: Mapping[str, Machine]) -> dict[str, Reader]:
    """What reads JSON values of each machine's fields."""

    def states(machine: str) -> frozenset[str]:
        return frozenset(machines[machine].states) if machine in machines else frozenset()

    return {m.id: Reader(m.fields, m.relations, states) for m in machines.values()}


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


def _matchings(
    documents: list[Document],
    machines: dict[str, Machine],
    vocabulary: MachineVocabulary,
    report: list[Diagnostic],
) -> dict[str, Matching]:
    found: dict[str, Matching] = {}
    for id, root in roots_of(documents, "matching").items():
        matching = check_matching(parse_matching(root), machines, vocabulary, report)
        if matching is not None:
            found[id] = matching
    return found


def _templates(
    documents: list[Document],
    machines: dict[str, Machine],
    vocabulary: MachineVocabulary,
    report: list[Diagnostic],
) -> dict[str, Template]:
    found: dict[str, Template] = {}
    for id, root in roots_of(documents, "template").items():
        template = check_template(root, machines, vocabulary, report)
        if template is not None:
            found[id] = template
    return found


def calendars_of(
    documents: list[Document], report: list[Diagnostic]
) -> tuple[dict[str, Calendar], dict[str, Document]]:
    """The calendars of a folder by id, and the documents of those that cannot measure."""
    found: dict[str, Calendar] = {}
    for id, root in roots_of(documents, "calendar").items():
        calendar = parse_calendar(root, report)
        if calendar is not None:
            found[id] = calendar
    return found, {d.id: d for d in documents if d.kind == "calendar" and d.id not in found}


def policies_of(documents: list[Document], checker: PolicyChecker, report: list[Diagnostic]) -> dict[str, Policy]:
    """The SLA policies of a folder that can measure, by id."""
    found: dict[str, Policy] = {}
    for id, root in roots_of(documents, "sla").items():
        mistakes: list[Diagnostic] = []
        policy = checker.check(parse_policy(root, mistakes), mistakes)
        report.extend(mistakes)
        if policy is not None and not any(d.severity == "error" for d in mistakes):
            found[id] = policy
    return found


def _scenarios(
    documents: list[Document],
    machines: dict[str, Machine],
    readers: dict[str, Reader],
    actions: Mapping[str, ActionKind],
    report: list[Diagnostic],
) -> dict[str, Scenario]:
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


def arrange(catalog: Catalog) -> None:
    """Puts every rule where its trigger is looked for, in rule order."""
    by_type: dict[str, list[Bound]] = {}
    for rule in sorted(catalog.rules.values(), key=lambda r: (r.text.order, r.id)):
        trigger = rule.text.trigger
        if isinstance(trigger, OnEvent):
            for kind, bound in rule.bound.items():
                by_type.setdefault(kind, []).append(bound)
        elif isinstance(trigger, OnDwell):
            catalog.dwelling.setdefault(trigger.entity, []).append((rule, trigger))
        else:
            catalog.scheduled.append((rule, trigger))
    catalog.matchers = {
        kind: Matcher(b for b in bounds if b.rule.text.stage != "off") for kind, bounds in by_type.items()
    }
