"""What a release notes about the world it was published in, so that it can be understood later.

``NOTES`` is open: each entry is computed from the checked documents and kept as JSON under its name. A kind of document
that leans on something outside (the dates of holidays) freezes it here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

from engine.automation.model import Rule
from engine.calendars.holidays import library_version, public_holidays
from engine.catalog import Catalog
from engine.conditions.values import Timestamp
from engine.events.envelope import NANOSECONDS

YEARS_BEFORE, YEARS_AFTER = 1, 5
"""For which years around its publication a release keeps the dates of holidays."""


def costs(catalog: Catalog, _: Timestamp) -> dict[str, int]:
    """The static cost of each rule, in steps of the evaluator: of its dearest condition over all its event types, with
    those of its actions.
    """
    return {id: cost_of_rule(rule) for id, rule in sorted(catalog.rules.items())}


def cost_of_rule(rule: Rule) -> int:
    """The steps that judging one event costs at most."""
    dearest = 0
    for bound in rule.bound.values():
        conditions = (bound.condition, *(action.condition for action in bound.actions))
        dearest = max(dearest, sum(one.cost for one in conditions if one is not None))
    return dearest + (rule.where.cost if rule.where is not None else 0)


def tzdata(_: Catalog, __: Timestamp) -> str | None:
    """The version of the time zones that came with the installation; None where the machine's own are used."""
    try:
        return version("tzdata")
    except PackageNotFoundError:
        return None


def holidays(catalog: Catalog, at: Timestamp) -> dict[str, object]:
    """The public holidays of each calendar that follows a country, by date, for the years around the publication; and
    the version of the library that knew them. Empty where no calendar follows one.
    """
    calendars = {id: one.country for id, one in sorted(catalog.calendars.items()) if one.country is not None}
    if not calendars:
        return {}
    year = datetime.fromtimestamp(int(at) // NANOSECONDS, UTC).year
    years = range(year - YEARS_BEFORE, year + YEARS_AFTER + 1)
    dates = {
        id: {day.isoformat(): name for year in years for day, name in sorted(public_holidays(country, year).items())}
        for id, country in calendars.items()
    }
    return {"library": library_version(), "dates": dates}


Note = Callable[[Catalog, Timestamp], object]
NOTES: Mapping[str, Note] = {"cost": costs, "tzdata": tzdata, "holidays": holidays}


def notes_of(catalog: Catalog, at: Timestamp, notes: Mapping[str, Note] = NOTES) -> dict[str, object]:
    """All notes about a catalog that is published at ``at``, by name."""
    return {name: note(catalog, at) for name, note in notes.items()}
