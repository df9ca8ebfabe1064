"""The roles section: who may do what to which entity, in words, one table a machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from app.report.documents.phrase import in_line
from app.report.documents.sheet import code, listed
from engine.access.matrix import Cell, cells, granted_by_nobody, ownerships
from engine.access.table import of_field
from engine.conditions.block import Line
from engine.reading.nodes import data

if TYPE_CHECKING:
    from engine.access.model import Grant
    from engine.catalog import Catalog
    from engine.machines.model import Machine

_WHOSE = {"own": "their own", "queue": "their queue’s", "other": "those of others", "any": "any"}
_FIELD = {
    "see": "sees",
    "write": "writes",
    "see+write": "sees, writes",
    "-": "not seen",
    "see?": "sees some",
    "write?": "writes some",
    "see?+write?": "sees, writes some",
    "see+write?": "sees; writes some",
    "see?+write": "sees some; writes",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One role's answer: ``kind`` is yes, some or no, ``words`` say where it is some, ``notes`` are fields."""

    role: str
    kind: str
    words: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Permission:
    """A row of a machine's table."""

    verb: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """One machine's table. ``count`` says how many of its permissions each role holds, ``fields`` who sees what."""

    id: str
    plural: str
    states: int
    count: tuple[tuple[str, int], ...]
    permissions: tuple[Permission, ...]
    fields: tuple[tuple[str, tuple[str, ...]], ...]
    conditions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The whole of it: machines, then the permissions about none, then the moves no role may make."""

    roles: tuple[tuple[str, str], ...]
    areas: tuple[Area, ...]
    other: tuple[Permission, ...]
    nobody: tuple[str, ...]


def matrix(catalog: Catalog) -> Matrix | None:
    """The matrix of a folder; None where it has no roles."""
    access = catalog.access
    if not access.roles:
        return None
    areas: list[Area] = []
    other: tuple[Permission, ...] = ()
    for machine, found in groupby(cells(access, catalog.machines), key=lambda cell: cell.machine):
        if machine is None:
            other = tuple(_permissions(list(found), None))
        else:
            areas.append(_area(catalog, catalog.machines[machine], list(found)))
    roles = tuple((name, access.roles[name].description) for name in sorted(access.grants))
    nobody = tuple(granted_by_nobody(access, catalog.machines))
    return Matrix(roles, tuple(areas), other, nobody)


def _area(catalog: Catalog, machine: Machine, found: list[Cell]) -> Area:
    access = catalog.access
    names = sorted(access.grants)
    permissions = tuple(_permissions(found, machine))
    count = tuple(
        (name, sum(one.kind != "no" for row in permissions for one in row.answers if one.role == name))
        for name in names
    )
    fields = []
    for field in (*machine.fields, *machine.relations):
        told = (of_field(access.grants[name], machine, field) for name in names)
        fields.append((field, tuple(_FIELD.get(word, word) for word in told)))
    conditions = {
        (f"{name}: {_verbs(grants)}", where)
        for name in names
        for where, grants in _conditions(access.roles[name].grants, machine).items()
    }
    return Area(
        machine.id, machine.plural, len(machine.states), count, permissions, tuple(fields), tuple(sorted(conditions))
    )


def _conditions(grants: Sequence[Grant], machine: Machine) -> dict[str, list[Grant]]:
    """The grants on a machine that have a condition, by it."""
    found: dict[str, list[Grant]] = {}
    for grant in grants:
        if grant.where is not None and grant.permission.partition(".")[0] == machine.plural:
            node = grant.where.scalar if isinstance(grant.where, Line) else grant.where.node
            found.setdefault(in_line(data(node)), []).append(grant)
    return found


def _verbs(grants: Sequence[Grant]) -> str:
    return listed([grant.permission.partition(".")[2].replace("_", " ") for grant in grants])


def _permissions(found: list[Cell], machine: Machine | None) -> Iterator[Permission]:
    for permission, group in groupby(found, key=lambda cell: cell.permission):
        verb = permission.partition(".")[2] if machine is not None else permission
        answers = (_answer(role, list(own), machine) for role, own in groupby(group, key=lambda cell: cell.role))
        yield Permission(verb.replace("_", " "), tuple(answers))


def _answer(role: str, here: list[Cell], machine: Machine | None) -> Answer:
    granted = [cell for cell in here if cell.answer != "no"]
    if not granted:
        return Answer(role, "no", "", ())
    kind = "yes" if all(cell.answer == "yes" for cell in here) else "some"
    words = _where(here, machine) if kind == "some" and machine is not None else ""
    return Answer(role, kind, words, tuple(_notes(granted)))


def _where(here: list[Cell], machine: Machine) -> str:
    """For which states and for whose entities, as far as the documents tell without knowing more."""
    states = [state for state in machine.states if any(c.state == state and c.answer != "no" for c in here)]
    whose = [one for one in ownerships(machine) if any(c.ownership == one and c.answer != "no" for c in here)]
    parts = []
    if len(whose) < len(ownerships(machine)):
        parts.append(listed([_WHOSE[one] for one in whose]))
    missing = [state for state in machine.states if state not in states]
    if missing:
        few = len(missing) < len(states)
        words = listed([code(state) for state in (missing if few else states)], "or")
        parts.append(f"not in {words}" if few else f"in {words}")
    if any(cell.answer == "depends" for cell in here):
        parts.append("under a condition")
    return ", ".join(parts)


def _notes(granted: list[Cell]) -> Iterator[str]:
    hidden = sorted({name for cell in granted for name in cell.hidden})
    if hidden:
        yield f"hides {listed([code(name) for name in hidden])}"
    for written in sorted({cell.fields for cell in granted if cell.fields is not None}):
        if written or granted[0].machine is not None:
            yield f"writes {listed([code(name) for name in written]) or 'nothing'} only"
