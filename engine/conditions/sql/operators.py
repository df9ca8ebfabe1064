"""Sums and texts, guarded where a database would raise or give another value than CEL: there they are NULL."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from engine.conditions.functions.arithmetic import MAX_SIZE
from engine.conditions.listable import CASES
from engine.conditions.sql.store import MICROSECOND, Dialect, Element, constant
from engine.conditions.times import MAX_DURATION, MAX_TIMESTAMP, MIN_DURATION, MIN_TIMESTAMP
from engine.conditions.types import DURATION, INT, TIMESTAMP, Type, is_text
from engine.conditions.values import MAX_INT, MIN_INT

_PLUS: dict[str, Callable[[Any, Any], Any]] = {"_+_": operator.add, "_-_": operator.sub, "_*_": operator.mul}
_BOUNDS: dict[Type, tuple[int, int]] = {
    INT: (MIN_INT, MAX_INT),
    TIMESTAMP: (-(-MIN_TIMESTAMP // MICROSECOND), MAX_TIMESTAMP // MICROSECOND),
    DURATION: (-(-MIN_DURATION // MICROSECOND), MAX_DURATION // MICROSECOND),
}


def summed(dialect: Dialect, function: str, args: list[Element], kind: Type) -> Element:
    """What ``+ - * / %`` make of values, or of a single one; ``kind`` is the type of the result."""
    if is_text(kind):
        a, b = args
        return sa.case((sa.func.length(a) + sa.func.length(b) <= MAX_SIZE, a.op("||")(b)))
    if len(args) == 1:
        args = [sa.literal(0, sa.BigInteger), args[0]]
    name = "_-_" if function == "-_" else function
    least, most = _BOUNDS[kind]
    if dialect == "sqlite":
        result = _sqlite(name, args[0], args[1])
        whole = sa.func.typeof(result) == "integer"  # an overflow has become a real
        return sa.case((whole & result.between(constant(least), constant(most)), result))
    result = _postgresql(name, *(sa.cast(arg, sa.Numeric) for arg in args))
    bounds = sa.literal(least, sa.Numeric), sa.literal(most, sa.Numeric)
    return sa.case((result.between(*bounds), sa.cast(result, sa.BigInteger)))


def _sqlite(name: str, a: Element, b: Element) -> Element:
    if name in _PLUS:
        found: Element = _PLUS[name](a, b)
        return found
    if name == "_/_":
        return a.op("/", return_type=sa.BigInteger())(b)
    return sa.case((sa.not_((a == MIN_INT) & (b == -1)), a.op("%", return_type=sa.BigInteger())(b)))


def _postgresql(name: str, a: Element, b: Element) -> Element:
    if name in _PLUS:
        found: Element = _PLUS[name](a, b)
        return found
    divisor = sa.func.nullif(b, 0)
    if name == "_/_":
        return sa.func.div(a, divisor, type_=sa.Numeric)
    least = sa.literal(MIN_INT, sa.Numeric)
    return sa.case((sa.not_((a == least) & (b == -1)), sa.func.mod(a, divisor, type_=sa.Numeric)))


def of_text(dialect: Dialect, function: str, text: Element, part: Element | None = None) -> Element:
    """What a function makes of a text and, but for the cases, of a part of it."""
    if function in CASES:
        if dialect == "postgresql":
            text = sa.collate(text, "C")  # where only ASCII has upper and lower letters
        change = sa.func.lower if function == "lowerAscii" else sa.func.upper
        return change(text, type_=sa.Text)
    assert part is not None
    if function == "contains":
        if dialect == "postgresql":
            return sa.func.strpos(text, part) > 0
        return sa.func.instr(text, part) > 0
    if function == "startsWith":
        return sa.func.substr(text, 1, sa.func.length(part)) == part
    rest = sa.func.length(text) - sa.func.length(part)
    return sa.case((rest < 0, sa.false()), (rest >= 0, sa.func.substr(text, rest + 1) == part))


def among(value: Element, values: list[Any]) -> Element:
    """``IN``, which for an empty list would be false of a missing value too."""
    return value.in_(values) if values else sa.case((value.is_not(None), sa.false()))
