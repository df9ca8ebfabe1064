"""A small agency for tests: machines with slots, one matching, and worlds made of plain values."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.catalog import Catalog, load
from engine.conditions.values import Timestamp
from engine.matching.model import Matching
from engine.matching.rank import Ranking, rank
from engine.simulation.events import NOBODY
from engine.simulation.world import World

NOW = Timestamp.parse("2026-03-27T10:00:00Z")
AGENCY = Path(__file__).parents[2] / "cases" / "matching"
HEAD = """kind: matching
id: fit
version: 1
description: Who fits.
for: inquiry
candidates: model
"""


def catalog_of(folder: Path, matching: str) -> Catalog:
    """The catalog of the agency with one matching, of which only what follows the head is given."""
    shutil.copytree(AGENCY, folder, dirs_exist_ok=True)
    (folder / "rules" / "matching").mkdir(parents=True, exist_ok=True)
    (folder / "rules" / "matching" / "fit.yaml").write_text(HEAD + matching, encoding="utf-8")
    return load(folder)


def matching_of(folder: Path, matching: str) -> Matching:
    """The matching, which must be without a mistake."""
    catalog = catalog_of(folder, matching)
    assert [one for one in catalog.diagnostics if one.severity == "error"] == []
    return catalog.matchings["fit"]


def model(id: str, **values: Any) -> dict[str, Any]:
    """A model with everything that is not optional; None leaves a value out."""
    made = {"id": id, "status": "active", "category": "editorial", "rating": 3, "tags": []}
    made |= {"day_rate": {"amount": 100_000, "currency": "EUR"}, **values}
    return {name: value for name, value in made.items() if value is not None}


def inquiry(**values: Any) -> dict[str, Any]:
    """An inquiry for the first of April, from ten to six."""
    made: dict[str, Any] = {"id": "in_1", "status": "new", "category": "editorial"}
    made |= {"starts_at": at("2026-04-01T10:00:00Z"), "ends_at": at("2026-04-01T18:00:00Z"), **values}
    return made


def at(text: str) -> Timestamp:
    """An instant."""
    return Timestamp.parse(text)


def ranked(
    matching: Matching, models: list[dict[str, Any]], asked: Mapping[str, Any], bookings: Sequence[dict[str, Any]] = ()
) -> Ranking:
    """The ranking in a world of these entities."""
    world = World(("model", "inquiry", "booking", "user"))
    for machine, records in (("model", models), ("booking", bookings)):
        for record in records:
            world.create(machine, record)
    return rank(matching, asked, world.tables["model"].values(), NOW, NOBODY, world)
