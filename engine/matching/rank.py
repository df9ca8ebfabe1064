"""The verb of a matching: it ranks candidates for an entity, and says of each one why.

The cost is that of reading and judging every candidate once; nothing is asked twice but for those that fail.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from engine.collector import collector_paused
from engine.conditions.explain import LineVerdict, Verdict, shown_value
from engine.conditions.outcome import EvaluationError
from engine.conditions.veil import HIDDEN
from engine.matching.change import Change
from engine.matching.compiled import Compiled, Values
from engine.matching.model import Matching

Record = Mapping[str, Any]
_MEANING: dict[bool, Verdict] = {True: "met", False: "unmet"}


class Term(NamedTuple):
    """The points of one preference: none where its condition is not met, or where it is errored.

    ``values`` maps each fact that it rests on, as written, to its JSON value. Where not ``told``, the reader may know
    neither points nor verdict.
    """

    because: str
    points: int | float
    verdict: Verdict
    values: Mapping[str, object]
    error: str | None = None
    told: bool = True

    def as_json(self) -> dict[str, object]:
        """The form that ``virel match --format json`` prints."""
        points, verdict = (self.points, self.verdict) if self.told else (HIDDEN, HIDDEN)
        shown: dict[str, object] = {"because": self.because, "points": points, "verdict": verdict}
        shown["values"] = self.values
        return shown if self.error is None else {**shown, "error": self.error}


class Included(NamedTuple):
    """A candidate that fits; its score is the sum of its terms, which where not ``told`` nobody may know."""

    id: str
    score: int | float
    terms: tuple[Term, ...]
    told: bool = True


class Failed(NamedTuple):
    """A demand that a candidate does not fulfil (``unmet``) or that has no verdict (``errored``), line by line.

    Where not ``told``, the reader may know only that there is one.
    """

    otherwise: str
    verdict: Verdict
    lines: tuple[LineVerdict, ...]
    told: bool = True

    def as_json(self) -> dict[str, object]:
        """The form that ``virel match --format json`` prints."""
        if not self.told:
            return {"else": HIDDEN, "verdict": HIDDEN, "conditions": []}
        conditions = [line.as_json() for line in self.lines]
        return {"else": self.otherwise, "verdict": self.verdict, "conditions": conditions}


class Excluded(NamedTuple):
    """A candidate that does not fit: every demand it failed, and the one change that would admit it, if there is one."""

    id: str
    failed: tuple[Failed, ...]
    change: Change | None


@dataclass(frozen=True, slots=True)
class Ranking:
    """All candidates: ``included`` best first, ``excluded`` by id. ``limit`` is how many are shown (None: all)."""

    matching: Matching
    entity: str
    included: list[Included]
    excluded: list[Excluded]
    limit: int | None

    @property
    def shown(self) -> list[Included]:
        """The best, as many as are shown."""
        return self.included[: self.limit]

    def as_json(self) -> dict[str, object]:
        """The form that ``virel match --format json`` prints."""
        return {
            "matching": self.matching.id,
            "version": self.matching.version,
            "for": {"machine": self.matching.entity, "id": self.entity},
            "candidates": len(self.included) + len(self.excluded),
            "included": [
                {
                    "id": one.id,
                    "score": one.score if one.told else HIDDEN,
                    "terms": [term.as_json() for term in one.terms],
                }
                for one in self.shown
            ],
            "not_shown": len(self.included) - len(self.shown),
            "excluded": [
                {
                    "id": one.id,
                    "failed": [failed.as_json() for failed in one.failed],
                    "change": None if one.change is None else one.change.as_json(),
                }
                for one in self.excluded
            ],
        }


@lru_cache(maxsize=256)
def compiled(matching: Matching) -> Compiled:
    """The generated functions of a matching, made once."""
    return Compiled(matching)


def rank(
    matching: Matching, entity: Record, candidates: Iterable[Record], now: object, actor: object, world: object
) -> Ranking:
    """Ranks the records of candidates for the record of an entity.

    A candidate is included when every demand holds, and excluded when one does not hold or is errored. Order: score,
    highest first; equal scores by the lower id.
    """
    ready = compiled(matching)
    read, judge, count = ready.read, ready.judge, len(matching.demands)
    included: list[Included] = []
    excluded: list[Excluded] = []
    with collector_paused():
        for candidate in candidates:
            values = read(None, (entity, candidate), None, now, actor, world)
            verdicts = judge(*values)
            failed = [number for number in range(count) if verdicts[number] is not True]
            if failed:
                excluded.append(_excluded(matching, ready, candidate["id"], values, verdicts, failed))
            else:
                included.append(_included(matching, ready, candidate["id"], values, verdicts[count:]))
    included.sort(key=lambda one: (-one.score, one.id))
    excluded.sort(key=lambda one: one.id)
    return Ranking(matching, entity["id"], included, excluded, matching.limit)


def _included(matching: Matching, ready: Compiled, id: str, values: Values, results: Values) -> Included:
    terms: list[Term] = []
    score: int | float = 0
    for number, preference in enumerate(matching.preferences):
        verdict, points, error = _points(results[2 * number], results[2 * number + 1])
        seen = {leaf.text: shown_value(leaf, values[slot]) for leaf, slot in ready.seen[number]}
        terms.append(Term(preference.because, points, verdict, seen, error))
        score += points
    return Included(id, score, tuple(terms))


def _points(held: Any, points: Any) -> tuple[Verdict, int | float, str | None]:
    """What a preference gives, by its condition's verdict and its score; an errored one gives nothing and says why."""
    if held is False:
        return "unmet", 0, None
    for found in (held, points):
        if isinstance(found, EvaluationError):
            return "errored", 0, found.message
    if not math.isfinite(points):
        return "errored", 0, f"the score is {points}, which is no number of points"
    return "met", points, None


def _excluded(
    matching: Matching, ready: Compiled, id: str, values: Values, verdicts: Values, failed: list[int]
) -> Excluded:
    reasons: list[Failed] = []
    for number in failed:
        demand = matching.demands[number]
        lines: list[LineVerdict] = []
        for info, line, leaves in zip(demand.condition.lines, ready.lines[number], ready.leaves[number], strict=True):
            held = line(*values)
            error = held.message if isinstance(held, EvaluationError) else None
            seen = {leaf.text: shown_value(leaf, values[slot]) for leaf, slot in leaves}
            verdict: Verdict = "errored" if error is not None else _MEANING[held]
            lines.append(LineVerdict(info.expression, info.place, verdict, seen, error))
        reasons.append(Failed(demand.otherwise, "unmet" if verdicts[number] is False else "errored", tuple(lines)))
    return Excluded(id, tuple(reasons), ready.changes.smallest(values, ready.judge, failed[0]))
