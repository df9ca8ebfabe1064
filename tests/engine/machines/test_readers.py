"""Values of entities and events: what 64 bits do not hold is refused, however it is read."""

from __future__ import annotations

import pytest

from engine.catalog import build
from engine.machines.records import UnfitValue
from tests.engine.automation.domain import document

BOOKING = "fields: {total: money}\ninitial: draft\nstates: {draft: {}}"


@pytest.mark.parametrize("amount", [2**63 - 1, -(2**63), 0])
def test_an_amount_of_64_bits_is_read(amount: int) -> None:
    reader = build([document("machine", "booking", BOOKING)]).readers["booking"]
    total = {"amount": amount, "currency": "EUR"}
    assert reader.read({"total": total}) == {"total": total}
    assert reader.value("total", total) == total


@pytest.mark.parametrize("amount", [2**63, -(2**63) - 1, 10**30])
def test_a_larger_amount_does_not_fit(amount: int) -> None:
    reader = build([document("machine", "booking", BOOKING)]).readers["booking"]
    total = {"amount": amount, "currency": "EUR"}
    with pytest.raises(UnfitValue, match="expected an amount of 64 bits in minor units"):
        reader.read({"total": total})
    with pytest.raises(UnfitValue, match="expected an amount of 64 bits in minor units"):
        reader.value("total", total)
