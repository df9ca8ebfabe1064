"""What a text reads of the facts: paths from the template's entity or from an item of a list, made once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jinja2 import StrictUndefined

MOST_ROUNDS = 10_000
"""How many rounds all loops of one text may take together."""


class TooMuchError(Exception):
    """A text grows beyond its limits; the message says which."""


class Missing(StrictUndefined):
    """A value that is not there; whoever uses it hears which."""

    __slots__ = ()


def missing(path: str) -> Missing:
    """What stands for a path without a value."""
    return Missing(hint=f"{path} has no value")


class Rounds:
    """How many rounds the loops of one rendering may still take."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MOST_ROUNDS

    def take(self) -> None:
        """Counts one round; raises TooMuchError when it is one too many."""
        self.left -= 1
        if self.left < 0:
            raise TooMuchError(f"its loops take more than {MOST_ROUNDS} rounds")


class Item:
    """An entity that a loop has come to."""

    __slots__ = ("record", "rounds", "world")

    def __init__(self, record: Mapping[str, Any], world: Any, rounds: Rounds) -> None:
        self.record = record
        self.world = world
        self.rounds = rounds


class Items:
    """What a loop goes through, entities or values; going through it is counted."""

    __slots__ = ("_entities_of", "_items", "_rounds")

    def __init__(self, items: list[Any], rounds: Rounds, entities_of: Any = None) -> None:
        self._items = items
        self._rounds = rounds
        self._entities_of = entities_of

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Any]:
        world = self._entities_of
        for one in self._items:
            self._rounds.take()
            yield one if world is None else Item(one, world, self._rounds)


Reader = Callable[[Mapping[str, Any], Any, Rounds], Any]
"""Takes a record, the world and the rounds; yields the value, ``Missing`` where there is none."""
Last = Callable[[Mapping[str, Any], Any, Rounds, str], Any]
"""Reads the end of a path, from the record it leads to; the last parameter is the path as written."""


def reader(path: str, steps: tuple[tuple[str, str | None], ...], last: Last) -> Reader:
    """A function that walks ``steps`` (a name, and the machine it leads to) and reads what ``last`` says.

    ``path`` is the whole as written, for what is said about a missing value.
    """

    def read(record: Mapping[str, Any], world: Any, rounds: Rounds) -> Any:
        for name, machine in steps:
            target = record.get(name)
            found = world.tables[machine].get(target) if target is not None else None
            if found is None:
                return missing(path)
            record = found
        return last(record, world, rounds, path)

    return read


def field(name: str) -> Last:
    """The value of a field, or the id of a related entity."""

    def read(record: Mapping[str, Any], world: Any, rounds: Rounds, path: str) -> Any:
        value = record.get(name)
        if value is None:
            return missing(path)
        return Items(value, rounds) if value.__class__ is list else value

    return read


def part(name: str, of: str) -> Last:
    """The amount or currency of money."""

    def read(record: Mapping[str, Any], world: Any, rounds: Rounds, path: str) -> Any:
        value = record.get(name)
        return missing(path) if value is None else value[of]

    return read


def inverse(machine: str, relation: str) -> Last:
    """The entities whose relation points here, oldest first."""

    def read(record: Mapping[str, Any], world: Any, rounds: Rounds, path: str) -> Any:
        return Items(world.inverse(machine, relation, record["id"]), rounds, world)

    return read
