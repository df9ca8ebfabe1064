"""The world keeps inverse relations, pasts and a journal as it goes; a naive model computes all of them anew."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.conditions.values import Timestamp
from engine.simulation.world import World

PARENTS = ["p1", "p2", "p3"]
IDS = [f"c{number}" for number in range(8)]
TARGETS = st.sampled_from([*PARENTS, None])


class Naive:
    """Records in order of creation and moves; taking back is going back to a copy."""

    def __init__(self) -> None:
        self.records: dict[str, dict[str, Any]] = {}
        self.moves: list[tuple[str, Timestamp, str | None, str]] = []
        self.saved: Any = None

    def inverse(self, relation: str, target: str) -> list[dict[str, Any]]:
        return [record for record in self.records.values() if record.get(relation) == target]

    def count(self, id: str, name: str, since: int) -> int:
        return sum(1 for one, time, move, state in self.moves if one == id and time > since and name in (move, state))


class WorldAgainstNaive(RuleBasedStateMachine):
    """Whatever happens to the world happens to the model; what they say is compared after every step."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(["parent", "child"], [("child", "left"), ("child", "right")], ["child"])
        self.plain = World(["parent", "child"])
        self.naive = Naive()
        self.now = 0
        self.open = False

    def both(self, method: str, *given: Any) -> None:
        for world in (self.world, self.plain):
            if method == "change":
                machine, id, name, value = given
                world.change(machine, world.tables[machine][id], name, value)
            elif method == "create":
                world.create(given[0], dict(given[1]))
            else:
                getattr(world, method)(*given)

    @rule(id=st.sampled_from(IDS), left=TARGETS, right=TARGETS)
    def create(self, id: str, left: str | None, right: str | None) -> None:
        if id in self.naive.records:
            with pytest.raises(ValueError, match="exists already"):
                self.world.create("child", {"id": id})
            return
        record: dict[str, Any] = {"id": id, "status": "a"}
        record.update({name: value for name, value in (("left", left), ("right", right)) if value is not None})
        self.both("create", "child", record)
        self.naive.records[id] = dict(record)

    @precondition(lambda self: self.naive.records)
    @rule(data=st.data(), name=st.sampled_from(["left", "right"]), to=TARGETS)
    def point(self, data: st.DataObject, name: str, to: str | None) -> None:
        id = data.draw(st.sampled_from(sorted(self.naive.records)))
        self.both("change", "child", id, name, to)
        if to is None:
            self.naive.records[id].pop(name, None)
        else:
            self.naive.records[id][name] = to

    @precondition(lambda self: self.naive.records)
    @rule(data=st.data(), value=st.sampled_from([None, 1, "x"]))
    def write(self, data: st.DataObject, value: Any) -> None:
        id = data.draw(st.sampled_from(sorted(self.naive.records)))
        self.both("change", "child", id, "field", value)
        self.naive.records[id].pop("field", None)
        if value is not None:
            self.naive.records[id]["field"] = value

    @precondition(lambda self: self.naive.records)
    @rule(data=st.data(), state=st.sampled_from("ab"), move=st.sampled_from(["go", None]), later=st.integers(0, 3))
    def move(self, data: st.DataObject, state: str, move: str | None, later: int) -> None:
        id = data.draw(st.sampled_from(sorted(self.naive.records)))
        self.now += later
        self.both("change", "child", id, "status", state)
        self.both("moved", "child", id, Timestamp(self.now), move, state)
        self.naive.records[id]["status"] = state
        self.naive.moves.append((id, Timestamp(self.now), move, state))

    @precondition(lambda self: not self.open)
    @rule()
    def begin(self) -> None:
        self.open = True
        self.both("savepoint")
        self.naive.saved = copy.deepcopy((self.naive.records, self.naive.moves))

    @precondition(lambda self: self.open)
    @rule()
    def keep(self) -> None:
        self.open = False
        self.both("keep")

    @precondition(lambda self: self.open)
    @rule()
    def take_back(self) -> None:
        self.open = False
        self.both("rollback")
        self.naive.records, self.naive.moves = self.naive.saved

    @invariant()
    def records_are_the_same(self) -> None:
        for world in (self.world, self.plain):
            assert world.tables["child"] == self.naive.records
            assert list(world.tables["child"]) == list(self.naive.records)

    @invariant()
    def inverses_are_the_same_and_oldest_first(self) -> None:
        for relation in ("left", "right"):
            for target in PARENTS:
                expected = self.naive.inverse(relation, target)
                assert self.world.inverse("child", relation, target) == expected
                assert self.plain.inverse("child", relation, target) == expected

    @invariant()
    def pasts_are_the_same(self) -> None:
        for id in self.naive.records:
            for name in ("go", "a", "b"):
                for since in (-1, self.now - 3, self.now):
                    assert self.world.count_moves("child", id, name, Timestamp(since)) == self.naive.count(
                        id, name, since
                    )


WorldAgainstNaive.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
test_the_world_agrees_with_a_naive_model = WorldAgainstNaive.TestCase
