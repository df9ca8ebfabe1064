"""Generated Python: what it looks like where it matters, what it must not get wrong, and that it always compiles."""

from __future__ import annotations

from types import FunctionType
from typing import Any

import pytest

from engine.conditions.block import parse_block
from engine.conditions.check import check_condition
from engine.conditions.outcome import EvaluationError
from engine.conditions.paths import FRAME
from engine.conditions.types import EntityType
from engine.conditions.values import Duration, Timestamp
from tests.engine.conditions.agency import (
    BOOKING,
    TASK,
    booking,
    condition,
    expression,
    frame,
    node_of,
    quoted,
    standard,
)


def judged(text: str, where: tuple[Any, ...]) -> object:
    """The verdict of all back ends, which must be one."""
    checked = condition(text)
    found = checked.judge(*where)
    assert (
        found == checked.interpret(*where) if isinstance(found, EvaluationError) else found is checked.interpret(*where)
    )
    return found


def test_judging_is_one_generated_function():
    checked = condition('booking.status == "draft" && client.tier == "vip"')
    assert isinstance(checked.judge, FunctionType)
    source, _ = checked.emit("p_")
    assert source == (
        "((subject['status'] == 'draft') and (world.tables['client'][subject['client']]['tier'] == 'vip'))"
    )


def test_lines_combine_as_and_or_and_none():
    source, _ = condition(
        "\n  all:\n    - booking.urgent\n  any:\n    - booking.guests > 1\n    - booking.guests < 9\n"
        "  none:\n    - booking.rating > 4\n"
    ).emit("p_")
    assert source == (
        "(subject['urgent'] and ((subject['guests'] > 1) or (subject['guests'] < 9)) "
        "and (not ((subject['rating'] > 4.0))))"
    )


@pytest.mark.parametrize(
    ("text", "changes", "expected"),
    [
        ("booking.guests + 9223372036854775807 > 0", {"guests": 1}, "integer overflow"),
        ("-booking.guests > 0", {"guests": -(2**63)}, "integer overflow"),
        ("3 / booking.guests == 1", {"guests": 0}, "division by zero"),
        ("3 % booking.guests == 1", {"guests": 0}, "modulus by zero"),
        ("booking.guests / 2 == -3", {"guests": -7}, True),
        ("booking.guests % 2 == -1", {"guests": -7}, True),
        ("10 / 4 == booking.rating && booking.rating == 10 / 4", {"rating": 2.0}, True),
        ("booking.rating / 0.0 > 1e308", {}, True),
        ("booking.rating == booking.rating", {"rating": float("nan")}, False),
        ("booking.rating in [booking.rating]", {"rating": float("nan")}, False),
        ("booking.guests > booking.rating", {"guests": 2**53 + 1, "rating": float(2**53)}, False),
        ("booking.guests == booking.rating", {"guests": 2**53 + 1, "rating": float(2**53)}, True),
        ("booking.marks[booking.guests] == 2", {"guests": -1}, "out of range"),
        ('"Ä" < "Z" || booking.code < "é"', {"code": "z"}, True),
        ("booking.guests == 3 || booking.marks[9] == 1", {}, True),
        ("booking.marks[9] == 1 || booking.guests == 3", {}, True),
        ("booking.marks[9] == 1 && booking.guests == 4", {}, False),
        ("!(booking.marks[9] == 1)", {}, "out of range"),
        ("booking.marks.exists(m, 4 / m == 2)", {"marks": [0, 2]}, True),
        ("booking.marks.exists(m, 4 / m == 9)", {"marks": [0, 2]}, "division by zero"),
        ("booking.marks.all(m, 4 / m == 9)", {"marks": [0, 2]}, False),
        ("booking.marks.exists_one(m, 4 / m == 2)", {"marks": [2, 0]}, "division by zero"),
        ("booking.urgent", {"urgent": None}, "booking.urgent has no value"),
        ("booking.client.visits > 1", {"client": "cl_9"}, "client cl_9 is not known"),
        ('booking.total >= "500.00 EUR"', {"total": {"amount": 1, "currency": "USD"}}, "another currency"),
        ('booking.total != "500.00 EUR"', {"total": {"amount": 1, "currency": "USD"}}, "another currency"),
        ("is_free(model, booking.starts_at, now)", {"model": "md_9"}, "no calendar for md_9"),
        ('booking.starts_at - booking.created_at > "2d"', {}, True),
        ('booking.starts_at + "87660000h" > now', {}, "timestamp out of range"),
    ],
)
def test_what_python_would_get_wrong(text: str, changes: dict[str, Any], expected: object):
    tables = {"model": {"md_9": {**standard("md_9", "active"), "name": "N", "rating": 1.0}}}
    if changes.get("model") is None:
        tables = {}
    found = judged(text, frame(booking(**changes), tables=tables))
    if isinstance(expected, str):
        assert isinstance(found, EvaluationError)
        assert expected in found.message
    else:
        assert found is expected


