"""Totals that are asked about before they are saved: those that become nothing, or another order of magnitude."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from app.commands.totals import total
from app.road import commands
from app.road.problems import InvalidError, NotFoundError
from app.road.road import StoredRoad
from app.web.wording import moments
from app.web.wording.language import gettext as _

FIELD = "sure"
"""The amount that whoever sends the form has been asked about, and means."""
MUCH = 10
Money = Mapping[str, Any]


def astonishing(before: Money, after: Money) -> bool:
    """Whether a total becomes nothing, more than ten times what it was, or less than a tenth of it.

    One below nothing is refused anyway; of another currency nothing can be said.
    """
    was, becomes = before["amount"], after["amount"]
    if before["currency"] != after["currency"] or was == becomes or becomes < 0:
        return False
    return bool(becomes == 0 or becomes > MUCH * was or MUCH * becomes < was)


def asked(before: Money, after: Money) -> str:
    """The question about a booking's new total; empty where none is to be asked."""
    if not _asks(before, after):
        return ""
    return _(
        "The total would go from %(before)s to %(after)s. Nothing is saved yet: send it again if that is meant."
    ) % {"before": moments.money(before), "after": moments.money(after)}


def asked_at_first(road: StoredRoad, booking: Mapping[str, Any]) -> str:
    """The question about the total of a booking that is about to be made, beside the model's rate for its days; empty where
    none is to be asked, or the caller may not see the rate.
    """
    after = booking.get("total")
    if after is None:
        return ""
    try:
        _model, decided = commands.readable(road, road.catalog.machines["model"], str(booking.get("model")))
        usual = total(road, booking)
    except (NotFoundError, InvalidError):  # told when it is made; beside a rate that no amount holds nothing astonishes
        return ""
    if decided is not None and "day_rate" in decided.hidden:
        return ""
    if usual is None or not _asks(usual, after):
        return ""
    return _(
        "The total would be %(after)s, where the day rate for this time comes to %(before)s. Nothing is saved yet: send it "
        "again if that is meant."
    ) % {"before": moments.money(usual), "after": moments.money(after)}


def _asks(before: Money, after: Money) -> bool:
    """Not where it has been answered, by sending the form again."""
    return astonishing(before, after) and request.form.get(FIELD, "") != str(after["amount"])


def total_of(road: StoredRoad, id: str) -> Money | None:
    """The total of a booking; None where the caller may not see it. Raises NotFoundError."""
    record, decided = commands.readable(road, road.catalog.machines["booking"], id)
    return None if decided is not None and "total" in decided.hidden else record["total"]
