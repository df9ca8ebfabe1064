"""What a booking consists of beside the model's time: services, each with its price; the total follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from app.road import commands
from app.road.audit import Entry
from app.road.problems import Fault, ForbiddenError, InvalidError, NotFoundError
from app.road.road import StoredRoad
from app.road.rows import micro
from app.road.texts import unreadable
from app.store.entities import SERVICES
from engine.simulation.world import Record

COLUMNS = [column.name for column in SERVICES.columns]
MOST_QUANTITY = 10_000
MOST_AMOUNT = 10**12
LONGEST_TITLE = 300


def add_service(
    road: StoredRoad, booking_id: str, values: Mapping[str, Any], *, version: commands.Versions | None = None
) -> dict[str, Any]:
    """A service that was added; the booking's total grows by its price. Raises InvalidError, ForbiddenError."""
    booking = _changeable(road, booking_id)
    title, quantity, amount = _read(values, booking)
    now = micro(road.now)
    row = {
        "id": commands.new_id(),
        "booking": booking_id,
        "title": title,
        "quantity": quantity,
        "price_amount": amount,
        "price_currency": booking["total"]["currency"],
        "created_at": now,
    }
    _grow(road, booking, quantity * amount, version)
    road.statements.of("service_new", SERVICES.insert, COLUMNS)(road.connection, row)
    # The price stays out: it is in the change of the total, which not everybody may see.
    _note(road, booking_id, "booking.service_added", (None, {"title": title, "quantity": quantity}))
    return as_json(row)


def remove_service(
    road: StoredRoad, booking_id: str, service_id: str, *, version: commands.Versions | None = None
) -> None:
    """Takes a service off; the booking's total shrinks by its price. Raises NotFoundError, ForbiddenError."""
    booking = _changeable(road, booking_id)
    columns = SERVICES.c
    there = sa.and_(columns.booking == booking_id, columns.id == service_id)
    row = road.connection.execute(sa.select(SERVICES).where(there)).mappings().first()
    if row is None:
        raise NotFoundError("service", service_id)
    _grow(road, booking, -row["quantity"] * row["price_amount"], version)
    road.connection.execute(sa.delete(SERVICES).where(there))
    gone = {"title": row["title"], "quantity": row["quantity"]}
    _note(road, booking_id, "booking.service_removed", (gone, None))


def _changeable(road: StoredRoad, booking_id: str) -> Record:
    """A booking whose total the caller may change. Raises NotFoundError, ForbiddenError."""
    machine = road.catalog.machines["booking"]
    booking, _ = commands.readable(road, machine, booking_id, lock=True)
    granted = commands.allow(road, "bookings.update", machine, booking)
    if granted is not None and granted.writable is not None and "total" not in granted.writable:
        place = granted.place
        where = f"{place.file}:{place.line}" if place is not None else None
        raise ForbiddenError("booking", booking_id, "bookings.update", f'{granted.role} may not change "total"', where)
    return booking


def _grow(road: StoredRoad, booking: Record, by: int, version: commands.Versions | None) -> None:
    total = {**booking["total"], "amount": booking["total"]["amount"] + by}
    commands.update(road, "booking", booking["id"], {"total": total}, version=version)


def _note(road: StoredRoad, booking_id: str, action: str, change: tuple[Any, Any]) -> None:
    actor = road.journal.caller.id
    first = road.first.id if road.first is not None else None
    entry = Entry("booking", booking_id, micro(road.now), actor, action, "done", {"service": change}, event=first)
    road.journal.entries.append(entry)


def _read(values: Mapping[str, Any], booking: Record) -> tuple[str, int, int]:
    faults = [
        Fault(f"/{name}", "unknown_field", "no such field")
        for name in values
        if name not in ("title", "quantity", "price")
    ]
    title, quantity, price = values.get("title"), values.get("quantity", 1), values.get("price")
    if not isinstance(title, str) or not title.strip() or len(title) > LONGEST_TITLE:
        faults.append(Fault("/title", "invalid", f"a text of 1 to {LONGEST_TITLE} characters"))
    elif unreadable(title, lines=False):
        faults.append(Fault("/title", "invalid", "one line without control characters"))
    if type(quantity) is not int or not 1 <= quantity <= MOST_QUANTITY:
        faults.append(Fault("/quantity", "invalid", f"a whole number from 1 to {MOST_QUANTITY}"))
    currency = booking["total"]["currency"]
    amount = price.get("amount") if isinstance(price, dict) and set(price) == {"amount", "currency"} else None
    if type(amount) is not int or not 0 <= amount <= MOST_AMOUNT:
        faults.append(Fault("/price", "invalid", f'money such as {{"amount": 5000, "currency": "{currency}"}}'))
    elif isinstance(price, dict) and price["currency"] != currency:
        faults.append(Fault("/price/currency", "invalid", f"the booking is in {currency}"))
    if faults or not isinstance(title, str) or not isinstance(quantity, int) or not isinstance(amount, int):
        raise InvalidError(faults)
    return title.strip(), quantity, amount


def services_of(road: StoredRoad, booking_id: str) -> list[dict[str, Any]]:
    """The services of a booking, in the order they were added."""
    query = sa.select(SERVICES).where(SERVICES.c.booking == booking_id).order_by(SERVICES.c.created_at, SERVICES.c.id)
    return [as_json(dict(row)) for row in road.connection.execute(query).mappings()]


def _price(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"amount": row["price_amount"], "currency": row["price_currency"]}


def as_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """A service as the interface shows it."""
    return {"id": row["id"], "title": row["title"], "quantity": row["quantity"], "price": _price(row)}
