"""Amounts of money in checked expressions: they compare within one currency, and across two it is an error."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from engine.conditions.values import CelError

if TYPE_CHECKING:
    from collections.abc import Callable

_OPERATORS: dict[str, Callable[..., bool]] = {
    "_==_": operator.eq,
    "_!=_": operator.ne,
    "_<_": operator.lt,
    "_<=_": operator.le,
    "_>_": operator.gt,
    "_>=_": operator.ge,
}
_FIELDS = frozenset({"amount", "currency"})


def compare(name: str, left: dict[object, object], right: dict[object, object]) -> bool | None:
    """The comparison of two amounts, or None where these are no amounts or this is no comparison."""
    function = _OPERATORS.get(name)
    if function is None or left.keys() != _FIELDS or right.keys() != _FIELDS:
        return None
    if left["currency"] != right["currency"]:
        raise CelError(f"{left['currency']} and {right['currency']} do not compare: another currency")
    return function(left["amount"], right["amount"])
