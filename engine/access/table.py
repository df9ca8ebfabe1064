"""The access matrix as text that a person reads and a difference shows: a table a machine, a line a role."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from engine.access.grants import CheckedGrant, CheckedRoles
from engine.access.matrix import Cell, cells, granted_by_nobody, ownerships
from engine.machines.model import Machine

HEAD = """\
Who may do what. yes: allowed; -: refused; ?: it depends on more than the state and whose it is.
own: only what is assigned to the person; queue: what nobody has and a queue of the person holds; other: the rest.
"""


def matrix_text(roles: CheckedRoles, machines: Mapping[str, Machine]) -> str:
    """The whole matrix."""
    parts = [HEAD]
    for machine, found in groupby(cells(roles, machines), key=lambda cell: cell.machine):
        if machine is None:
            parts.append("\n".join(("no entity", "", *_without_entity(list(found)), "")))
        else:
            lines = (*_permissions(machines[machine], list(found)), *_fields(machines[machine], roles))
            parts.append("\n".join((f"{machine} ({machines[machine].plural})", "", *lines)))
    nobody = granted_by_nobody(roles, machines)
    if nobody:
        parts.append("\n".join(("moves that no role may make", "", *(f"  {name}" for name in nobody), "")))
    return "\n".join(parts)


def _permissions(machine: Machine, found: list[Cell]) -> Iterator[str]:
    states = list(machine.states)
    for permission, group in groupby(found, key=lambda cell: cell.permission):
        rows = [["  " + permission, *states]]
        for role, own in groupby(group, key=lambda cell: cell.role):
            here = list(own)
            told = [_told([cell for cell in here if cell.state == state], machine) for state in states]
            rows.append(["    " + role, *told, _notes(here)])
        yield from aligned(rows)
        yield ""


def _told(here: list[Cell], machine: Machine) -> str:
    """The answer in one state, told apart by ownership only where that matters."""
    marks = {"yes": "yes", "no": "-", "depends": "?"}
    answers = {cell.answer for cell in here}
    if len(answers) == 1 or len(ownerships(machine)) == 1:
        return marks[here[0].answer]
    return "+".join(
        f"{cell.ownership}{'?' if cell.answer == 'depends' else ''}" for cell in here if cell.answer != "no"
    )


def _notes(here: list[Cell]) -> str:
    granted = [cell for cell in here if cell.answer != "no"]
    notes: list[str] = []
    hidden = sorted({name for cell in granted for name in cell.hidden})
    if hidden:
        notes.append(f"hides {', '.join(hidden)}")
    written = {cell.fields for cell in granted if cell.fields is not None}
    if written:
        notes.append("writes " + "; ".join(", ".join(one) or "nothing" for one in sorted(written)))
    return ", ".join(notes)


def _fields(machine: Machine, roles: CheckedRoles) -> Iterator[str]:
    """Each field with what each role may do with it: see, write; ? where only on some entities."""
    names = sorted(roles.grants)
    rows = [["  fields", *names]]
    for field in (*machine.fields, *machine.relations):
        rows.append(["    " + field, *(of_field(roles.grants[name], machine, field) for name in names)])
    yield from aligned(rows)
    yield ""


def of_field(grants: Iterable[CheckedGrant], machine: Machine, field: str) -> str:
    """What one role may do with a field: ``see``, ``write`` or both; ``?`` where only on some entities."""
    words: list[str] = []
    for verb, word in (("read", "see"), ("update", "write")):
        here = [grant for grant in grants if grant.permission == f"{machine.plural}.{verb}" and field not in grant.hide]
        here = [grant for grant in here if verb == "read" or grant.fields is None or field in grant.fields]
        if here:
            words.append(word if any(grant.where is None for grant in here) else f"{word}?")
    return "+".join(words) or "-"


def _without_entity(found: list[Cell]) -> Iterator[str]:
    names = sorted({cell.role for cell in found})
    rows = [["  permission", *names]]
    for permission, group in groupby(found, key=lambda cell: cell.permission):
        answers = {cell.role: cell.answer for cell in group}
        rows.append(["    " + permission, *("yes" if answers[name] == "yes" else "-" for name in names)])
    yield from aligned(rows)


def aligned(rows: list[list[str]]) -> Iterator[str]:
    """Rows of words in columns, without blanks at the ends."""
    widths = [max(len(row[n]) for row in rows if n < len(row)) for n in range(max(map(len, rows)))]
    for row in rows:
        yield "  ".join(word.ljust(width) for word, width in zip(row, widths, strict=False)).rstrip()
