"""What a value must be beyond its type, before it is kept: not longer than the store can find again, a zone there is."""

from __future__ import annotations

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from app.road.problems import Fault, InvalidError
from app.road.rows import micro
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


def misfit(machine: Machine, field: str, value: Any) -> str | None:
    """What is wrong with a value of the right type; None where nothing is."""
    declared = machine.fields.get(field)
    if declared is None or value is None:
        return None
    if declared.type == STRING and len(value) > longest(machine.id, field):
        return f"at most {longest(machine.id, field)} characters"
    if declared.type == ZONE and value not in zones():
        return "expected a zone of the IANA database, such as Europe/Berlin"
    if declared.type == TIMESTAMP and not EARLIEST <= value < LATEST:
        return "expected an instant in the years 1970 to 2199"
    if declared.type == MONEY:
        code = value["currency"]
        if not (code.isascii() and code.isalpha() and code.isupper()):
            return "expected a currency's code in capital letters, such as EUR"
        if value["amount"] < 0:
            return "expected an amount of nothing or more"
    return None


def in_order(machine: Machine, record: Record) -> None:
    """Raises InvalidError for what ends before it begins, counted as the store does."""
    begins, ends = record.get("starts_at"), record.get("ends_at")
    both = "starts_at" in machine.fields and "ends_at" in machine.fields
    if both and begins is not None and ends is not None and micro(begins) >= micro(ends):
        raise InvalidError([Fault("/ends_at", "invalid", "it must end after it starts")])
