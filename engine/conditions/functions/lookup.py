"""Reading parts of a value: ``a.b``, ``a[b]`` and their optional forms. A missing part is an error, never null."""

from __future__ import annotations

from engine.conditions.values import NOTHING, CelError, Maybe, UInt, no_overload, to_key, type_name

_MISSING = object()


def select(operand: object, field: str) -> object:
    """``operand.field`` of a map, of a host's object, or within an optional."""
    if isinstance(operand, dict):
        value = operand.get(field, _MISSING)
        if value is _MISSING:
            raise CelError(f'no such key: "{field}"')
        return value
    if isinstance(operand, Maybe):
        return optional_select(operand, field)
    value = _attribute(operand, field)
    if value is None:
        raise CelError(f'no such key: "{field}"')
    return value


def has(operand: object, field: str) -> bool:
    """``has(operand.field)``."""
    if isinstance(operand, dict):
        return field in operand
    if isinstance(operand, Maybe):
        return operand.present and has(operand.value, field)
    return _attribute(operand, field) is not None


def optional_select(operand: object, field: str) -> Maybe:
    """``operand.?field``."""
    if isinstance(operand, Maybe):
        return optional_select(operand.value, field) if operand.present else NOTHING
    return Maybe(True, select(operand, field)) if has(operand, field) else NOTHING


def _attribute(operand: object, field: str) -> object:
    """A public attribute of what a host put into scope; values of CEL have none."""
    if field.startswith("_") or type(operand).__module__ == "builtins" or type_name(operand) != type(operand).__name__:
        raise no_overload(f'field "{field}"', operand)
    return getattr(operand, field, None)


def index(operand: object, key: object) -> object:
    """``operand[key]`` of a list or map, or within an optional."""
    if isinstance(operand, dict):
        value = operand.get(to_key(key), _MISSING)
        if value is _MISSING:
            raise CelError(f"no such key: {shown(key)}")
        return value
    if isinstance(operand, list):
        position = _position(key)
        if not 0 <= position < len(operand):
            raise CelError(f"index {position} is out of range: the list has {len(operand)} items")
        return operand[position]
    if isinstance(operand, Maybe):
        return optional_index(operand, key)
    raise no_overload("[]", operand, key)


def optional_index(operand: object, key: object) -> Maybe:
    """``operand[?key]``."""
    if isinstance(operand, Maybe):
        return optional_index(operand.value, key) if operand.present else NOTHING
    if isinstance(operand, dict):
        found = operand.get(to_key(key), _MISSING)
        return NOTHING if found is _MISSING else Maybe(True, found)
    if isinstance(operand, list):
        position = _position(key)
        return Maybe(True, operand[position]) if 0 <= position < len(operand) else NOTHING
    raise no_overload("[?]", operand, key)


def _position(key: object) -> int:
    if type(key) is int or type(key) is UInt:
        return key
    if isinstance(key, float) and key.is_integer():
        return int(key)
    raise CelError(f"invalid argument: a list has no index {shown(key)}")


def shown(key: object) -> str:
    """A key or index as an error names it."""
    if isinstance(key, str):
        return f'"{key}"'
    return str(key).lower() if isinstance(key, bool) else str(key)
