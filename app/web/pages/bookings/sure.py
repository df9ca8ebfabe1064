"""Totals that are asked about before they are saved: those that become nothing, or another order of magnitude."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from app.road import commands
from app.road.road import StoredRoad
from app.web.wording import moments
from app.web.wording.language import gettext as _

FIELD = "sure"
"""The amount that whoever sends the form has been asked about, and means."""
MUCH = 10
Money = Mapping[str, Any]


def astonishing(before: Money, after: Money) -> bool:
    """Whether a total becomes nothing, more than ten times what it was, or less than a tenth of it."""
    was, becomes = before["amount"], after["amount"]
    if before["currency"] != after["currency"] or was == becomes:
        return False
    return bool(becomes <= 0 or becomes > MUCH * was or MUCH * becomes < was)


def asked(before: Money, after: Money) -> str:
    """The question; empty where none is to be asked, or it has been answered by sending the form again."""
    if not astonishing(before, after) or request.form.get(FIELD, "") == str(after["amount"]):
        return ""
    told = {"before": moments.money(before), "after": moments.money(after)}
    return _(
        "The total would go from %(before)s to %(after)s. Nothing is saved yet: send it again if that is meant."
    ) % (told)


def total_of(road: StoredRoad, id: str) -> Money | None:
    """The total of a booking; None where the caller may not see it. Raises NotFoundError."""
    record, decided = commands.readable(road, road.catalog.machines["booking"], id)
    return None if decided is not None and "total" in decided.hidden else record["total"]
