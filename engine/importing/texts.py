"""The texts of a log as values of declared fields, in the JSON form that events carry.

Every reader takes a text and returns a JSON value, or raises ``ValueError`` with a sentence for the author.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Context, Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from engine.conditions.money import exponent
from engine.conditions.types import (
    BOOL,
    DATE,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    MONEY,
    TIMESTAMP,
    ZONE,
    EnumType,
    ListType,
    Type,
)
from engine.conditions.values import MAX_INT, MIN_INT, Duration
from engine.importing.localtime import Clock

Read = Callable[[str], object]
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_LONGEST_NUMBER = 100
_EXACT = Context(prec=_LONGEST_NUMBER + 10)
REMEMBERED = 65_536
"""Texts a column remembers: a log repeats its values, and equal values then share one object in memory."""


def reader(kind: Type, clock: Clock, currency: str, major: bool) -> Read:
    """The reader for fields of ``kind``; ``currency`` and ``major`` (units, else minor ones) matter for money only."""
    return lru_cache(REMEMBERED)(_reader(kind, clock, currency, major))


def _reader(kind: Type, clock: Clock, currency: str, major: bool) -> Read:
    if isinstance(kind, EnumType):
        return _choice(kind.values)
    if isinstance(kind, ListType) or kind == DYN:
        return _list if isinstance(kind, ListType) else _json
    if kind == TIMESTAMP:
        return lambda text: clock.read(text)[0].text()
    if kind == DATE:
        return clock.read_day
    if kind == MONEY:
        return _money(currency, major)
    return _PLAIN.get(kind, _text)


def _text(text: str) -> str:
    return text


def _bool(text: str) -> bool:
    word = text.strip().lower()
    if word not in ("true", "false"):
        raise ValueError(f'"{text[:40]}" is neither true nor false')
    return word == "true"


def _number(text: str) -> Decimal:
    stripped = text.strip()
    if len(stripped) > _LONGEST_NUMBER or not _NUMBER.fullmatch(stripped):
        raise ValueError(f'"{text[:40]}" is not a number')
    return Decimal(stripped)


def _int(text: str) -> int:
    number = _number(text)
    # A whole float is how spreadsheets and data frames write integers of a column with gaps.
    if number != number.to_integral_value():
        raise ValueError(f'"{text[:40]}" is not a whole number')
    if not MIN_INT <= number <= MAX_INT:
        raise ValueError(f'"{text[:40]}" does not fit into 64 bits')
    return int(number)


def _double(text: str) -> float:
    value = float(_number(text))
    if value in (float("inf"), float("-inf")):
        raise ValueError(f'"{text[:40]}" is larger than a double can be')
    return value


def _duration(text: str) -> str:
    return Duration.parse(text.strip()).text()


def _zone(text: str) -> str:
    try:
        return ZoneInfo(text.strip()).key
    except (OSError, ValueError, KeyError):
        raise ValueError(f'"{text[:40]}" is not a time zone such as Europe/Lisbon') from None


def _json(text: str) -> object:
    try:
        value: object = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise ValueError(f'"{text[:40]}" is no JSON') from None
    return value


def _refuse_constant(name: str) -> object:
    raise ValueError(name)


def _list(text: str) -> object:
    value = _json(text)
    if isinstance(value, list):
        return value
    raise ValueError(f'"{text[:40]}" is no JSON list')


def _choice(values: frozenset[str]) -> Read:
    def read(text: str) -> str:
        if text not in values:
            raise ValueError(f'"{text[:40]}" is none of {", ".join(sorted(values))}')
        return text

    return read


def _money(currency: str, major: bool) -> Read:
    digits = exponent(currency) if major else 0
    unit = "a cent" if digits == 2 else "the smallest coin"

    def read(text: str) -> dict[str, object]:
        minor = _number(text).scaleb(digits, _EXACT)
        if minor != minor.to_integral_value():
            raise ValueError(f'"{text[:40]}" is finer than {unit} of {currency}')
        if not MIN_INT <= minor <= MAX_INT:
            raise ValueError(f'"{text[:40]}" is more money than 64 bits count')
        return {"amount": int(minor), "currency": currency}

    return read


_PLAIN: dict[Type, Read] = {BOOL: _bool, INT: _int, DOUBLE: _double, DURATION: _duration, ZONE: _zone}
