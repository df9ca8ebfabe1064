"""Checks how filters are used: on what, and with which arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from jinja2 import nodes

from engine.conditions.types import DATE, DOUBLE, DURATION, INT, MONEY, STRING, TIMESTAMP, ZONE, Type, is_text
from engine.diagnostics import Diagnostic
from engine.templates import messages
from engine.templates.filters import LENGTHS
from engine.templates.kinds import UNKNOWN, Entity, Kind, Listed, Value, named


@dataclass(frozen=True, slots=True)
class Usage:
    """What a filter takes and how it is written; ``takes`` None: lists."""

    takes: tuple[Type, ...] | None
    wanted: str
    written: str
    zone: bool = False
    result: Type = STRING


USAGES: dict[str, Usage] = {
    "money": Usage((MONEY,), "money", "| money"),
    "date": Usage(
        (TIMESTAMP, DATE), "an instant or a date", '| date("Europe/Berlin", "long"), or | date for a date', True
    ),
    "time": Usage((TIMESTAMP,), "an instant", '| time("Europe/Berlin")', True),
    "datetime": Usage((TIMESTAMP,), "an instant", '| datetime("Europe/Berlin")', True),
    "duration": Usage((DURATION,), "a duration", "| duration"),
    "number": Usage((INT, DOUBLE), "a number", "| number"),
    "upper": Usage((STRING,), "a text", "| upper"),
    "lower": Usage((STRING,), "a text", "| lower"),
    "trim": Usage((STRING,), "a text", "| trim"),
    "truncate": Usage((STRING,), "a text", "| truncate(60)"),
    "count": Usage(None, "a list", "| count", result=INT),
    "join": Usage(None, "a list of texts", '| join(", ")'),
    "default": Usage((), "any value", '| default("…")'),
}


class FilterChecker:
    """Checks filters; ``place`` finds the words of a node."""

    def __init__(self, report: Callable[[Diagnostic], None], place: Callable[..., Any]) -> None:
        self._report = report
        self._place = place

    def result(self, node: nodes.Filter, kind: Kind, arguments: list[Kind]) -> Kind:
        """What the filter yields on ``kind``."""
        usage = USAGES.get(node.name)
        if usage is None:
            self._report(messages.unknown_filter(self._at(node), node.name, USAGES))
            return UNKNOWN
        if UNKNOWN is kind or UNKNOWN in arguments:
            return UNKNOWN if node.name == "default" else Value(usage.result)
        if node.name == "default":
            return self._default(node, kind, arguments)
        if not _takes(usage, node.name, kind):
            self._report(messages.filter_takes(self._at(node), node.name, usage.wanted, named(kind)))
        elif node.kwargs or node.dyn_args or node.dyn_kwargs or not self._arguments(node, usage, kind, arguments):
            self._report(messages.filter_arguments(self._at(node), node.name, usage.written))
        return Value(usage.result)

    def _default(self, node: nodes.Filter, kind: Kind, arguments: list[Kind]) -> Kind:
        if len(arguments) != 1 or node.kwargs:
            self._report(messages.filter_arguments(self._at(node), node.name, USAGES["default"].written))
        elif isinstance(kind, Value) and isinstance(arguments[0], Value):
            there, instead = kind.type, arguments[0].type
            if not (there == instead or (is_text(there) and is_text(instead))):
                self._report(messages.filter_takes(self._at(node), "default", _a(there), instead))
        return kind

    def _arguments(self, node: nodes.Filter, usage: Usage, kind: Kind, arguments: list[Kind]) -> bool:
        if usage.zone:
            zoned = isinstance(kind, Value) and kind.type == TIMESTAMP
            if not zoned:
                return not arguments
            return 1 <= len(arguments) <= 2 and self._zone(node, arguments[0]) and _is_length(arguments[1:])
        if node.name == "truncate":
            given = arguments[0] if len(arguments) == 1 else None
            return isinstance(given, Value) and isinstance(given.constant, int) and 1 <= given.constant <= 10_000
        if node.name == "join":
            return len(arguments) <= 1 and all(
                isinstance(one, Value) and isinstance(one.constant, str) for one in arguments
            )
        return not arguments

    def _zone(self, node: nodes.Filter, argument: Kind) -> bool:
        if not isinstance(argument, Value):
            return False
        if isinstance(argument.constant, str) and argument.constant not in available_timezones():
            place = self._place(node, f'"{argument.constant}"')
            self._report(messages.unknown_zone(place, argument.constant, available_timezones()))
            return True
        return argument.type == ZONE or isinstance(argument.constant, str)

    def _at(self, node: nodes.Filter) -> Any:
        return self._place(node, "|", node.name)


def _takes(usage: Usage, name: str, kind: Kind) -> bool:
    if usage.takes is None:
        if name == "join":
            return isinstance(kind, Listed) and isinstance(kind.item, Value) and is_text(kind.item.type)
        return isinstance(kind, Listed) and not kind.constants
    if isinstance(kind, (Entity, Listed)):
        return False
    return kind.type in usage.takes or (STRING in usage.takes and is_text(kind.type))


def _is_length(arguments: list[Kind]) -> bool:
    return all(isinstance(one, Value) and one.constant in LENGTHS for one in arguments)


def _a(kind: Type) -> str:
    return f"{kind} beside {kind}"
