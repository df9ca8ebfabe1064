"""Texts with ``{{ }}``: what they show, what they refuse to show, and what is said about broken ones."""

from __future__ import annotations

import pytest

from engine.conditions.money import money_text, parse_money
from engine.conditions.outcome import EvaluationError
from engine.conditions.text import Text, check_text
from engine.conditions.values import Timestamp
from engine.diagnostics import Diagnostic
from engine.reading.nodes import Scalar
from tests.engine.conditions.agency import BOOKING, booking, frame, node_of, quoted, shown


def checked(text: str) -> tuple[Text | None, list[Diagnostic]]:
    node = node_of(quoted(text))
    assert isinstance(node, Scalar)
    return check_text(node, BOOKING)


def rendered(text: str, **facts: object) -> object:
    found, problems = checked(text)
    assert found is not None, shown(quoted(text), problems)
    said = found.render(*frame(booking(**facts)))
    assert said == found.render_exactly(*frame(booking(**facts)))
    return said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("Brief {{ booking.model.name }} for {{booking.code}}", "Brief Anna for BK-1"),
        ("{{ booking.total }}", "2,000.00 EUR"),
        ("{{ booking.starts_at }} is {{ booking.starts_at - now }} away", "2026-04-01T10:00:00Z is 432000s away"),
        ("{{ booking.guests }} {{ booking.rating }} {{ booking.urgent }}", "3 4.5 true"),
        ("{{ booking.client }} {{ client.name }} {{ booking.status }} {{ booking.day }}", "cl_1 Vera awaiting_deposit 2026-04-01"),
        ("{{ booking.?notes.orValue('none') }}", "none"),
        ("{{ has(booking.notes) ? booking.notes : 'no notes' }}!", "no notes!"),
        ("{{ {'a}}': 'x'}['a}}'] }} } {", "x } {"),
        ("{{ booking.tags.join(', ') }}", "beach, night"),
        ("Обед для {{ client.name }} — {{ booking.code }}", "Обед для Vera — BK-1"),
    ],
)  # fmt: skip
def test_what_a_text_shows(text: str, expected: str):
    assert rendered(text) == expected


def test_a_missing_value_refuses_the_text():
    said = rendered("Call {{ client.name }}", client="cl_9")
    assert said == EvaluationError("client.name has no value: client cl_9 is not known", 8)


def test_json_is_shown_by_what_it_is():
    found, _ = checked("{{ event.data.payload.a }}")
    assert found is not None
    for value, expected in (
        (1, "1"),
        (1.0, "1"),
        (True, "true"),
        ("x", "x"),
        ({"amount": 5, "currency": "EUR"}, "0.05 EUR"),
    ):
        data = {"from": "draft", "to": "draft", "score": 0.5, "payload": {"a": value}}
        assert found.render(*frame(data=data)) == expected
    data = {"from": "draft", "to": "draft", "score": 0.5, "payload": {"a": [1]}}
    assert isinstance(found.render(*frame(data=data)), EvaluationError)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Brief {{ bokking.code }}",
            """
rules/automation/a-rule.yaml:1:22: error V320: nothing here is called "bokking"
  | condition: 'Brief {{ bokking.code }}'
  |                      ^^^^^^^
  = did you mean "booking"?""",
        ),
        (
            "{{ booking.code }} {{ booking.notes }}",
            """
rules/automation/a-rule.yaml:1:35: error V333: booking.notes may be missing
  | condition: '{{ booking.code }} {{ booking.notes }}'
  |                                   ^^^^^^^^^^^^^
  = ask first: has(booking.notes) && …, or give a default: booking.?notes.orValue(…)""",
        ),
        (
            "Call {{ client.name",
            """
rules/automation/a-rule.yaml:1:18: error V343: this {{ has no }}
  | condition: 'Call {{ client.name'
  |                  ^^
  = write {{ expression }}""",
        ),
        (
            "Call {{ }}",
            """
rules/automation/a-rule.yaml:1:18: error V343: there is no expression between {{ and }}
  | condition: 'Call {{ }}'
  |                  ^^^^^
  = write {{ booking.code }}""",
        ),
        (
            "{{ booking.tags }}",
            """
rules/automation/a-rule.yaml:1:16: error V344: a list of string cannot be shown in a text
  | condition: '{{ booking.tags }}'
  |                ^^^^^^^^^^^^
  = name one of its fields, or something with one value""",
        ),
    ],
)
def test_what_is_said_about_a_text(text: str, expected: str):
    found, problems = checked(text)
    assert found is None
    assert shown(quoted(text), problems) == expected.removeprefix("\n")


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (200_000, "EUR", "2,000.00 EUR"),
        (5, "EUR", "0.05 EUR"),
        (-123_456_789, "USD", "-1,234,567.89 USD"),
        (1_500, "JPY", "1,500 JPY"),
        (1_500, "KWD", "1.500 KWD"),
        (0, "CLF", "0.0000 CLF"),
    ],
)
def test_money_reads_back_as_it_is_written(amount: int, currency: str, text: str):
    assert money_text(amount, currency) == text
    assert parse_money(text) == {"amount": amount, "currency": currency}


@pytest.mark.parametrize(
    "text", ["500", "500 eur", "5.001 EUR", "1.5 JPY", "EUR 5", "5,00 EUR", "", "1e3 EUR", "٥ EUR"]
)
def test_what_is_no_money(text: str):
    with pytest.raises(ValueError, match=r"EUR|JPY"):
        parse_money(text)


def test_times_keep_their_fraction():
    assert rendered("{{ booking.starts_at }}", starts_at=Timestamp.parse("2026-04-01T10:00:00.5Z")) == (
        "2026-04-01T10:00:00.500Z"
    )
