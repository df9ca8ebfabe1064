"""Standard output and standard error without characters that have a terminal show a line in another order."""

from __future__ import annotations

import io
import re
from typing import TextIO

_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Embeddings, overrides and isolates of the Unicode bidirectional algorithm (UAX 9)."""


def escaped(text: str) -> str:
    """The text with every character that reorders what stands around it written as an escape, which JSON has too."""
    return _REORDERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class Plain(io.TextIOBase):
    """Writes to another stream, which it does not own, what can be read in the order in which it is written."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.buffer = stream.buffer

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """That of the stream."""
        return self._stream.encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        """What becomes of characters that the encoding has not."""
        return self._stream.errors

    def write(self, text: str) -> int:
        """Writes a text."""
        self._stream.write(escaped(text))
        return len(text)

    def flush(self) -> None:
        """Has it written at once."""
        self._stream.flush()

    def isatty(self) -> bool:
        """Whether somebody reads it on a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """The descriptor."""
        return self._stream.fileno()

    def writable(self) -> bool:
        """It is."""
        return True
