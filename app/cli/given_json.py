"""JSON that is given to a command: read strictly, so that nobody is answered about something else than was meant."""

from __future__ import annotations

import json
import re
from math import isfinite
from typing import Any

_HALF = re.compile("[\ud800-\udfff]")


class AmbiguousError(ValueError):
    """JSON that readers take in different ways, or that is no text; the message says which."""


def read_json(text: str | bytes) -> Any:
    """The value that JSON says (RFC 8259).

    Raises ``AmbiguousError`` for a key that stands twice in an object, for NaN, infinity and what is too large for a
    number, and for half of a surrogate pair; ``ValueError`` for what is no JSON, and for JSON that is nested too deeply.
    """
    try:
        found = json.loads(text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_number)
        half = _HALF.search(json.dumps(found, ensure_ascii=False))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if half is not None:
        raise AmbiguousError(f"\\u{ord(half[0]):04x} is half of a surrogate pair, and no character")
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise AmbiguousError(f"the key {json.dumps(name)} stands twice in one object")
        found[name] = value
    return found


def _constant(name: str) -> Any:
    raise AmbiguousError(f"{name} is no number of JSON")


def _number(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise AmbiguousError(f"the number {text[:40]} is too large")
    return value
