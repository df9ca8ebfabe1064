"""What generated conditions call by name: the same few functions in every generated function.

They are exact where they answer and raise where they are in doubt; the exact evaluator answers then.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from engine.conditions.functions import arithmetic, lookup, standard
from engine.conditions.values import NOTHING, CelError, Maybe, equal, from_key


class Doubt(Exception):
    """The generated form does not know; the exact evaluator does."""


def in_doubt(*_: object) -> NoReturn:
    """Stands in generated code for what is only evaluated exactly."""
    raise Doubt


def _bool(value: object) -> bool:
    if value is True or value is False:
        return value
    raise Doubt


def _amount(money: Mapping[str, int], currency: object) -> int:
    if money["currency"] == currency:
        return money["amount"]
    raise Doubt


def _difference(left: Mapping[str, int], right: Mapping[str, int]) -> int:
    if left["currency"] == right["currency"]:
        return left["amount"] - right["amount"]
    raise Doubt


def _range(value: object) -> list[object]:
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return [from_key(key) for key in value]
    raise Doubt


def _hop(table: Mapping[object, object], identity: object) -> object:
    """From an optional id to the optional record."""
    if not isinstance(identity, Maybe):
        return table[identity]
    if not identity.present:
        return NOTHING
    record = table.get(identity.value)
    return NOTHING if record is None else Maybe(True, record)


def _or_value(maybe: object, otherwise: object) -> object:
    if isinstance(maybe, Maybe):
        return maybe.value if maybe.present else otherwise
    raise Doubt


HELPERS: dict[str, object] = {
    "cel_doubt": in_doubt,
    "cel_bool": _bool,
    "cel_amount": _amount,
    "cel_difference": _difference,
    "cel_range": _range,
    "cel_hop": _hop,
    "cel_or": _or_value,
    "cel_equal": equal,
    "cel_in": standard.contains,
    "cel_index": lookup.index,
    "cel_has": lookup.has,
    "cel_select": lookup.select,
    "cel_optional": lookup.optional_select,
    "cel_int": arithmetic.as_int,
    "cel_timestamp": arithmetic.as_timestamp,
    "cel_duration": arithmetic.as_duration,
    "cel_lt": standard.OPERATORS["_<_"],
    "cel_le": standard.OPERATORS["_<=_"],
    "cel_gt": standard.OPERATORS["_>_"],
    "cel_ge": standard.OPERATORS["_>=_"],
    "cel_call": standard.call,
    "cel_error": CelError,
}
"""What generated code may call by name, the same in every generated function."""
