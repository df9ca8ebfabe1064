"""Files of events: one JSON object a line, plain or gzipped.

A broken line is reported with its place and left out; the lines after it are still read. Files are written beside
their final name and renamed at the end, so that an interrupted run leaves the old file or none.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

import msgspec

from engine.diagnostics import Diagnostic, Place
from engine.events import messages
from engine.events.envelope import WireEvent, decode, encode
from engine.events.seen import Seen

if TYPE_CHECKING:
    from pathlib import Path

LONGEST_LINE = 1024 * 1024
"""Bytes a line may have, its end not counted."""

Report = Callable[[Diagnostic], None]

_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_BYTE = re.compile(r"\(byte (\d+)\)")
_PATH = re.compile(r" - at `\$(?:\.?)([^`]*)`")


class UnreadableError(Exception):
    """The file as a whole cannot be read; ``diagnostic`` says why."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def read_events(path: Path, report: Report, *, file: str | None = None) -> Iterator[tuple[int, WireEvent]]:
    """The events of a file with their line numbers, counted from 1, in file order.

    Lines that cannot be read, and repetitions of an id, go to ``report`` and are left out. ``file`` is the name used
    in diagnostics, by default the path. Raises ``UnreadableError``. Of each event two hashes are remembered.
    """
    name = file if file is not None else str(path)
    seen = Seen()
    for number, line in read_lines(path, report, file=name):
        try:
            event = decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            report(explain(name, number, line, error))
            continue
        if b"\\u0000" in line and _has_nul(json.loads(line)):
            report(messages.bad_text(Place(name, number, 1), "a NUL character"))
            continue
        same = seen.add(event.id, line)
        if same is None:
            yield number, event
        else:
            say = messages.repeated if same else messages.conflicting
            report(say(Place(name, number, 1), event.id))


def read_event(text: bytes, report: Report, *, file: str) -> WireEvent | None:
    """One event that is a whole file or input by itself and may stand on several lines; None when it was reported."""
    try:
        event = decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        report(explain(file, 1, text, error))
        return None
    if b"\\u0000" in text and _has_nul(json.loads(text)):
        report(messages.bad_text(Place(file, 1, 1), "a NUL character"))
        return None
    return event


def read_lines(path: Path, report: Report, *, file: str) -> Iterator[tuple[int, bytes]]:
    """The lines of a plain or gzipped file with their numbers, without their ends and without blank ones.

    A line over ``LONGEST_LINE`` is reported and passed over without being held in memory. Raises ``UnreadableError``.
    """
    try:
        with opened(path) as stream:
            yield from lines_of(stream, report, file)
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableError(messages.unreadable(file, _reason(error))) from error


def lines_of(stream: IO[bytes] | gzip.GzipFile, report: Report, file: str) -> Iterator[tuple[int, bytes]]:
    """What ``read_lines`` yields, of bytes that are open already."""
    number = 0
    while line := stream.readline(LONGEST_LINE + 2):
        number += 1
        if number == 1:
            line = line.removeprefix(_BOM)
        body = line.rstrip(b"\r\n")
        if len(body) > LONGEST_LINE:
            report(messages.too_long(Place(file, number, 1), LONGEST_LINE))
            while line and not line.endswith(b"\n"):
                line = stream.readline(LONGEST_LINE)
        elif body and not body.isspace():
            yield number, body


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes] | gzip.GzipFile]:
    """The file's bytes, unpacked where its first two bytes say that it is gzipped. Raises ``OSError``."""
    with path.open("rb") as stream:
        if stream.peek(2)[:2] == _GZIP:
            with gzip.GzipFile(fileobj=stream) as unpacked:
                yield unpacked
        else:
            yield stream


def write_events(path: Path, events: Iterable[WireEvent]) -> int:
    """Writes the events, gzipped when the name ends in ``.gz``; returns how many. Raises ``OSError``."""
    count = 0
    with writing(path) as write:
        for event in events:
            write(encode(event))
            count += 1
    return count


@contextmanager
def writing(path: Path) -> Iterator[Callable[[bytes], None]]:
    """A function that takes one line at a time; the file appears under its name when the block ends well.

    A name that is a device or a pipe is written to as it is. Raises ``OSError``.
    """
    plain = not path.exists() or path.is_file()
    target = path.resolve()
    part = target.with_name(f".{target.name}.{os.getpid()}.part") if plain else path
    try:
        with part.open("wb") as raw:
            # No name and no time in the header: equal events are equal bytes when packed, too.
            packed = gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) if path.suffix == ".gz" else None
            write_bytes = packed.write if packed else raw.write

            def write(line: bytes) -> None:
                write_bytes(line + b"\n")

            yield write
            if packed:
                packed.close()
            raw.flush()
            if plain:
                os.fsync(raw.fileno())
        if plain:
            part.replace(target)
    except BaseException:
        if plain:
            part.unlink(missing_ok=True)
        raise


def explain(file: str, number: int, line: bytes, error: Exception) -> Diagnostic:
    """What ``decode`` raised, in words and at the character where it has one."""
    place = Place(file, number, 1)
    if isinstance(error, RecursionError):
        return messages.no_json(place, "it is nested too deeply")
    if isinstance(error, UnicodeDecodeError):
        return messages.bad_text(place, "it is not UTF-8")
    text = str(error)
    if isinstance(error, msgspec.ValidationError):
        path = _PATH.search(text)
        what = _PATH.sub("", text)
        if path and path[1] == "time":
            return messages.bad_time(place, what)
        return messages.no_event(place, f"{path[1]}: {what}" if path and path[1] else what)
    if _has_half_pair(line):
        return messages.bad_text(place, "half of a surrogate pair")
    if found := _BYTE.search(text):
        offset = len(line[: int(found[1])].decode("utf-8", "replace"))
        place = Place(file, number, offset + 1)
    return messages.no_json(place, _BYTE.sub("", text).removeprefix("JSON is malformed: ").strip())


def _has_half_pair(line: bytes) -> bool:
    """Whether the line is well formed but for a lone surrogate, which the decoder reports as truncated input."""
    try:
        json.dumps(json.loads(line), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    except (ValueError, RecursionError):
        return False
    return False


def _has_nul(value: object) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_has_nul(key) or _has_nul(item) for key, item in value.items())
    return isinstance(value, list) and any(map(_has_nul, value))


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return "it is damaged or ends too early"
