"""A matching ranks: order, terms, reasons for exclusion, and the one change that would admit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.engine.matching.agency import at, catalog_of, inquiry, matching_of, model, ranked

FULL = """must:
  - {if: model.status == "active", else: Not represented now}
  - {if: "is_free(model, inquiry.starts_at, inquiry.ends_at)", else: Not free then}
prefer:
  - {score: 30, if: model.category == inquiry.category, because: Right category}
  - {score: model.rating * 4, because: Rating}
limit: 2
"""


def booking(number: int, who: str, start: str, end: str, status: str = "confirmed") -> dict[str, Any]:
    return {"id": f"bk_{number}", "status": status, "model": who, "starts_at": at(start), "ends_at": at(end)}


def test_the_best_comes_first_and_equals_by_the_lower_id(tmp_path: Path):
    found = ranked(
        matching_of(tmp_path, FULL),
        [model("c", rating=5), model("b", rating=4), model("a", rating=4), model("d", rating=5, category="runway")],
        inquiry(),
    )
    assert [(one.id, one.score) for one in found.included] == [("c", 50), ("a", 46), ("b", 46), ("d", 20)]
    assert [one.id for one in found.shown] == ["c", "a"]
    assert found.as_json()["not_shown"] == 2
    assert [(term.because, term.points, term.verdict) for term in found.included[3].terms] == [
        ("Right category", 0, "unmet"),
        ("Rating", 20, "met"),
    ]
    assert found.included[3].terms[1].values == {"model.rating": 5}


def test_an_excluded_candidate_carries_every_demand_it_failed_with_line_and_values(tmp_path: Path):
    found = ranked(
        matching_of(tmp_path, FULL),
        [model("a", status="paused")],
        inquiry(),
        [booking(1, "a", "2026-04-01T09:00:00Z", "2026-04-01T11:00:00Z")],
    )
    (out,) = found.excluded
    assert [failed.otherwise for failed in out.failed] == ["Not represented now", "Not free then"]
    line = out.failed[0].lines[0]
    assert (line.place.file, line.place.line, line.values) == ("rules/matching/fit.yaml", 8, {"model.status": "paused"})
    assert out.failed[1].lines[0].values == {"is_free(model, inquiry.starts_at, inquiry.ends_at)": False}
    assert out.change is None, "two facts would have to be otherwise"


@pytest.mark.parametrize(
    ("start", "end", "status", "free"),
    [
        ("2026-04-01T08:00:00Z", "2026-04-01T10:00:00Z", "confirmed", True),
        ("2026-04-01T18:00:00Z", "2026-04-01T20:00:00Z", "confirmed", True),
        ("2026-04-01T17:59:59Z", "2026-04-01T20:00:00Z", "option", False),
        ("2026-03-01T00:00:00Z", "2026-05-01T00:00:00Z", "confirmed", False),
        ("2026-04-01T11:00:00Z", "2026-04-01T12:00:00Z", "over", True),
    ],
)
def test_who_is_free_follows_from_bookings_that_block(tmp_path: Path, start: str, end: str, status: str, free: bool):
    short = booking(1, "a", "2026-04-02T10:00:00Z", "2026-04-02T11:00:00Z")
    found = ranked(matching_of(tmp_path, FULL), [model("a")], inquiry(), [short, booking(2, "a", start, end, status)])
    assert bool(found.included) is free
    if not free:
        change = found.excluded[0].change
        assert change is not None
        assert change.as_json() == {
            "fact": "is_free(model, inquiry.starts_at, inquiry.ends_at)",
            "now": False,
            "relation": "==",
            "wanted": True,
        }


def test_an_errored_demand_excludes_and_says_so(tmp_path: Path):
    asked = inquiry(ends_at=at("2026-04-01T09:00:00Z"))
    found = ranked(matching_of(tmp_path, FULL), [model("a")], asked)
    (failed,) = found.excluded[0].failed
    assert failed.verdict == "errored"
    assert failed.lines[0].error == "is_free(): the end is not after the start"


def test_an_errored_term_counts_nothing_and_is_shown(tmp_path: Path):
    matching = matching_of(
        tmp_path,
        "prefer:\n  - {score: 10 / model.rating, because: Rarity}\n"
        "  - {score: 5, if: 10 / model.rating > 3, because: Very rare}\n  - {score: 1.5, because: All}\n"
        '  - {score: double(model.rating) / 0.0, because: "Too much"}\n',
    )
    found = ranked(matching, [model("a", rating=0), model("b", rating=2)], inquiry())
    assert [(one.id, one.score) for one in found.included] == [("b", 11.5), ("a", 1.5)]
    verdicts = {term.because: (term.verdict, term.points, term.error) for term in found.included[1].terms}
    assert verdicts["Rarity"][:2] == verdicts["Very rare"][:2] == ("errored", 0)
    assert "divi" in str(verdicts["Rarity"][2])
    assert verdicts["Too much"] == ("errored", 0, "the score is nan, which is no number of points")


CHANGES = [
    ('model.status == "active"', {"status": "paused"}, ("model.status", "paused", "==", "active")),
    ('model.status != "paused"', {"status": "paused"}, ("model.status", "paused", "!=", "paused")),
    ('model.category in ["runway", "commercial"]', {}, ("model.category", "editorial", "in", ["runway", "commercial"])),
    ("model.category == inquiry.category", {"category": "runway"}, ("model.category", "runway", "==", "editorial")),
    ("inquiry.category == model.category", {"category": "runway"}, ("model.category", "runway", "==", "editorial")),
    ("model.rating >= 4", {}, ("model.rating", 3, ">=", 4)),
    ("model.rating > 3", {}, ("model.rating", 3, ">", 3)),
    ("3 > model.rating", {}, ("model.rating", 3, "<", 3)),
    ("!(model.rating < 4)", {}, ("model.rating", 3, ">=", 4)),
    ('model.day_rate <= "900.00 EUR"', {}, ("model.day_rate", {"amount": 100_000, "currency": "EUR"}, "<=", {"amount": 90_000, "currency": "EUR"})),
    ("has(model.height) && model.height >= 170", {}, ("model.height", None, ">=", 170)),
    ("has(model.height) && model.height >= 170", {"height": 160}, ("model.height", 160, ">=", 170)),
    ("model.?height.orValue(0) >= 170", {"height": 160}, ("model.height", 160, ">=", 170)),
    ("model.?height.orValue(0) >= 170", {}, ("model.height", None, ">=", 170)),
    ('!(model.status in ["active", "gone"])', {}, ("model.status", "active", "not in", ["active", "gone"])),
    ('!(model.category in ["editorial", "runway"])', {}, ("model.category", "editorial", "not in", ["editorial", "runway"])),
    ('!(model.category in ["editorial", "runway", "commercial", "fitness"])', {}, None),
    ('"tall" in model.tags', {"tags": ["blond"]}, ("model.tags", ["blond"], "contains", "tall")),
    ('model.rating >= 4 || model.status == "gone"', {}, ("model.rating", 3, ">=", 4)),
    ('model.rating >= 4 && model.status == "gone"', {}, None),
    ("model.rating >= 4 && model.rating >= 5", {}, ("model.rating", 3, ">=", 5)),
    ("model.rating * 2 >= 8", {}, None),
    ('model.id == "b"', {}, None),
    ("has(model.weight) && model.weight > 50.5", {"weight": 50.5}, ("model.weight", 50.5, ">", 50.5)),
    ("inquiry.starts_at < now", {}, ("inquiry.starts_at", "2026-04-01T10:00:00Z", "<", "2026-03-27T10:00:00Z")),
]  # fmt: skip


@pytest.mark.parametrize(("demand", "values", "wanted"), CHANGES, ids=[f"{one[0]} {one[1]}" for one in CHANGES])
def test_the_smallest_change_that_would_admit(
    tmp_path: Path, demand: str, values: dict[str, Any], wanted: tuple[Any, ...] | None
):
    matching = matching_of(tmp_path, f"must:\n  - {{if: '{demand}', else: No}}\n")
    (out,) = ranked(matching, [model("a", **values)], inquiry()).excluded
    found = out.change and (out.change.fact, out.change.now, out.change.relation, out.change.wanted)
    assert found == wanted


def test_a_change_that_breaks_another_demand_is_not_proposed(tmp_path: Path):
    matching = matching_of(
        tmp_path,
        "must:\n  - {if: model.rating >= 4, else: Low}\n  - {if: model.rating != 4 && model.rating < 6, else: Odd}\n",
    )
    assert ranked(matching, [model("a", rating=3)], inquiry()).excluded[0].change is None


def test_what_other_facts_depend_on_is_not_proposed(tmp_path: Path):
    """Whoever had another price would have another amount, too: what that means is not known."""
    matching = matching_of(
        tmp_path,
        "must:\n  - {if: 'model.day_rate <= \"500.00 EUR\"', else: Dear}\n  - {if: model.day_rate.amount > 1, else: No}\n",
    )
    assert ranked(matching, [model("a")], inquiry()).excluded[0].change is None


def test_a_matching_without_demands_and_preferences_takes_all(tmp_path: Path):
    found = ranked(matching_of(tmp_path, ""), [model("b"), model("a")], inquiry())
    assert [(one.id, one.score, one.terms) for one in found.included] == [("a", 0, ()), ("b", 0, ())]


def test_blocks_combine_and_lists_are_read_through_relations(tmp_path: Path):
    matching = matching_of(
        tmp_path,
        'must:\n  - if:\n      any:\n        - model.rating > 4\n        - model.bookings.exists(b, b.status == "over")\n'
        '      none:\n        - model.status == "gone"\n    else: Neither good nor known\n',
    )
    over = booking(1, "b", "2026-01-01T08:00:00Z", "2026-01-01T10:00:00Z", "over")
    found = ranked(matching, [model("a"), model("b"), model("c", rating=5, status="gone")], inquiry(), [over])
    assert [one.id for one in found.included] == ["b"]
    first, gone = found.excluded
    assert [line.verdict for line in first.failed[0].lines] == ["unmet", "unmet", "unmet"]
    assert [line.verdict for line in gone.failed[0].lines] == ["met", "unmet", "met"]
    assert gone.change is not None
    assert gone.change.relation == "!="


def test_a_broken_matching_is_unavailable_and_stops_nothing_else(tmp_path: Path):
    catalog = catalog_of(tmp_path, "must:\n  - {if: model.stats == 1, else: No}\n")
    assert [document.id for document in catalog.unavailable] == ["fit"]
    assert catalog.matchings == {}
    assert not catalog.ok


def test_a_host_may_hand_functions_of_its_own(tmp_path: Path):
    from engine.catalog import load
    from engine.conditions.scope import Function
    from engine.conditions.types import BOOL, EntityType

    catalog_of(tmp_path, "must:\n  - {if: is_kind(model), else: Unkind}\n")
    kind = Function((EntityType("model"),), BOOL, lambda id: id == "a")
    matching = load(tmp_path, functions=lambda machines: {"is_kind": kind}).matchings["fit"]
    assert [one.id for one in ranked(matching, [model("a"), model("b")], inquiry()).included] == ["a"]
