"""A scenario in words: given this, when that, expect (and do not expect) what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.report.documents.phrase import plain
from app.report.documents.sheet import Item, Row, code
from app.report.times import amount

_STANDING = ("entity", "id", "status")


def rows(scenario: Mapping[str, Any]) -> Iterator[Row]:
    """What is there, then a row a step."""
    given = tuple(map(_given, scenario.get("given", ())))
    if given:
        yield Row("Given", given)
    for step in scenario["steps"]:
        yield Row("When", (Item(_happening(step), parts=tuple(_outcomes(step))),))


def _given(entity: Mapping[str, Any]) -> Item:
    more = {name: value for name, value in entity.items() if name not in _STANDING}
    status = f", {entity['status']}" if "status" in entity else ""
    return Item(f"{entity['entity']} {code(entity['id'])}{status}", note=plain(more) if more else "")


def _happening(step: Mapping[str, Any]) -> str:
    if "advance" in step:
        return f"{amount(str(step['advance']))} go by"
    more = [plain(step[key]) for key in ("data", "set") if step.get(key)]
    actor = step.get("actor")
    by = f", by {plain(actor)}" if actor else ""
    return f"{code(step['event'])} of {code(step['subject'])}" + (f" ({'; '.join(more)})" if more else "") + by


def _outcomes(step: Mapping[str, Any]) -> Iterator[Item]:
    for key, mark in (("expect", "✓"), ("expect_not", "✗")):
        for one in step.get(key, ()):
            yield Item(_expected(one), mark=mark, note="not expected" if key == "expect_not" else "")


def _expected(one: Any) -> str:
    if not isinstance(one, Mapping):
        return str(one).replace("_", " ")
    return " · ".join(f"{name.replace('_', ' ')} {plain(value)}".strip() for name, value in one.items())
