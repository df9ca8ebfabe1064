"""What a call may be made with: parameters and result of every function of the language.

The functions themselves live in ``engine.conditions.functions``; a test holds this table against theirs.
"""

from __future__ import annotations

from engine.conditions.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    STRING,
    TIMESTAMP,
    UINT,
    ListType,
    MapType,
    Type,
)

Signature = tuple[tuple[Type, ...], Type]

ANY_LIST = ListType(DYN)
ANY_MAP = MapType(DYN, DYN)
TEXTS = ListType(STRING)

_GETTERS = (
    "getDate getDayOfMonth getDayOfWeek getDayOfYear getFullYear getHours getMilliseconds getMinutes getMonth "
    "getSeconds"
).split()
_SPAN_GETTERS = ("getHours", "getMinutes", "getSeconds", "getMilliseconds")
_SIZE: tuple[Signature, ...] = (((STRING,), INT), ((BYTES,), INT), ((ANY_LIST,), INT), ((ANY_MAP,), INT))


def _each(kinds: tuple[Type, ...], result: Type | None = None) -> tuple[Signature, ...]:
    return tuple(((kind,), result or kind) for kind in kinds)


FUNCTIONS: dict[str, tuple[Signature, ...]] = {
    "size": _SIZE,
    "int": _each((INT, UINT, DOUBLE, STRING, TIMESTAMP), INT),
    "uint": _each((INT, UINT, DOUBLE, STRING), UINT),
    "double": _each((INT, UINT, DOUBLE, STRING), DOUBLE),
    "string": _each((STRING, BOOL, INT, UINT, DOUBLE, BYTES, TIMESTAMP, DURATION), STRING),
    "bool": _each((BOOL, STRING), BOOL),
    "bytes": _each((BYTES, STRING), BYTES),
    "timestamp": _each((STRING, TIMESTAMP, INT), TIMESTAMP),
    "duration": _each((STRING, DURATION), DURATION),
    "dyn": _each((DYN,)),
    "matches": (((STRING, STRING), BOOL),),
    "strings.quote": _each((STRING,)),
    **{f"math.{name}": _each((INT, UINT, DOUBLE)) for name in ("abs", "sign")},
    **{f"math.{name}": _each((DOUBLE,)) for name in ("ceil", "floor", "trunc", "round")},
    **{f"math.{name}": _each((DOUBLE,), BOOL) for name in ("isNaN", "isInf", "isFinite")},
    "math.sqrt": _each((INT, UINT, DOUBLE), DOUBLE),
    **{
        f"math.{name}": tuple(((kind,) * count, kind) for count in (2, 3) for kind in (INT, UINT, DOUBLE))
        for name in ("greatest", "least")
    },
}
"""Functions by name; those of a namespace by their full name."""

METHODS: dict[str, tuple[Signature, ...]] = {
    "size": _SIZE,
    "contains": (((STRING, STRING), BOOL),),
    "startsWith": (((STRING, STRING), BOOL),),
    "endsWith": (((STRING, STRING), BOOL),),
    "matches": (((STRING, STRING), BOOL),),
    "charAt": (((STRING, INT), STRING),),
    "indexOf": (((STRING, STRING), INT), ((STRING, STRING, INT), INT)),
    "lastIndexOf": (((STRING, STRING), INT), ((STRING, STRING, INT), INT)),
    "lowerAscii": _each((STRING,)),
    "upperAscii": _each((STRING,)),
    "replace": (((STRING, STRING, STRING), STRING), ((STRING, STRING, STRING, INT), STRING)),
    "split": (((STRING, STRING), TEXTS), ((STRING, STRING, INT), TEXTS)),
    "substring": (((STRING, INT), STRING), ((STRING, INT, INT), STRING)),
    "trim": _each((STRING,)),
    "reverse": _each((STRING,)),
    "join": (((TEXTS,), STRING), ((TEXTS, STRING), STRING)),
    **dict.fromkeys(_GETTERS, (((TIMESTAMP,), INT), ((TIMESTAMP, STRING), INT))),
    **dict.fromkeys(_SPAN_GETTERS, (((TIMESTAMP,), INT), ((TIMESTAMP, STRING), INT), ((DURATION,), INT))),
}
"""Functions called on a value: the first parameter is that value."""

NAMESPACES = frozenset(name.partition(".")[0] for name in FUNCTIONS if "." in name)
"""Names before the dot of a function's full name, such as ``math``."""
