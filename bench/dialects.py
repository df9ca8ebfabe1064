"""One list of predicates in every contestant's language."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from bench.domain import Predicate


def cel(predicate: Predicate) -> str:
    """CEL, for Virel, for C++ CEL and for cel-python."""
    value = json.dumps(predicate.value)
    return f"event.data.{predicate.path} {predicate.operator} {value}"


def jinja(predicate: Predicate) -> str:
    """A Jinja2 expression."""
    value = repr(predicate.value)
    return f"event.data.{predicate.path} {predicate.operator} {value}"


def json_logic(predicates: Iterable[Predicate]) -> dict[str, Any]:
    """JSONLogic, for datalogic-py."""
    terms = [{p.operator: [{"var": f"event.data.{p.path}"}, p.value]} for p in predicates]
    return {"and": terms}


def zen_cell(predicate: Predicate) -> str:
    """A unary test of a ZEN decision table's cell."""
    value = json.dumps(predicate.value)
    match predicate.operator:
        case "==":
            return value
        case "in":
            return ", ".join(json.dumps(item) for item in predicate.value)
        case "!=":
            return f"$ != {value}"
        case operator:
            return f"{operator} {value}"


def python(predicates: Iterable[Predicate]) -> Callable[[Any], bool]:
    """What a careful person writes by hand: a lambda that no missing value can break."""
    tests = " and ".join(_null_safe(p) for p in predicates)
    function: Callable[[Any], bool] = eval(f"lambda event: (data := event.data) is not None and {tests}")
    return function


def _null_safe(predicate: Predicate) -> str:
    *parents, leaf = predicate.path.split(".")
    steps = []
    owner = "data"
    for depth, parent in enumerate(parents):
        steps.append(f"(owner{depth} := {owner}.get({parent!r})) is not None")
        owner = f"owner{depth}"
    steps.append(f"(value := {owner}.get({leaf!r})) is not None")
    operand = tuple(predicate.value) if isinstance(predicate.value, list) else predicate.value
    steps.append(f"value {predicate.operator} {operand!r}")
    return " and ".join(steps)
