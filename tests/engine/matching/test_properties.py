"""Whatever the facts: terms sum to the score, nobody is lost, one fact changes only its own term, order is fixed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.conditions.outcome import EvaluationError
from engine.matching.model import Matching
from engine.matching.rank import compiled
from engine.simulation.events import NOBODY
from engine.simulation.world import World
from tests.engine.matching.agency import NOW, at, inquiry, matching_of, model, ranked

TEXT = """must:
  - {if: model.status == "active", else: Not represented now}
  - {if: "is_free(model, inquiry.starts_at, inquiry.ends_at)", else: Not free then}
  - {if: "!has(inquiry.budget) || model.day_rate <= inquiry.budget", else: Above the budget}
  - if:
      any:
        - has(model.height) && model.height >= 170
        - 100 / (model.rating - 3) > 40 || model.rating == 1
        - '"tall" in model.tags'
    else: Not tall enough
prefer:
  - {score: 30, if: model.category == inquiry.category, because: Right category}
  - {score: model.rating * 4, because: Rating}
  - {score: "double(model.rating) / 3.0", because: Share}
  - {score: 100 / (model.rating - 2), because: Distance}
  - {score: "model.?height.orValue(0) - 170", if: has(model.height), because: Height}
  - {score: -2, if: model.bookings.size() > 1, because: Busy}
"""
BECAUSE = {"category": {"Right category"}, "height": {"Height"}, "rating": {"Rating", "Share", "Distance"}}
HOURS = st.integers(0, 47)


@pytest.fixture(scope="module")
def matching(tmp_path_factory: pytest.TempPathFactory) -> Matching:
    folder: Path = tmp_path_factory.mktemp("agency")
    return matching_of(folder, TEXT)


def models() -> st.SearchStrategy[list[dict[str, Any]]]:
    values = st.fixed_dictionaries(
        {
            "status": st.sampled_from(["active", "active", "paused"]),
            "category": st.sampled_from(["commercial", "editorial", "runway"]),
            "rating": st.integers(0, 5),
            "height": st.none() | st.integers(160, 195),
            "tags": st.lists(st.sampled_from(["tall", "blond"]), max_size=2),
            "day_rate": st.builds(
                lambda amount, currency: {"amount": amount, "currency": currency},
                st.sampled_from([50_000, 100_000, 150_000]),
                st.sampled_from(["EUR", "EUR", "USD"]),
            ),
        }
    )
    return st.lists(values, max_size=6).map(lambda many: [model(f"m{n}", **one) for n, one in enumerate(many)])


def bookings() -> st.SearchStrategy[list[dict[str, Any]]]:
    one = st.tuples(st.integers(0, 5), HOURS, st.integers(1, 30), st.sampled_from(["option", "confirmed", "over"]))

    def made(rows: list[tuple[int, int, int, str]]) -> list[dict[str, Any]]:
        start = int(at("2026-03-31T12:00:00Z"))
        hour = 3_600_000_000_000
        return [
            {
                "id": f"b{number}",
                "status": status,
                "model": f"m{who}",
                "starts_at": type(NOW)(start + begin * hour),
                "ends_at": type(NOW)(start + (begin + length) * hour),
            }
            for number, (who, begin, length, status) in enumerate(rows)
        ]

    return st.lists(one, max_size=8).map(made)


INQUIRIES = st.sampled_from([inquiry(), inquiry(category="runway", budget={"amount": 100_000, "currency": "EUR"})])


@given(models(), bookings(), INQUIRIES)
def test_terms_sum_to_the_score_and_all_candidates_are_told(matching, several, busy, asked):
    found = ranked(matching, several, asked, busy)
    for one in found.included:
        assert one.score == sum(term.points for term in one.terms)
        assert all(term.points == 0 for term in one.terms if term.verdict != "met")
    ids = [one.id for one in found.included] + [one.id for one in found.excluded]
    assert sorted(ids) == sorted(one["id"] for one in several)
    order = [(-one.score, one.id) for one in found.included]
    assert order == sorted(order)
    assert all(out.failed for out in found.excluded)


@given(models(), bookings(), INQUIRIES, st.randoms())
def test_the_order_of_the_candidates_makes_no_difference(matching, several, busy, asked, chance):
    shuffled = several[:]
    chance.shuffle(shuffled)
    assert ranked(matching, several, asked, busy).as_json() == ranked(matching, shuffled, asked, busy).as_json()


@given(models(), INQUIRIES, st.sampled_from(sorted(BECAUSE)), st.data())
def test_one_changed_fact_changes_only_its_own_term(matching, several, asked, fact, data):
    new = {
        "category": st.sampled_from(["commercial", "editorial", "runway"]),
        "rating": st.integers(0, 5),
        "height": st.integers(170, 195),
    }[fact]
    changed = [{**one, fact: data.draw(new)} for one in several]
    before = {one.id: one.terms for one in ranked(matching, several, asked).included}
    after = {one.id: one.terms for one in ranked(matching, changed, asked).included}
    for id in before.keys() & after.keys():
        differ = {old.because for old, now in zip(before[id], after[id], strict=True) if old != now}
        assert differ <= BECAUSE[fact]


@given(models(), bookings(), INQUIRIES)
def test_the_quick_form_judges_as_the_conditions_do(matching, several, busy, asked):
    """Verdicts from the flat values are those of each condition over the frame, by the exact evaluator."""
    world = World(("model", "inquiry", "booking", "user"))
    for machine, records in (("model", several), ("booking", busy)):
        for record in records:
            world.create(machine, record)
    ready = compiled(matching)
    for one in several:
        frame = (None, (asked, one), None, NOW, NOBODY, world)
        results = ready.judge(*ready.read(*frame))
        for number, demand in enumerate(matching.demands):
            assert alike(results[number], demand.condition.interpret(*frame))
        for number, wish in enumerate(matching.preferences):
            held, points = results[len(matching.demands) + 2 * number :][:2]
            if wish.condition is not None:
                assert alike(held, wish.condition.interpret(*frame))
            assert alike(points, wish.score.value_exactly(*frame))


def alike(one: object, other: object) -> bool:
    if isinstance(one, EvaluationError) or isinstance(other, EvaluationError):
        return isinstance(one, EvaluationError) and isinstance(other, EvaluationError)
    return type(one) is type(other) and one == other


@given(models(), bookings(), INQUIRIES)
def test_a_proposed_change_of_a_fact_admits_once_it_is_made(matching, several, busy, asked):
    for out in ranked(matching, several, asked, busy).excluded:
        change = out.change
        if change is None or not change.fact.startswith("model.") or change.relation not in ("==", ">=", "<="):
            continue
        field = change.fact.removeprefix("model.")
        made = [{**one, field: change.wanted} if one["id"] == out.id else one for one in several]
        assert out.id in [one.id for one in ranked(matching, made, asked, busy).included]
