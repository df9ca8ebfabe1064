"""A matching in words: what a candidate must fulfil, and what it gets points for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.report.documents.phrase import in_line
from app.report.documents.sheet import Item, Row, code, row


def rows(matching: Mapping[str, Any]) -> Iterator[Row]:
    """Demands with what is said of those left out, preferences with their points."""
    limit = f", the best {matching['limit']}" if "limit" in matching else ""
    yield row("Ranks", f"each {matching['candidates']} for one {matching['for']}{limit}")
    demands = tuple(Item(in_line(one["if"]), note=f"else “{one['else']}”") for one in matching.get("must", ()))
    if demands:
        yield Row("Must", demands)
    wishes = tuple(map(_wish, matching.get("prefer", ())))
    if wishes:
        yield Row("Points for", wishes)


def _wish(one: Mapping[str, Any]) -> Item:
    score = one["score"]
    mark = f"{score:+}".replace("-", "−") if isinstance(score, int | float) else ""
    said = one["because"]
    if not mark:
        said += f", as many as {code(score)}"
    if "if" in one:
        said += f", where {in_line(one['if'])}"
    return Item(said, mark=mark)
