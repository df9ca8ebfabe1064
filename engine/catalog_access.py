"""Checks of the roles against everything else: grants that never hold, roles that nobody can use, lists that cannot be
made, texts that tell what a role may not see, and a house whose roles nobody may change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine import catalog_messages as messages
from engine.access.grants import CheckedGrant, CheckedRoles
from engine.access.matrix import ownerships, possible
from engine.access.messages import not_listable
from engine.access.model import Grant
from engine.automation.model import Rule
from engine.catalog_permissions import AREAS, Known
from engine.conditions.block import Block, Line
from engine.conditions.listable import unlistable
from engine.conditions.reads import EventRead, FieldRead
from engine.diagnostics import Diagnostic, Place
from engine.machines.model import Machine
from engine.reading.documents import Document
from engine.reading.nodes import Mapping as MappingNode
from engine.reading.nodes import Node, Scalar, Sequence
from engine.templates.model import Template

ADMINISTRATION = frozenset({"users", "roles"})
GIVES_ROLES = ("users.update", "roles.update", "roles.assign")
"""Whoever holds one of these, for all users and with the field ``roles``, can give a role to somebody."""


def check_access(
    roles: CheckedRoles,
    machines: Mapping[str, Machine],
    rules: Iterable[Rule],
    templates: Mapping[str, Template],
    documents: Collection[Document],
    hidden: Collection[str],
) -> Iterator[Diagnostic]:
    """Everything that is wrong with roles beyond themselves. ``hidden`` are plurals of machines that are unavailable."""
    rules = list(rules)
    needed = {a.permission for rule in rules for bound in rule.bound.values() for a in bound.actions}
    moves = {t.permission for machine in machines.values() for t in machine.transitions.values()}
    areas = {name.partition(".")[0] for name in (*needed, *moves)} | {m.plural for m in machines.values()}
    known = Known(machines.values(), (*moves, *needed), hidden)
    areas |= {*AREAS, *hidden}
    for id, grants in roles.grants.items():
        dead = 0
        for grant, written in zip(grants, roles.roles[id].grants, strict=True):
            area = grant.permission.partition(".")[0]
            if area not in areas:
                dead += 1
                if known.meant(grant.permission) is None and not area.startswith(tuple(machines)):
                    yield messages.permission_of_nothing(grant.place, grant.permission, area)
            elif _never(grant, machines):
                dead += 1
                yield messages.grant_never_holds(grant.place, grant.permission)
            yield from _unlisted(grant, written)
        if grants and dead == len(grants):
            yield messages.role_without_use(roles.roles[id].place, id)
    yield from _locked_out(roles)
    yield from _told_to_whom_it_is_hidden(roles, machines, rules, templates, documents)


def _never(grant: CheckedGrant, machines: Mapping[str, Machine]) -> bool:
    """Whether the condition of a grant holds in no state, whoever's the entity is."""
    if grant.where is None or grant.machine is None:
        return False
    machine = machines[grant.machine]
    return not any(
        "true" in possible(grant, machine, state, whose, grant.role)
        for state in machine.states
        for whose in ownerships(machine)
    )


def _unlisted(grant: CheckedGrant, written: Grant) -> Iterator[Diagnostic]:
    """What is read is also listed; what is only done is decided one entity at a time."""
    if grant.where is None or written.where is None or not grant.permission.endswith(".read"):
        return
    lines = list(_lines(written.where))
    for found in unlistable(grant.where):
        scalar, node = lines[found.line].scalar, found.node
        place, last = scalar.place_at(node.start), scalar.place_at(node.end - 1)
        length = last.column - place.column + 1 if last.line == place.line else 1
        yield not_listable(place, max(1, length), found.what)


def _lines(part: Block | Line) -> Iterator[Line]:
    """The lines of a condition, in the order in which they are checked."""
    if isinstance(part, Line):
        yield part
    else:
        for one in part.parts:
            yield from _lines(one)


