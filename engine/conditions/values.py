"""The one domain of values that conditions compute with, and what CEL says about equality, order and map keys.

bool, int (64 bits), UInt, float, str, bytes, None, list, dict, Timestamp, Duration, TypeValue and Maybe. Facts of
records are such values too: money is ``{"amount": minor units, "currency": code}``, a date, zone, enum or state is a
str, a relation the id of the other entity.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.conditions.times import Duration, Timestamp

__all__ = [
    "FALSE_KEY",
    "MAX_INT",
    "MAX_UINT",
    "MIN_INT",
    "NOTHING",
    "TRUE_KEY",
    "BoolKey",
    "CelError",
    "Duration",
    "Maybe",
    "Timestamp",
    "TypeValue",
    "UInt",
    "comparable",
    "equal",
    "from_key",
    "no_overload",
    "to_key",
    "type_name",
]

MIN_INT = -(2**63)
MAX_INT = 2**63 - 1
MAX_UINT = 2**64 - 1


class CelError(Exception):
    """The third result of an evaluation: the expression has no value.

    ``offset`` is the character of the expression's text at which evaluation failed, or None when unknown. This is no
    mistake of the program; ``&&`` and ``||`` may absorb it.
    """

    def __init__(self, message: str, offset: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


class UInt(int):
    """An unsigned 64-bit integer; equal to an int of the same worth, and the same key in a map."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{int(self)}u"


@dataclass(frozen=True, slots=True)
class TypeValue:
    """A type as a value, such as what ``type(1)`` yields; named as CEL names it."""

    name: str


@dataclass(frozen=True, slots=True)
class Maybe:
    """An optional value: of ``.?field``, ``[?key]`` and ``optional.of``."""

    present: bool
    value: object = None


NOTHING = Maybe(False)


@dataclass(frozen=True, slots=True)
class BoolKey:
    """How a map holds a key that is true or false: in Python ``1`` and ``True`` would be one key."""

    value: bool


TRUE_KEY = BoolKey(True)
FALSE_KEY = BoolKey(False)

_TYPE_NAMES: dict[type, str] = {
    bool: "bool",
    int: "int",
    UInt: "uint",
    float: "double",
    str: "string",
    bytes: "bytes",
    type(None): "null_type",
    list: "list",
    dict: "map",
    Timestamp: "google.protobuf.Timestamp",
    Duration: "google.protobuf.Duration",
    TypeValue: "type",
    Maybe: "optional_type",
}
_NUMBERS = frozenset({int, UInt, float})
_ORDERED = frozenset({bool, int, UInt, float, str, bytes, Timestamp, Duration})


def type_name(value: object) -> str:
    """CEL's name of the value's type; the Python class's name for what is no CEL value."""
    return _TYPE_NAMES.get(type(value)) or type(value).__name__


def no_overload(operation: str, *operands: object) -> CelError:
    """The error of an operation that its operands' types do not have."""
    types = ", ".join(_plain_type_name(operand) for operand in operands)
    return CelError(f"no such overload: {operation} of {types}")


def _plain_type_name(value: object) -> str:
    return type_name(value).removeprefix("google.protobuf.").removesuffix("_type").lower()


def equal(left: object, right: object) -> bool:
    """CEL's ``==``: values of unlike types differ, numbers compare across types, NaN equals nothing. Never fails."""
    left_type, right_type = type(left), type(right)
    if left_type is right_type:
        if isinstance(left, list) and isinstance(right, list):
            return len(left) == len(right) and all(map(equal, left, right))
        if isinstance(left, dict) and isinstance(right, dict):
            return len(left) == len(right) and all(
                key in right and equal(value, right[key]) for key, value in left.items()
            )
        if isinstance(left, Maybe) and isinstance(right, Maybe):
            return left.present == right.present and equal(left.value, right.value)
        return left == right
    if left_type in _NUMBERS and right_type in _NUMBERS:
        if isinstance(left, float) or isinstance(right, float):
            return _as_double(left) == _as_double(right)
        return left == right
    return False


def _as_double(value: object) -> float:
    assert isinstance(value, (int, float))
    return float(value)


def comparable(operation: str, left: object, right: object) -> tuple[float, float]:
    """The operands as Python orders them the way CEL does; an int meets a double as a double.

    The result is typed as numbers for the benefit of ``<``; it may be two str or two bytes. Raises CelError when the
    types have no common order.
    """
    left_type, right_type = type(left), type(right)
    if left_type is right_type and left_type in _ORDERED:
        return left, right  # type: ignore[return-value]
    if left_type in _NUMBERS and right_type in _NUMBERS:
        if left_type is float or right_type is float:
            return _as_double(left), _as_double(right)
        return left, right  # type: ignore[return-value]
    raise no_overload(operation, left, right)


def to_key(value: object) -> object:
    """The form in which a map holds a key; a whole double finds the integer key. Raises CelError for other types."""
    kind = type(value)
    if kind is str or kind is int or kind is UInt:
        return value
    if isinstance(value, bool):
        return TRUE_KEY if value else FALSE_KEY
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise CelError(f"no such key: a {_plain_type_name(value)} cannot be a map's key")


def from_key(key: object) -> object:
    """The CEL value of a key as ``to_key`` holds it."""
    return key.value if isinstance(key, BoolKey) else key
