"""Two weeks of the agency under its own documents and under a draft, for the tests of the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.report.sections import Sections
from app.report.times import Zone
from app.report.witness import Witness
from engine.catalog import Catalog

BERLIN = Zone("Europe/Berlin")


@dataclass(frozen=True)
class Trial:
    """What the two replays told, who attended them, and what the report makes of it."""

    catalog: Catalog
    live: Witness
    draft: Witness
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    sections: Sections