@pytest.mark.parametrize(
    ("text", "payload", "expected"),
    [
        ("event.data.payload == true", 1, False),
        ("event.data.payload == 1", True, False),
        ("event.data.payload in [1, 2]", True, False),
        ("event.data.payload in [0.0, 1.0]", 1, True),
        ('"a" in event.data.payload', "abc", EvaluationError),
        ("has(event.data.payload.a)", "abc", EvaluationError),
        ("event.data.payload", 1, EvaluationError),
        ("event.data.payload && true", 1, EvaluationError),
        ("event.data.payload || true", 1, True),
        ("!event.data.payload", 0, EvaluationError),
        ("event.data.payload ? true : false", "x", EvaluationError),
        ("event.data.payload > 1", None, EvaluationError),
        ("event.data.payload < 1.5", 1, True),
        ("event.data.payload.exists(x, x == 1)", "11", EvaluationError),
        ("event.data.payload.size() == 2", {"a": 1, "b": 2}, True),
        ("event.data.payload + 1 == 2", 1, True),
    ],
)
def test_json_keeps_the_types_it_has(text: str, payload: object, expected: object):
    data = {"from": "draft", "to": "draft", "score": 0.5, "payload": payload}
    found = judged(text, frame(data=data))
    assert isinstance(found, expected) if isinstance(expected, type) else found is expected


def test_an_error_is_neither_true_nor_false():
    found = condition("booking.urgent").judge(*frame(booking(urgent=None)))
    assert isinstance(found, EvaluationError)
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(found)


def test_an_error_says_where():
    text = "\n  all:\n    - booking.guests > 1\n    - booking.rating > 1 && booking.marks[7] == 1\n"
    found = condition(text).judge(*frame())
    assert isinstance(found, EvaluationError)
    assert (found.line, found.offset) == (1, 22)


def test_before_has_no_fields_at_creation():
    assert judged("has(before.code)", frame()) is False
    assert judged('has(before.status) && before.status == "draft"', frame()) is False
    assert isinstance(judged('before.status == "draft"', frame()), EvaluationError)
    assert judged('before.status == "draft"', frame(before=booking(status="draft"))) is True


def test_changed_looks_at_the_event_and_counts_creation():
    moved = {"starts_at": [None, Timestamp(0)]}
    assert judged("changed(booking.starts_at)", frame(changes=moved)) is True
    assert judged("changed(booking.code)", frame(changes=moved)) is False
    assert judged("changed(booking.status)", frame(changes={"status": ["draft", "draft"]})) is False
    assert judged("changed(booking.code)", frame(kind="booking.created")) is True
    assert judged("changed(booking.notes)", frame(kind="booking.created")) is False


def test_moves_are_counted_within_the_window():
    now = Timestamp.parse("2026-03-27T10:00:00Z")
    moves = [("booking", "bk_1", "confirm", now - Duration.parse(ago)) for ago in ("0s", "1d", "2d", "31d")]
    where = frame(moves=moves)
    assert judged('count_moves(booking, "confirm", "30d") == 3', where) is True
    assert judged('count_moves(booking, "confirm", "2d") == 2', where) is True
    assert judged('count_moves(booking, "cancel", "30d") == 0', where) is True


def test_conditions_share_a_function_without_meeting():
    texts = ('booking.code.matches("^B")', 'booking.code.matches("^X")', "booking.tags.exists(t, t == 'night')")
    names: dict[str, Any] = {}
    sources: list[str] = []
    for number, text in enumerate(texts):
        source, needed = condition(text).emit(f"r{number}_")
        assert all(names.get(name, value) is value for name, value in needed.items())
        names.update(needed)
        sources.append(source)
    matcher = eval(f"lambda {', '.join(FRAME)}: [{', '.join(sources)}]", names)
    assert matcher(*frame()) == [True, False, True]


def found_equalities(text: str) -> set[tuple[str, str, frozenset[object]]]:
    return {(one.path_source, one.path, one.values) for one in condition(text).equalities()}


