"""A scenario as it can be run. Source: the language, "Scenario"."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from engine.conditions.values import Duration, Timestamp
from engine.diagnostics import Place


@dataclass(frozen=True, slots=True)
class Given:
    """An entity that exists when the scenario begins; ``values`` are JSON, defaults included."""

    machine: str
    id: str
    values: Mapping[str, Any]
    place: Place


@dataclass(frozen=True, slots=True)
class Expectation:
    """One thing a step must (or must not) bring about.

    ``kind`` is effect, entity, refused, rule, sla or access; ``name`` the action, machine, transition or rule; ``keys``
    what must be equal, partially; ``times`` None means at least once.
    """

    kind: Literal["effect", "entity", "refused", "rule", "sla", "access"]
    name: str
    keys: Mapping[str, Any]
    times: int | None
    shadow: bool
    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """An event or the passing of time, and what is expected of it."""

    event: str | None
    subject: str
    data: Mapping[str, Any]
    changes: Mapping[str, Any]
    actor: str | Mapping[str, Any] | None
    advance: Duration | None
    expect: tuple[Expectation, ...]
    expect_not: tuple[Expectation, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Scenario:
    """A story with a beginning, steps and what should come of them."""

    id: str
    description: str
    at: Timestamp
    given: tuple[Given, ...]
    steps: tuple[Step, ...]
    file: str


def in_words(value: Any) -> str:
    """A JSON value as a failure report shows it."""
    if isinstance(value, str):
        return value
    return "missing" if value is None else json.dumps(value, ensure_ascii=False)
