"""What a value must be beyond its type, before it is kept: not longer than the store can find again, a zone there is."""

from __future__ import annotations

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from babel.numbers import list_currencies

from app.road.problems import Fault, InvalidError
from app.road.rows import micro
from app.road.texts import is_address, is_locale, unreadable
from app.store.entities import ENTITIES
from engine.conditions.types import MONEY, STRING, TIMESTAMP, ZONE
from engine.conditions.values import Timestamp
from engine.machines.model import Machine
from engine.simulation.world import Record

LONGEST = 10_000
"""Characters of a text."""
LONGEST_KEY = 500
"""Characters of a text that is found by an index: a row of PostgreSQL's B-trees holds 2,704 bytes."""
EARLIEST = Timestamp.parse("1970-01-01T00:00:00Z")
LATEST = Timestamp.parse("2200-01-01T00:00:00Z")
"""What lies outside is a slip of the keyboard, and so near the ends of the calendar that nothing is reckoned from it."""
MOST_MONEY = 2**53 - 1
"""In minor units: what every reader of JSON counts exactly (RFC 8259, section 6)."""
LINES = frozenset({"message", "note", "notes", "notes_internal"})
"""Texts of more than one line; any other fits one."""
SCALES = {("model", "rating_internal"): (0, 100)}
"""From and to, where a number is a mark."""


@cache
def longest(machine: str, field: str) -> int:
    """How many characters a text may have."""
    table = ENTITIES.get(machine)
    if table is None or field not in table.c:
        return LONGEST
    column = table.c[field]
    found_by = column.unique or column.index or any(column.name in index.columns for index in table.indexes)
    return LONGEST_KEY if found_by else LONGEST


@cache
def zones() -> frozenset[str]:
    """The zones of the IANA database; finding them reads its folder."""
    return frozenset(available_timezones())


@cache
def currencies() -> frozenset[str]:
    """The codes of ISO 4217, earlier ones among them: an old booking may be in marks."""
    return frozenset(list_currencies())


def misfit(machine: Machine, field: str, value: Any) -> str | None:
    """What is wrong with a value of the right type; None where nothing is."""
    declared = machine.fields.get(field)
    if declared is None or value is None:
        return None
    if declared.type == STRING:
        return _misfit_text(machine, field, value)
    if declared.type == ZONE and value not in zones():
        return "expected a zone of the IANA database, such as Europe/Berlin"
    if declared.type == TIMESTAMP and not EARLIEST <= value < LATEST:
        return "expected an instant in the years 1970 to 2199"
    if declared.type == MONEY:
        if value["currency"] not in currencies():
            return "expected the code of a currency (ISO 4217) in capital letters, such as EUR"
        if value["amount"] < 0:
            return "expected an amount of nothing or more"
        if value["amount"] > MOST_MONEY:
            return f"expected an amount of at most {MOST_MONEY} minor units"
    scale = SCALES.get((machine.id, field))
    if scale is not None and not scale[0] <= value <= scale[1]:
        return f"expected a number from {scale[0]} to {scale[1]}"
    return None


def _misfit_text(machine: Machine, field: str, text: str) -> str | None:
    if len(text) > longest(machine.id, field):
        return f"at most {longest(machine.id, field)} characters"
    if unreadable(text, lines=field in LINES):
        return "expected a text without control characters" + ("" if field in LINES else ", on one line")
    if not machine.fields[field].optional and not text.strip():
        return "expected a text that is not blank"
    if field == "email" and not is_address(text):
        return "this is no e-mail address, such as name@example.com"
    if field == "locale" and not is_locale(text):
        return "expected a language (BCP 47) such as en or pt-BR"
    return None


def in_order(machine: Machine, record: Record) -> None:
    """Raises InvalidError for what ends before it begins, counted as the store does."""
    begins, ends = record.get("starts_at"), record.get("ends_at")
    both = "starts_at" in machine.fields and "ends_at" in machine.fields
    if both and begins is not None and ends is not None and micro(begins) >= micro(ends):
        raise InvalidError([Fault("/ends_at", "invalid", "it must end after it starts")])
