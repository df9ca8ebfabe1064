"""The operators + - * / % and unary minus: 64-bit integers that never wrap, IEEE doubles, spans and instants."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeVar

from engine.conditions.times import MAX_DURATION, MAX_TIMESTAMP, MIN_DURATION, MIN_TIMESTAMP
from engine.conditions.values import MAX_INT, MAX_UINT, MIN_INT, CelError, Duration, Timestamp, UInt

if TYPE_CHECKING:
    from engine.conditions.functions.table import Overloads

MAX_SIZE = 1_000_000
"""Characters, bytes or items that a computed text or list may have."""

_Sized = TypeVar("_Sized", str, bytes, "list[object]")


def as_int(value: int) -> int:
    """The value itself. Raises CelError when 64 bits cannot hold it."""
    if MIN_INT <= value <= MAX_INT:
        return value
    raise CelError(f"integer overflow: the result lies outside {MIN_INT} to {MAX_INT}")


def as_uint(value: int) -> UInt:
    """The value as an unsigned integer. Raises CelError when it is negative or above 64 bits."""
    if 0 <= value <= MAX_UINT:
        return UInt(value)
    raise CelError(f"unsigned integer overflow: the result lies outside 0 to {MAX_UINT}")


def as_duration(nanoseconds: int) -> Duration:
    """The span. Raises CelError beyond 10,000 years."""
    if MIN_DURATION <= nanoseconds <= MAX_DURATION:
        return Duration(nanoseconds)
    raise CelError("duration out of range: it spans more than 10,000 years")


def as_timestamp(nanoseconds: int) -> Timestamp:
    """The instant. Raises CelError outside the years 1 to 9999."""
    if MIN_TIMESTAMP <= nanoseconds <= MAX_TIMESTAMP:
        return Timestamp(nanoseconds)
    raise CelError("timestamp out of range: it lies outside the years 1 to 9999")


def _quotient(left: int, right: int) -> int:
    """Division that cuts towards zero, as CEL's does (Python's goes down)."""
    if right == 0:
        raise CelError("division by zero")
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


def _remainder(left: int, right: int) -> int:
    """The remainder, with the sign of ``left``."""
    if right == 0:
        raise CelError("modulus by zero")
    remainder = abs(left) % abs(right)
    return -remainder if left < 0 else remainder


def _int_remainder(left: int, right: int) -> int:
    if left == MIN_INT and right == -1:
        raise CelError("integer overflow: the quotient does not fit")
    return _remainder(left, right)


def _double_quotient(left: float, right: float) -> float:
    if right != 0.0:
        return left / right
    if left == 0.0 or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def _joined(left: _Sized, right: _Sized) -> _Sized:
    if len(left) + len(right) > MAX_SIZE:
        raise CelError(f"the result would be larger than {MAX_SIZE} characters or items")
    return left + right


OVERLOADS: Overloads = {
    ("_+_", (int, int)): lambda a, b: as_int(a + b),
    ("_+_", (UInt, UInt)): lambda a, b: as_uint(int(a) + int(b)),
    ("_+_", (float, float)): lambda a, b: a + b,
    ("_+_", (str, str)): _joined,
    ("_+_", (bytes, bytes)): _joined,
    ("_+_", (list, list)): _joined,
    ("_+_", (Timestamp, Duration)): lambda a, b: as_timestamp(int(a) + int(b)),
    ("_+_", (Duration, Timestamp)): lambda a, b: as_timestamp(int(a) + int(b)),
    ("_+_", (Duration, Duration)): lambda a, b: as_duration(int(a) + int(b)),
    ("_-_", (int, int)): lambda a, b: as_int(a - b),
    ("_-_", (UInt, UInt)): lambda a, b: as_uint(int(a) - int(b)),
    ("_-_", (float, float)): lambda a, b: a - b,
    ("_-_", (Timestamp, Timestamp)): lambda a, b: as_duration(int(a) - int(b)),
    ("_-_", (Timestamp, Duration)): lambda a, b: as_timestamp(int(a) - int(b)),
    ("_-_", (Duration, Duration)): lambda a, b: as_duration(int(a) - int(b)),
    ("_*_", (int, int)): lambda a, b: as_int(a * b),
    ("_*_", (UInt, UInt)): lambda a, b: as_uint(int(a) * int(b)),
    ("_*_", (float, float)): lambda a, b: a * b,
    ("_/_", (int, int)): lambda a, b: as_int(_quotient(a, b)),
    ("_/_", (UInt, UInt)): lambda a, b: as_uint(_quotient(a, b)),
    ("_/_", (float, float)): _double_quotient,
    ("_%_", (int, int)): _int_remainder,
    ("_%_", (UInt, UInt)): lambda a, b: as_uint(_remainder(a, b)),
    ("-_", (int,)): lambda a: as_int(-a),
    ("-_", (float,)): lambda a: -a,
}
