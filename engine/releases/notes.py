"""What a release notes about the world it was published in, so that it can be understood later.

``NOTES`` is open: each entry is computed from the checked documents and kept as JSON under its name. A kind of document
that leans on something outside (the dates of holidays) freezes it here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version

from engine.automation.model import Rule
from engine.catalog import Catalog


def costs(catalog: Catalog) -> dict[str, int]:
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


def tzdata(_: Catalog) -> str | None:
    """The version of the time zones that came with the installation; None where the machine's own are used."""
    try:
        return version("tzdata")
    except PackageNotFoundError:
        return None


NOTES: Mapping[str, Callable[[Catalog], object]] = {"cost": costs, "tzdata": tzdata}


def notes_of(catalog: Catalog, notes: Mapping[str, Callable[[Catalog], object]] = NOTES) -> dict[str, object]:
    """All notes about a catalog, by name."""
    return {name: note(catalog) for name, note in notes.items()}
