"""What callers may not do to an entity because of the entities around it, each with what to do first.

The machines say which moves there are; this says which changes would leave two entities telling different stories. Rules
are not asked: they are written by people who know what else they do.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from app.road.commands import Check, is_known
from app.road.problems import Fault, InvalidError, NotAllowedNowError
from app.road.road import StoredRoad
from app.store.entities import SERVICES
from engine.conditions.values import Timestamp
from engine.simulation.world import Record

LONGEST_OPTION = 30 * 24 * 3_600_000_000_000
"""In nanoseconds."""
STANDING = ("held", "challenged")
LASTING = ("held", "challenged", "confirmed")
OVER = ("completed", "no_show", "released", "cancelled")
"""States of a booking that claims its model's time no longer."""
RECEIVED = ("succeeded", "refunded")


def ends_in_time(now: Timestamp, ends: Timestamp) -> None:
    """Raises InvalidError for an option that ends in the past, or holds a model's time for more than a month."""
    if not now < ends <= now + LONGEST_OPTION:
        raise InvalidError([Fault("/expires_at", "invalid", "an option ends within 30 days from now")])


def _booking(road: StoredRoad, before: Record | None, after: Record) -> None:
    if _differ(before, after, "client"):
        _takes_bookings(road.world.tables["client"][after["client"]])
    if _differ(before, after, "model"):
        _represented(road.world.tables["model"][after["model"]])
    if before is None:
        return
    if _differ(before, after, "model", "starts_at", "ends_at"):
        for option in road.world.inverse("option", "booking", after["id"]):
            if option["status"] in LASTING:
                raise NotAllowedNowError(
                    f"Option {option['id']} holds the booking's model at the old time:"
                    " release it first, then move the booking and hold the new time."
                )
    if _currency(before["total"]) != _currency(after["total"]):
        kept = sa.select(sa.func.count()).select_from(SERVICES).where(SERVICES.c.booking == after["id"])
        if road.world.inverse("payment", "booking", after["id"]) or road.connection.scalar(kept):
            raise NotAllowedNowError(
                f"The booking has payments or services in {_currency(before['total'])}, so that its total stays in it:"
                " make a new booking for the other currency."
            )


def _takes_bookings(client: Record) -> None:
    if client["status"] == "blocked":
        raise NotAllowedNowError("The client is blocked and gets no new booking: unblock the client first.")
    if client["status"] == "archived":
        raise NotAllowedNowError("The client is archived and gets no new booking: choose another client.")


def _represented(model: Record) -> None:
    if model["status"] == "draft":
        raise NotAllowedNowError("The model is a draft and cannot be booked: publish the model first.")
    if model["status"] == "archived":
        raise NotAllowedNowError("The model is archived and cannot be booked: choose another model.")


def _model(road: StoredRoad, before: Record | None, after: Record) -> None:
    if before is None or after["status"] != "archived" or before["status"] == "archived":
        return
    count = sum(one["status"] not in OVER for one in road.world.inverse("booking", "model", after["id"]))
    if count:
        what = "an open booking" if count == 1 else f"{count} open bookings"
        raise NotAllowedNowError(f"The model has {what}: finish or cancel what is open before archiving the model.")


def _slot(road: StoredRoad, before: Record | None, after: Record) -> None:
    given_up = after["status"] in ("open", "withdrawn") and _differ(before, after, "status")
    if before is None or not (given_up or _differ(before, after, "model", "kind", "starts_at", "ends_at")):
        return
    for option in road.world.inverse("option", "slot", after["id"]):
        if option["status"] in LASTING:
            raise NotAllowedNowError(f"Option {option['id']} stands on this slot: release the option first.")


def _option(road: StoredRoad, before: Record | None, after: Record) -> None:
    if before is None:
        return
    faults = [
        Fault(f"/{name}", "invalid", f"an option keeps its {name}: release it and hold the other one")
        for name in ("slot", "booking")
        if _differ(before, after, name)
    ]
    if faults:
        raise InvalidError(faults)
    if _differ(before, after, "expires_at"):
        ends_in_time(road.now, after["expires_at"])


def _payment(road: StoredRoad, before: Record | None, after: Record) -> None:
    if before is not None and before["status"] in RECEIVED and _differ(before, after, "amount", "booking", "purpose"):
        raise NotAllowedNowError(
            "The money was received: its amount, purpose and booking stay as they were. Refund it, or ask for another."
        )
    if _differ(before, after, "amount", "booking"):
        currency = _currency(road.world.tables["booking"][after["booking"]]["total"])
        if _currency(after["amount"]) != currency:
            raise InvalidError([Fault("/amount/currency", "invalid", f"the booking is in {currency}")])


def _work(road: StoredRoad, before: Record | None, after: Record) -> None:
    about = after.get("about")
    if about is None or not _differ(before, after, "about"):
        return
    machine, _, id = about.partition("/")
    if machine not in road.catalog.machines or not is_known(road, machine, id):
        told = f"there is no {about}: write the kind and the id of what it is about, such as booking/ID"
        raise InvalidError([Fault("/about", "not_found", told)])


def _differ(before: Record | None, after: Record, *names: str) -> bool:
    return before is None or any(before.get(name) != after.get(name) for name in names)


def _currency(money: Mapping[str, object]) -> object:
    return money["currency"]


CHECKS: Mapping[str, Check] = {
    "booking": _booking,
    "model": _model,
    "slot": _slot,
    "option": _option,
    "payment": _payment,
    "task": _work,
    "exception": _work,
}
"""By machine."""
