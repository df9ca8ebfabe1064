"""Conversions between types, exact or an error: ``int()``, ``uint()``, ``double()``, ``string()`` and the others."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from engine.conditions.functions.arithmetic import as_timestamp
from engine.conditions.functions.table import VALUES
from engine.conditions.times import SECOND
from engine.conditions.values import (
    MAX_INT,
    MAX_UINT,
    MIN_INT,
    CelError,
    Duration,
    Timestamp,
    TypeValue,
    UInt,
    type_name,
)

if TYPE_CHECKING:
    from engine.conditions.functions.table import Overloads

_INTEGER = re.compile(r"[+-]?[0-9]{1,30}")
_DOUBLE = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NAMED_DOUBLES = {"inf": math.inf, "infinity": math.inf, "nan": math.nan}
_BOOLS = {
    **dict.fromkeys(("1", "t", "T", "true", "True", "TRUE"), True),
    **dict.fromkeys(("0", "f", "F", "false", "False", "FALSE"), False),
}


def _quoted(text: str) -> str:
    return f'"{text}"' if len(text) <= 60 else f'"{text[:57]}…"'


def int_of_double(value: float) -> int:
    """Cuts the fraction off. The bounds are exclusive, because a double near them stands for many integers."""
    if MIN_INT < value < MAX_INT + 1:
        return int(value)
    raise CelError(f"range error: int cannot hold {double_text(value)}")


def uint_of_double(value: float) -> UInt:
    """Cuts the fraction off; negative values are out of range."""
    if 0 <= value < MAX_UINT + 1:
        return UInt(int(value))
    raise CelError(f"range error: uint cannot hold {double_text(value)}")


def _int_of_uint(value: UInt) -> int:
    if value > MAX_INT:
        raise CelError(f"range error: int cannot hold {int(value)}")
    return int(value)


def _uint_of_int(value: int) -> UInt:
    if value < 0:
        raise CelError(f"range error: uint cannot hold {value}")
    return UInt(value)


def int_of_text(text: str) -> int:
    """A decimal integer with an optional sign and nothing else around it."""
    if not _INTEGER.fullmatch(text):
        raise CelError(f"type conversion error: {_quoted(text)} is no int")
    value = int(text)
    if not MIN_INT <= value <= MAX_INT:
        raise CelError(f"range error: int cannot hold {_quoted(text)}")
    return value


def uint_of_text(text: str) -> UInt:
    """A decimal integer without a sign."""
    if not _INTEGER.fullmatch(text) or text[0] in "+-":
        raise CelError(f"type conversion error: {_quoted(text)} is no uint")
    if int(text) > MAX_UINT:
        raise CelError(f"range error: uint cannot hold {_quoted(text)}")
    return UInt(text)


def double_of_text(text: str) -> float:
    """A decimal number, or a name of infinity or not-a-number."""
    if _DOUBLE.fullmatch(text):
        value = float(text)
        if math.isinf(value):
            raise CelError(f"range error: double cannot hold {_quoted(text)}")
        return value
    named = _NAMED_DOUBLES.get(text.lstrip("+-").lower())
    if named is None or len(text) - len(text.lstrip("+-")) > 1:
        raise CelError(f"type conversion error: {_quoted(text)} is no double")
    return -named if text[0] == "-" else named


def bool_of_text(text: str) -> bool:
    """The usual spellings of true and false, in one case each."""
    value = _BOOLS.get(text)
    if value is None:
        raise CelError(f"type conversion error: {_quoted(text)} is no bool")
    return value


def double_text(value: float) -> str:
    """The shortest decimal text that reads back as the same double; a whole one has no point."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return repr(value).removesuffix(".0")


def _text_of_bytes(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise CelError(f"invalid UTF-8 in bytes at position {error.start}") from None


def timestamp_of_text(text: str) -> Timestamp:
    """An RFC 3339 time as a timestamp."""
    try:
        return Timestamp.parse(text)
    except ValueError as error:
        raise CelError(str(error)) from None


def duration_of_text(text: str) -> Duration:
    """A duration such as ``1h30m``."""
    try:
        return Duration.parse(text)
    except ValueError as error:
        raise CelError(str(error)) from None


def _same(value: object) -> object:
    return value


OVERLOADS: Overloads = {
    ("int", (int,)): _same,
    ("int", (UInt,)): _int_of_uint,
    ("int", (float,)): int_of_double,
    ("int", (str,)): int_of_text,
    ("int", (Timestamp,)): lambda value: int(value) // SECOND,
    ("uint", (UInt,)): _same,
    ("uint", (int,)): _uint_of_int,
    ("uint", (float,)): uint_of_double,
    ("uint", (str,)): uint_of_text,
    ("double", (float,)): _same,
    ("double", (int,)): float,
    ("double", (UInt,)): float,
    ("double", (str,)): double_of_text,
    ("bool", (bool,)): _same,
    ("bool", (str,)): bool_of_text,
    ("string", (str,)): _same,
    ("string", (bool,)): lambda value: "true" if value else "false",
    ("string", (int,)): str,
    ("string", (UInt,)): lambda value: str(int(value)),
    ("string", (float,)): double_text,
    ("string", (bytes,)): _text_of_bytes,
    ("string", (Timestamp,)): Timestamp.text,
    ("string", (Duration,)): Duration.text,
    ("bytes", (bytes,)): _same,
    ("bytes", (str,)): str.encode,
    ("timestamp", (Timestamp,)): _same,
    ("timestamp", (str,)): timestamp_of_text,
    ("timestamp", (int,)): lambda seconds: as_timestamp(seconds * SECOND),
    ("duration", (Duration,)): _same,
    ("duration", (str,)): duration_of_text,
}
OVERLOADS |= {("dyn", (kind,)): _same for kind in VALUES}
OVERLOADS |= {("type", (kind,)): lambda value: TypeValue(type_name(value)) for kind in VALUES}
