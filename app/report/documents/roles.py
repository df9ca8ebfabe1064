"""A role in words: what it may do to what, and what it does not see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from app.report.documents.phrase import in_line
from app.report.documents.sheet import Item, Row, code, listed


def rows(role: Mapping[str, Any]) -> Iterator[Row]:
    """The grants by area; those alike in condition and fields share a line."""
    areas: dict[str, dict[tuple[str, str], list[str]]] = defaultdict(lambda: defaultdict(list))
    for grant in role["grants"]:
        area, _, verb = grant["permission"].partition(".")
        areas[area][_where(grant), _fields(grant)].append(verb.replace("_", " "))
    for area, grants in areas.items():
        lines = (Item(listed(verbs) + limits, note=where) for (where, limits), verbs in grants.items())
        yield Row(area.replace("_", " ").capitalize(), tuple(lines))


def _where(grant: Mapping[str, Any]) -> str:
    return f"only where {in_line(grant['where'])}" if "where" in grant else ""


def _fields(grant: Mapping[str, Any]) -> str:
    hidden = f", not seeing {listed([code(name) for name in grant['hide']], 'or')}" if grant.get("hide") else ""
    if "fields" not in grant:
        return hidden
    return hidden + f", writing {listed([code(name) for name in grant['fields']]) or 'nothing'} only"
