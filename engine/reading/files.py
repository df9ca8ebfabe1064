"""Reading one file from disk, within the limits and without leaving the configuration folder."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from engine.diagnostics import Diagnostic
from engine.reading import limits, messages
from engine.reading.read import source_from_bytes
from engine.reading.source import Source

KINDS_OF_FILE = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISCHR, "a device"),
)


def read_file(path: Path, file: str, inside: Path | None = None) -> tuple[Source, Diagnostic | None]:
    """The text of the file at ``path``, called ``file`` in diagnostics, and why it cannot be used if so.

    With ``inside``, a resolved folder, a symbolic link that leads out of that folder is refused. Never raises for the
    state of the file system: an unreadable file is a source without text.
    """
    try:
        if inside is not None and path.is_symlink() and not path.resolve(strict=True).is_relative_to(inside):
            return Source(file, ""), messages.link_leaves(file)
        content, problem = _content(path, file)
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "its links lead in a circle"
        return Source(file, ""), messages.unreadable(file, reason)
    if problem is not None:
        return Source(file, ""), problem
    return source_from_bytes(file, content)


def _content(path: Path, file: str) -> tuple[bytes, Diagnostic | None]:
    # Opened without blocking, so that a pipe without a writer does not hold up the whole folder.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        status = os.fstat(descriptor)
        for is_kind, name in KINDS_OF_FILE:
            if is_kind(status.st_mode):
                return b"", messages.not_a_file(file, name)
        content = _read(descriptor, min(status.st_size, limits.DOCUMENT_BYTES) + 1)
        if len(content) > limits.DOCUMENT_BYTES:
            return b"", messages.too_large(file, max(status.st_size, len(content)))
        return content, None
    finally:
        os.close(descriptor)


def _read(descriptor: int, expected: int) -> bytes:
    """All of a file, or one byte more than a document may have; the file may have grown since it was ``expected``."""
    parts: list[bytes] = []
    left = limits.DOCUMENT_BYTES + 1
    while left and (part := os.read(descriptor, min(expected, left))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
