"""Fields, relations, labels and the actor of a mapping: each a ``Cell`` that reads one text of a row."""

from __future__ import annotations

from dataclasses import dataclass

from engine.conditions.types import DATE, MONEY, STRING, TIMESTAMP, Type, phrase
from engine.importing import messages
from engine.importing.localtime import ISO, Clock
from engine.importing.model import Cell, Columns
from engine.importing.shape import Report, clock, columns, keeps, missing_texts, word
from engine.importing.texts import reader
from engine.reading.nodes import Mapping, Node, Scalar

_USEFUL: dict[str, tuple[tuple[Type, ...], str]] = {
    "format": ((TIMESTAMP, DATE), "timestamps and dates"),
    "timezone": ((TIMESTAMP,), "timestamps"),
    "currency": ((MONEY,), "money"),
    "unit": ((MONEY,), "money"),
}


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for a cell that does not say otherwise: instants are written as the log writes its own time."""

    clock: Clock
    missing: frozenset[str]
    keep: bool

    def within(self, node: Mapping) -> Defaults:
        """The defaults below a node that may say ``missing`` and ``blank`` itself."""
        missing = missing_texts(node)
        return Defaults(self.clock, self.missing if missing is None else missing, keeps(node, self.keep))


def field(key: Scalar, node: Node, kind: Type, defaults: Defaults, report: Report) -> Cell:
    """A machine's field: ``{}``, a column's name, or a mapping with options.

    A timestamp without a format is written as the log's own time is; a date without one is iso.
    """
    # A day's column rarely shares the pattern of the log's time, which has hours.
    base = Clock(ISO, defaults.clock.zone, defaults.clock.zone_name) if kind == DATE else defaults.clock
    if not isinstance(node, Mapping):
        if kind == MONEY:
            report(messages.money_needs_currency(key.place, key.length, key.text))
        return _cell(key.text, _source(key, node), kind, base, defaults)
    for option, (kinds, wanted) in _USEFUL.items():
        if option in node and kind not in kinds:
            place = node.key(option).place
            report(messages.option_without_use(place, option, key.text, phrase(kind), wanted))
    currency, unit = word(node, "currency"), word(node, "unit")
    if kind == MONEY and currency is None:
        report(messages.money_needs_currency(key.place, key.length, key.text))
    return _cell(
        key.text,
        _source(key, node),
        kind,
        clock(node, base, report),
        defaults.within(node),
        currency.text if currency else "",
        unit is None or unit.text == "major",
    )


def plain(name: str, node: Node, defaults: Defaults) -> Cell:
    """A relation or the actor: an id as it is written."""
    return _cell(name, columns(node), STRING, defaults.clock, defaults)


def label(key: Scalar, node: Node, defaults: Defaults, report: Report) -> Cell:
    """A label: an instant where a format says so, money where a currency does, else the text as it is."""
    source = _source(key, node)
    if not isinstance(node, Mapping):
        return _cell(key.text, source, STRING, defaults.clock, defaults)
    currency, unit = word(node, "currency"), word(node, "unit")
    kind = MONEY if currency else TIMESTAMP if "format" in node else STRING
    return _cell(
        key.text,
        source,
        kind,
        clock(node, defaults.clock, report),
        defaults.within(node),
        currency.text if currency else "",
        unit is None or unit.text == "major",
    )


def _cell(
    name: str,
    source: Columns,
    kind: Type,
    clock_: Clock,
    defaults: Defaults,
    currency: str = "",
    major: bool = True,
) -> Cell:
    return Cell(name, source, reader(kind, clock_, currency, major), defaults.missing, defaults.keep)


def _source(key: Scalar, node: Node) -> Columns:
    """The column that is named, or the one of the field's own name."""
    if isinstance(node, Mapping) and "column" not in node:
        return Columns((key.text,), "", key.place)
    return columns(node)
