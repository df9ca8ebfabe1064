"""Why, why not: every line has its verdict and the values it rests on, also where the outcome is long clear."""

from __future__ import annotations

from engine.conditions.explain import ABSENT, read_set
from tests.engine.conditions.agency import booking, condition, frame


def lines(text: str, **facts: object) -> list[tuple[str, dict[str, object], str | None]]:
    explained = condition(text).explain(*frame(booking(**facts)))
    return [(line.verdict, line.values, line.error) for line in explained.lines]


def test_every_line_is_evaluated():
    explained = condition(
        '\n  all:\n    - booking.status == "draft"\n    - booking.guests > 2\n'
        '    - booking.client.name == "Vera" && has(booking.notes)\n'
    ).explain(*frame())
    assert explained.verdict == "unmet"
    assert [line.as_json() for line in explained.lines] == [
        {
            "expression": 'booking.status == "draft"',
            "file": "rules/automation/a-rule.yaml",
            "line": 3,
            "verdict": "unmet",
            "values": {"booking.status": "awaiting_deposit"},
        },
        {
            "expression": "booking.guests > 2",
            "file": "rules/automation/a-rule.yaml",
            "line": 4,
            "verdict": "met",
            "values": {"booking.guests": 3},
        },
        {
            "expression": 'booking.client.name == "Vera" && has(booking.notes)',
            "file": "rules/automation/a-rule.yaml",
            "line": 5,
            "verdict": "unmet",
            "values": {"booking.client.name": "Vera", "has(booking.notes)": False},
        },
    ]


def test_an_errored_line_says_why_in_the_author_s_words():
    assert lines("client.visits > 3", client="cl_9") == [
        ("errored", {"client.visits": None}, "client.visits has no value")
    ]
    assert lines("3 / booking.guests > 3", guests=0) == [("errored", {"booking.guests": 0}, "division by zero")]


def test_errors_are_absorbed_by_lines_that_decide():
    text = "\n  any:\n    - client.visits > 3\n    - booking.guests == 3\n"
    explained = condition(text).explain(*frame(booking(client="cl_9")))
    assert (explained.verdict, [line.verdict for line in explained.lines]) == ("met", ["errored", "met"])


def test_values_are_json():
    assert lines('now - booking.created_at > "48h"') == [
        ("met", {"now": "2026-03-27T10:00:00Z", "booking.created_at": "2026-03-20T08:30:00Z"}, None)
    ]
    assert lines('booking.length > "1h" && booking.total > "5.00 EUR"') == [
        ("met", {"booking.length": "28800s", "booking.total": {"amount": 200_000, "currency": "EUR"}}, None)
    ]
    assert lines("booking.rating > 4", rating=float("inf")) == [("met", {"booking.rating": "inf"}, None)]
    assert lines('booking.?notes.orValue("x") == "x"') == [("met", {"booking.?notes": None}, None)]


def test_lists_of_entities_show_what_was_asked_of_them():
    assert lines('booking.payments.exists(p, p.status == "failed")') == [
        (
            "met",
            {"booking.payments": [{"id": "pay_1", "status": "failed"}, {"id": "pay_2", "status": "succeeded"}]},
            None,
        )
    ]
    text = 'booking.payments.exists(p, has(p.payer) && p.payer.tier == "vip")'
    assert lines(text) == [("met", {text: True}, None)]


def test_calls_that_ask_the_world_are_values_themselves():
    assert lines('count_moves(booking, "confirm", "30d") >= 1 || changed(booking.code)') == [
        ("unmet", {'count_moves(booking, "confirm", "30d")': 0, "changed(booking.code)": False}, None)
    ]
    assert lines("is_free(model, now, booking.starts_at)") == [
        ("met", {"is_free(model, now, booking.starts_at)": True}, None)
    ]
    assert lines("is_free(model, now, booking.starts_at)", model="md_9") == [
        ("errored", {"is_free(model, now, booking.starts_at)": None}, "is_free(): no calendar for md_9")
    ]


def test_one_tuple_serves_many_conditions():
    texts = (
        'booking.status == "draft"',
        'booking.status == "awaiting_deposit" && client.tier == "vip"',
        'has(booking.inquiry) && booking.inquiry.source == "web"',
        'client.name == "Vera"',
    )
    conditions = [condition(text) for text in texts]
    reads = read_set(conditions)
    kept = reads.read(*frame())
    assert kept == ("awaiting_deposit", "vip", False, ABSENT, "Vera")
    assert [one.explain_from(kept, reads).verdict for one in conditions] == ["unmet", "met", "unmet", "met"]


def test_an_alias_and_its_path_are_read_once():
    assert len(read_set([condition('client.tier == "vip" && booking.client.tier == "vip"')])) == 1
