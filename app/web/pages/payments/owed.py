"""What a booking's client still owes, as far as nobody has asked for it or received it yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

GIVEN_UP = ("voided", "refunded")
"""States of a payment that counts no longer."""
BESIDE = "fee"
"""The purpose of what is paid beside the total."""


def left(total: Mapping[str, Any], payments: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The total less its deposits and balances, be they received or only asked for; never less than nothing."""
    counted = [one for one in payments if one["status"] not in GIVEN_UP and one["purpose"] != BESIDE]
    return {**total, "amount": max(0, total["amount"] - sum(one["amount"]["amount"] for one in counted))}


def wanted(deposit: str | None, payments: Iterable[Mapping[str, Any]]) -> str:
    """The purpose of the next payment: the deposit while it is neither paid, waived nor asked for, then the balance."""
    asked = any(one["purpose"] == "deposit" and one["status"] not in GIVEN_UP for one in payments)
    return "balance" if asked or deposit not in ("none", "due") else "deposit"
