"""The constants that generated code names, as values that Python can write down, and back."""

from __future__ import annotations

import marshal
from collections.abc import Callable
from types import MethodType
from typing import Any

from engine.conditions.functions.standard import OVERLOADS
from engine.conditions.functions.text import pattern
from engine.conditions.values import Duration, Timestamp, UInt

Kept = tuple[str, Any]

_NUMBERS: dict[str, Callable[[int], object]] = {"timestamp": Timestamp, "duration": Duration, "uint": UInt}
_NAMES = {kind: name for name, kind in _NUMBERS.items()}
_FUNCTIONS = tuple(OVERLOADS.values())
_PLACES = {id(function): place for place, function in enumerate(_FUNCTIONS)}


class NotKept(Exception):
    """There is no way to write this constant down."""


def kept_constant(value: Any) -> Kept:
    """A constant written down. Raises NotKept."""
    name = _NAMES.get(type(value))
    if name is not None:
        return name, int(value)
    if id(value) in _PLACES:
        return "function", _PLACES[id(value)]
    written = getattr(value.__self__, "pattern", None) if isinstance(value, MethodType) else None
    if isinstance(written, str) and pattern(written).search == value:
        return "pattern", written
    try:
        marshal.dumps(value)
    except ValueError:
        raise NotKept from None
    return "plain", value


def constant(kept: Kept) -> object:
    """The constant that was written down."""
    kind, value = kept
    if kind == "plain":
        return value
    if kind == "function":
        return _FUNCTIONS[value]
    if kind == "pattern":
        return pattern(value).search
    return _NUMBERS[kind](value)
