"""Amounts as people type them: nobody's comma makes a hundredfold of what was meant."""

from __future__ import annotations

import pytest

from app.web.amounts import minor_units


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("1200", 120_000),
        ("1200,50", 120_050),
        ("1200.50", 120_050),
        ("1 200,5", 120_050),
        ("1 200,50", 120_050),
        ("1’200.50", 120_050),
        ("1,200", 120_000),
        ("1.200", 120_000),
        ("1.234,56", 123_456),
        ("1,234.56", 123_456),
        ("1,234,567.8", 123_456_780),
        ("1.234.56", 123_456),
        ("0,5", 50),
        ("0.05", 5),
        ("-50", -5_000),
        ("０,５", 50),
        ("99999999999,99", 9_999_999_999_999),
    ],
)
def test_a_mark_before_three_figures_parts_thousands_and_one_before_fewer_the_fraction(text: str, cents: int) -> None:
    assert minor_units(text, 2) == cents


@pytest.mark.parametrize("text", ["", "12,34,56", "0.001", "0,001", "1.2345", "1,20,000", "12e3", "1..5", "₽5", "1-5"])
def test_what_may_mean_two_amounts_is_none(text: str) -> None:
    assert minor_units(text, 2) is None


def test_a_currency_may_have_no_fraction_or_a_long_one() -> None:
    assert minor_units("1,200", 0) == 1_200
    assert minor_units("1200.5", 0) is None
    assert minor_units("1.234", 3) == 1_234
    assert minor_units("1,234.567", 3) == 1_234_567
