"""What a grant hides and something else tells: texts that people read, and fields that are written from it.

A role is asked about that may read where it is told, and whose every reading grant hides what is told. Of one that may
not read a machine at all nothing is said: what it is told of it may be all it is to know.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine import catalog_messages as messages
from engine.access.grants import CheckedRoles
from engine.automation.model import Reads, Rule
from engine.conditions.reads import FieldRead
from engine.diagnostics import Diagnostic, Place
from engine.machines.model import Machine
from engine.reading.documents import Document
from engine.reading.nodes import Mapping as MappingNode
from engine.reading.nodes import Node, Scalar, Sequence
from engine.templates.model import Template


@dataclass(frozen=True, slots=True)
class Told:
    """What stands on an entity: what it was made from, and the roles that it is for where they are named.

    ``field`` is where it stands, None for a text of the application; ``text`` tells it from what is computed.
    """

    place: Place
    length: int
    reads: frozenset[FieldRead]
    entity: str
    field: str | None
    text: bool
    only: frozenset[str] | None = None


def check_hidden(
    roles: CheckedRoles,
    machines: Mapping[str, Machine],
    rules: Iterable[Rule],
    templates: Mapping[str, Template],
    documents: Collection[Document],
) -> Iterator[Diagnostic]:
    """Everything that tells a role what is hidden from it."""
    if not any(grant.hide for grants in roles.grants.values() for grant in grants):
        return
    plurals = {machine.id: machine.plural for machine in machines.values()}
    said: set[tuple[Place, str, str]] = set()
    for told in (*_written(rules, machines), *_in_app(templates, documents)):
        for role, read in _leaks(roles, plurals, told):
            key = (told.place, role, read.field)
            if key in said:
                continue
            said.add(key)
            if told.text and (told.field is None or told.entity in MADE):
                yield messages.text_tells_hidden(told.place, told.length, role, read.machine, read.field, told.entity)
            else:
                assert told.field is not None
                where = (told.entity, told.field)
                yield messages.field_tells_hidden(told.place, told.length, role, (read.machine, read.field), where)


MADE = frozenset({"task", "exception"})
"""What is made for people to read; other entities are there for themselves."""


def _written(rules: Iterable[Rule], machines: Mapping[str, Machine]) -> Iterator[Told]:
    """What actions write: the texts of what they make, and the fields that they set."""
    for rule in rules:
        for bound in rule.bound.values():
            machine = machines.get(bound.type.partition(".")[0])
            for action in bound.actions:
                for one in action.writes:
                    assert action.entity is not None
                    reads = frozenset(_fields(one.reads, machine))
                    yield Told(one.place, one.length, reads, action.entity, one.field, one.text)


def _fields(reads: Reads, machine: Machine | None) -> Iterator[FieldRead]:
    """The fields that are read, in the event's data too."""
    for read in reads:
        if isinstance(read, FieldRead):
            yield read
        elif machine is not None and (read.key in machine.fields or read.key in machine.relations):
            yield read.of(machine.id)


def _leaks(roles: CheckedRoles, plurals: Mapping[str, str], told: Told) -> Iterator[tuple[str, FieldRead]]:
    """Each role that is told something, with what of it the role may not see."""
    reads = sorted(told.reads, key=lambda one: (one.machine, one.field))
    reading = f"{plurals[told.entity]}.read"
    for role, grants in roles.grants.items():
        if told.only is not None:
            hears = role in told.only
        else:
            hears = any(grant.permission == reading and told.field not in grant.hide for grant in grants)
        if not hears:
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
                    yield Told(text.place, text.length, text.fields, checked.entity, None, text=True, only=only)


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
