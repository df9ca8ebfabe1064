"""Literals take the type of what they stand beside (language.md, Conditions; conditions.md, Types)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

from engine.conditions import messages
from engine.conditions.check_context import Context, Typed
from engine.conditions.money import parse_money
from engine.conditions.tree import Call, ListNode, Literal, Node
from engine.conditions.types import (
    BOOL,
    BYTES,
    DATE,
    DOUBLE,
    DURATION,
    INT,
    MONEY,
    NULL,
    STRING,
    TIMESTAMP,
    UINT,
    ZONE,
    EnumType,
    OptionalType,
    StateType,
    Type,
)
from engine.conditions.values import Duration, Timestamp, UInt

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORKING_DAYS = re.compile(r"[0-9.]+ ?wd")
_TYPES: dict[type, Type] = {
    bool: BOOL,
    int: INT,
    UInt: UINT,
    float: DOUBLE,
    str: STRING,
    bytes: BYTES,
    type(None): NULL,
    Timestamp: TIMESTAMP,
    Duration: DURATION,
    dict: MONEY,
}


def is_literal(node: Node) -> bool:
    """Whether the node takes its type from its neighbour: a constant, its negative, or a list of such.

    A sum of constants is none: its parts stand beside each other, and ``10 / 4`` is 2 as everywhere in CEL.
    """
    if isinstance(node, ListNode):
        return all(is_literal(item) for item in node.items)
    if isinstance(node, Call) and node.function == "-_":
        return isinstance(node.args[0], Literal)
    return isinstance(node, Literal)


def literal(context: Context, node: Literal, hint: Type | None) -> Typed:
    """The literal as a value of the hinted type where it can be one, else of its own type."""
    wanted = hint.value if isinstance(hint, OptionalType) else hint
    value = node.value
    if isinstance(value, str) and wanted is not None:
        return _text(context, node, value, wanted)
    if type(value) is int and wanted == DOUBLE:
        return context.typed(Literal(node.start, node.end, float(value)), DOUBLE)
    if type(value) is int and wanted == UINT and value >= 0:
        return context.typed(Literal(node.start, node.end, UInt(value)), UINT)
    return context.typed(node, _TYPES[type(value)])


def _text(context: Context, node: Literal, value: str, wanted: Type) -> Typed:
    if isinstance(wanted, EnumType):
        if value not in wanted.values:
            return context.failed(node, messages.unknown_enum_value(node, value, wanted.values, context.beside))
        return context.typed(node, wanted)
    if isinstance(wanted, StateType):
        states = tuple(context.scope.vocabulary.states(wanted.machine))
        if value not in states:
            return context.failed(node, messages.unknown_state(node, value, wanted.machine, states))
        return context.typed(node, wanted)
    if wanted == TIMESTAMP and _DAY.fullmatch(value):
        return context.failed(node, messages.bare_date(node, value))
    if wanted == DURATION and _WORKING_DAYS.fullmatch(value):
        return context.failed(node, messages.working_days(node, value))
    read = _READERS.get(wanted)
    if read is None:
        return context.typed(node, STRING)
    try:
        return context.typed(Literal(node.start, node.end, read(value)), wanted)
    except ValueError as error:
        return context.failed(node, messages.unreadable(node, str(error), wanted))


def time_literal(context: Context, node: Literal) -> Typed:
    """A text beside a timestamp in a sum: a duration if it reads as one, else an instant."""
    try:
        Duration.parse(str(node.value))
    except ValueError:
        day_or_instant = isinstance(node.value, str) and _DAY.match(node.value)
        return literal(context, node, TIMESTAMP if day_or_instant else DURATION)
    return literal(context, node, DURATION)


def _date(text: str) -> str:
    try:
        if _DAY.fullmatch(text):
            date.fromisoformat(text)
            return text
    except ValueError as error:
        raise ValueError(f'"{text}" is not a day of the calendar: {error}') from None
    raise ValueError(f'"{text}" is not a date such as 2026-04-01')


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        raise ValueError(f'"{text}" is not a time zone such as Europe/Berlin') from None
    return text


_READERS: dict[Type, Callable[[str], object]] = {
    TIMESTAMP: Timestamp.parse,
    DURATION: Duration.parse,
    MONEY: parse_money,
    DATE: _date,
    ZONE: _zone,
}
