"""Rows of an XES log (IEEE 1849), read as a stream: one row an event, its trace's attributes as ``case:…`` columns.

Only the attributes that stand directly in a trace or an event are columns; those nested in other attributes are not.
Declarations of a document type are refused, and with them every entity that could grow or reach out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO
from xml.parsers import expat

_CHUNK = 64 * 1024
_SEPARATOR = "}"
_PLAIN = frozenset({"string", "date", "int", "float", "boolean", "id"})


class MalformedXesError(Exception):
    """The file is no XES that can be read; ``line`` is where reading ended."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class _Collector:
    """Collects complete events while the parser walks the file."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.rows: list[tuple[int, dict[str, str]]] = []
        self.path: list[str] = []
        self.case: dict[str, str] = {}
        self.event: dict[str, str] = {}
        self.line = 0
        self.is_log = False

    def _start(self, qualified: str, attributes: dict[str, str]) -> None:
        name = qualified.rpartition(_SEPARATOR)[2]
        parent = self.path[-1] if self.path else None
        self.path.append(name)
        if parent is None:
            self.is_log = name == "log"
            if not self.is_log:
                raise MalformedXesError(f"it begins with <{name}> and not with <log>", self.parser.CurrentLineNumber)
        if name == "trace":
            self.case = {}
        elif name == "event":
            self.event = {}
            self.line = self.parser.CurrentLineNumber
        elif name in _PLAIN and "key" in attributes and "value" in attributes:
            if parent == "event":
                self.event[attributes["key"]] = attributes["value"]
            elif parent == "trace":
                self.case[f"case:{attributes['key']}"] = attributes["value"]

    def _end(self, _: str) -> None:
        if self.path.pop() == "event":
            self.rows.append((self.line, {**self.case, **self.event}))

    def _refuse(self, *_: object) -> None:
        raise MalformedXesError("it declares a document type, which is not read", self.parser.CurrentLineNumber)


def xes_rows(stream: IO[bytes]) -> Iterator[tuple[int, dict[str, str]]]:
    """The line and the columns of every event, in file order.

    Attributes of a trace that stand after its events are not seen by those events. Raises ``MalformedXesError``.
    """
    collector = _Collector()
    try:
        while chunk := stream.read(_CHUNK):
            collector.parser.Parse(chunk, False)
            yield from collector.rows
            collector.rows.clear()
        collector.parser.Parse(b"", True)
        yield from collector.rows
    except expat.ExpatError as error:
        raise MalformedXesError(f"it is not well formed: {expat.ErrorString(error.code)}", error.lineno) from error
