"""What commands say against a change, in the reader's language.

Commands speak English to programs, with the names of the documents in it: ``"hold" does not start from "on_set"``. A page
finds the sentence in the table of ``sentences.py`` and says it in the reader's words, the names included. A sentence
that the table does not have is looked for in the catalog, and else said as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from app.road.problems import Fault, InvalidError
from app.web.wording.language import gettext as _
from app.web.wording.sentences import OTHERWISE, WHOLE
from app.web.wording.words import word

NAME = r"[\w-]+(?:\.[\w-]+)*"
AND = ", | and | or "
PLACE = re.compile(r"%\(([a-z]+)[0-9]*\)s")
NAMES = ("kind", "kinds", "move", "state", "field", "role", "queue", "event")
LISTS = {"fields": "field", "roles": "role", "moves": "move", "queues": "queue", "options": "option"}
LOWERED = ("kind", "kinds", "field", "option")
"""Names that stand within a sentence, not in quotation marks."""
SHAPES = {
    **dict.fromkeys(NAMES, NAME),
    **dict.fromkeys(LISTS, rf"{NAME}(?:(?:{AND}){NAME})*"),
    "number": r"-?[0-9]+(?:\.[0-9]+)?",
    "permission": NAME,
    "code": NAME,
    "id": r"\S+",
    "currency": r"[A-Z]{3}",
}
"""What a place may hold, by what it is named after; anything, where nothing is said of it."""


def said(text: str) -> str:
    """A sentence of a command in the reader's language; several are set off by semicolons."""
    known = _known(text)
    if known is None and "; " in text:
        parts = text.split("; ")
        if any(_known(part) is not None for part in parts):
            return "; ".join(map(said, parts))
    if known is None:
        return _(text)
    message, found = known
    return _(message) % {name: _place(name, value) for name, value in found.items()}


def sentence(text: str) -> str:
    """The same where it stands alone: begun large and ended by a full stop; what begins with a code stays as it is."""
    told = said(text)
    first = told.split(" ", 1)[0]
    begun = told if "." in first else f"{told[:1].upper()}{told[1:]}"
    return begun if begun.endswith((".", "?", "!", "…")) else f"{begun}."


def is_known(text: str) -> bool:
    """Whether the table has a sentence."""
    return _known(text) is not None


def said_of(error: InvalidError) -> str:
    """All that is wrong with inputs, in one line: each with its field, where it is one."""
    told = "; ".join(map(_fault, error.faults))
    return told if told.endswith((".", "?")) else f"{told}."


def _fault(fault: Fault) -> str:
    name = fault.pointer.strip("/").partition("/")[0]
    return f"{word('field', name)}: {said(fault.message)}" if name.isidentifier() else said(fault.message)


def _place(name: str, value: str) -> str:
    kind = name.rstrip("0123456789")
    if kind in NAMES:
        return _name(kind, value)
    if kind in LISTS:
        return ", ".join(_name(LISTS[kind], one) for one in re.split(AND, value))
    if kind == "values":
        return re.sub(r"(\S+) is ", r"\1 = ", value)
    return said(value) if kind == "told" else value


def _name(kind: str, name: str) -> str:
    text = word(kind, name)
    return text.lower() if kind in LOWERED else text


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    pairs: Iterable[tuple[str, str]] = (*OTHERWISE.items(), *((text, text) for text in WHOLE))
    return tuple((re.compile(_expression(pattern), re.DOTALL), message) for pattern, message in pairs)


def _expression(pattern: str) -> str:
    parts, at = [], 0
    for place in PLACE.finditer(pattern):
        parts.append(re.escape(pattern[at : place.start()]))
        parts.append(f"(?P<{place.group()[2:-2]}>{SHAPES.get(place.group(1), '.+?')})")
        at = place.end()
    return "".join((*parts, re.escape(pattern[at:])))


def _known(text: str) -> tuple[str, dict[str, str]] | None:
    for pattern, message in _patterns():
        found = pattern.fullmatch(text)
        if found is not None:
            return message, found.groupdict()
    return None
