"""What a booking costs where nobody says: the model's day rate for every day that is begun."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.road.fitting import MOST_MONEY
from app.road.problems import Fault, InvalidError
from app.road.road import StoredRoad
from engine.conditions.values import Timestamp

DAY = 86_400_000_000_000
"""In nanoseconds."""
TOO_MUCH = (
    "the model's day rate over these days comes to more than an amount can hold: shorten the booking, "
    "or have the rate looked at"
)
"""Without a figure: not everybody may see the rate."""


def total(road: StoredRoad, booking: Mapping[str, Any]) -> dict[str, Any] | None:
    """The total of a booking that is about to be made, as JSON has it; None where what it needs is missing or misfits.

    Raises InvalidError for more than an amount can hold.
    """
    model = road.world.tables["model"].get(str(booking.get("model")))
    try:
        span = Timestamp.parse(str(booking.get("ends_at"))) - Timestamp.parse(str(booking.get("starts_at")))
    except ValueError:  # told with everything else that does not fit
        return None
    if model is None:
        return None
    rate = model["day_rate"]
    amount = rate["amount"] * max(1, -(-span // DAY))
    if amount > MOST_MONEY:
        raise InvalidError([Fault("/total", "invalid", TOO_MUCH)])
    return {"amount": amount, "currency": rate["currency"]}
