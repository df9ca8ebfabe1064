"""An inquiry as a stranger sends it from the public form: one for each form, its client recognised or new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson
import sqlalchemy as sa

from app.commands import entities
from app.commands.clients import plain_mail, plain_phone, recognised_or_new
from app.road.idempotency import Kept, find, keep
from app.road.problems import Fault, InvalidError
from app.road.road import StoredRoad
from app.store.entities import MODELS

SHOWN_MODELS = ("active", "paused")
"""The states of models that strangers know of."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked; instants as texts in UTC, money in minor units. ``model`` is a public code.

    ``locale`` and ``zone`` are those of the form.
    """

    name: str
    email: str | None
    phone: str | None
    company: str | None
    category: str
    starts_at: str
    ends_at: str
    zone: str
    city: str | None
    budget: Mapping[str, Any] | None
    message: str | None
    model: str | None
    locale: str

    def fingerprint(self) -> str:
        """The same for the same request."""
        told = [getattr(self, name) for name in self.__slots__]
        return sha256(orjson.dumps(told)).hexdigest()


@dataclass(frozen=True, slots=True)
class Received:
    """The inquiry that a form became; ``changed`` says that the form was sent before with other contents.

    ``new`` says that it became one only now.
    """

    inquiry: str
    zone: str
    changed: bool = False
    new: bool = False


def earlier(road: StoredRoad, keys: Sequence[str], asked: Asked | None) -> Received | None:
    """What the form became when it was sent before, under the first of its keys that is known."""
    for key in keys:
        known = find(road, road.journal.caller.id, key)
        if known is not None:
            changed = asked is None or asked.fingerprint() != known.fingerprint
            return Received(known.body["inquiry"], known.body["zone"], changed)
    return None


def receive(road: StoredRoad, keys: Sequence[str], asked: Asked) -> Received:
    """Takes a form in; of two at once with a key in common one makes the inquiry. Raises InvalidError for its model."""
    known = earlier(road, keys, asked)
    if known is not None:
        return known
    model = _model(road, asked.model)
    _one_at_a_time(road, asked)
    client, _ = recognised_or_new(
        road,
        {
            "name": asked.name,
            "email": asked.email,
            "phone": asked.phone,
            "kind": "brand" if asked.company else "private",
            "locale": asked.locale,
            "timezone": asked.zone,
        },
    )
    values = {
        "source": "web",
        "category": asked.category,
        "starts_at": asked.starts_at,
        "ends_at": asked.ends_at,
        "budget": asked.budget,
        "message": _message(asked),
        "client": client["id"],
        "model": model,
    }
    inquiry = entities.create(road, "inquiry", values)
    body = {"inquiry": inquiry["id"], "zone": asked.zone}
    for key in keys:
        keep(road, road.journal.caller.id, key, Kept(asked.fingerprint(), 303, {}, body))
    return Received(inquiry["id"], asked.zone, new=True)


def _model(road: StoredRoad, code: str | None) -> str | None:
    if code is None:
        return None
    query = sa.select(MODELS.c.id).where(MODELS.c.public_code == code, MODELS.c.status.in_(SHOWN_MODELS))
    found = road.connection.execute(query).scalar()
    if found is None:
        raise InvalidError([Fault("/model", "not_found", f"there is no model {code}")])
    return str(found)


def _one_at_a_time(road: StoredRoad, asked: Asked) -> None:
    """Has two forms of one new client wait for each other, so that the second finds the client of the first."""
    if road.connection.dialect.name != "postgresql":  # SQLite has one writer anyway
        return
    names = [f"client/{plain_mail(asked.email)}"] if asked.email else []
    names += [f"client/{plain_phone(asked.phone)}"] if asked.phone else []
    for name in sorted(names):
        road.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(name, 0))))


def _message(asked: Asked) -> str:
    """What was written, and under it all that no field of an inquiry or of a known client holds."""
    contact = ", ".join(one for one in (asked.email, asked.phone) if one)
    told = {
        "Contact": f"{asked.name}, {contact}",
        "Company": asked.company,
        "City": asked.city,
        "Times given in": asked.zone,
    }
    lines = "\n".join(f"{label}: {value}" for label, value in told.items() if value)
    return f"{asked.message}\n\n{lines}" if asked.message else lines
