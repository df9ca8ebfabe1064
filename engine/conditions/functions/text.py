"""Functions on text: the standard ones and CEL's usual string extension. Positions count characters from 0."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import re2

from engine.conditions.functions.arithmetic import MAX_SIZE
from engine.conditions.functions.table import both
from engine.conditions.values import CelError

if TYPE_CHECKING:
    from engine.conditions.functions.table import Overloads

_LOWER = str.maketrans({chr(code): chr(code + 32) for code in range(ord("A"), ord("Z") + 1)})
_UPPER = str.maketrans({chr(code): chr(code - 32) for code in range(ord("a"), ord("z") + 1)})
_BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
_QUOTED = str.maketrans({
    "\\": "\\\\", '"': '\\"', "\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v",
})  # fmt: skip


@lru_cache(maxsize=512)
def pattern(expression: str) -> re2._Regexp[str]:
    """The compiled regular expression (RE2: time linear in the text). Raises CelError for what RE2 refuses."""
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(expression, options)
    except re2.error as error:
        reason = error.args[0] if error.args else error
        text = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        raise CelError(f'"{expression}" is no regular expression: {text}') from None


def matches(text: str, expression: str) -> bool:
    """Whether some part of the text matches."""
    return pattern(expression).search(text) is not None


def _char_at(text: str, index: int) -> str:
    if not 0 <= index <= len(text):
        raise CelError(f"index {index} lies outside a text of {len(text)} characters")
    return text[index : index + 1]


def _index_of(text: str, part: str, start: int = 0) -> int:
    if not 0 <= start <= len(text):
        raise CelError(f"index {start} lies outside a text of {len(text)} characters")
    return text.find(part, start)


def _last_index_of(text: str, part: str, last: int | None = None) -> int:
    if last is None:
        return text.rfind(part)
    if not 0 <= last <= len(text):
        raise CelError(f"index {last} lies outside a text of {len(text)} characters")
    return text.rfind(part, 0, last + len(part))


def _replace(text: str, old: str, new: str, limit: int = -1) -> str:
    found = text.count(old)
    times = found if limit < 0 else min(limit, found)
    if len(text) + times * (len(new) - len(old)) > MAX_SIZE:
        raise CelError(f"the result would be larger than {MAX_SIZE} characters or items")
    return text.replace(old, new, times)


def _split(text: str, separator: str, limit: int = -1) -> list[str]:
    if limit == 0:
        return []
    if separator:
        return text.split(separator, -1 if limit < 0 else limit - 1)
    if limit < 0 or limit >= len(text):
        return list(text)
    return [*text[: limit - 1], text[limit - 1 :]]


def _substring(text: str, start: int, end: int | None = None) -> str:
    stop = len(text) if end is None else end
    if not 0 <= start <= stop <= len(text):
        raise CelError(f"{start} to {stop} lies outside a text of {len(text)} characters")
    return text[start:stop]


def _join(items: list[object], separator: str = "") -> str:
    texts: list[str] = []
    for item in items:
        if not isinstance(item, str):
            raise CelError("join() needs a list of texts")
        texts.append(item)
    if sum(map(len, texts)) + len(separator) * len(texts) > MAX_SIZE:
        raise CelError(f"the result would be larger than {MAX_SIZE} characters or items")
    return separator.join(texts)


OVERLOADS: Overloads = {
    (".contains", (str, str)): lambda text, part: part in text,
    (".startsWith", (str, str)): str.startswith,
    (".endsWith", (str, str)): str.endswith,
    **both("matches", (str, str), matches),
    (".charAt", (str, int)): _char_at,
    (".indexOf", (str, str)): _index_of,
    (".indexOf", (str, str, int)): _index_of,
    (".lastIndexOf", (str, str)): _last_index_of,
    (".lastIndexOf", (str, str, int)): _last_index_of,
    (".lowerAscii", (str,)): lambda text: text.translate(_LOWER),
    (".upperAscii", (str,)): lambda text: text.translate(_UPPER),
    (".replace", (str, str, str)): _replace,
    (".replace", (str, str, str, int)): _replace,
    (".split", (str, str)): _split,
    (".split", (str, str, int)): _split,
    (".substring", (str, int)): _substring,
    (".substring", (str, int, int)): _substring,
    (".trim", (str,)): lambda text: text.strip(_BLANKS),
    (".reverse", (str,)): lambda text: text[::-1],
    (".join", (list,)): _join,
    (".join", (list, str)): _join,
    ("strings.quote", (str,)): lambda text: f'"{text.translate(_QUOTED)}"',
}
