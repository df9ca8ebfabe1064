"""Optional values: asking for what may be missing without an error."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from engine.conditions.functions.table import VALUES
from engine.conditions.values import NOTHING, CelError, Maybe, Timestamp

if TYPE_CHECKING:
    from engine.conditions.functions.table import Overloads


def _of_non_zero(value: object) -> Maybe:
    """Nothing for null, false, 0, empty text, list or map; an instant is never zero but at the epoch's start."""
    if value is None or (not value and not isinstance(value, Timestamp)):
        return NOTHING
    if isinstance(value, float) and math.isnan(value):
        return Maybe(True, value)
    return NOTHING if isinstance(value, Maybe) and not value.present else Maybe(True, value)


def _value(maybe: Maybe) -> object:
    if not maybe.present:
        raise CelError("the optional has no value")
    return maybe.value


OVERLOADS: Overloads = {
    ("optional.none", ()): lambda: NOTHING,
    (".hasValue", (Maybe,)): lambda maybe: maybe.present,
    (".value", (Maybe,)): _value,
}
for _kind in VALUES:
    OVERLOADS["optional.of", (_kind,)] = lambda value: Maybe(True, value)
    OVERLOADS["optional.ofNonZeroValue", (_kind,)] = _of_non_zero
