"""Records: the values of entities and events between JSON and the engine.

A converter turns one JSON value into a value of one type (an instant, a span or a double where the field says so), or
says what does not fit; ``readers`` puts converters together. Source: the language, "Types".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.conditions.types import (
    BOOL,
    DATE,
    DOUBLE,
    DURATION,
    INT,
    MONEY,
    STRING,
    TIMESTAMP,
    ZONE,
    EntityType,
    EnumType,
    ListType,
    StateType,
    Type,
)
from engine.conditions.values import Duration, Timestamp

Converter = Callable[[Any], Any]
INT64 = 2**63


class UnfitValue(ValueError):
    """A value does not fit its field; the message says what was expected and what was found."""


def _found(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    if isinstance(value, str):
        return f'the text "{value if len(value) <= 40 else value[:39] + "…"}"'
    if value is None:
        return "nothing"
    return "a list" if isinstance(value, list) else "an object"


def text(value: Any) -> Any:
    """The value, which must be a text; raises UnfitValue."""
    if value.__class__ is str:
        return value
    raise UnfitValue(f"expected a text, found {_found(value)}")


def _bool(value: Any) -> Any:
    if value is True or value is False:
        return value
    raise UnfitValue(f"expected true or false, found {_found(value)}")


def _int(value: Any) -> Any:
    if value.__class__ is int and -INT64 <= value < INT64:
        return value
    raise UnfitValue(f"expected a whole number of 64 bits, found {_found(value)}")


def _double(value: Any) -> Any:
    if value.__class__ is float:
        return value
    if value.__class__ is int:
        return float(value)
    raise UnfitValue(f"expected a number, found {_found(value)}")


def _timestamp(value: Any) -> Any:
    if value.__class__ is Timestamp:
        return value
    if value.__class__ is str:
        try:
            return Timestamp.parse(value)
        except ValueError:
            raise UnfitValue(f"expected an instant such as 2026-04-01T10:00:00Z, found {_found(value)}") from None
    raise UnfitValue(f"expected an instant, found {_found(value)}")


def _duration(value: Any) -> Any:
    if value.__class__ is Duration:
        return value
    if value.__class__ is str:
        try:
            return Duration.parse(value)
        except ValueError:
            raise UnfitValue(f"expected a span such as 30m, 2h or 1d, found {_found(value)}") from None
    raise UnfitValue(f"expected a span, found {_found(value)}")


def _date(value: Any) -> Any:
    if value.__class__ is str and len(value) == 10 and value[4] == value[7] == "-":
        digits = value[:4] + value[5:7] + value[8:]
        if digits.isascii() and digits.isdigit():
            return value
    raise UnfitValue(f"expected a date such as 2026-04-01, found {_found(value)}")


def _money(value: Any) -> Any:
    if value.__class__ is dict and len(value) == 2:
        amount, currency = value.get("amount"), value.get("currency")
        if amount.__class__ is int and currency.__class__ is str and len(currency) == 3:
            if -INT64 <= amount < INT64:
                return value
            raise UnfitValue(f"expected an amount of 64 bits in minor units, found {_found(amount)}")
    raise UnfitValue(f'expected money such as {{"amount": 50000, "currency": "EUR"}}, found {_found(value)}')


def _choice(values: frozenset[str], what: str) -> Converter:
    def read(value: Any) -> Any:
        if value.__class__ is str and value in values:
            return value
        raise UnfitValue(f"expected {what}, found {_found(value)}")

    return read


def _list(inner: Converter) -> Converter:
    def read(value: Any) -> Any:
        if value.__class__ is list:
            return [inner(item) for item in value]
        raise UnfitValue(f"expected a list, found {_found(value)}")

    return read


def _any(value: Any) -> Any:
    return value


_PLAIN: dict[Type, Converter] = {
    STRING: text,
    ZONE: text,
    BOOL: _bool,
    INT: _int,
    DOUBLE: _double,
    TIMESTAMP: _timestamp,
    DURATION: _duration,
    DATE: _date,
    MONEY: _money,
}


def converter(kind: Type, states: Callable[[str], frozenset[str]]) -> Converter:
    """The function that turns a JSON value into a value of ``kind``, or raises UnfitValue."""
    if isinstance(kind, EnumType):
        return _choice(kind.values, "one of " + ", ".join(sorted(kind.values)))
    if isinstance(kind, StateType):
        return _choice(states(kind.machine), f"a state of {kind.machine}")
    if isinstance(kind, EntityType):
        return text
    if isinstance(kind, ListType):
        return _list(converter(kind.item, states))
    return _PLAIN.get(kind, _any)


_AS_IT_IS = frozenset((str, int, float, bool, type(None)))


def as_json(value: Any) -> Any:
    """A value as JSON writes it: instants and spans become texts."""
    if value.__class__ in _AS_IT_IS:
        return value
    if isinstance(value, (Timestamp, Duration)):
        return value.text()
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    return value
