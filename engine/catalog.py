"""The catalog of a folder: every document read, parsed, checked against the others, and frozen into what can run.

Reading and checking never stop at a mistake. A document with an error is unavailable: it stays in ``documents`` with
its diagnostics, and everything else goes on without it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine import catalog_checks
from engine.access.grants import CheckedRoles
from engine.access.model import Role
from engine.access.parse import parse_role
from engine.automation.actions import ACTIONS, ActionKind
from engine.automation.check import RuleBinder
from engine.automation.index import Matcher
from engine.automation.model import Bound, OnDwell, OnEvent, OnSchedule, Rule
from engine.calendars.model import Calendar
from engine.calendars.parse import Calendars
from engine.catalog_access import check_access
from engine.catalog_gaps import find_gaps, plural_of, told_once, unavailable
from engine.catalog_hidden import check_hidden
from engine.catalog_kinds import (
    calendars_of,
    checked_roles,
    guards_of,
    machines_of,
    matchings_of,
    policies_of,
    readers_of,
    roots_of,
    rules_of,
    scenarios_of,
    templates_of,
)
from engine.catalog_messages import NOT_CHECKED
from engine.catalog_needs import Needs, needs_of
from engine.catalog_permissions import check_permissions
from engine.collector import collector_paused
from engine.conditions.condition import Condition
from engine.diagnostics import Diagnostic, Place, in_order
from engine.machines.model import Machine
from engine.machines.readers import Reader
from engine.machines.slots import HostFunctions, slot_functions
from engine.machines.vocabulary import MachineVocabulary
from engine.matching.model import Matching
from engine.reading.documents import Document
from engine.reading.folder import read_folder
from engine.reading.nodes import Mapping as MappingNode
from engine.reading.nodes import Node, Scalar
from engine.scenarios.model import Scenario
from engine.sla.check import PolicyChecker
from engine.sla.model import Policy
from engine.templates.model import Template


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
    rules = rules_of(documents, machines, calendars, binder, report)
    checker = PolicyChecker(machines, vocabulary, calendars, binder)
    sla = policies_of(documents, checker, report)
    escalations = [step.bound.rule for policy in sla.values() for step in policy.steps]
    matchings = matchings_of(documents, machines, vocabulary, report)
    templates = templates_of(documents, machines, vocabulary, report)
    named = {d.id for d in documents if d.kind == "template"}
    policies = {d.id for d in documents if d.kind == "sla"}
    scenarios = scenarios_of(documents, machines, readers, actions, report)
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
