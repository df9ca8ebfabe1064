"""Writing published documents back into a working folder: each file whole or not at all.

New bytes lie ready beside their files (``.NAME.publishing``, which no reader of folders looks at) before the store
commits; afterwards each is renamed over its file. Whatever is interrupted leaves every file as it was or as it should
be, and the next publication finishes the rest: it knows a file that says what is live but for the version, and one that
was edited meanwhile by what still lies ready beside it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_ENDING = ".publishing"


def interrupted(directory: Path, documents: Iterable[str]) -> dict[str, bytes]:
    """What an interrupted publication left lying ready beside documents of a folder, by their paths."""
    found: dict[str, bytes] = {}
    for path in documents:
        beside = _beside(_target(directory, path))
        if beside.is_file():
            found[path] = beside.read_bytes()
    return found


@dataclass(frozen=True, slots=True)
class Written:
    """The files that were written, and those left alone because somebody changed them meanwhile."""

    written: tuple[str, ...]
    left: tuple[str, ...]


class FolderWrite:
    """Takes a folder from ``before`` to ``after``, both bytes by path; files that are in neither are left alone."""

    def __init__(self, directory: Path, before: Mapping[str, bytes], after: Mapping[str, bytes]) -> None:
        self._directory = directory
        self._before = before
        self._after = {path: content for path, content in after.items() if before.get(path) != content}
        self._settled = [path for path in after if path not in self._after]
        self._gone = sorted(path for path in before if path not in after)
        self._staged: dict[str, Path] = {}

    def stage(self) -> None:
        """Lays the new bytes ready. Raises ``OSError``, with nothing left behind."""
        try:
            for path, content in self._after.items():
                target = self._target(path)
                target.parent.mkdir(parents=True, exist_ok=True)
                beside = _beside(target)
                self._staged[path] = beside
                with beside.open("wb") as file:
                    file.write(content)
                    if target.exists():
                        os.fchmod(file.fileno(), target.stat().st_mode & 0o7777)
                    file.flush()
                    os.fsync(file.fileno())
        except BaseException:
            self.discard()
            raise

    def finish(self) -> Written:
        """Puts the new bytes in place, and removes what is gone. Raises ``OSError``."""
        written: list[str] = []
        left: list[str] = []
        for path, beside in self._staged.items():
            if self._untouched(path):
                beside.replace(self._target(path))
                written.append(path)
            else:
                beside.unlink(missing_ok=True)
                left.append(path)
        for path in self._gone:
            if self._untouched(path):
                self._target(path).unlink()
                written.append(path)
            else:
                left.append(path)
        for path, content in interrupted(self._directory, self._settled).items():
            if content == self._before[path]:  # left by an earlier publication, and in place by now
                _beside(self._target(path)).unlink(missing_ok=True)
        for folder in {self._target(path).parent for path in written}:
            _keep_folder(folder)
        return Written(tuple(sorted(written)), tuple(sorted(left)))

    def discard(self) -> None:
        """Takes away what lies ready."""
        for beside in self._staged.values():
            beside.unlink(missing_ok=True)

    def _target(self, path: str) -> Path:
        return _target(self._directory, path)

    def _untouched(self, path: str) -> bool:
        """Whether a file still is what it was taken for."""
        try:
            return self._target(path).read_bytes() == self._before.get(path)
        except FileNotFoundError:
            return path not in self._before


def _target(directory: Path, path: str) -> Path:
    """The file itself, also where the folder holds a link to it."""
    file = directory / path
    return file.resolve() if file.is_symlink() else file


def _beside(target: Path) -> Path:
    """Where new bytes of a file lie ready."""
    return target.with_name(f".{target.name}{_ENDING}")


def _keep_folder(folder: Path) -> None:
    """Has the names of a folder survive a power cut too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
