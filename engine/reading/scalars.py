"""What a plain text means: the core schema of YAML 1.2 (section 10.3.2), not the older one of YAML 1.1.

``no`` and ``12:30`` are texts, ``010`` is ten, ``0o10`` is eight; a date or a time of day is a text.
"""

from __future__ import annotations

import re

NAMED: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}

INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")

NUMBER_STARTS = frozenset("+-.0123456789")
SMALLEST_INTEGER = -(2**63)
LARGEST_INTEGER = 2**64 - 1
LONGEST_NUMBER = 400
"""Characters; a longer text of digits is out of every range, so it is not worth converting."""


class NumberOutOfRange(ValueError):
    """A plain text is a number that no document can hold: infinite, not a number, or beyond 64 bits."""


def meaning(text: str) -> str | int | float | bool | None:
    """The value of a plain (unquoted) text. Raises NumberOutOfRange for a number that cannot be held."""
    if text in NAMED:
        return NAMED[text]
    if text[0] not in NUMBER_STARTS:
        return text
    if INTEGER.fullmatch(text):
        return _integer(text)
    if FLOAT.fullmatch(text):
        return _float(text)
    if NOT_FINITE.fullmatch(text):
        raise NumberOutOfRange(text)
    return text


def _integer(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise NumberOutOfRange(text)
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    value = int(text, base) if base != 10 else int(text)
    if not SMALLEST_INTEGER <= value <= LARGEST_INTEGER:
        raise NumberOutOfRange(text)
    return value


def _float(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise NumberOutOfRange(text)
    return value
