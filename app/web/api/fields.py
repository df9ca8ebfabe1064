"""Bodies whose members are plain texts, and the pieces of their schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.road.problems import Fault, InvalidError
from app.web.answers import body
from app.web.api.operations import Schema

LONGEST = 1_024
"""Characters of a text."""
TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": LONGEST}
MAYBE: Schema = {"type": ["string", "null"]}
MAYBE_TEXT: Schema = {"type": ["string", "null"], "minLength": 1, "maxLength": LONGEST}
TEXTS: Schema = {"type": "array", "items": {"type": "string"}}
INSTANT: Schema = {"type": "string", "format": "date-time"}


def fields(*names: str, optional: tuple[str, ...] = ()) -> dict[str, str]:
    """The body's members, which are all texts. Raises InvalidError for what is missing, unknown or no text."""
    given = body()
    faults = [Fault(f"/{name}", "unknown_field", "no such field") for name in given if name not in (*names, *optional)]
    for name in (*names, *optional):
        value = given.get(name)
        if value is None and name in optional:
            continue
        if not isinstance(value, str) or not value:
            faults.append(Fault(f"/{name}", "missing" if value in (None, "") else "invalid", "expected a text"))
        elif len(value) > LONGEST:
            faults.append(Fault(f"/{name}", "too_long", f"at most {LONGEST} characters"))
    if faults:
        raise InvalidError(sorted(faults, key=lambda fault: fault.pointer))
    return {name: value for name, value in given.items() if value is not None}


def an_object(members: Mapping[str, Schema], *optional: str, closed: bool = True) -> Schema:
    """The schema of an object; the members that are not ``optional`` are always there."""
    found: dict[str, Any] = {"type": "object", "properties": dict(members)}
    found["required"] = [name for name in members if name not in optional]
    if closed:
        found["additionalProperties"] = False
    return found
