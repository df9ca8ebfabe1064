"""What the checker says and what it lets pass. Every file under tests/cases/conditions/check is one case.

A case begins with a sentence about what it shows; ``=== SCOPE`` begins the document, ``=== expected`` all that is said.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.conditions import messages
from engine.conditions.block import parse_block
from engine.conditions.check import check_condition
from engine.conditions.functions import standard
from engine.conditions.signatures import FUNCTIONS, METHODS
from engine.conditions.tree import Call, Literal
from engine.conditions.types import INT, STRING
from engine.conditions.values import Duration, Timestamp
from tests.engine.conditions.agency import SCOPES, condition, expression, frame, node_of, shown

ROOT = Path(__file__).resolve().parents[3]
CASES = sorted((ROOT / "tests" / "cases" / "conditions" / "check").glob("*.txt"))


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_what_is_said_about_a_condition(case: Path):
    _, scope_and_document, expected = case.read_text(encoding="utf-8").split("\n=== ")
    scope, _, document = scope_and_document.partition("\n")
    _, problems = check_condition(parse_block(node_of(document)), SCOPES[scope])
    assert shown(document, problems) + "\n" == expected.removeprefix("expected\n")


def test_every_mistake_has_a_case_and_a_page():
    source = Path(messages.__file__).read_text(encoding="utf-8")
    codes = set(re.findall(r'"(V3\d\d)"', source))
    said = "\n".join(case.read_text(encoding="utf-8") for case in CASES)
    assert {code for code in codes if code not in said} == {"V343", "V344"}, "texts have their own tests"
    pages = {path.stem for path in (ROOT / "docs" / "diagnostics").glob("V3*.md")}
    assert codes - pages == set()


PASSES = [
    'booking.status == "draft"',
    '"draft" == booking.status',
    "booking.status != before.status || has(before.code)",
    "booking.status in open",
    'booking.status in ["draft", "option"]',
    "!(booking.status in firm)",
    "booking.total.amount > 500",
    'booking.total >= "500.00 EUR" && booking.total != booking.payments[0].amount',
    'booking.starts_at < "2026-04-01T00:00:00Z"',
    'booking.starts_at < "2026-04-01 00:00:00+01:00"',
    'now - booking.created_at > "48h"',
    'booking.starts_at - "2d" < now',
    'booking.starts_at - "2026-04-01T00:00:00Z" > "0s"',
    '"1h" + now < booking.starts_at',
    'booking.length + "30m" <= "1d"',
    'booking.day < "2026-05-01"',
    'booking.zone == "Europe/Berlin"',
    "booking.rating > 4",
    "4 < booking.rating",
    "booking.rating + 1 > 5",
    "2 * booking.rating < 10 / 4 && 10 / 4 < booking.rating",
    "booking.rating in [4, 4.5, 5]",
    "booking.guests > 2.5",
    "booking.guests < booking.rating",
    'has(booking.notes) && booking.notes == "x"',
    '!has(booking.notes) || booking.notes == "x"',
    'has(booking.notes) ? booking.notes == "x" : true',
    '!has(booking.notes) ? true : booking.notes == "x"',
    '!(!has(booking.notes) || booking.notes == "x")',
    "has(booking.fee) && has(booking.score) && booking.score > 1 && booking.fee.amount > 1",
    '(has(booking.notes) && booking.guests > 1) || (has(booking.notes) && booking.guests < 1) || booking.code == "x"',
    'has(booking.inquiry) && has(booking.inquiry.budget) && booking.inquiry.budget.currency == "EUR"',
    'has(booking.inquiry) && inquiry.source == "web"',
    'booking.?notes.orValue("") == ""',
    "booking.?score.orValue(0) < 3",
    'booking.?inquiry.?source.orValue("web") == "web"',
    "booking.?inquiry.?budget.hasValue()",
    'booking.?notes.optMap(n, n + "!").orValue("") == "x!"',
    "client.id == booking.client",
    "booking.client == client",
    'booking.client == "cl_1"',
    "has(model.manager) && model.manager == actor.id",
    "has(model.manager) && manager.id == actor.id",
    'has(model.manager) && manager.name.startsWith("M")',
    '"OPERATOR" in actor.roles',
    'booking.payments.exists(p, p.status == "failed" && has(p.failure_code) && p.failure_code == "x")',
    "booking.payments.all(p, p.booking == booking)",
    'booking.payments.filter(p, p.status == "failed").size() > 1',
    "booking.payments.map(p, p.amount.amount).exists(a, a > 1)",
    'booking.payments.exists_one(p, has(p.payer) && p.payer.tier == "vip")',
    'client.bookings.all(b, b.payments.exists(p, p.status == "succeeded"))',
    "size(booking.payments) == 0",
    "booking.tags.map(t, t.size()).all(n, n > 0)",
    "booking.marks == [1, 2]",
    'booking.tags.exists(i, t, t == "x" && i > 0)',
    'booking.code.matches("^BK-[0-9]+$")',
    'booking.starts_at.getDayOfWeek("Europe/Berlin") in [0, 6]',
    "booking.starts_at.getHours(booking.zone) >= 8",
    'booking.code.lowerAscii().replace("-", "") == "bk1"',
    "math.greatest(booking.guests, 3) > 3",
    "int(booking.rating) == 4",
    'string(booking.guests) + booking.code == "3BK-1"',
    'booking.deposit_status.startsWith("p")',
    "changed(booking.starts_at)",
    "changed(booking.client) || changed(booking.status)",
    'count_moves(booking, "confirm", "30d") >= 3',
    'count_moves(client, "active", "1d") == 0',
    "is_free(model, booking.starts_at, now)",
    "event.data.payload.a.b[0] > 3",
    'event.data.payload == null || event.data.payload.kind == "x"',
    "event.data.from == booking.status && event.data.to != event.data.from",
    'has(event.data.by) && event.data.by.name == "Max"',
    'event.type == "booking.status_changed" && event.time == now',
    "true",
    "booking.guests in []",
    "[1, 2].exists(n, n == booking.guests)",
    '{"a": 1}["a"] == booking.guests',
    "booking.urgent == true",
]  # fmt: skip


@pytest.mark.parametrize("text", PASSES)
def test_what_passes(text: str):
    checked = condition(text)
    assert checked.judge(*frame()) is not None  # and its Python compiles


@pytest.mark.parametrize(
    "lines",
    [
        '\n  all:\n    - has(booking.notes)\n    - booking.notes == "x"\n',
        '\n  any:\n    - "!has(booking.notes)"\n    - booking.notes == "x"\n',
        '\n  none:\n    - "!has(booking.notes)"\n    - booking.notes == "x"\n',
        '\n  all:\n    - none:\n        - "!has(booking.notes)"\n    - booking.notes == "x"\n',
        '\n  all:\n    - any:\n        - has(booking.notes) && booking.guests > 3\n        - has(booking.notes)\n    - booking.notes == "x"\n',
    ],
)
def test_lines_know_what_lines_before_them_guarantee(lines: str):
    assert condition(lines).lines


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('booking.starts_at < "2026-04-01T00:00:00Z"', Timestamp.parse("2026-04-01T00:00:00Z")),
        ('booking.length < "2d"', Duration.parse("48h")),
        ('booking.total < "1,500.00 EUR"', {"amount": 150_000, "currency": "EUR"}),
        ('booking.total < "1500 JPY"', {"amount": 1_500, "currency": "JPY"}),
        ('booking.total < "-1.5 KWD"', {"amount": -1_500, "currency": "KWD"}),
        ("booking.rating < 4", 4.0),
    ],
)
def test_literals_take_the_type_of_what_they_stand_beside(text: str, value: object):
    lowered = condition(text).nodes[0]
    assert isinstance(lowered, Call)
    literal = lowered.args[1]
    assert isinstance(literal, Literal)
    assert (type(literal.value), literal.value) == (type(value), value)


def test_an_expression_has_a_type():
    assert expression("booking.guests + 1").type == INT
    assert expression("booking.urgent ? booking.client : booking.code").type == STRING


def test_the_table_of_signatures_names_only_functions_that_exist():
    known = {name.removeprefix(".") for name in standard.NAMES} | {"math.greatest", "math.least"}
    assert set(FUNCTIONS) | set(METHODS) <= known


def test_reads_are_known():
    read = condition(
        'booking.client.tier == "vip" && event.data.to == "draft" && changed(booking.code) && booking.payments.size() > 1'
    ).reads()
    assert {str(one).partition("(")[2] for one in read} == {
        "machine='booking', field='client')",
        "machine='client', field='tier')",
        "machine='booking', field='code')",
        "machine='booking', field='id')",
        "machine='payment', field='booking')",
        "key='to')",
    }


def test_macros_multiply_the_cost():
    flat, one, two = (
        condition(text).cost
        for text in (
            "booking.guests > 1",
            "booking.marks.exists(m, m > 1)",
            "booking.marks.exists(m, booking.marks.exists(n, n > m))",
        )
    )
    assert flat < 10 < one < 1_000 < two


def test_one_question_about_before_answers_for_all_its_fields():
    text = 'condition: has(before.code) && before.status == "draft"\n'
    assert check_condition(parse_block(node_of(text)), SCOPES["booking"])[1] == []


def test_a_line_is_shown_without_the_end_of_its_block():
    assert condition("\n  all:\n    - |\n      booking.urgent\n").lines[0].expression == "booking.urgent"


def test_the_page_about_functions_lists_them_all():
    page = (ROOT / "docs" / "diagnostics" / "V323.md").read_text(encoding="utf-8")
    inner = {"matches", "strings.quote", "size", "or", "value"}
    assert [name for name in {*FUNCTIONS, *METHODS} - inner if f"`{name}" not in page] == []
