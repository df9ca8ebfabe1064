"""Objects whose rest is fetched when it is first asked for."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace

import pytest

from engine.deferred import Deferred, DeferredMap, complete, deferred


@dataclass(frozen=True, slots=True)
class Leaf(Deferred):
    name: str
    size: int
    kin: tuple[str, ...] = ()


WHOLE = Leaf("oak", 3, ("beech",))


def leaf(fetched: list[str]) -> Leaf:
    def fetch() -> None:
        fetched.append("once")
        complete(made, WHOLE)

    made = deferred(Leaf, fetch, name="elm")
    return made


def test_what_is_known_is_not_fetched_and_stays():
    fetched: list[str] = []
    made = leaf(fetched)
    assert isinstance(made, Leaf)
    assert made.name == "elm"
    assert fetched == []
    assert (made.size, made.kin) == (3, ("beech",))
    assert fetched == ["once"]
    assert type(made) is Leaf
    assert made == Leaf("elm", 3, ("beech",))


@pytest.mark.parametrize("use", [repr, hash, copy.copy, lambda one: replace(one, size=4)])
def test_it_serves_as_any_other(use):
    assert use(leaf([])) is not None
    made = leaf([])
    use(made)
    assert type(made) is Leaf


def test_what_it_does_not_have_it_does_not_fetch():
    fetched: list[str] = []
    with pytest.raises(AttributeError, match="Leaf has no attribute 'colour'"):
        leaf(fetched).colour  # type: ignore[attr-defined] # noqa: B018
    assert fetched == []


def test_completing_twice_changes_nothing():
    made = leaf([])
    complete(made, WHOLE)
    complete(made, Leaf("ash", 9))
    assert made == Leaf("elm", 3, ("beech",))


def test_a_map_makes_each_value_once():
    made: list[str] = []

    def make(key: str) -> str:
        made.append(key)
        return key.upper()

    found = DeferredMap(["b", "a"], make)
    assert (list(found), len(found), "a" in found, "c" in found) == (["b", "a"], 2, True, False)
    assert made == []
    assert (found["a"], found["a"], found.get("c")) == ("A", "A", None)
    assert made == ["a"]
    assert dict(found) == {"b": "B", "a": "A"}
    with pytest.raises(KeyError):
        found["c"]
