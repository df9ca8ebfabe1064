"""All overloads in one table, and the few functions that take any values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.conditions.functions import arithmetic, conversions, instants, numbers, optionals, text
from engine.conditions.functions.table import both
from engine.conditions.values import CelError, comparable, equal, no_overload, to_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.conditions.functions.table import Overloads


def contains(value: object, container: object) -> bool:
    """``value in container``: an element of a list, or a key of a map."""
    if isinstance(container, list):
        return any(equal(value, item) for item in container)
    if isinstance(container, dict):
        try:
            return to_key(value) in container
        except CelError:
            return False
    raise no_overload("in", value, container)


def _not(value: object) -> bool:
    if isinstance(value, bool):
        return not value
    raise no_overload("!", value)


def _less(left: object, right: object) -> bool:
    a, b = comparable("<", left, right)
    return a < b


def _less_or_equal(left: object, right: object) -> bool:
    a, b = comparable("<=", left, right)
    return a <= b


def _greater(left: object, right: object) -> bool:
    a, b = comparable(">", left, right)
    return a > b


def _greater_or_equal(left: object, right: object) -> bool:
    a, b = comparable(">=", left, right)
    return a >= b


OPERATORS: dict[str, Callable[[object, object], bool]] = {
    "_==_": equal,
    "_!=_": lambda left, right: not equal(left, right),
    "_<_": _less,
    "_<=_": _less_or_equal,
    "_>_": _greater,
    "_>=_": _greater_or_equal,
    "@in": contains,
}
"""Operators that look at the types of their operands themselves."""

OVERLOADS: Overloads = {
    **arithmetic.OVERLOADS,
    **conversions.OVERLOADS,
    **text.OVERLOADS,
    **instants.OVERLOADS,
    **numbers.OVERLOADS,
    **optionals.OVERLOADS,
    **both("size", (str,), len),
    **both("size", (bytes,), len),
    **both("size", (list,), len),
    **both("size", (dict,), len),
}

NAMES = frozenset(name for name, _ in OVERLOADS)
"""Every function's name; a method's begins with a dot."""

_SYMBOLS = {"@in": "in"}


def call(name: str, args: list[object]) -> object:
    """Applies a function, method (``.name``) or operator to values. Raises CelError when it has no such overload."""
    overload = OVERLOADS.get((name, tuple(map(type, args))))
    if overload is not None:
        return overload(*args)
    operator = OPERATORS.get(name)
    if operator is not None:
        return operator(args[0], args[1])
    if name == "!_":
        return _not(args[0])
    if name in ("math.greatest", "math.least"):
        first = args[0] if len(args) == 1 and isinstance(args[0], list) else args
        return numbers.extreme(name, list(first), largest=name == "math.greatest")
    shown = _SYMBOLS.get(name) or (name.strip("_") if name.endswith("_") else f"{name.lstrip('.')}()")
    if name in NAMES:
        raise no_overload(shown, *args)
    raise CelError(f"unbound function: {shown} is not known")
