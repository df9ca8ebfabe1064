"""Known clients are recognised: by mail, by phone, or they are new."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa

from app.commands import entities
from app.road.road import StoredRoad
from app.store.entities import CLIENTS
from engine.simulation.world import Record

SHORTEST_PHONE = 7
"""Digits below which a number is nobody's in particular."""


def plain_mail(text: str) -> str:
    """A mail address as it is compared: without blanks around it, in small letters."""
    return text.strip().lower()


def plain_phone(text: str) -> str:
    """A phone number as it is compared: its digits, with 00 for a leading plus taken off."""
    digits = re.sub(r"[^0-9+]", "", text)
    return digits.removeprefix("00").removeprefix("+")


def recognise(road: StoredRoad, email: str | None, phone: str | None) -> Record | None:
    """The client of this mail address or phone number; the oldest where there are several, never an archived one."""
    columns = CLIENTS.c
    same = []
    if email:
        same.append(sa.func.lower(columns.email) == plain_mail(email))
    if phone and len(plain_phone(phone)) >= SHORTEST_PHONE:
        same.append(columns.phone == f"+{plain_phone(phone)}")
    for one in same:
        query = sa.select(CLIENTS).where(columns.status != "archived", one)
        row = road.connection.execute(query.order_by(columns.created_at, columns.id).limit(1)).first()
        if row is not None:
            return road.store.take("client", row)
    return None


def recognised_or_new(road: StoredRoad, values: dict[str, Any]) -> tuple[Record, bool]:
    """The client behind a form, and whether it is new."""
    known = recognise(road, values.get("email"), values.get("phone"))
    if known is not None:
        return known, False
    given = dict(values)
    if given.get("email"):
        given["email"] = plain_mail(given["email"])
    if given.get("phone"):
        given["phone"] = f"+{plain_phone(given['phone'])}"
    return entities.create(road, "client", given), True
