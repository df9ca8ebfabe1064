"""Who is taken when, kept up to date, against a scan of all records."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.machines.slots import Slot
from engine.simulation.world import World

SLOT = Slot("booking", "model", frozenset({"held"}))
IDS = st.integers(0, 5)
TIMES = st.integers(0, 20)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("create"), IDS, IDS, TIMES, TIMES, st.sampled_from(["held", "free"])),
        st.tuples(st.just("status"), IDS, st.sampled_from(["held", "free"])),
        st.tuples(st.just("model"), IDS, st.none() | IDS),
        st.tuples(st.just("starts_at"), IDS, st.none() | TIMES),
        st.tuples(st.just("ends_at"), IDS, TIMES),
        st.tuples(st.just("savepoint")),
        st.tuples(st.just("rollback")),
    ),
    max_size=20,
)


@given(STEPS, st.lists(st.tuples(IDS, TIMES, TIMES), min_size=1, max_size=5))
def test_an_answer_is_that_of_a_scan(steps, questions):
    world = World(("booking",))
    table = world.tables["booking"]
    asked = False
    for step in steps:
        if step[0] == "create":
            _, id, model, start, end, status = step
            if id not in table:
                record = {"id": id, "model": model, "starts_at": start, "ends_at": end, "status": status}
                world.create("booking", record)
        elif step[0] in ("savepoint", "rollback"):
            getattr(world, step[0])()
        elif step[1] in table:
            world.change("booking", table[step[1]], step[0], step[2])
        for model, start, end in questions if asked else ():
            assert world.taken(SLOT, model, start, end) is scanned(table, model, start, end)
        asked = True


def scanned(table, model, start, end):
    return any(
        one["status"] == "held"
        and one.get("model") == model
        and one.get("starts_at", 99) < one["ends_at"]
        and one["starts_at"] < end
        and start < one["ends_at"]
        for one in table.values()
    )
