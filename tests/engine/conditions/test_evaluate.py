"""Checked trees over a frame, and the bounds of an evaluation; CEL itself is in the cases."""

from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from engine.conditions.evaluate import evaluate, evaluate_checked
from engine.conditions.functions import standard
from engine.conditions.syntax import parse
from engine.conditions.tree import Call, Hop, Inverse, Literal, Macro, Node, Read, Select
from engine.conditions.values import CelError, Duration, Maybe, Timestamp, TypeValue


@dataclass
class World:
    tables: dict = field(default_factory=dict)

    def inverse(self, machine, relation, identity):
        return [record for record in self.tables[machine].values() if record.get(relation) == identity]


@dataclass
class Event:
    type: str
    time: Timestamp
    actor: str | None = None
    data: dict = field(default_factory=dict)


WORLD = World(
    {
        "client": {"cl_1": {"id": "cl_1", "tier": "vip"}},
        "task": {"t_1": {"id": "t_1", "booking": "bk_1"}, "t_2": {"id": "t_2", "booking": "bk_2"}},
    }
)
BOOKING = {
    "id": "bk_1",
    "client": "cl_1",
    "model": "md_9",
    "total": {"amount": 200_000, "currency": "EUR"},
    "created_at": Timestamp.parse("2026-04-01T00:00:00Z"),
}
NOW = Timestamp.parse("2026-04-03T00:00:00Z")
FRAME = (Event("booking.created", NOW, data={"n": 1}), BOOKING, None, NOW, {"id": "u_1", "roles": []}, WORLD)


def at(node: type[Node], *args, **more):
    return node(0, 0, *args, **more)


def read(name):
    return at(Read, name, name)


def select(name, *fields, **more):
    node = read(name)
    for one in fields[:-1]:
        node = at(Select, node, one)
    return at(Select, node, fields[-1], **more)


def call(function, *args):
    return at(Call, function, None, args)


def error_of(node, functions=None):
    with pytest.raises(CelError) as caught:
        evaluate_checked(node, FRAME, functions)
    return caught.value.message


def test_reads_see_the_frame():
    assert evaluate_checked(select("subject", "total", "amount"), FRAME) == 200_000
    assert evaluate_checked(at(Read, "count", "len(actor['roles']) + 1"), FRAME) == 1
    assert evaluate_checked(select("event", "type"), FRAME) == "booking.created"
    assert evaluate_checked(select("event", "data", "n"), FRAME) == 1
    assert evaluate_checked(select("event", "actor", test=True), FRAME) is False
    assert error_of(at(Read, "gone", "subject['gone']")) == '"gone" has no value'
    assert error_of(select("event", "__class__")) == 'no such overload: field "__class__" of event'
    with pytest.raises(CelError, match="unknown variable"):
        evaluate(read("subject"), {})


def test_what_is_missing_is_an_error_and_can_be_asked_for():
    assert error_of(select("subject", "notes")) == 'no such key: "notes"'
    assert evaluate_checked(select("subject", "notes", test=True), FRAME) is False
    assert evaluate_checked(select("subject", "notes", optional=True), FRAME) == Maybe(False)


def test_before_has_no_fields_at_creation():
    assert error_of(select("before", "status")) == 'no such key: "status"'
    assert evaluate_checked(select("before", "status", test=True), FRAME) is False
    assert evaluate_checked(select("before", "status", optional=True), FRAME) == Maybe(False)


def test_hops_walk_to_the_other_entity():
    client = at(Hop, select("subject", "client"), "client")
    assert evaluate_checked(at(Select, client, "tier"), FRAME) == "vip"
    assert error_of(at(Hop, select("subject", "model"), "model")) == "model md_9 is not known"
    assert error_of(at(Hop, select("subject", "inquiry"), "inquiry")) == 'no such key: "inquiry"'


def test_optional_hops_stay_optional():
    client = at(Hop, select("subject", "client", optional=True), "client")
    assert evaluate_checked(at(Select, client, "tier"), FRAME) == Maybe(True, "vip")
    for relation in ("model", "inquiry"):
        other = at(Hop, select("subject", relation, optional=True), relation)
        assert evaluate_checked(other, FRAME) == Maybe(False)


