"""Checks across documents: what one mentions, another declares; who acts may act; nothing goes round for ever."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from engine import catalog_messages as messages
from engine.access.model import Role
from engine.automation.builder import Mentions
from engine.automation.loops import find_loops
from engine.automation.model import Rule
from engine.diagnostics import Diagnostic
from engine.machines.check import in_turn
from engine.machines.model import STANDARD_FIELDS, Machine
from engine.machines.vocabulary import MachineVocabulary
from engine.reading.documents import Document
from engine.reading.nodes import Mapping as MappingNode
from engine.reading.nodes import Node, Scalar, Sequence
from engine.templates import messages as template_messages
from engine.templates.model import Template


def check_mentions(
    mentions: Mapping[str, Mentions],
    roles: Mapping[str, Role],
    templates: set[str],
    policies: set[str],
    lost_roles: Mapping[str, Document],
) -> Iterator[Diagnostic]:
    """Templates, roles and policies that rules mention exist; of a role that is unavailable it is said just that."""
    for mention in mentions.values():
        for name in mention.templates:
            if name.text not in templates:
                yield messages.unknown_template(name.place, name.text, templates)
        for name in mention.roles:
            if name.text in lost_roles:
                yield messages.not_checked(name.place, 1, f"the role {name.text}", lost_roles[name.text].source.file)
            elif name.text not in roles:
                yield messages.unknown_role(name.place, name.text, roles)
        for name in mention.policies:
            if name.text not in policies:
                yield messages.unknown_policy(name.place, name.text, policies)


def check_notices(mentions: Mapping[str, Mentions], templates: Mapping[str, Template]) -> Iterator[Diagnostic]:
    """What a template is about is at hand where a rule sends it."""
    for mention in mentions.values():
        for name, machines in mention.notices:
            template = templates.get(name.text)
            if template is not None and template.entity not in machines:
                yield template_messages.out_of_reach(name.place, name.text, template.entity, machines)


def check_authors(
    rules: Iterable[Rule], roles: Mapping[str, Role], lost_roles: Mapping[str, Document]
) -> Iterator[Diagnostic]:
    """The role a rule acts as exists and has the permissions that the rule's actions need."""
    for rule in rules:
        name = rule.text.acts_as
        if name is None:
            if roles:
                yield messages.acts_as_nobody(rule.text.acts_as_place)
            continue
        role = roles.get(name)
        if name in lost_roles:
            yield messages.not_checked(rule.text.acts_as_place, 1, f"the role {name}", lost_roles[name].source.file)
            continue
        if role is None:
            yield messages.unknown_role(rule.text.acts_as_place, name, roles)
            continue
        for bound in rule.bound.values():
            for action in bound.actions:
                if not role.may(action.permission):
                    yield messages.role_may_not(action.place, name, action.permission, action.name)
                elif action.field is not None and not role.may(action.permission, action.field):
                    yield messages.role_may_not_write(action.place, name, action.permission, action.field, action.name)


def check_calendars(documents: Iterable[Document], lost: Mapping[str, Document]) -> Iterator[Diagnostic]:
    """Of a calendar that is unavailable, and of what is counted by it, it is said just that."""
    if not lost:
        return
    for document in documents:
        if document.kind in ("sla", "rule") and document.root is not None:
            for name in _calendars(document.root):
                if name.text in lost:
                    file = lost[name.text].source.file
                    yield messages.not_checked(name.place, len(name.text), f"the calendar {name.text}", file)


def _calendars(node: Node) -> Iterator[Scalar]:
    """What stands under ``calendar``, wherever in a document."""
    if isinstance(node, MappingNode):
        for key, value in node.entries:
            if key.text == "calendar" and isinstance(value, Scalar):
                yield value
            else:
                yield from _calendars(value)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _calendars(item)


def check_roles(
    roles: Mapping[str, Role],
    roots: Mapping[str, MappingNode],
    machines: Mapping[str, Machine],
) -> Iterator[Diagnostic]:
    """Field lists of grants speak of what the machines declare."""
    by_plural: dict[str, Machine] = {}
    for one in in_turn(machines):
        by_plural.setdefault(one.plural, one)
    for id, role in roles.items():
        written = roots[id].get("grants")
        items = written.items if isinstance(written, Sequence) else ()
        for grant, item in zip(role.grants, items, strict=True):
            machine = by_plural.get(grant.permission.partition(".")[0])
            if machine is None:
                continue
            known = {*machine.fields, *machine.relations, *STANDARD_FIELDS}
            for name in _fields(item):
                if name.text not in known:
                    yield messages.unknown_grant_field(name.place, name.text, machine.id, known)


def _fields(grant: Node) -> Iterator[Scalar]:
    """The fields a grant names, as written."""
    for key in ("hide", "fields"):
        listed = grant.get(key) if isinstance(grant, MappingNode) else None
        if isinstance(listed, Sequence):
            yield from (item for item in listed.items if isinstance(item, Scalar))


def check_loops(rules: Iterable[Rule], vocabulary: MachineVocabulary) -> Iterator[Diagnostic]:
    """No rules set each other off without a bound."""
    for loop in find_loops(rules):
        if loop.delayed:
            yield messages.slow_loop(loop.place, loop.steps)
        else:
            yield messages.endless_loop(loop.place, loop.rules, loop.steps)
