"""Who fits an inquiry, for a page: a column for every preference with its points as a bar, and why the others do not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.commands import inquiries
from app.road import commands
from app.road.road import StoredRoad
from app.web.wording import moments
from app.web.wording.language import gettext as _
from app.web.wording.words import written
from engine.access.fields import visible
from engine.conditions.values import Timestamp
from engine.conditions.veil import HIDDEN
from engine.machines.records import as_json
from engine.matching.change import Change
from engine.matching.rank import Excluded, Failed, Included, Term

Line = tuple[str, str, str, list[tuple[str, str]]]
"""An expression, its verdict, what went wrong in it, and the facts that it rests on with their values."""


@dataclass(frozen=True, slots=True)
class Points:
    """One preference at one candidate. ``bar`` is its length in hundredths of the longest; ``text`` the points as told."""

    because: str
    text: str
    bar: int
    verdict: str
    values: list[tuple[str, str]]
    error: str


@dataclass(frozen=True, slots=True)
class Fit:
    """A candidate that fits, at its place."""

    place: int
    model: dict[str, Any]
    score: str
    points: list[Points]


@dataclass(frozen=True, slots=True)
class Unfit:
    """A candidate that does not fit: each demand it fails with the lines that say so, and what would admit it."""

    model: dict[str, Any]
    failed: list[tuple[str, list[Line]]]
    change: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """A ranking as its page shows it."""

    matching: str
    version: int
    preferences: list[str]
    fits: list[Fit]
    unfit: list[Unfit]
    not_shown: int
    at: Timestamp


def ranked(road: StoredRoad, id: str) -> Ranked:
    """Who fits an inquiry, as far as the caller may know. Raises NotFoundError, ForbiddenError."""
    ranking = inquiries.seen(road, inquiries.match(road, id))
    most = max([1.0, *(float(term.points) for one in ranking.shown for term in one.terms if term.told)])
    fits = [_fit(road, place, one, most) for place, one in enumerate(ranking.shown, 1)]
    return Ranked(
        ranking.matching.id,
        ranking.matching.version,
        [written("matching", one.because) for one in ranking.matching.preferences],
        [one for one in fits if one.model],
        [one for one in (_unfit(road, one) for one in ranking.excluded) if one.model],
        len(ranking.included) - len(ranking.shown),
        road.now,
    )


def _model(road: StoredRoad, id: str) -> dict[str, Any]:
    record = road.store.tables["model"][id]
    found: dict[str, Any] = as_json(visible(commands.decision(road, "models.read", "model", record), record))
    return found


def _fit(road: StoredRoad, place: int, one: Included, most: float) -> Fit:
    score = moments.number(one.score) if one.told else _("hidden")
    return Fit(place, _model(road, one.id), score, [_points(term, most) for term in one.terms])


def _points(term: Term, most: float) -> Points:
    text = moments.number(term.points) if term.told else _("hidden")
    bar = round(100 * max(0.0, float(term.points)) / most) if term.told else 0
    error = "" if term.error is None else _("hidden") if term.error == HIDDEN else term.error
    return Points(
        written("matching", term.because), text, bar, term.verdict if term.told else HIDDEN, _told(term.values), error
    )


def _unfit(road: StoredRoad, one: Excluded) -> Unfit:
    failed: list[tuple[str, list[Line]]] = [
        (
            written("matching", reason.otherwise) if reason.told else _("Something that is not yours to see"),
            [
                (line.expression, line.verdict, line.error or "", _told(line.values))
                for line in reason.lines
                if line.verdict != "met"
            ],
        )
        for reason in one.failed
    ]
    return Unfit(_model(road, one.id), failed, _change(one.change, one.failed) if one.change is not None else "")


def _change(change: Change, failed: Sequence[Failed]) -> str:
    """The one thing that would have to be otherwise, in words; no other currency is proposed, which nobody would want.

    Nothing where it rests on what is hidden.
    """
    name, _dot, part = change.fact.rpartition(".")
    if part == "currency" or change.fact == HIDDEN:
        return ""
    wanted, fact = plainly(change.wanted), change.fact
    if part == "amount" and isinstance(change.wanted, int):
        values = {key: value for reason in failed for line in reason.lines for key, value in line.values.items()}
        currency = values.get(f"{name}.currency")
        if isinstance(currency, str) and currency != HIDDEN:
            fact, wanted = name, moments.money({"amount": change.wanted, "currency": currency})
    what = {"fact": fact, "relation": change.relation, "wanted": wanted}
    return _("Would fit if %(fact)s %(relation)s %(wanted)s.") % what


def _told(values: Mapping[str, object]) -> list[tuple[str, str]]:
    """Facts with their values as people read them; an amount and its currency are one."""
    found: dict[str, str] = {}
    for fact, value in values.items():
        name, _dot, part = fact.rpartition(".")
        amount, currency = values.get(f"{name}.amount"), values.get(f"{name}.currency")
        if (
            part in ("amount", "currency")
            and isinstance(amount, int)
            and isinstance(currency, str)
            and currency != HIDDEN
        ):
            found[name] = moments.money({"amount": amount, "currency": currency})
        else:
            found[fact] = plainly(value)
    return list(found.items())


def plainly(value: object) -> str:
    """A value of a condition as people read it."""
    match value:
        case None:
            return _("nothing")
        case bool():
            return _("yes") if value else _("no")
        case int() | float():
            return moments.number(value)
        case {"amount": int(amount), "currency": str(currency)}:
            return moments.money({"amount": amount, "currency": currency})
        case list():
            return ", ".join(map(plainly, value))
        case str() if value == HIDDEN:
            return _("hidden")
        case str():
            return _when(value) or value
    return str(value)


def _when(text: str) -> str:
    if len(text) < 20 or not text.endswith("Z") or text[4:5] != "-":
        return ""
    try:
        return moments.instant(text)
    except ValueError:
        return ""
