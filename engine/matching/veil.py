"""A ranking as somebody sees it who may not see everything: the order and the verdicts stay.

Points that were computed from what is hidden would tell it, and so would a sum that they are part of.
"""

from __future__ import annotations

from dataclasses import replace

from engine.conditions.veil import HIDDEN, Sees, shown_values, tells
from engine.conditions.veil import veiled as veiled_lines
from engine.matching.change import Change
from engine.matching.model import Matching
from engine.matching.rank import Excluded, Failed, Included, Ranking, Term, compiled


def veiled(ranking: Ranking, sees: Sees) -> Ranking:
    """The ranking with what the reader may not see left out."""
    matching = ranking.matching
    return replace(
        ranking,
        included=[_included(matching, one, sees) for one in ranking.included],
        excluded=[_excluded(matching, one, sees) for one in ranking.excluded],
    )


def _included(matching: Matching, one: Included, sees: Sees) -> Included:
    pairs = zip(range(len(matching.preferences)), one.terms, strict=True)
    terms = tuple(_term(matching, number, term, sees) for number, term in pairs)
    told = all(term.told for term in terms)
    return Included(one.id, one.score if told else 0, terms, told)


def _term(matching: Matching, number: int, term: Term, sees: Sees) -> Term:
    preference = matching.preferences[number]
    condition, score = preference.condition, preference.score
    line = compiled(matching).scores[number]
    values = shown_values(line.leaves, term.values, score, sees)
    told = tells(line, score, sees)
    if condition is not None:
        for part in condition.explained:
            values |= shown_values(part.leaves, term.values, condition, sees)
            told = told and tells(part, condition, sees)
    counted = term.verdict != "met" or tells(line, score, sees)
    error = term.error if term.error is None or told else HIDDEN
    return Term(term.because, term.points if counted else 0, term.verdict, values, error, counted)


def _excluded(matching: Matching, one: Excluded, sees: Sees) -> Excluded:
    conditions = {demand.condition.lines[0].place: demand.condition for demand in matching.demands}
    failed = []
    for reason in one.failed:
        condition = conditions[reason.lines[0].place]
        lines = tuple(veiled_lines(reason.lines, condition.explained, condition, sees))
        failed.append(Failed(reason.otherwise, reason.verdict, lines))
    return Excluded(one.id, tuple(failed), None if one.change is None else _change(one.change, sees))


def _change(change: Change, sees: Sees) -> Change:
    fact, beside = change.rests_on
    now = change.now if all(map(sees, fact)) else HIDDEN
    wanted = change.wanted if all(map(sees, beside)) else HIDDEN
    return replace(change, now=now, wanted=wanted)
