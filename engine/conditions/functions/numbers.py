"""CEL's math extension, as far as rules need it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.conditions.functions.arithmetic import as_int
from engine.conditions.values import CelError, UInt, comparable

if TYPE_CHECKING:
    from engine.conditions.functions.table import Overloads


def extreme(name: str, values: list[object], *, largest: bool) -> object:
    """The largest or the smallest of some numbers, the first of equals."""
    if not values:
        raise CelError(f"{name}() needs at least one number")
    best = values[0]
    comparable(name, best, 0)
    for value in values[1:]:
        left, right = comparable(name, value, best)
        if (left > right) if largest else (left < right):
            best = value
    return best


def _round(value: float) -> float:
    """To the nearest whole number, halves away from zero."""
    if not math.isfinite(value):
        return value
    whole = math.trunc(value)
    if abs(value - whole) >= 0.5:
        whole += 1 if value > 0 else -1
    return math.copysign(float(whole), value)


def _whole(function: Callable[[float], int]) -> Callable[[float], float]:
    return lambda value: math.copysign(float(function(value)), value) if math.isfinite(value) else value


def _sign(value: float) -> float:
    return value if math.isnan(value) or value == 0 else math.copysign(1.0, value)


OVERLOADS: Overloads = {
    ("math.abs", (int,)): lambda value: as_int(abs(value)),
    ("math.abs", (UInt,)): lambda value: value,
    ("math.abs", (float,)): abs,
    ("math.ceil", (float,)): _whole(math.ceil),
    ("math.floor", (float,)): _whole(math.floor),
    ("math.trunc", (float,)): _whole(math.trunc),
    ("math.round", (float,)): _round,
    ("math.sign", (int,)): lambda value: (value > 0) - (value < 0),
    ("math.sign", (UInt,)): lambda value: UInt(value > 0),
    ("math.sign", (float,)): _sign,
    ("math.isNaN", (float,)): math.isnan,
    ("math.isInf", (float,)): math.isinf,
    ("math.isFinite", (float,)): math.isfinite,
    ("math.sqrt", (float,)): lambda value: math.sqrt(value) if value >= 0 else math.nan,
    ("math.sqrt", (int,)): lambda value: math.sqrt(value) if value >= 0 else math.nan,
    ("math.sqrt", (UInt,)): math.sqrt,
}
