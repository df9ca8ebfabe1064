"""What an expression may mention: variables, short names, the members of entities, functions of the host.

The caller builds one ``Scope`` for each place where conditions stand (a rule, a guard, a policy …). Everything that the
checker knows about entities it asks of a ``Vocabulary``, which the machines of a folder fill.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from engine.conditions.types import DYN, STRING, TIMESTAMP, Field, ListType, ObjectType, StateType, Type

__all__ = [
    "ACTOR",
    "NOW",
    "Alias",
    "Ambiguous",
    "Field",
    "Function",
    "Inverse",
    "Member",
    "Relation",
    "Scope",
    "Variable",
    "Vocabulary",
    "event_variable",
    "member_names",
    "member_of",
]


@dataclass(frozen=True, slots=True)
class Relation:
    """A member that points at one entity of ``machine``; an optional one may be missing."""

    machine: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Inverse:
    """A member that lists the entities of ``machine`` whose ``relation`` points here."""

    machine: str
    relation: str


Member = Field | Relation | Inverse


class Vocabulary(Protocol):
    """The words that the machines of a folder declare."""

    def machines(self) -> Iterable[str]:
        """The ids of all machines."""

    def names(self, machine: str) -> Iterable[str]:
        """The names of a machine's members: fields, relations, inverses."""

    def member(self, machine: str, name: str) -> Member | None:
        """The member of that name, or None."""

    def states(self, machine: str) -> Iterable[str]:
        """The names of a machine's states."""

    def groups(self, machine: str) -> Mapping[str, frozenset[str]]:
        """A machine's groups of states by name."""

    def transitions(self, machine: str) -> Iterable[str]:
        """The names of a machine's transitions."""


Presence = Literal["always", "sometimes", "never"]


@dataclass(frozen=True, slots=True)
class Variable:
    """A name that stands for a value.

    ``source`` is a Python expression over the frame ``(event, subject, before, now, actor, world)``. ``presence`` says
    whether there is a value: a variable that is "never" there (``before`` at creation) may only be asked with ``has``,
    one that is there "sometimes" has no fields while it is None.
    """

    type: Type
    source: str
    presence: Presence = "always"


@dataclass(frozen=True, slots=True)
class Alias:
    """A short name for a path from a variable: ``("payment", "booking")`` for ``booking``."""

    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A short name that several paths could mean; to mention it is an error that lists them."""

    paths: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Function:
    """A function that a host registers: argument types, result type, and the Python that computes it.

    An entity is handed over as its id. ``call`` may raise; the expression is then errored with what it says.
    ``forms`` are further lists of argument types that it takes. One that ``asks_world`` is handed, before its
    arguments, the frame's world and the machine of its first argument, which is an entity; ``reads`` names the
    (machine, field) pairs that it looks at there.
    """

    parameters: tuple[Type, ...]
    result: Type
    call: Callable[..., object]
    forms: tuple[tuple[Type, ...], ...] = ()
    asks_world: bool = False
    reads: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression may mention.

    ``subject`` is the variable that holds the event's subject, the only entity that ``changed(…)`` knows about; None
    where there is no event. ``event`` is the type of the event where there is but one. ``checked`` is the checker's own: what it found of each expression in this scope.
    """

    variables: Mapping[str, Variable | Alias | Ambiguous]
    vocabulary: Vocabulary
    functions: Mapping[str, Function] = field(default_factory=dict)
    subject: str | None = None
    event: str | None = None
    checked: dict[object, Any] = field(default_factory=dict, init=False, compare=False, repr=False)


ACTOR = Variable(
    ObjectType(
        "actor",
        {"id": Field(STRING), "roles": Field(ListType(STRING)), "queues": Field(ListType(STRING))},
    ),
    "actor",
)
NOW = Variable(TIMESTAMP, "now")


def event_variable(data: Mapping[str, Field] | None, kind: Type = STRING) -> Variable:
    """The variable ``event``; ``data`` declares what ``event.data`` holds (None: anything), ``kind`` types
    ``event.type``.
    """
    payload = DYN if data is None else ObjectType("event.data", data)
    fields = {"id": STRING, "type": kind, "source": STRING, "subject": STRING, "time": TIMESTAMP, "data": payload}
    return Variable(ObjectType("event", {name: Field(part) for name, part in fields.items()}, attributes=True), "event")


def _standard(machine: str) -> dict[str, Member]:
    """The members that every entity has (language.md, Types)."""
    return {
        "id": Field(STRING),
        "status": Field(StateType(machine)),
        "created_at": Field(TIMESTAMP),
        "updated_at": Field(TIMESTAMP),
        "status_since": Field(TIMESTAMP),
    }


def member_of(vocabulary: Vocabulary, machine: str, name: str) -> Member | None:
    """A member of an entity, whether its machine declares it or every entity has it."""
    return vocabulary.member(machine, name) or _standard(machine).get(name)


def member_names(vocabulary: Vocabulary, machine: str) -> set[str]:
    """The names of all members of an entity."""
    return {*vocabulary.names(machine), *_standard(machine)}
