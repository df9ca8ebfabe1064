"""A catalog from what was written down of it: complete in every answer, with each document read when it is needed.

Machines are read at once, for everything is bound to them. A rule, a scenario or the guards of a machine are read,
parsed and bound, alone and by the same code as ever, when something of them is asked for that was not written down.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.access.parse import parse_role
from engine.automation.actions import ACTIONS
from engine.automation.check import RuleBinder
from engine.automation.model import Bound, OnDwell, OnEvent, OnSchedule, Rule, RuleText, Trigger
from engine.automation.parse import parse_rule
from engine.cache.written import Plain, diagnostic, index
from engine.calendars.model import ALWAYS, Calendar
from engine.calendars.parse import Calendars, parse_calendar
from engine.catalog import Catalog, arrange
from engine.catalog_kinds import guards_of, machines_of, readers_of, surroundings_of
from engine.catalog_needs import Needs
from engine.conditions.values import Duration
from engine.deferred import DeferredMap, complete, deferred
from engine.machines.slots import slot_functions
from engine.machines.vocabulary import MachineVocabulary
from engine.matching.check import check_matching
from engine.matching.model import Matching
from engine.matching.parse import parse_matching
from engine.reading.documents import Document
from engine.reading.folder import File
from engine.reading.nodes import Mapping as MappingNode
from engine.reading.read import read_text
from engine.scenarios.model import Scenario
from engine.scenarios.parse import ScenarioParser, Surroundings
from engine.sla.check import PolicyChecker
from engine.sla.model import Policy
from engine.sla.parse import parse_policy
from engine.templates.check import check_template
from engine.templates.model import Template


def restored(files: list[File], content: bytes) -> Catalog | None:
    """The catalog of these files, of which ``content`` was written; None where this machine lacks a zone they name."""
    plain = marshal.loads(content)  # noqa: S302 - a file of this user's own, whole and made by this engine
    return _Restored(files, plain).catalog() if all(map(_is_zone, plain["zones"])) else None


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True


class _Restored:
    """The documents of one folder, and what they are bound to once they are read."""

    def __init__(self, files: list[File], plain: dict[str, Plain]) -> None:
        self._plain = plain
        self._documents = [_document(file, *row) for file, row in zip(files, plain["documents"], strict=True)]
        self._by_id = {(d.kind, d.id): d for d in self._documents}
        self._machines = machines_of(self._documents, [])
        self._vocabulary = MachineVocabulary(self._machines, slot_functions(self._machines))
        self._readers = readers_of(self._machines)

    def catalog(self) -> Catalog:
        """The catalog as it was when it was written down."""
        rules = [self._rule(*row) for row in self._plain["rules"]]
        roles = [d.id for d in self._documents if d.kind == "role"]
        catalog = Catalog(
            self._documents,
            [diagnostic(one) for one in self._plain["diagnostics"]],
            self._machines,
            self._vocabulary,
            self._readers,
            DeferredMap(self._machines, lambda id: guards_of(self._machines[id], self._vocabulary, [])),
            DeferredMap(roles, lambda id: parse_role(self._root("role", id))),
            {rule.text.id: rule for rule in rules},
            DeferredMap(self._plain["scenarios"], self._scenario),
            DeferredMap(self._plain["matchings"], self._matching),
            DeferredMap(self._plain["templates"], self._template),
            self._calendars.known,
            DeferredMap(self._plain["policies"], self._policy),
            _needs=Needs(*self._plain["needs"]),
        )
        arrange(catalog)
        for kind, known in self._plain["indexes"].items():
            catalog.matchers[kind].prepare(index(known))
        return catalog

    def _root(self, kind: str, id: str) -> MappingNode:
        root = self._by_id[kind, id].root
        assert root is not None
        return root

    def _rule(
        self, known: dict[str, Any], every: int | None, trigger: Plain, bindings: list[tuple[str, str | None]]
    ) -> Rule:
        def fetch() -> None:
            whole = self._bound(known["id"])
            complete(made, whole.text.trigger)
            complete(text, whole.text)
            for kind, bound in bounds.items():
                complete(bound, whole.bound[kind])
            complete(rule, whole)

        made = _trigger(*trigger, fetch=fetch)
        text = deferred(RuleText, fetch, **known, every=None if every is None else Duration(every), trigger=made)
        bounds: dict[str, Bound] = {}
        timed = isinstance(made, OnSchedule)
        rule = deferred(Rule, fetch, text=text, bound=bounds) if timed else Rule(text, bounds)
        for kind, subject in bindings:
            bounds[kind] = deferred(Bound, fetch, rule=rule, type=kind, subject=subject)
        return rule

    def _bound(self, id: str) -> Rule:
        """The rule, read and bound; it was without a mistake when it was written down, and it is the same."""
        text = parse_rule(self._root("rule", id), self._machines, [], self._calendars)
        assert text is not None
        rule = self._binder.bind(text, [])
        assert rule is not None
        return rule

    def _matching(self, id: str) -> Matching:
        found = check_matching(parse_matching(self._root("matching", id)), self._machines, self._vocabulary, [])
        assert found is not None
        return found

    def _template(self, id: str) -> Template:
        found = check_template(self._root("template", id), self._machines, self._vocabulary, [])
        assert found is not None
        return found

    @cached_property
    def _binder(self) -> RuleBinder:
        return RuleBinder(self._machines, self._vocabulary, self._readers, ACTIONS, self._calendars)

    @cached_property
    def _calendars(self) -> Calendars:
        return Calendars(DeferredMap(self._plain["calendars"], self._calendar))

    def _calendar(self, id: str) -> Calendar:
        calendar = parse_calendar(self._root("calendar", id), [])
        assert calendar is not None
        return calendar

    def _policy(self, id: str) -> Policy:
        checker = PolicyChecker(self._machines, self._vocabulary, self._calendars, self._binder)
        policy = checker.check(parse_policy(self._root("sla", id), []), [])
        assert policy is not None
        return policy

    def _scenario(self, id: str) -> Scenario:
        file = self._by_id["scenario", id].source.file
        return ScenarioParser(self._surroundings, []).parse(self._root("scenario", id), file)

    @cached_property
    def _surroundings(self) -> Surroundings:
        return surroundings_of(self._documents, self._machines, self._readers, ACTIONS)


def _document(
    file: File, kind: str, id: str, version: int | None, description: str | None, found: list[Plain]
) -> Document:
    diagnostics = tuple(map(diagnostic, found))
    source = file.source

    def fetch() -> None:
        root = read_text(source, lambda _: None)
        complete(document, Document(kind, id, version, description, source, root, diagnostics))

    document = deferred(
        Document,
        fetch,
        kind=kind,
        id=id,
        version=version,
        description=description,
        source=source,
        diagnostics=diagnostics,
    )
    return document


def _trigger(kind: str, known: dict[str, Any], span: int = 0, *, fetch: Callable[[], None]) -> Trigger:
    if kind == "event":
        return deferred(OnEvent, fetch, **known)
    if kind == "dwell":
        return deferred(OnDwell, fetch, **known, span=Duration(span), calendar=ALWAYS, amount=None)
    if kind == "dwell in a calendar":
        return deferred(OnDwell, fetch, **known, span=Duration(span))
    return deferred(OnSchedule, fetch, **known)
