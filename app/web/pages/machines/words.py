"""Values of the domain in the reader's words: what a field holds, what a condition's line rests on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.web.wording import moments
from app.web.wording.language import gettext as _
from app.web.wording.words import word
from engine.conditions.explain import LineVerdict
from engine.conditions.types import INT, TIMESTAMP
from engine.conditions.veil import HIDDEN
from engine.machines.model import Machine
from engine.machines.records import as_json

LONGEST_SHORT = 90
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z")


@dataclass(frozen=True, slots=True)
class Told:
    """A line of a condition: as written, where, its verdict, what it rests on, and ``short``, which says it in few words."""

    expression: str
    place: str
    verdict: str
    values: tuple[tuple[str, str], ...]
    short: str = ""
    error: str = ""


def told(machine: Machine, line: LineVerdict) -> Told:
    """A line that does not hold, for a reader who may see its values."""
    values = tuple((leaf, HIDDEN if value is HIDDEN else as_json(value)) for leaf, value in line.values.items())
    said = tuple((leaf, value_in_words(machine, leaf.rpartition(".")[2], value)) for leaf, value in values)
    short = ""
    if len(said) == 1 and said[0][0].startswith(f"{machine.id}.") and said[0][0].count(".") == 1:
        name = word("field", said[0][0].rpartition(".")[2]).lower()
        if values[0][1] is HIDDEN:
            short = _("%(field)s has to change first, its value is hidden from you") % {"field": name}
        else:
            short = _("%(field)s is %(value)s") % {"field": name, "value": said[0][1].lower()}
        short = short if len(short) <= LONGEST_SHORT else ""
    place = f"{line.place.file}:{line.place.line}"
    return Told(line.expression, place, line.verdict, said, short, line.error or "")


def value_in_words(machine: Machine | None, name: str, value: Any) -> str:
    """What a field of a machine holds. ``value`` is as JSON has it; names of entities are not looked up."""
    if value is HIDDEN:
        return _("hidden from you")
    if value is None:
        return _("nothing")
    if isinstance(value, Mapping) and set(value) == {"amount", "currency"}:
        return moments.money(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    declared = machine.fields.get(name) if machine is not None else None
    kind = declared.type if declared is not None else None
    if name == "status" and isinstance(value, str):
        return word("state", value, machine.id if machine is not None else "")
    if isinstance(value, str) and (kind == TIMESTAMP or (kind is None and _INSTANT.fullmatch(value))):
        return moments.instant(value)
    if isinstance(value, str) and getattr(kind, "values", None):
        return word("option", value)
    if isinstance(value, int) and kind in (None, INT):
        return moments.number(value)
    if isinstance(value, list):
        return ", ".join(value_in_words(None, "", one) for one in value) or _("nothing")
    if isinstance(value, Mapping):
        return ", ".join(f"{word('field', key)}: {value_in_words(None, key, one)}" for key, one in value.items())
    return str(value)
