"""The types of product conditions: what a declared field, an entity or an expression can hold.

A type is a frozen value; two mentions of one type are equal. ``str(type)`` is how a diagnostic names it to an author.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


class Type:
    """Any type of the product language."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Simple(Type):
    """A type without parts, known by its name."""

    name: str

    def __str__(self) -> str:
        return self.name


BOOL = Simple("bool")
INT = Simple("int")
UINT = Simple("uint")
DOUBLE = Simple("double")
STRING = Simple("string")
BYTES = Simple("bytes")
TIMESTAMP = Simple("timestamp")
DURATION = Simple("duration")
MONEY = Simple("money")
DATE = Simple("date")
ZONE = Simple("zone")
NULL = Simple("null")
DYN = Simple("json")
TYPE = Simple("type")
UNKNOWN = Simple("unknown")
"""What has been reported already; it agrees with everything, so that one mistake makes one diagnostic."""


@dataclass(frozen=True, slots=True)
class EnumType(Type):
    """A closed set of texts."""

    values: frozenset[str]

    def __str__(self) -> str:
        return "enum of " + ", ".join(sorted(self.values))


@dataclass(frozen=True, slots=True)
class StateType(Type):
    """The state of one machine's entities."""

    machine: str

    def __str__(self) -> str:
        return f"state of {self.machine}"


@dataclass(frozen=True, slots=True)
class EntityType(Type):
    """An entity of one machine. As a value it is the entity's id; its members are read from its record."""

    machine: str

    def __str__(self) -> str:
        return self.machine


@dataclass(frozen=True, slots=True)
class RecordType(Type):
    """An item of an inverse relation: at run time the entity's record and not its id."""

    machine: str

    def __str__(self) -> str:
        return self.machine


@dataclass(frozen=True, slots=True)
class ListType(Type):
    """A list whose items share one type."""

    item: Type

    def __str__(self) -> str:
        return f"list of {self.item}"


@dataclass(frozen=True, slots=True)
class MapType(Type):
    """A map whose keys share one type, and whose values share another."""

    key: Type
    value: Type

    def __str__(self) -> str:
        return f"map of {self.key} to {self.value}"


@dataclass(frozen=True, slots=True)
class OptionalType(Type):
    """What ``.?field`` yields: a value or nothing; ``orValue(…)`` takes it out."""

    value: Type

    def __str__(self) -> str:
        return f"optional {self.value}"


@dataclass(frozen=True, slots=True)
class Field:
    """A declared member that holds a value. An optional one may be missing."""

    type: Type
    optional: bool = False


@dataclass(frozen=True, slots=True)
class ObjectType(Type):
    """A record with declared fields that is no entity: ``event``, ``event.data``, ``actor``.

    ``name`` is how diagnostics call it. ``attributes`` tells that at run time its fields are Python attributes
    (``event.type``) and not keys (``event.data["purpose"]``).
    """

    name: str
    fields: Mapping[str, Field] = field(hash=False)
    attributes: bool = False

    def __str__(self) -> str:
        return self.name


TEXTS = (STRING, DATE, ZONE)
NUMBERS = (INT, UINT, DOUBLE)


def is_text(kind: Type) -> bool:
    """Whether values of this type are Python ``str``: texts, dates, zones, enums, states and ids of entities."""
    return kind in TEXTS or isinstance(kind, (EnumType, StateType, EntityType))


def assignable(kind: Type, wanted: Type) -> bool:
    """Whether a value of type ``kind`` may stand where ``wanted`` is expected.

    Closed texts (enums, states, ids, dates, zones) may stand for strings, never the other way round; a json value may
    stand for anything and is checked when it is read.
    """
    if kind == wanted or UNKNOWN in (kind, wanted) or DYN in (kind, wanted):
        return True
    if wanted == STRING:
        return is_text(kind)
    if isinstance(kind, EnumType) and isinstance(wanted, EnumType):
        return kind.values <= wanted.values
    if isinstance(kind, ListType) and isinstance(wanted, ListType):
        return assignable(kind.item, wanted.item)
    if isinstance(kind, MapType) and isinstance(wanted, MapType):
        return assignable(kind.key, wanted.key) and assignable(kind.value, wanted.value)
    if isinstance(kind, OptionalType) and isinstance(wanted, OptionalType):
        return assignable(kind.value, wanted.value)
    return False


def join(left: Type, right: Type) -> Type | None:
    """The one type that holds both, or None: of ternary branches and of the items of a list."""
    if assignable(left, right):
        return right if left is not DYN else left
    if assignable(right, left):
        return left
    if is_text(left) and is_text(right) and type(left) is type(right):
        return STRING
    return None


def phrase(kind: Type) -> str:
    """The type with its article, as it stands in a sentence: "an int", "a state of booking", "money"."""
    text = str(kind)
    if kind in (MONEY, DYN, NULL):
        return text
    return f"an {text}" if text[0] in "aeio" else f"a {text}"
