"""An SLA policy in words: what it measures, by whose clock, and what follows when it is late."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.report.documents.phrase import action, in_line
from app.report.documents.sheet import Item, Row, code, row
from app.report.times import amount


def rows(policy: Mapping[str, Any]) -> Iterator[Row]:
    """Entity, clock, targets, warning, escalation."""
    calendar = policy.get("calendar")
    clock = f"in the hours of {code(calendar)}" if calendar else "around the clock"
    again = ", once for each" if policy.get("again") == "never" else ""
    yield row("Measures", f"each {policy['entity']}{again}, {clock}")
    yield row("Starts when", in_line(policy["start"]))
    for key, label in (("pause", "Rests while"), ("stop", "Met by"), ("cancel", "Dropped when")):
        if key in policy:
            yield row(label, in_line(policy[key]))
    yield Row("Target", tuple(map(target, policy["targets"])))
    if "warn_at" in policy:
        yield row("Warns", warning(policy["warn_at"]))
    for step in policy.get("escalation", ()):
        yield Row(_moment(step), tuple(map(action, step["actions"])))
    if "acts_as" in policy:
        yield row("As", code(policy["acts_as"]))


def target(written: Mapping[str, Any]) -> Item:
    """How long it may take, and for whom."""
    said = f"by {code(written['by'])}" if "by" in written else f"within {amount(str(written['within']))}"
    if "calendar" in written:
        said += f" of {code(written['calendar'])}"
    return Item(said, note=f"where {in_line(written['when'])}" if "when" in written else "")


def warning(written: Any) -> str:
    """When a clock warns."""
    if isinstance(written, Mapping):
        return f"{amount(str(written['before']))} before the deadline"
    text = str(written)
    return f"when {text} of the target is used up" if text.endswith("%") else f"when {amount(text)} is left"


def _moment(step: Mapping[str, Any]) -> str:
    if "at" in step:
        return {"warning": "At the warning", "breach": "When late"}[step["at"]]
    times = f", {step['repeat']} times" if step.get("repeat", 1) > 1 else ""
    return f"{amount(str(step['after']))} late{times}"
