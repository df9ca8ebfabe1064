"""Hidden fields: what an output leaves out, and what may not be asked for.

A hidden field is absent; nobody can tell it from one that has no value. Filtering, sorting and searching by it would
tell its value all the same, and are refused. Source: the language, "Role".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.access.decide import Decision
from engine.access.grants import RoleSet
from engine.conditions.reads import FieldRead
from engine.diagnostics import Place


def visible(decision: Decision, record: Mapping[str, Any]) -> dict[str, Any]:
    """The record without what the decision hides; nothing of it where the decision is a refusal."""
    if not decision.allowed:
        return {}
    return {name: value for name, value in record.items() if name not in decision.hidden}


@dataclass(frozen=True, slots=True)
class Hidden:
    """A field that a list may not be filtered, sorted or searched by, and the grant that hides it."""

    read: FieldRead
    role: str | None
    place: Place | None

    @property
    def reason(self) -> str:
        """One sentence."""
        where = f"{self.role} may not see it" if self.role is not None else "no role of the actor may read it"
        return f'{self.read.machine} may not be filtered or sorted by "{self.read.field}": {where}'


def hidden_among(roles: RoleSet, plurals: Mapping[str, str], reads: Iterable[FieldRead]) -> Hidden | None:
    """The first of the fields that a filter or order reads, by name, that these roles may not see everywhere.

    ``plurals`` maps machines to their plurals. A field that is hidden on some rows only would still tell of those, so
    it must be seen on all: by a grant without ``where`` that shows it, or by every grant there is.
    """
    for read in sorted(reads, key=lambda one: (one.machine, one.field)):
        if not roles.grants.get(f"{plurals[read.machine]}.read"):
            return Hidden(read, None, None)
        grant = roles.hiding(read)
        if grant is not None:
            return Hidden(read, grant.role, grant.place)
    return None
