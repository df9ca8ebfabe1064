"""Values on paper: the typed form ``{"t": "int", "v": "1"}`` of conformance cases, and plain JSON for people."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable

from engine.conditions.functions.conversions import double_text
from engine.conditions.values import (
    MAX_INT,
    MAX_UINT,
    MIN_INT,
    CelError,
    Duration,
    Maybe,
    Timestamp,
    TypeValue,
    UInt,
    from_key,
    to_key,
    type_name,
)

_SPECIAL = {"Infinity": math.inf, "-Infinity": -math.inf, "NaN": math.nan}


def from_typed(form: object) -> object:
    """The value that a typed form stands for. Raises ValueError with a sentence about the form."""
    if not isinstance(form, dict) or not isinstance(form.get("t"), str):
        raise ValueError(f'{form!r} is no typed value such as {{"t": "int", "v": "1"}}')
    kind = form["t"]
    if kind == "null":
        return None
    if kind == "bytes":
        return _bytes(form.get("b64", form.get("v", "")))
    if kind == "optional":
        return Maybe(True, from_typed(form["v"])) if form.get("v") is not None else Maybe(False)
    reader = _READERS.get(kind)
    if reader is None:
        raise ValueError(
            f'"{kind}" is no type of a value; known are {", ".join([*_READERS, "bytes", "null", "optional"])}'
        )
    if "v" not in form:
        raise ValueError(f'a value of type {kind} needs "v"')
    try:
        return reader(form["v"])
    except (TypeError, AttributeError, CelError):
        raise ValueError(f"{form['v']!r} is no {kind}") from None


def _bool(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _int(value: object) -> int:
    number = int(value) if isinstance(value, str) else value
    if not isinstance(number, int) or isinstance(number, bool) or not MIN_INT <= number <= MAX_INT:
        raise TypeError
    return number


def _uint(value: object) -> UInt:
    number = int(value) if isinstance(value, str) else value
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= MAX_UINT:
        raise TypeError
    return UInt(number)


def _double(value: object) -> float:
    if isinstance(value, str):
        return _SPECIAL[value] if value in _SPECIAL else float(value)
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise TypeError
    return float(value)


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _bytes(value: object) -> bytes:
    try:
        return base64.b64decode(_string(value), validate=True)
    except (TypeError, binascii.Error):
        raise ValueError(f"{value!r} is no base64") from None


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError
    return [from_typed(item) for item in value]


def _map(value: object) -> dict[object, object]:
    if not isinstance(value, list):
        raise TypeError
    return {to_key(from_typed(key)): from_typed(item) for key, item in value}


def _timestamp(value: object) -> Timestamp:
    return Timestamp.parse(_string(value))


def _duration(value: object) -> Duration:
    return Duration.parse(_string(value))


def _type(value: object) -> TypeValue:
    return TypeValue(_string(value))


_READERS: dict[str, Callable[[object], object]] = {
    "bool": _bool,
    "int": _int,
    "uint": _uint,
    "double": _double,
    "string": _string,
    "list": _list,
    "map": _map,
    "timestamp": _timestamp,
    "duration": _duration,
    "type": _type,
}


_KINDS = (*_READERS, "bytes", "null", "optional")


def to_typed(value: object) -> dict[str, object]:
    """The typed form of any value."""
    match value:
        case None:
            return {"t": "null"}
        case bool():
            return {"t": "bool", "v": value}
        case Timestamp() | Duration():
            return {"t": type_name(value).rpartition(".")[2].lower(), "v": value.text()}
        case int():
            return {"t": type_name(value), "v": str(int(value))}
        case float():
            return {"t": "double", "v": value if math.isfinite(value) else double_text(value)}
        case str():
            return {"t": "string", "v": value}
        case bytes():
            return {"t": "bytes", "b64": base64.b64encode(value).decode()}
        case list():
            return {"t": "list", "v": [to_typed(item) for item in value]}
        case dict():
            return {"t": "map", "v": [[to_typed(from_key(key)), to_typed(item)] for key, item in value.items()]}
        case TypeValue():
            return {"t": "type", "v": value.name}
        case Maybe():
            return {"t": "optional", "v": to_typed(value.value)} if value.present else {"t": "optional"}
    raise TypeError(f"{type(value).__name__} is no value of a condition")


def from_plain(value: object) -> object:
    """JSON as a value: numbers with a point are doubles; objects that are typed forms stand for what they say.

    Raises ValueError with a sentence for whoever wrote it.
    """
    if isinstance(value, dict):
        if value.get("t") in _KINDS and value.keys() <= {"t", "v", "b64"}:
            return from_typed(value)
        return {key: from_plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [from_plain(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and not MIN_INT <= value <= MAX_INT:
        raise ValueError(f"{value} is larger than an int can be")
    return value


def to_plain(value: object) -> object:
    """A value as JSON shows it to a person: times and spans as text, an absent optional as null."""
    match value:
        case None | bool() | str():
            return value
        case Timestamp() | Duration():
            return value.text()
        case int():
            return int(value)
        case float():
            return value if math.isfinite(value) else double_text(value)
        case bytes():
            return base64.b64encode(value).decode()
        case list():
            return [to_plain(item) for item in value]
        case dict():
            return {str(to_plain(from_key(key))): to_plain(item) for key, item in value.items()}
        case TypeValue():
            return value.name
        case Maybe():
            return to_plain(value.value) if value.present else None
    return str(value)
