"""Paths to entities: ``booking``, ``booking.client``, ``payment.booking.model`` in ``entity:`` and ``to:``.

Unlike a condition a path may walk optional relations: where one is missing the action is refused, not the document.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.automation import messages
from engine.conditions.reads import FieldRead
from engine.conditions.scope import Alias, Ambiguous, Inverse, Relation, Scope, Variable, member_of
from engine.conditions.types import EntityType
from engine.diagnostics import Diagnostic
from engine.reading.nodes import Scalar

SUBJECTS: dict[str, bool | None] = {"subject": None, "subject[0]": False, "subject[1]": True}
"""Where a variable of a scope finds its entity: in the frame's subject, or in the first or second of a pair."""


WORK = {"tasks": "task", "exceptions": "exception"}
"""Lists that every entity has: the machines whose ``about`` may name it."""
ABOUT = "about"


class MissingValueError(Exception):
    """Something an action needs is missing; the message says what."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class EntityPath:
    """The way from the frame's subject to one entity: ``steps`` are relations with the machine each leads to.

    ``origin`` is the machine of the entity that it starts from.
    """

    text: str
    start: str
    steps: tuple[tuple[str, str], ...]
    machine: str
    item: bool | None = None
    origin: str = ""

    @property
    def reads(self) -> frozenset[FieldRead]:
        """The relations that it walks, of which that of the first step is one of ``origin``'s."""
        owners = (self.origin, *(machine for _, machine in self.steps))
        return frozenset(FieldRead(owner, relation) for owner, (relation, _) in zip(owners, self.steps, strict=False))

    @property
    def own(self) -> bool:
        """Whether the path is the rule's own subject."""
        return not self.steps and not self.item

    def record(self, subject: Any, world: Any) -> Any:
        """The entity's record; raises MissingValueError where there is none."""
        entity = subject if self.item is None else subject[1 if self.item else 0]
        for relation, machine in self.steps:
            target = entity.get(relation)
            if target is None:
                raise MissingValueError(f"{self.text}: {relation} is missing")
            entity = world.tables[machine].get(target)
            if entity is None:
                raise MissingValueError(f'{self.text}: there is no {machine} "{target}"')
        return entity

    def identifier(self, subject: Any, world: Any) -> str:
        """The entity's id, also where nothing else is known of it; raises MissingValueError where a relation is missing."""
        entity = subject if self.item is None else subject[1 if self.item else 0]
        if not self.steps:
            return str(entity["id"])
        for relation, machine in self.steps[:-1]:
            target = entity.get(relation)
            entity = world.tables[machine].get(target) if target is not None else None
            if entity is None:
                raise MissingValueError(f"{self.text}: {relation} is missing")
        found = entity.get(self.steps[-1][0])
        if found is None:
            raise MissingValueError(f"{self.text}: {self.steps[-1][0]} is missing")
        return str(found)


class Notice:
    """What the text of a notification could be about: paths to entities, and the subject of the frame they begin at.

    Two are always equal: they say where to look, and no part of what was done.
    """

    __slots__ = ("about", "subject")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, about: tuple[EntityPath, ...], subject: Any) -> None:
        self.about = about
        self.subject = subject

    def __eq__(self, other: object) -> bool:
        return other.__class__ is Notice

    def record(self, machine: str, world: Any) -> Any:
        """The first entity of the machine; raises MissingValueError where a relation on the way is missing."""
        for path in self.about:
            if path.machine == machine:
                return path.record(self.subject, world)
        raise MissingValueError(f"no {machine} is at hand")


def entity_path(scalar: Scalar, scope: Scope, report: list[Diagnostic]) -> EntityPath | None:
    """The path a scalar names; None, with a diagnostic, where it names no entity."""
    written = scalar.text.split(".")
    words = written
    named = scope.variables.get(words[0])
    if isinstance(named, Ambiguous):
        report.append(messages.ambiguous_path(scalar.place_at(0), words[0], [".".join(path) for path in named.paths]))
        return None
    if isinstance(named, Alias):
        words = [*named.path, *words[1:]]
        named = scope.variables.get(words[0])
    if not isinstance(named, Variable) or not isinstance(named.type, EntityType):
        entities = [name for name, kind in scope.variables.items() if not _is_value(kind)]
        report.append(messages.not_an_entity(scalar.place_at(0), scalar.text, words[0], entities))
        return None
    machine = origin = named.type.machine
    steps: list[tuple[str, str]] = []
    for position, word in enumerate(words[1:], start=1):
        member = member_of(scope.vocabulary, machine, word)
        if not isinstance(member, Relation):
            known = [
                n
                for n in scope.vocabulary.names(machine)
                if isinstance(member_of(scope.vocabulary, machine, n), Relation)
            ]
            offset = sum(len(one) + 1 for one in written[: position - len(words)])
            report.append(messages.not_a_relation(scalar.place_at(offset), machine, word, known))
            return None
        machine = member.machine
        steps.append((word, machine))
    return EntityPath(scalar.text, words[0], tuple(steps), machine, SUBJECTS.get(named.source), origin)


def _is_value(kind: Variable | Alias | Ambiguous) -> bool:
    return isinstance(kind, Variable) and not isinstance(kind.type, EntityType)


@dataclass(frozen=True, slots=True)
class ItemPath:
    """The entities an action's ``for_each`` runs over: an inverse relation of an entity in scope, or the tasks or
    exceptions about it, which name it as ``machine/id``.
    """

    owner: EntityPath
    machine: str
    relation: str
    named: bool = False

    @property
    def reads(self) -> frozenset[FieldRead]:
        """The relations that lead to the items."""
        return self.owner.reads | {FieldRead(self.machine, self.relation)}

    def __call__(self, subject: Any, world: Any) -> list[Any]:
        """The records, oldest first; raises MissingValueError where the owner is missing."""
        id = self.owner.identifier(subject, world)
        return list(world.inverse(self.machine, self.relation, f"{self.owner.machine}/{id}" if self.named else id))


def item_path(scalar: Scalar, scope: Scope, report: list[Diagnostic]) -> ItemPath | None:
    """What ``for_each`` names: an inverse relation, such as ``booking.options``, or ``inquiry.tasks``."""
    head, _, last = scalar.text.rpartition(".")
    owner = entity_path(_part(scalar, head or last), scope, report)
    if owner is None:
        return None
    member = member_of(scope.vocabulary, owner.machine, last) if head else None
    machine = WORK.get(last)
    if head and member is None and machine is not None and member_of(scope.vocabulary, machine, ABOUT) is not None:
        return ItemPath(owner, machine, ABOUT, named=True)
    if not isinstance(member, Inverse):
        names = scope.vocabulary.names(owner.machine)
        known = [n for n in names if isinstance(member_of(scope.vocabulary, owner.machine, n), Inverse)]
        known += [n for n, one in WORK.items() if member_of(scope.vocabulary, one, ABOUT) is not None]
        report.append(messages.not_a_list(scalar.place, scalar.text, owner.machine, known))
        return None
    return ItemPath(owner, member.machine, member.relation)


def _part(scalar: Scalar, text: str) -> Scalar:
    return Scalar(scalar.source, scalar.start, scalar.start + len(text), text, scalar.style)
