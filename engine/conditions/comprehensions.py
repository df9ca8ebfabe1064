"""Macros at work: ``all``, ``exists``, ``map``, ``filter`` and the others over lists, maps and optionals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from engine.conditions.functions import lookup
from engine.conditions.values import NOTHING, CelError, Maybe, from_key, no_overload, to_key

if TYPE_CHECKING:
    from engine.conditions.evaluate import Evaluator, Locals
    from engine.conditions.tree import Macro

MAX_STEPS = 1_000_000
"""Rounds that the macros of one evaluation may take together; nested ones multiply."""


def comprehend(evaluator: Evaluator, node: Macro, bound: Locals) -> object:
    """The value of a macro; ``bound`` holds the variables of those around it. Raises CelError where it has none."""
    source = evaluator.value(node.range, bound)
    if node.kind in ("opt_map", "opt_flat_map"):
        return _within_optional(evaluator, node, source, bound)
    inner = dict(bound)
    rounds = _rounds(evaluator, node, source, inner)
    if node.kind == "all":
        return _any_round(evaluator, node, inner, rounds, decisive=False)
    if node.kind == "exists":
        return _any_round(evaluator, node, inner, rounds, decisive=True)
    if node.kind == "exists_one":
        return sum(1 for _ in _chosen(evaluator, node, inner, rounds)) == 1
    if node.kind == "filter":
        return list(_chosen(evaluator, node, inner, rounds))
    if node.kind in ("map", "transform_list"):
        return [_body(evaluator, node, inner) for _ in _chosen(evaluator, node, inner, rounds)]
    if node.kind == "transform_map":
        return {key: _body(evaluator, node, inner) for key in map(to_key, _chosen(evaluator, node, inner, rounds))}
    entries: dict[object, object] = {}
    for _ in _chosen(evaluator, node, inner, rounds):
        entry = _body(evaluator, node, inner)
        if not isinstance(entry, dict):
            raise no_overload("transformMapEntry()", entry)
        for key, value in entry.items():
            entries[map_key(from_key(key), entries)] = value
    return entries


def _rounds(evaluator: Evaluator, node: Macro, source: object, inner: Locals) -> Iterator[object]:
    """Binds the variables for each element in turn and yields the first of them."""
    pairs: Iterator[tuple[object, object]]
    if isinstance(source, list):
        pairs = enumerate(source) if node.second is not None else ((item, None) for item in source)
    elif isinstance(source, dict):
        pairs = ((from_key(key), value) for key, value in source.items())
    else:
        raise no_overload(f"{node.kind}()", source)
    for first, second in pairs:
        evaluator.steps += 1
        if evaluator.steps > MAX_STEPS:
            raise CelError(f"the expression takes more than {MAX_STEPS} rounds")
        inner[node.first] = first
        if node.second is not None:
            inner[node.second] = second
        yield first


def _any_round(evaluator: Evaluator, node: Macro, inner: Locals, rounds: Iterator[object], *, decisive: bool) -> bool:
    """Whether a round decides; if none does, an error of any round is the result."""
    assert node.condition is not None
    failure: CelError | None = None
    for _ in rounds:
        try:
            value = evaluator.value(node.condition, inner)
            if value is decisive:
                return decisive
            if not isinstance(value, bool):
                raise no_overload(f"{node.kind}()", value)
        except CelError as error:
            failure = failure or error
    if failure is not None:
        raise failure
    return not decisive


def _chosen(evaluator: Evaluator, node: Macro, inner: Locals, rounds: Iterator[object]) -> Iterator[object]:
    """The rounds whose condition holds; all, if there is none. An error of any is the result."""
    for first in rounds:
        if node.condition is not None:
            holds = evaluator.value(node.condition, inner)
            if not isinstance(holds, bool):
                raise no_overload(f"{node.kind}()", holds)
            if not holds:
                continue
        yield first


def _body(evaluator: Evaluator, node: Macro, inner: Locals) -> object:
    assert node.body is not None
    return evaluator.value(node.body, inner)


def _within_optional(evaluator: Evaluator, node: Macro, source: object, bound: Locals) -> Maybe:
    if not isinstance(source, Maybe):
        raise no_overload("optMap()" if node.kind == "opt_map" else "optFlatMap()", source)
    if not source.present:
        return NOTHING
    value = _body(evaluator, node, {**bound, node.first: source.value})
    return Maybe(True, value) if node.kind == "opt_map" else given(value)


def given(value: object) -> Maybe:
    """An optional, where one is required."""
    if isinstance(value, Maybe):
        return value
    raise no_overload("an optional entry", value)


def map_key(value: object, already: Mapping[object, object]) -> object:
    """The key of a new entry. Raises CelError for a double and for a key that is there already."""
    if isinstance(value, float):
        raise CelError("a map's key is an int, uint, bool or string, not a double")
    key = to_key(value)
    if key in already:
        raise CelError(f"repeated key in a map: {lookup.shown(value)}")
    return key
