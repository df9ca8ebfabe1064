"""A ranking as somebody sees it who may not see everything: the order stays.

Points that were computed from what is hidden would tell it, and so would a sum that they are part of. So would a verdict:
whoever may ask again with other facts comes as near to what it rests on as they like. A demand or preference that rests
on what is hidden therefore tells no more than that it is there.
"""

from __future__ import annotations

from dataclasses import replace

from engine.conditions.condition import Condition
from engine.conditions.veil import HIDDEN, Sees, shown_values, tells
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
    error = term.error if term.error is None or told else HIDDEN
    return Term(term.because, term.points if told else 0, term.verdict, values, error, told)


def _excluded(matching: Matching, one: Excluded, sees: Sees) -> Excluded:
    conditions = {demand.condition.lines[0].place: demand.condition for demand in matching.demands}
    failed = tuple(_failed(conditions[reason.lines[0].place], reason, sees) for reason in one.failed)
    return Excluded(one.id, failed, None if one.change is None else _change(one.change, sees))


def _failed(condition: Condition, reason: Failed, sees: Sees) -> Failed:
    if not all(tells(line, condition, sees) for line in condition.explained):
        return Failed(HIDDEN, reason.verdict, (), told=False)
    return reason


def _change(change: Change, sees: Sees) -> Change:
    fact, beside = change.rests_on
    if all(map(sees, fact | beside)):
        return change
    return replace(change, fact=HIDDEN, now=HIDDEN, relation=HIDDEN, wanted=HIDDEN)
