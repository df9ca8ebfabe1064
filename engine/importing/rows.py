"""The rows of a foreign log, whatever its format, each with the line where it begins."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import msgspec

from engine.diagnostics import Diagnostic, Place
from engine.events.envelope import WireEvent, decode
from engine.events.jsonl import explain, lines_of
from engine.importing import messages
from engine.importing.messages import Reason
from engine.importing.model import Cells
from engine.importing.xes import MalformedXesError, xes_rows

LONGEST_LINE = 1024 * 1024
LONGEST_FIELD = 16 * 1024 * 1024
"""Characters of a quoted field, which may hold many lines."""
_GZIP = b"\x1f\x8b"
_BOM = "\ufeff"


class UnreadableLogError(Exception):
    """The log as a whole cannot be imported; ``diagnostics`` say why."""

    def __init__(self, diagnostics: list[Diagnostic]) -> None:
        super().__init__("; ".join(diagnostic.message for diagnostic in diagnostics))
        self.diagnostics = diagnostics


@dataclass(frozen=True, slots=True)
class Row:
    """One row that could be taken apart."""

    line: int
    cells: Cells


@dataclass(frozen=True, slots=True)
class Broken:
    """One row that could not."""

    line: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Passing:
    """One line that is an event already."""

    line: int
    event: WireEvent


Entry = Row | Broken | Passing


@dataclass(frozen=True, slots=True)
class Log:
    """An open log. ``header`` lists a table's columns; other formats name them row by row. ``size`` is in bytes."""

    header: tuple[str, ...] | None
    entries: Iterator[Entry]
    size: int
    raw: IO[bytes]

    def position(self) -> int:
        """How many of the file's bytes have been read."""
        return self.raw.tell()


@contextmanager
def opened_log(path: Path, file: str) -> Iterator[Log]:
    """The log, open. Raises ``UnreadableLogError``, also while its rows are read."""
    try:
        with path.open("rb") as raw:
            size = path.stat().st_size
            packed = raw.peek(2)[:2] == _GZIP
            stream = cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if packed else raw
            if stream.peek(2)[:2] in (b"\xff\xfe", b"\xfe\xff"):  # type: ignore[attr-defined]
                raise UnreadableLogError([messages.log_unreadable(file, "it is UTF-16, and logs are read as UTF-8")])
            kind = _kind(path, stream)
            if kind == "xes":
                yield Log(None, (_xes_entry(*row) for row in xes_rows(stream)), size, raw)
            elif kind == "jsonl":
                yield Log(None, _json_entries(stream, file), size, raw)
            else:
                csv.field_size_limit(LONGEST_FIELD)
                lines = _Lines(stream)
                table = csv.reader(lines)
                header = _header(table, lines, file)
                yield Log(header, _table_entries(table, lines, header), size, raw)
    except MalformedXesError as error:
        raise UnreadableLogError([messages.log_unreadable(file, f"line {error.line}: {error}")]) from error
    except OSError as error:
        why = error.strerror.lower() if error.strerror else "it is damaged or ends too early"
        raise UnreadableLogError([messages.log_unreadable(file, why)]) from error
    except (EOFError, zlib.error) as error:
        raise UnreadableLogError([messages.log_unreadable(file, "it is damaged or ends too early")]) from error


def _kind(path: Path, stream: IO[bytes]) -> str:
    """By the name, or by the first character where the name does not tell."""
    name = path.name.lower().removesuffix(".gz")
    suffix = name.rpartition(".")[2]
    known = {"csv": "csv", "xes": "xes", "xml": "xes", "jsonl": "jsonl", "ndjson": "jsonl"}
    if suffix in known:
        return known[suffix]
    head = stream.peek(512).lstrip(b"\xef\xbb\xbf \t\r\n")[:1]  # type: ignore[attr-defined]
    return {b"<": "xes", b"{": "jsonl"}.get(head, "csv")


class _Lines:
    """The text lines of a table for ``csv.reader``. ``bad`` says which of them hold what is no text."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.number = 0
        self.bad: dict[int, Reason] = {}

    def __iter__(self) -> Iterator[str]:
        read = self._stream.readline
        while line := read(LONGEST_LINE):
            self.number += 1
            if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
                self.bad[self.number] = messages.broken_row(f"the line is longer than {LONGEST_LINE:,} bytes")
                while line and not line.endswith(b"\n"):
                    line = read(LONGEST_LINE)
                line = b"\n"
            try:
                text = line.decode("utf-8")
            except UnicodeDecodeError:
                self.bad[self.number] = messages.bad_characters("bytes that are not UTF-8")
                text = line.decode("utf-8", "replace")
            if "\0" in text:
                self.bad[self.number] = messages.bad_characters("a NUL character")
            yield text.removeprefix(_BOM) if self.number == 1 else text

    def problem(self, first: int) -> Reason | None:
        """What is wrong with the lines from ``first`` to the last one read."""
        if not self.bad:
            return None
        return next((reason for line, reason in self.bad.items() if first <= line <= self.number), None)


def _header(table: Iterator[list[str]], lines: _Lines, file: str) -> tuple[str, ...]:
    try:
        header = next((cells for cells in table if cells), None)
    except csv.Error as error:
        raise UnreadableLogError([messages.log_unreadable(file, str(error))]) from error
    if header is None:
        raise UnreadableLogError([messages.log_unreadable(file, "it is empty")])
    if problem := lines.problem(1):
        raise UnreadableLogError([messages.log_unreadable(file, f"in its header {problem.text}")])
    return tuple(header)


def _table_entries(table: Iterator[list[str]], lines: _Lines, header: tuple[str, ...]) -> Iterator[Entry]:
    width = len(header)
    while True:
        first = lines.number + 1
        try:
            cells = next(table)
        except StopIteration:
            return
        except csv.Error:
            # Where the field ends nobody knows, and lines within it may look like rows.
            yield Broken(first, messages.endless_field(LONGEST_FIELD))
            return
        if problem := lines.problem(first):
            yield Broken(first, problem)
        elif len(cells) == width:
            yield Row(first, dict(zip(header, cells, strict=True)))
        elif cells:
            yield Broken(first, messages.wrong_width(len(cells), width, lines.number - first + 1))


def _xes_entry(line: int, cells: dict[str, str]) -> Entry:
    if any("\0" in text for text in cells.values()):
        return Broken(line, messages.bad_characters("a NUL character"))
    return Row(line, cells)


def _json_entries(stream: IO[bytes], file: str) -> Iterator[Entry]:
    problems: list[Diagnostic] = []
    for number, line in lines_of(stream, problems.append, file):
        for problem in problems:
            yield Broken(problem.place.line, messages.broken_row(problem.message))
        problems.clear()
        yield _json_entry(number, line)
    for problem in problems:
        yield Broken(problem.place.line, messages.broken_row(problem.message))


def _json_entry(number: int, line: bytes) -> Entry:
    try:
        if b'"specversion"' in line:
            return Passing(number, decode(line))
        row = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Broken(number, messages.broken_row(explain("", number, line, error).message))
    if not isinstance(row, dict):
        return Broken(number, messages.broken_row("the line is no JSON object"))
    cells = {name: _as_text(value) for name, value in row.items() if value is not None}
    if any("\0" in text for text in cells.values()):
        return Broken(number, messages.bad_characters("a NUL character"))
    return Row(number, cells)


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def place_of(file: str, line: int) -> Place:
    """The place of a row for people."""
    return Place(file, line, 1)
