"""Counts and effects in plain words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

_NOUNS = {
    "create_task": ("task", "tasks"),
    "create_exception": ("exception", "exceptions"),
    "update_status": ("status change", "status changes"),
    "set_field": ("field change", "field changes"),
    "assign": ("assignment", "assignments"),
    "send_notification": ("message", "messages"),
    "call_webhook": ("webhook call", "webhook calls"),
    "start_timer": ("timer", "timers"),
    "cancel_timers": ("stopped timer", "stopped timers"),
}
_SHOWN = ("title", "reason", "template", "transition", "field", "value", "queue", "role", "user", "endpoint", "name")
_LABELS = {"recipient": "to"}
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_CONTEXT = frozenset(
    {
        "action",
        "rule",
        "event",
        "root",
        "time",
        "at",
        "entity",
        "about",
        "machine",
        "id",
        "subject",
        "shadow",
        "due",
        "to",
        "with",
    }
)


def noun(action: str, count: int) -> str:
    """``3 tasks`` without the number: the action's noun for so many."""
    one, many = _NOUNS.get(action, (action.replace("_", " "), action.replace("_", " ")))
    return one if abs(count) == 1 else many


def number(count: int) -> str:
    """A count with thousands apart: ``12,480``."""
    return f"{count:,}"


def signed(count: int) -> str:
    """A difference with its sign, a true minus included."""
    return f"+{count:,}" if count > 0 else f"−{-count:,}" if count else "0"


def share(part: int, whole: int) -> str:
    """A share as a person reads it: ``99.9 %``, and 100 % only when nothing is missing."""
    if not whole:
        return "—"
    if part == whole:
        return "100 %"
    return f"{min(99.99, part / whole * 100):.4g} %"


def net_effects(diff: Mapping[str, Any]) -> str:
    """What a difference comes to: ``37 more exceptions and 12 fewer messages``; empty when nothing was added or lost."""
    net: Counter[str] = Counter(item["action"] for item in diff["added"])
    net.subtract(item["action"] for item in diff["removed"])
    parts = [
        f"{number(abs(count))} {'more' if count > 0 else 'fewer'} {noun(action, count)}"
        for action, count in sorted(net.items(), key=lambda item: (-abs(item[1]), item[0]))
        if count
    ][:3]
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1]))) if parts else ""


def effect(keys: Mapping[str, Any]) -> str:
    """An effect's own keys as a short text: ``Answer VR-7K3M · inquiries · high``."""
    known = [_value(keys[name]) for name in _SHOWN if name in keys]
    rest = [
        f"{_LABELS.get(name, name)} {_value(value)}"
        for name, value in keys.items()
        if name not in _SHOWN and name not in _CONTEXT and name != "message"
    ]
    return " · ".join(part for part in (*known, *rest, _first_line(keys.get("message"))) if part)


def _first_line(message: Mapping[str, Any] | None) -> str:
    """What a message says at first sight: its subject or first line, or why it would not be sent."""
    if message is None:
        return ""
    if "refused" in message:
        return f"not sent: {message['refused']}"
    text = str(message.get("subject") or message["body"]).strip()
    return f"“{text.splitlines()[0]}”" if text else ""


def gist(keys: Mapping[str, Any]) -> str:
    """The first words of an effect: its title, reason, template or transition."""
    return next((_value(keys[name]) for name in _SHOWN if name in keys), "")


def change(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """What differs between two effects: ``priority high → urgent``."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return ", ".join(f"{name} {_value(before.get(name))} → {_value(after.get(name))}" for name in names)


def about(keys: Mapping[str, Any]) -> str:
    """The id of the entity whose event led to an effect."""
    return str(keys.get("about", "")).partition("/")[2]


def _value(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_value(item)}" for name, item in value.items())
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return text[:16].replace("T", " ") if _INSTANT.match(text) else text
