"""What every document becomes on a page: a sheet of labelled rows, and the picture that its kind has.

Texts may hold code, which ``code`` marks and the page sets apart; nothing in them is markup.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.report.diagram import Drawing

OPEN, CLOSE = "\x02", "\x03"
"""Around code in a text: no document may hold these characters."""


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a row; ``mark`` stands before it, ``note`` after it in small, ``parts`` are the lines below it."""

    text: str
    mark: str = ""
    note: str = ""
    parts: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """Lines under one label."""

    label: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """Open hours of a day, as shares of it from 0 to 100, and in words."""

    left: float
    width: float
    words: str


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a calendar's week."""

    name: str
    windows: tuple[Window, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a template says on one channel in one language; ``length`` tells characters and, of an SMS, segments."""

    channel: str
    locale: str
    subject: str | None
    body: str
    length: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One document."""

    kind: str
    id: str
    version: int | None
    description: str
    file: str
    rows: tuple[Row, ...] = ()
    chips: tuple[str, ...] = ()
    drawing: Drawing | None = None
    week: tuple[Day, ...] = ()
    previews: tuple[Preview, ...] = ()

    @property
    def anchor(self) -> str:
        """The sheet's place on the page."""
        return f"doc-{self.kind}-{self.id}"


def code(text: object) -> str:
    """A text that the page sets as code."""
    return f"{OPEN}{text}{CLOSE}"


def row(label: str, *items: Item | str) -> Row:
    """A row of lines."""
    return Row(label, tuple(Item(item) if isinstance(item, str) else item for item in items))


def listed(words: list[str], last: str = "and") -> str:
    """Words in a row: ``a, b and c``."""
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else ""
