"""The text of one document, and the way from a character of it to a line and a column."""

from __future__ import annotations

import re
from bisect import bisect_right

from engine.diagnostics import Place

LINE_BREAK = re.compile(r"\r\n|\r|\n")


class Source:
    """``text`` of the document that people know as ``file`` (relative to the configuration folder, with ``/``)."""

    __slots__ = ("_starts", "file", "text")

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self._starts: list[int] | None = None

    def place(self, index: int) -> Place:
        """Where the character at ``index`` of the text stands; an index past the end is the end."""
        starts = self._line_starts()
        index = max(0, min(index, len(self.text)))
        line = bisect_right(starts, index)
        return Place(self.file, line, index - starts[line - 1] + 1)

    def line(self, number: int) -> str | None:
        """The text of a line, counted from 1 and without its line break, or None when there is no such line."""
        starts = self._line_starts()
        if not 1 <= number <= len(starts):
            return None
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")

    def end_of_line(self, index: int) -> int:
        """The index just after the last character of the line on which ``index`` stands."""
        found = LINE_BREAK.search(self.text, index)
        return found.start() if found else len(self.text)

    def start_of_line(self, index: int) -> int:
        """The index of the first character of the line on which ``index`` stands."""
        starts = self._line_starts()
        return starts[bisect_right(starts, max(0, index)) - 1]

    def _line_starts(self) -> list[int]:
        if self._starts is None:
            self._starts = [0, *(found.end() for found in LINE_BREAK.finditer(self.text))]
        return self._starts
