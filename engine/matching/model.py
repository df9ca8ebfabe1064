"""A matching as written, and as it can run. Source: the language, "Matching"."""

from __future__ import annotations

from dataclasses import dataclass

from engine.conditions.block import Block, Line
from engine.conditions.condition import Condition, Expression
from engine.diagnostics import Place
from engine.reading.nodes import Scalar


@dataclass(frozen=True, slots=True)
class DemandText:
    """One entry of ``must`` as written."""

    condition: Block | Line
    otherwise: str


@dataclass(frozen=True, slots=True)
class PreferenceText:
    """One entry of ``prefer`` as written."""

    score: Scalar
    condition: Block | Line | None
    because: Scalar


@dataclass(frozen=True, slots=True)
class MatchingText:
    """A matching as parsed, before its names were checked; it cannot run."""

    id: str
    version: int
    description: str
    entity: Scalar
    candidates: Scalar
    must: tuple[DemandText, ...]
    prefer: tuple[PreferenceText, ...]
    limit: int | None
    place: Place


@dataclass(frozen=True, slots=True)
class Demand:
    """What every candidate must fulfil, and what is said about one that does not."""

    condition: Condition
    otherwise: str


@dataclass(frozen=True, slots=True)
class Preference:
    """Points for a candidate: always, or where ``condition`` holds; ``because`` names them."""

    score: Expression
    condition: Condition | None
    because: str


@dataclass(frozen=True, slots=True, eq=False)
class Matching:
    """A matching that can run: entities of ``candidates`` are ranked for one of ``entity`` (both machines).

    Its expressions see the pair (entity, candidate) as the frame's subject. ``limit`` is how many are shown.
    """

    id: str
    version: int
    description: str
    entity: str
    candidates: str
    demands: tuple[Demand, ...]
    preferences: tuple[Preference, ...]
    limit: int | None
    place: Place
