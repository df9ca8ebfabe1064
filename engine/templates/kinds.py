"""What an expression of a text yields: a value of a type, an entity, or a list of either."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.conditions.types import Simple, Type


@dataclass(frozen=True, slots=True)
class Value:
    """A value; ``constant`` is what the author wrote, where it is a constant."""

    type: Type
    constant: Any = None


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity of a machine."""

    machine: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A list; ``constants`` are its items where the author wrote them."""

    item: Value | Entity
    constants: tuple[Any, ...] = ()


Kind = Value | Entity | Listed
UNKNOWN = Value(Simple("unknown"))
"""What has been reported already."""


def named(kind: Kind) -> Type | str:
    """How a diagnostic calls it."""
    if isinstance(kind, Value):
        return kind.type
    return f"an entity ({kind.machine})" if isinstance(kind, Entity) else "a list"
