"""The recurring parts of a mapping document: columns, clocks, missing texts. Its shape was validated before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from engine.diagnostics import Diagnostic
from engine.importing import messages
from engine.importing.localtime import ISO, Clock
from engine.importing.model import Columns
from engine.reading.nodes import Mapping, Node, Scalar, Sequence

Report = Callable[[Diagnostic], None]
PLAIN = Clock(ISO, UTC, "UTC")
"""How times are written where the mapping does not say."""


def word(node: Mapping, key: str) -> Scalar | None:
    """The text under a key, or None where there is none."""
    found = node.get(key)
    return found if isinstance(found, Scalar) else None


def entries(node: Mapping, key: str) -> tuple[tuple[Scalar, Node], ...]:
    """The entries of the mapping under a key, none where there is none."""
    found = node.get(key)
    return found.entries if isinstance(found, Mapping) else ()


def missing_texts(node: Mapping) -> frozenset[str] | None:
    """The texts that mean no value, or None where the mapping does not say."""
    found = node.get("missing")
    if not isinstance(found, Sequence):
        return None
    return frozenset(item.text for item in found.items if isinstance(item, Scalar))


def keeps(node: Mapping, default: bool) -> bool:
    """Whether a blank leaves the value before it."""
    found = word(node, "blank")
    return default if found is None else found.text == "keep"


def columns(node: Node) -> Columns:
    """A column's name, ``{column}`` or ``{columns, join}``."""
    if isinstance(node, Scalar):
        return Columns((node.text,), "", node.place)
    assert isinstance(node, Mapping)
    several = node.get("columns")
    if not isinstance(several, Sequence):
        single = word(node, "column")
        return Columns((single.text,) if single else (), "", (single or node).place)
    join = word(node, "join")
    names = tuple(item.text for item in several.items if isinstance(item, Scalar))
    return Columns(names, join.text if join else "", several.place)


def clock(node: Mapping, default: Clock, report: Report) -> Clock:
    """``format`` and ``timezone``; what is not said is taken from ``default``."""
    pattern, zone = word(node, "format"), word(node, "timezone")
    if pattern is not None and pattern.text != ISO:
        try:
            datetime.strptime("", pattern.text)  # noqa: DTZ007 - only to learn whether the pattern is one
        except ValueError as error:
            if "does not match format" not in str(error):
                report(messages.bad_format(pattern.place, pattern.length, str(error)))
        if "%" not in pattern.text:
            report(messages.bad_format(pattern.place, pattern.length, "it names no part of a time"))
    return Clock(
        default.format if pattern is None else pattern.text,
        default.zone if zone is None else _zone(zone, report),
        default.zone_name if zone is None else zone.text,
    )


def _zone(name: Scalar, report: Report) -> tzinfo:
    try:
        return ZoneInfo(name.text)
    except (OSError, ValueError, KeyError):
        report(messages.unknown_zone(name.place, name.length, name.text))
        return UTC
