"""The index answers as a scan of every rule does: the same rules, in the same order, with the same verdicts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.automation.index import Matcher
from engine.conditions.outcome import EvaluationError
from engine.conditions.values import Timestamp
from engine.simulation.world import World
from tests.engine.automation.domain import catalog

LINES = st.sampled_from(
    [
        "order.kind == 'a'",
        "order.kind == 'b'",
        "order.kind in ['a', 'b']",
        "order.kind != 'a'",
        "!(order.kind == 'a')",
        "order.status == 'open'",
        "order.status in waiting",
        "order.status in ['packed', 'sent']",
        "event.data.about == 'x'",
        "event.data.about == 'y' && order.total > 1",
        "order.total == 1",
        "order.total == 2 || order.kind == 'b'",
        "order.total / (order.total - 1) > 1",
        "order.buyer.orders_seen == 3",
        "order.buyer.status == 'active'",
        "order.flag",
        "order.flag == true",
        "!order.flag",
        "has(order.note) && order.note == 'n'",
        "order.?count.orValue(0) == 1",
        "order.buyer.orders.exists(o, o.kind == 'a')",
        "before.kind == 'a'",
        "'CLERK' in actor.roles",
    ]
)
BLOCKS = st.recursive(
    LINES,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"none": parts}, st.lists(inner, min_size=1, max_size=2)),
    ),
    max_leaves=5,
)


def yaml(block: Any) -> str:
    if isinstance(block, str):
        return '"' + block + '"'
    ((key, parts),) = block.items()
    return "{" + key + ": [" + ", ".join(map(yaml, parts)) + "]}"


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A value, or nothing."""
    return st.one_of(st.none(), values)


ORDERS = st.fixed_dictionaries(
    {
        "kind": maybe(st.sampled_from(["a", "b"])),
        "status": maybe(st.sampled_from(["open", "held", "packed", "sent"])),
        "total": maybe(st.integers(0, 3)),
        "flag": maybe(st.booleans()),
        "note": maybe(st.sampled_from(["n", "m"])),
        "count": maybe(st.integers(0, 2)),
        "buyer": maybe(st.sampled_from(["b1", "b2", "nobody"])),
    }
)


@given(
    st.lists(st.tuples(BLOCKS, st.integers(-1, 1)), min_size=1, max_size=8),
    st.lists(st.tuples(ORDERS, maybe(st.sampled_from(["x", "y"])), st.booleans()), min_size=1, max_size=8),
)
def test_the_index_agrees_with_a_scan(rules: list[tuple[Any, int]], events: list[tuple[dict[str, Any], Any, bool]]):
    made = catalog(
        {
            f"r{number}": f"trigger: order.called\norder: {order}\ncondition: {yaml(block)}\n"
            "actions: [{create_task: {title: t, queue: q}}]"
            for number, (block, order) in enumerate(rules)
        }
    )
    assert made.ok, made.diagnostics
    matcher = made.matchers["order.called"]
    assert [bound.rule.id for bound in matcher.rules] == [
        f"r{number}" for _, number in sorted((order, number) for number, (_, order) in enumerate(rules))
    ]
    world = World(made.machines)
    world.create("buyer", {"id": "b1", "status": "active", "orders_seen": 3})
    world.create("buyer", {"id": "b2", "status": "gone"})
    for number, (values, about, clerk) in enumerate(events):
        order = {"id": f"o{number}", **{name: value for name, value in values.items() if value is not None}}
        world.create("order", order)
        data = {} if about is None else {"about": about}
        event = SimpleNamespace(type="order.called", data=data, changes={}, subject=order["id"])
        actor = {"id": "ann", "roles": ["CLERK"] if clerk else [], "queues": []}
        frame = (event, order, {} if number % 2 else dict(order), Timestamp(0), actor, world)
        indexed, scanned = matcher.match(*frame), matcher.scan(*frame)
        assert [(rank, bound.rule.id, said(verdict)) for rank, bound, verdict in indexed] == [
            (rank, bound.rule.id, said(verdict)) for rank, bound, verdict in scanned
        ]


def said(verdict: bool | EvaluationError) -> object:
    return verdict if isinstance(verdict, bool) else (verdict.message, verdict.line)


def test_no_rules_match_nothing():
    assert Matcher([]).match(None, None, None, None, None, None) == []
