"""Reading a request's JSON strictly: what two parsers could understand differently is refused before anything acts."""

from __future__ import annotations

import json
from math import isfinite
from typing import Any

from app.road.problems import Fault, InvalidError

MOST_BYTES = 256 * 1024
MOST_DEPTH = 32
MOST_DIGITS = 20


class MalformedError(Exception):
    """The body is no JSON that this interface takes; ``status`` is the answer's."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def read_json(content: bytes) -> Any:
    """The value of a JSON text in UTF-8. Raises MalformedError.

    Refused are more than 256 KiB, depth 32 or 20 digits, NaN and Infinity, keys that come twice, lone surrogates and the
    null character, which PostgreSQL cannot keep.
    """
    if len(content) > MOST_BYTES:
        raise MalformedError(f"the body is larger than {MOST_BYTES // 1024} KiB", 413)
    _depth(content)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedError(f"the body is no UTF-8 (byte {error.start})") from None
    try:
        value = json.loads(
            text, parse_constant=_no_constant, parse_float=_finite, parse_int=_whole, object_pairs_hook=_once
        )
    except json.JSONDecodeError as error:
        raise MalformedError(f"the body is no JSON: {error.msg.lower()} at line {error.lineno}") from None
    _texts(value)
    return value


def read_object(content: bytes) -> dict[str, Any]:
    """The object of a JSON text. Raises MalformedError, and InvalidError for another value."""
    value = read_json(content) if content.strip() else {}
    if not isinstance(value, dict):
        raise InvalidError([Fault("", "invalid", "expected an object")])
    return value


def _depth(content: bytes) -> None:
    """Counts brackets outside of texts, before a parser that recurses sees them."""
    depth, quoted, escaped = 0, False, False
    for byte in content:
        if quoted:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                quoted = False
        elif byte == 0x22:
            quoted = True
        elif byte in (0x5B, 0x7B):
            depth += 1
            if depth > MOST_DEPTH:
                raise MalformedError(f"the body is nested deeper than {MOST_DEPTH}")
        elif byte in (0x5D, 0x7D):
            depth -= 1


def _no_constant(name: str) -> Any:
    raise MalformedError(f"{name} is no JSON number")


def _finite(digits: str) -> float:
    found = float(digits)
    if not isfinite(found):
        raise MalformedError(f"{digits[:40]} is too large for a number")
    return found


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise MalformedError(f"a number has more than {MOST_DIGITS} digits")
    return int(digits)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise MalformedError(f'the key "{name[:40]}" comes twice')
            seen.add(name)
    return found


def _texts(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise MalformedError("a text holds the null character")
        if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
            raise MalformedError("a text holds half of a surrogate pair")
    elif isinstance(value, dict):
        for name, one in value.items():
            _texts(name)
            _texts(one)
    elif isinstance(value, list):
        for one in value:
            _texts(one)