def _locked_out(roles: CheckedRoles) -> Iterator[Diagnostic]:
    """Where people are administered at all, somebody must be able to say who has which role."""
    grants = [grant for granted in roles.grants.values() for grant in granted]
    areas = [(grant, *grant.permission.partition(".")) for grant in grants]
    administered = [grant for grant, area, _, verb in areas if area in ADMINISTRATION and verb != "read"]
    if administered and not any(
        grant.permission in GIVES_ROLES and grant.where is None and (grant.fields is None or "roles" in grant.fields)
        for grant in administered
    ):
        yield messages.nobody_gives_roles(administered[-1].place)


def _told_to_whom_it_is_hidden(
    roles: CheckedRoles,
    machines: Mapping[str, Machine],
    rules: Iterable[Rule],
    templates: Mapping[str, Template],
    documents: Collection[Document],
) -> Iterator[Diagnostic]:
    """Texts on tasks, exceptions and in the application, that a role may read although it may not see what they say."""
    plurals = {machine.id: machine.plural for machine in machines.values()}
    if not any(grant.hide for grants in roles.grants.values() for grant in grants):
        return
    told: set[tuple[Place, str, str]] = set()
    texts = [
        Told(text.line.place, len(text.line.expression), _fields(text.reads()), action.entity, None)
        for rule in rules
        for bound in rule.bound.values()
        for action in bound.actions
        if action.entity is not None
        for text in action.shown
    ]
    for text in (*texts, *_in_app(templates, documents)):
        for role, read in _leaks(roles, plurals, text):
            key = (text.place, role, read.field)
            if key not in told:
                told.add(key)
                yield messages.text_tells_hidden(text.place, text.length, role, read.machine, read.field, text.entity)


@dataclass(frozen=True, slots=True)
class Told:
    """A text that stands on an entity: what it reads, and the roles that it is for where they are named."""

    place: Place
    length: int
    reads: frozenset[FieldRead]
    entity: str
    only: frozenset[str] | None


def _fields(reads: Iterable[FieldRead | EventRead]) -> frozenset[FieldRead]:
    return frozenset(read for read in reads if isinstance(read, FieldRead))


def _leaks(roles: CheckedRoles, plurals: Mapping[str, str], text: Told) -> Iterator[tuple[str, FieldRead]]:
    """Each role that may read the entity, or that the text is for, with what of the text it may not see."""
    reads = sorted(text.reads, key=lambda one: (one.machine, one.field))
    reading = f"{plurals[text.entity]}.read"
    for role, grants in roles.grants.items():
        if not (role in text.only if text.only is not None else any(g.permission == reading for g in grants)):
            continue
        for read in reads:
            seen = [grant for grant in grants if grant.permission == f"{plurals[read.machine]}.read"]
            if seen and all(read.field in grant.hide for grant in seen):
                yield role, read


def _in_app(templates: Mapping[str, Template], documents: Iterable[Document]) -> Iterator[Told]:
    """The texts that templates show in the application; where all of a template go to named roles, those alone."""
    sent: dict[str, set[str | None]] = {}
    for document in documents:
        if document.root is not None:
            for sending in _under(document.root, "send_notification"):
                to = sending.get("to")
                role = to.get("role") if isinstance(to, MappingNode) else None
                template = sending.get("template")
                if isinstance(template, Scalar):
                    sent.setdefault(template.text, set()).add(role.text if isinstance(role, Scalar) else None)
    for id, checked in templates.items():
        to_roles = sent.get(id, {None})
        only = None if None in to_roles else frozenset(role for role in to_roles if role is not None)
        for said in checked.channels.get("in_app", {}).values():
            for text in (said.subject, said.body):
                if text is not None:
                    yield Told(text.place, text.length, text.fields, checked.entity, only)


def _under(node: Node, key: str) -> Iterator[MappingNode]:
    """Every mapping that stands under a key, wherever in a document."""
    if isinstance(node, MappingNode):
        for name, value in node.entries:
            if name.text == key and isinstance(value, MappingNode):
                yield value
            yield from _under(value, key)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _under(item, key)
