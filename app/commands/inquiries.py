"""Inquiries: who fits them and why, and how they become bookings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from app.commands import entities
from app.commands.totals import total
from app.road import commands
from app.road.problems import Fault, InvalidError
from app.road.road import StoredRoad
from app.road.runs import reader_of
from app.store.entities import MODELS
from engine.access.fields import visible
from engine.access.sight import Sight
from engine.matching.rank import Ranking, rank
from engine.matching.veil import veiled
from engine.simulation.world import Record

MATCHING = "models-for-inquiry"
_CITY = re.compile(r"^City:[ \t]*(\S[^\r\n]{0,199}?)[ \t]*\r?$", re.MULTILINE)
CHOICES = ("model", "starts_at", "ends_at", "total", "city", "notes")


def match(road: StoredRoad, inquiry_id: str) -> Ranking:
    """Every model for an inquiry: those that fit best first, the others with each reason."""
    machines = road.catalog.machines
    inquiry, _ = commands.readable(road, machines["inquiry"], inquiry_id)
    commands.allow(road, "models.read", machines["model"], {})
    rows = road.connection.execute(sa.select(MODELS).where(MODELS.c.status != "archived").order_by(MODELS.c.id))
    candidates = [road.store.take("model", row) for row in rows.fetchall()]
    return rank(road.catalog.matchings[MATCHING], inquiry, candidates, road.now, road.journal.caller.actor, road.world)


def convert(
    road: StoredRoad, inquiry_id: str, choices: Mapping[str, Any], *, version: commands.Versions | None = None
) -> Record:
    """The booking that an inquiry becomes; it keeps the link. What is not chosen comes from the inquiry,
    the total from the model. Raises InvalidError where the city is neither chosen nor known.

    A new inquiry is answered first, as it has been by whoever converts it.
    """
    machines = road.catalog.machines
    inquiry, _ = commands.readable(road, machines["inquiry"], inquiry_id, lock=True)
    unknown = [name for name in choices if name not in CHOICES]
    if unknown:
        raise InvalidError([Fault(f"/{name}", "unknown_field", "no such field") for name in unknown])
    model_id = choices.get("model") or inquiry.get("model")
    if not isinstance(model_id, str):
        raise InvalidError([Fault("/model", "missing", "choose a model; `match` says who fits")])
    model = road.world.tables["model"].get(model_id)
    if model is None:
        raise InvalidError([Fault("/model", "not_found", f"there is no model {model_id}")])
    if inquiry["status"] == "new":
        inquiry = commands.move(road, "inquiry", inquiry_id, "answer", version=version)
        version = None
    values: dict[str, Any] = {
        "client": inquiry["client"],
        "model": model_id,
        "inquiry": inquiry_id,
        **_proposed(road, inquiry),
        **{name: value for name, value in choices.items() if value is not None and name != "model"},
    }
    commands.move(road, "inquiry", inquiry_id, "convert", version=version)
    return entities.create(road, "booking", values)


def proposed(road: StoredRoad, inquiry_id: str, model_id: str) -> dict[str, Any]:
    """What a booking of this model would be without further choices, as JSON has it. Raises NotFoundError.

    The total rests on the model's day rate: who may not see that is not to be told it.
    """
    machines = road.catalog.machines
    inquiry, _ = commands.readable(road, machines["inquiry"], inquiry_id)
    commands.readable(road, machines["model"], model_id)
    values = {"model": model_id, **_proposed(road, inquiry)}
    return {**values, "total": total(road, values)}


def _proposed(road: StoredRoad, inquiry: Record) -> dict[str, Any]:
    seen = visible(commands.decision(road, "inquiries.read", "inquiry", inquiry), inquiry)
    city = city_of(seen.get("message"))
    times = {"starts_at": inquiry["starts_at"].text(), "ends_at": inquiry["ends_at"].text()}
    return {**times, "city": city} if city else times


def city_of(message: str | None) -> str | None:
    """Where an inquiry is for: what its text says in a line of its own, as the public form writes it; the last such line.

    The model's home is no answer: models travel.
    """
    found = _CITY.findall(message or "")
    return str(found[-1]) if found else None


def seen(road: StoredRoad, ranking: Ranking) -> Ranking:
    """A ranking as the caller may see it: what rests on a hidden field is not told."""
    reader = reader_of(road)
    return ranking if reader is None else veiled(ranking, Sight(reader))


def ranking_as_json(road: StoredRoad, ranking: Ranking) -> dict[str, Any]:
    """A ranking as its reader may see it, with the names of the models."""
    names: dict[str, str] = {}
    for id, record in road.store.tables["model"].items():
        shown = visible(commands.decision(road, "models.read", "model", record), record)
        if "name" in shown:
            names[id] = shown["name"]
    return {**seen(road, ranking).as_json(), "names": names}
