"""The shape of the tables in which a module lists its overloads."""

from __future__ import annotations

from collections.abc import Callable

from engine.conditions.values import Duration, Maybe, Timestamp, TypeValue, UInt

Overloads = dict[tuple[str, tuple[type, ...]], Callable[..., object]]
"""Function name and argument types -> what computes it.

A method's name begins with a dot and its first argument is the value before the dot. Types are exact classes, so that
bool is no int and a timestamp no number.
"""

NULL = type(None)

VALUES: tuple[type, ...] = (bool, int, UInt, float, str, bytes, NULL, list, dict, Timestamp, Duration, TypeValue, Maybe)
"""Every class a value can have."""


def both(name: str, types: tuple[type, ...], function: Callable[..., object]) -> Overloads:
    """An overload that can be called as a function and as a method."""
    return {(name, types): function, (f".{name}", types): function}
