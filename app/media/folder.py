"""The folder of pictures: random names, whole files or none, readable by nobody else.

A file is written before the row that names it and removed after it, so that a crash in between leaves a file without a
row, never a row without a file. ``sweep`` removes such files.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

ORPHAN_AFTER = 3_600
"""Seconds after which a file without a row is nobody's upload any more."""
_FULL = {errno.ENOSPC, errno.EDQUOT}
_NAME = re.compile(r"[0-9a-f]{32}")


class FullError(Exception):
    """There is no room left on the disk."""


@dataclass(frozen=True, slots=True)
class MediaFolder:
    """Files by their names, two levels deep so that no folder grows large."""

    root: Path

    def path(self, name: str) -> Path:
        """Where a file lies. Raises ValueError for what is no name that was given out here."""
        if _NAME.fullmatch(name) is None:
            raise ValueError(f"{name!r} names no file of this folder")
        return self.root / name[:2] / name

    def write(self, content: bytes) -> str:
        """Keeps a file and gives its name; when this returns it outlives a power cut. Raises FullError."""
        name = secrets.token_hex(16)
        path = self.path(name)
        temporary = path.with_suffix(".part")
        try:
            path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
            try:
                with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640), "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                temporary.rename(path)
            except OSError:
                temporary.unlink(missing_ok=True)
                raise
            _flushed(path.parent)
        except OSError as error:
            if error.errno in _FULL:
                raise FullError from error
            raise
        return name

    def remove(self, name: str) -> None:
        """Removes a file; one that is gone already is fine."""
        self.path(name).unlink(missing_ok=True)

    def sweep(self, known: Callable[[list[str]], Iterable[str]], older_than: float = ORPHAN_AFTER) -> list[str]:
        """Removes the files that no row names and that are older than this many seconds; their names.

        ``known`` says which of some names have a row. It is asked after a file's age was read, so that a row which is
        written meanwhile is seen.
        """
        removed: list[str] = []
        before = time.time() - older_than
        for folder in sorted(self.root.glob("??")):
            old = [path for path in folder.iterdir() if path.stat().st_mtime < before]
            kept = set(known([path.name for path in old if not path.suffix])) if old else set()
            for path in sorted(old):
                if path.name not in kept:
                    path.unlink(missing_ok=True)
                    removed.append(path.name)
        return removed


def _flushed(folder: Path) -> None:
    """Makes a rename within a folder outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
