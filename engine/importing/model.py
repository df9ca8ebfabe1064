"""A checked import mapping: what each row of a foreign log means. Source: the language, "Events and replay"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from engine.conditions.values import Timestamp
from engine.diagnostics import Place
from engine.importing.texts import Read
from engine.machines.model import Machine

Cells = Mapping[str, str]
"""One row of the log: column to text. A row of JSON or XES may lack columns."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that make one text, joined by ``join`` when there are several."""

    names: tuple[str, ...]
    join: str
    place: Place

    def text(self, cells: Cells) -> str | None:
        """The text of a row, or None where the row lacks a column."""
        if len(self.names) == 1:
            return cells.get(self.names[0])
        parts = [cells.get(name) for name in self.names]
        return None if None in parts else self.join.join(part for part in parts if part is not None)


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a field, a relation or a label of an entity comes from, and how its text is read."""

    name: str
    columns: Columns
    read: Read
    missing: frozenset[str]
    keep: bool

    def value(self, cells: Cells) -> object | None:
        """The JSON value of a row, or None where there is none. Raises ``ValueError``."""
        names = self.columns.names
        if len(names) == 1:
            text = cells.get(names[0])
        elif any(cells.get(name) in self.missing for name in names):
            return None
        else:
            text = self.columns.text(cells)
        return None if text is None or text in self.missing else self.read(text)


@dataclass(frozen=True, slots=True)
class EntityMapping:
    """The rows that are one machine's: ``where`` chooses them, None takes all that are left.

    ``cells`` are its fields and relations; ``labels`` are known only later and kept apart.
    """

    machine: Machine
    where: Callable[[Cells], bool] | None
    case: Columns
    state: Columns
    cells: tuple[Cell, ...]
    actor: Cell | None
    labels: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class ImportMapping:
    """A whole mapping document. The first entity whose ``where`` holds takes the row.

    ``read_time`` is ``Clock.read`` of the time column, remembering what it has read.
    """

    entities: tuple[EntityMapping, ...]
    machines: Mapping[str, Machine]
    time: Columns
    read_time: Callable[[str], tuple[Timestamp, ...]]
    repeated_hour: Literal["file_order", "first", "second"]

    def columns(self) -> tuple[Columns, ...]:
        """Everything that names a column of the log, once."""
        found = [self.time]
        for entity in self.entities:
            found += [entity.case, entity.state, *(cell.columns for cell in (*entity.cells, *entity.labels))]
            if entity.actor:
                found.append(entity.actor.columns)
        return tuple(dict.fromkeys(found))