def test_equalities_are_the_necessary_ones():
    assert found_equalities(
        '\n  all:\n    - booking.status in open\n    - client.tier == "vip" && 3 == booking.guests\n'
        '    - any:\n        - booking.code == "x"\n        - booking.urgent\n    - any:\n        - booking.code == "y"\n'
        '  none:\n    - booking.code == "z"\n'
    ) == {
        ("subject['status']", "booking.status", frozenset({"draft", "option", "awaiting_deposit"})),
        ("world.tables['client'][subject['client']]['tier']", "client.tier", frozenset({"vip"})),
        ("subject['guests']", "booking.guests", frozenset({3})),
        ("subject['code']", "booking.code", frozenset({"y"})),
    }


@pytest.mark.parametrize(
    "text",
    [
        "booking.rating == 4.5",
        'booking.code == "x" || booking.urgent',
        '!(booking.code == "x")',
        "booking.guests != 3",
        'booking.total == "5.00 EUR"',
        'booking.starts_at == "2026-04-01T00:00:00Z"',
        "event.data.payload == 1",
        'booking.?notes.orValue("") == "x"',
        'booking.tags.exists(t, t == "x")',
        "booking.client == client.id",
    ],
)
def test_what_is_no_equality_for_an_index(text: str):
    assert found_equalities(text) == set()


def test_the_source_of_an_equality_is_the_read_of_the_condition():
    checked = condition('booking.deposit_status == "paid" && event.data.to == "draft"')
    source, _ = checked.emit("p")
    assert all(one.path_source in source for one in checked.equalities())


@pytest.mark.parametrize(
    "deep",
    [
        lambda n: "!(" * n + "booking.urgent" + ")" * n,
        lambda n: "1+(" * n + "booking.guests" + ")" * n + " > 1",
        lambda n: "-(" * n + "booking.guests" + ")" * n + " > 1",
        lambda n: "booking.urgent ? true : " * n + "false",
        lambda n: "(" * n + "booking.urgent" + " ? true : false)" * n,
        lambda n: "booking.urgent && (false || (" * n + "booking.urgent" + "))" * n,
        lambda n: "[" * n + "1" + "]" * n + " == " + "[" * n + "1" + "]" * n,
        lambda n: "".join(f"booking.tags.exists(t{i}, " for i in range(n)) + "true" + ")" * n,
        lambda n: "".join(f"booking.tags.map(t{i}, " for i in range(n)) + "true" + ")" * n + ".size() > 0",
        lambda n: "booking.?notes.orValue(" * n + '"x"' + ")" * n + ' == "x"',
        lambda n: "booking.client" + ".bookings[0].client" * n + '.name == "x"',
        lambda n: "+".join(["booking.guests"] * n) + " > 1",
        lambda n: "&&".join(["booking.urgent"] * n * 10),
    ],
)
def test_what_the_checker_lets_pass_always_compiles(deep: Any):
    compiled = 0
    for depth in range(5, 45):
        checked, problems = check_condition(parse_block(node_of(quoted(deep(depth)))), BOOKING)
        if checked is None:
            assert {one.code for one in problems} <= {"V341", "V308"}
            break
        assert isinstance(checked.judge, FunctionType)
        assert isinstance(checked.own_reads.read, FunctionType)
        compiled += 1
    assert compiled > 5


def test_the_language_s_own_policy():
    checked = condition(
        "(has(task.assignee) && task.assignee.id == actor.id)"
        " || (!has(task.assignee) && has(task.queue) && task.queue in actor.queues)",
        TASK,
    )
    mine = {**standard("t_1", "open"), "title": "x", "assignee": "us_1"}
    queued = {**standard("t_1", "open"), "title": "x", "queue": "operations"}
    others = {**mine, "assignee": "us_2", "queue": "operations"}
    assert [checked.judge(*frame(task)) for task in (mine, queued, others)] == [True, True, False]


def test_a_relation_takes_an_id():
    assert expression("actor.id", expected=EntityType("user")).value(*frame()) == "us_1"
    assert expression('"us_2"', expected=EntityType("user")).value(*frame()) == "us_2"


def test_values_of_expressions():
    where = frame()
    assert expression("booking.guests + 1").value(*where) == 4
    assert expression("booking.client").value(*where) == "cl_1"
    assert expression("client").value(*where) == "cl_1"
    assert expression("booking.payments").value(*where) == ["pay_1", "pay_2"]
    assert expression('booking.starts_at - "2h"').value(*where) == Timestamp.parse("2026-04-01T08:00:00Z")
    assert type(expression("booking.starts_at - now").value(*where)) is Duration
    assert expression('booking.urgent ? "a" : "b"').value(*where) == "a"
    assert isinstance(expression("booking.marks[9]").value(*where), EvaluationError)
