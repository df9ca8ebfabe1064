"""Texts as values: exact money, whole floats, and what is refused."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.conditions.types import BOOL, DOUBLE, DURATION, DYN, INT, MONEY, STRING, ZONE, EnumType, ListType, Type
from engine.importing.localtime import Clock
from engine.importing.texts import Read, reader

CLOCK = Clock("iso", UTC, "UTC")


def read(kind: Type, currency: str = "", major: bool = True) -> Read:
    return reader(kind, CLOCK, currency, major)


@given(some.integers(-(10**15), 10**15), some.sampled_from([("EUR", 2), ("JPY", 0), ("BHD", 3)]))
def test_money_keeps_every_coin(amount: int, currency: tuple[str, int]) -> None:
    code, digits = currency
    written = format(Decimal(amount).scaleb(-digits), "f")
    for text in (written, written + ("0" if "." in written else ".0"), f" {written} "):
        assert read(MONEY, code)(text) == {"amount": amount, "currency": code}
    assert read(MONEY, code, major=False)(f"{amount}.0") == {"amount": amount, "currency": code}


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (INT, "1.0", 1),
        (INT, " 7 ", 7),
        (INT, "-0", 0),
        (INT, "1e3", 1000),
        (INT, "9223372036854775807", 2**63 - 1),
        (DOUBLE, "1e-7", 1e-7),
        (DOUBLE, ".5", 0.5),
        (BOOL, "tRuE", True),
        (BOOL, "FALSE", False),
        (STRING, " kept ", " kept "),
        (EnumType(frozenset({"1 - High"})), "1 - High", "1 - High"),
        (DURATION, "1h30m", "5400s"),
        (ZONE, "Europe/Lisbon", "Europe/Lisbon"),
        (DYN, '{"a": [1, null]}', {"a": [1, None]}),
        (ListType(STRING), '["a"]', ["a"]),
    ],
)
def test_a_text_that_is_a_value(kind: Type, text: str, value: object) -> None:
    got = read(kind)(text)
    assert (got, type(got)) == (value, type(value))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (INT, ""),
        (INT, "1.5"),
        (INT, "1_000"),
        (INT, "1,000"),
        (INT, "٣"),
        (INT, "1e999"),
        (INT, "9223372036854775808"),
        (DOUBLE, "nan"),
        (DOUBLE, "inf"),
        (DOUBLE, "1e400"),
        (DOUBLE, "1" * 200),
        (BOOL, "yes"),
        (BOOL, "1"),
        (EnumType(frozenset({"low"})), "LOW"),
        (MONEY, "1.005"),
        (MONEY, "1.0000000000000000000000000000000000001"),
        (MONEY, "€ 5"),
        (MONEY, "92233720368547758.08"),
        (ZONE, "../etc/passwd"),
        (ZONE, ""),
        (DYN, "{"),
        (DYN, "NaN"),
        (DYN, "[" * 100_000),
        (ListType(STRING), '{"a": 1}'),
    ],
)
def test_a_text_that_is_none(kind: Type, text: str) -> None:
    with pytest.raises(ValueError, match='"'):
        read(kind, "EUR")(text)