def test_inverses_list_what_points_here():
    tasks = at(Inverse, read("subject"), "task", "booking")
    assert evaluate_checked(call("size", tasks), FRAME) == 1
    by_id = at(Inverse, select("subject", "id"), "task", "booking")
    ids = at(Macro, "map", by_id, "task", None, None, parse("task.id"))
    assert evaluate_checked(ids, FRAME) == ["t_1"]


def test_money_compares_within_its_currency_only():
    total = select("subject", "total")
    euros = at(Literal, {"amount": 50_000, "currency": "EUR"})
    dollars = at(Literal, {"amount": 50_000, "currency": "USD"})
    results = {sign: evaluate_checked(call(sign, total, euros), FRAME) for sign in ("_==_", "_!=_", "_<_", "_>=_")}
    assert results == {"_==_": False, "_!=_": True, "_<_": False, "_>=_": True}
    assert error_of(call("_==_", total, dollars)) == "EUR and USD do not compare: another currency"
    with pytest.raises(CelError, match="no such overload"):
        evaluate(parse("{'amount': 1, 'currency': 'EUR'} < {'amount': 2, 'currency': 'EUR'}"), {})


def test_functions_of_the_host_come_first_and_their_failures_are_errors():
    def is_free(model, since):
        return model == "md_9" and since > 0

    def broken(*_):
        raise ZeroDivisionError("nobody there")

    free = call("is_free", select("subject", "model"), select("subject", "created_at"))
    assert evaluate_checked(free, FRAME, {"is_free": is_free}) is True
    assert error_of(call("broken"), {"broken": broken}) == "broken(): nobody there"
    assert error_of(call("is_free"), {"is_free": is_free}).startswith("is_free(): ")
    assert evaluate_checked(call("_||_", call("broken"), at(Literal, True)), FRAME, {"broken": broken}) is True
    assert evaluate(parse("calendar.open(1)"), {}, functions={"calendar.open": lambda day: day == 1}) is True


def test_errors_know_where_they_happened():
    for text, offset in [("1 + 2 / 0", 4), ("a.b", 0), ("[1].map(x, x + nobody)", 15), ("size(7) == 1", 0)]:
        with pytest.raises(CelError) as caught:
            evaluate(parse(text), {})
        assert caught.value.offset == offset, text


def test_rounds_of_macros_are_bounded():
    text = "l.all(a, l.all(b, l.all(c, l.all(d, true))))"
    with pytest.raises(CelError, match="rounds"):
        evaluate(parse(text), {"l": list(range(100))})


def test_results_are_bounded_in_size():
    big = "x" * 600_000
    for text in ("a + a", "a.replace('x', 'yy')", "[a, a].join()", "l + l"):
        with pytest.raises(CelError, match="larger than"):
            evaluate(parse(text), {"a": big, "l": list(big)})


def test_values_from_outside_may_be_nested_deeply():
    deep: list = []
    other: list = []
    for _ in range(100_000):
        deep, other = [deep], [other]
    with pytest.raises(CelError, match="nested too deeply"):
        evaluate(parse("a == b"), {"a": deep, "b": other})


def test_the_deepest_trees_evaluate():
    assert evaluate(parse("!" * 98 + "true"), {}) is True
    assert evaluate(parse("[" * 98 + "]" * 98 + ".size()"), {}) == 1
    assert evaluate(parse("[0].map(a, " * 45 + "a" + ")" * 45), {}) is not None
    assert evaluate(parse(" + ".join(["1"] * 99)), {}) == 99


def test_time_compares_with_time_alone():
    age = call("_>_", call("_-_", read("now"), select("subject", "created_at")), at(Literal, Duration.parse("1d")))
    assert evaluate_checked(age, FRAME) is True
    assert error_of(call("_>_", read("now"), at(Literal, 1))) == "no such overload: > of timestamp, int"


def test_every_overload_takes_what_it_lists():
    """Called with values of its types, an overload answers or says why not; it never fails otherwise."""
    samples: dict[type, object] = {str: "ab", bytes: b"a", list: ["a"], dict: {"a": 1}, type(None): None}
    samples |= {Maybe: Maybe(True, 1), TypeValue: TypeValue("int")}
    for (name, types), function in standard.OVERLOADS.items():
        with suppress(CelError):
            assert function(*(samples[kind] if kind in samples else kind(0) for kind in types)) is not NotImplemented, (
                name
            )
