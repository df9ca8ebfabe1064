"""A machine as the engine uses it: vocabulary, states and moves of one kind of entity. Source: the language, "Machine"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.conditions.block import Block, Line
from engine.conditions.scope import Field, Relation
from engine.diagnostics import Place

STANDARD_FIELDS = ("id", "status", "created_at", "updated_at", "status_since")


@dataclass(frozen=True, slots=True)
class State:
    """A state; ``attributes`` are the free keys beside ``final`` (a host may read them, ``blocks: firm``)."""

    name: str
    final: bool
    attributes: Mapping[str, object]
    place: Place


@dataclass(frozen=True, slots=True)
class Transition:
    """A named move. ``sources`` lists the states it may start from, ``requires`` the inputs it must be given.

    ``guard`` is the unchecked condition as written; its compiled form is ``Machines.guards``.
    """

    name: str
    sources: tuple[str, ...]
    target: str
    permission: str
    requires: tuple[str, ...]
    guard: Block | Line | None
    place: Place


@dataclass(frozen=True, slots=True)
class DeclaredEvent:
    """An event of the machine's own vocabulary; recording it takes ``transition`` where one is named."""

    type: str
    transition: str | None
    data: Mapping[str, Field]
    place: Place


@dataclass(frozen=True, slots=True)
class Machine:
    """One kind of entity. ``moves`` maps (from, to) to the names of the transitions that allow it.

    ``places`` knows where ``plural``, ``relations.NAME`` (the machine it leads to) and ``groups.NAME`` are written.
    """

    id: str
    version: int
    plural: str
    description: str
    fields: Mapping[str, Field]
    relations: Mapping[str, Relation]
    initial: str
    states: Mapping[str, State]
    transitions: Mapping[str, Transition]
    groups: Mapping[str, frozenset[str]]
    events: Mapping[str, DeclaredEvent]
    place: Place
    builtin: bool = False
    places: Mapping[str, Place] = field(default_factory=dict)
    moves: Mapping[tuple[str, str], tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        moves: dict[tuple[str, str], tuple[str, ...]] = {}
        for transition in self.transitions.values():
            for source in transition.sources:
                pair = (source, transition.target)
                moves[pair] = (*moves.get(pair, ()), transition.name)
        object.__setattr__(self, "moves", moves)

    def event_types(self) -> tuple[str, ...]:
        """Every event type this machine emits: the standard ones, then its own."""
        standard = ("created", "updated", "status_changed", "sla_warning", "sla_breached", "timer")
        return (*(f"{self.id}.{name}" for name in standard), *self.events)

    def final_states(self) -> frozenset[str]:
        """The states that end an entity's life."""
        return frozenset(name for name, state in self.states.items() if state.final)
