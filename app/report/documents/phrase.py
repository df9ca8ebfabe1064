"""Conditions, values and actions of documents in words; what it takes are nodes as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.report.documents.sheet import Item, code, listed
from app.report.times import amount

_BLOCKS = {"all": "all of these hold:", "any": "at least one of these holds:", "none": "none of these holds:"}
_MODIFIERS = frozenset({"after", "if", "for_each", "recheck"})


def condition(written: object) -> tuple[Item, ...]:
    """A condition as lines, of which all must hold."""
    if not isinstance(written, Mapping):
        return (Item(code(written)),)
    if list(written) == ["all"]:
        return tuple(line for part in written["all"] for line in _within(part))
    return tuple(
        Item(_BLOCKS[kind], parts=tuple(line for part in parts for line in _within(part)))
        for kind, parts in written.items()
    )


def _within(written: object) -> tuple[Item, ...]:
    """A part of a block: what is itself a block of ``all`` stays together."""
    if isinstance(written, Mapping) and list(written) == ["all"]:
        return (Item(_BLOCKS["all"], parts=tuple(line for part in written["all"] for line in _within(part))),)
    return condition(written)


def in_line(written: object) -> str:
    """A condition within a sentence; what belongs together stands in brackets."""
    if not isinstance(written, Mapping):
        return code(written)
    said = [_joined(kind, parts) for kind, parts in written.items()]
    return " and ".join(map(_enclosed, said)) if len(said) > 1 else said[0][0]


def _joined(kind: str, parts: list[Any]) -> tuple[str, bool]:
    """A block in a sentence, and whether it needs brackets beside another."""
    joint = " and " if kind == "all" else " or "
    inner = [(in_line(part), isinstance(part, Mapping)) for part in parts]
    said = joint.join(map(_enclosed, inner)) if len(inner) > 1 else inner[0][0]
    if kind == "none":
        return f"not ({said})", False
    return said, len(inner) > 1


def _enclosed(said: tuple[str, bool]) -> str:
    return f"({said[0]})" if said[1] else said[0]


def plain(written: object) -> str:
    """A value as a person reads it."""
    if isinstance(written, bool):
        return "yes" if written else "no"
    if written is None:
        return "nothing"
    if isinstance(written, Mapping):
        return ", ".join(f"{str(name).replace('_', ' ')} {plain(value)}" for name, value in written.items())
    if isinstance(written, list):
        return ", ".join(map(plain, written)) or "none"
    return str(written)


def action(written: Mapping[str, Any]) -> Item:
    """One action of a rule or of an escalation, with what it waits for and whom it is done for."""
    name = next(key for key in written if key not in _MODIFIERS)
    keys = dict(written[name] or {})
    said = _SAID[name](keys) if name in _SAID else f"{name.replace('_', ' ')}"
    rest = " · ".join(f"{key.replace('_', ' ')} {plain(value)}" for key, value in keys.items())
    notes: list[str] = []
    if "for_each" in written:
        said = f"for each of {code(written['for_each'])}: {said}"
    if "after" in written:
        said = f"after {amount(str(written['after']))}, {said}"
        notes.append(
            "not judged again then" if written.get("recheck") is False else "if the condition still holds then"
        )
    parts = (Item("only if", parts=condition(written["if"])),) if "if" in written else ()
    return Item(said[:1].upper() + said[1:] + (f" · {rest}" if rest else ""), note="; ".join(notes), parts=parts)


def _create_task(keys: dict[str, Any]) -> str:
    owner = f"queue {code(keys.pop('queue'))}" if "queue" in keys else code(keys.pop("assignee", "nobody"))
    said = f"task for {owner}: “{keys.pop('title', '')}”"
    if "due" in keys:
        due = keys.pop("due")
        said += " · due in " + (
            f"{amount(str(due['within']))} of {code(due['calendar'])}" if isinstance(due, Mapping) else amount(str(due))
        )
    return said


def _create_exception(keys: dict[str, Any]) -> str:
    title, reason = keys.pop("title", None), code(keys.pop("reason", ""))
    return f"exception {reason}" + (f": “{title}”" if title else "")


def _update_status(keys: dict[str, Any]) -> str:
    how = f"by {code(keys.pop('transition'))}" if "transition" in keys else f"to {code(keys.pop('to', ''))}"
    given = keys.pop("with", None)
    return f"move {code(keys.pop('entity', ''))} {how}" + (f" ({plain(given)})" if given else "")


def _set_field(keys: dict[str, Any]) -> str:
    value = keys.pop("expression") if "expression" in keys else plain(keys.pop("value", None))
    return f"set {code(keys.pop('entity', '') + '.' + keys.pop('field', ''))} to {code(value)}"


def _whom(to: object) -> str:
    if isinstance(to, Mapping):
        return listed([f"{kind} {code(name)}" for kind, name in to.items()])
    return code(to)


def _assign(keys: dict[str, Any]) -> str:
    to = {kind: keys.pop(kind) for kind in ("user", "role", "queue") if kind in keys}
    return f"assign {code(keys.pop('entity', ''))} to {_whom(to)}"


def _send_notification(keys: dict[str, Any]) -> str:
    return f"message {code(keys.pop('template', ''))} to {_whom(keys.pop('to', ''))}"


def _call_webhook(keys: dict[str, Any]) -> str:
    return f"call {code(keys.pop('endpoint', ''))}" + (f" with {plain(keys.pop('data'))}" if "data" in keys else "")


def _start_timer(keys: dict[str, Any]) -> str:
    return f"start timer {code(keys.pop('name', ''))}" + (
        f", which rings in {amount(str(keys.pop('after')))}" if "after" in keys else ""
    )


def _cancel_timers(keys: dict[str, Any]) -> str:
    return f"stop timers {code(keys.pop('name', ''))}"


_SAID = {
    "create_task": _create_task,
    "create_exception": _create_exception,
    "update_status": _update_status,
    "set_field": _set_field,
    "assign": _assign,
    "send_notification": _send_notification,
    "call_webhook": _call_webhook,
    "start_timer": _start_timer,
    "cancel_timers": _cancel_timers,
}
