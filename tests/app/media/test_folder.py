"""The folder of pictures: whole files or none, and none that nobody knows."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest

from app.media.folder import FullError, MediaFolder


@pytest.fixture
def folder(tmp_path: Path) -> MediaFolder:
    return MediaFolder(tmp_path / "media")


def files(folder: MediaFolder) -> list[Path]:
    return sorted(path for path in folder.root.rglob("*") if path.is_file())


def test_a_file_lies_under_a_name_by_chance_for_its_owner_and_group(folder: MediaFolder):
    first, second = folder.write(b"one"), folder.write(b"one")
    assert first != second
    assert folder.path(first).read_bytes() == b"one"
    assert folder.path(first).stat().st_mode & 0o777 == 0o640 & ~_umask()
    assert files(folder) == sorted([folder.path(first), folder.path(second)])
    folder.remove(first)
    folder.remove(first)
    assert files(folder) == [folder.path(second)]


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


@pytest.mark.parametrize("name", ["../secret", "a/b", "", "A" * 32, "0" * 31, "0" * 33, "0" * 32 + "\n", "\0" * 32])
def test_no_other_name_leads_anywhere(folder: MediaFolder, name: str):
    with pytest.raises(ValueError, match="names no file"):
        folder.path(name)


@pytest.mark.parametrize("call", ["fsync", "rename"])
def test_where_writing_fails_nothing_is_left(folder: MediaFolder, call: str, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os if call == "fsync" else Path, call, full)
    with pytest.raises(FullError):
        folder.write(b"one")
    assert files(folder) == []


def test_another_failure_is_told_as_it_is(folder: MediaFolder, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="Input/output"):
        folder.write(b"one")
    assert files(folder) == []


def test_the_sweep_takes_what_is_old_and_nobodys(folder: MediaFolder):
    known, orphan, young = folder.write(b"known"), folder.write(b"orphan"), folder.write(b"young")
    part = folder.path(orphan).with_suffix(".part")
    part.write_bytes(b"cut off")
    past = time.time() - 7_200
    for path in (folder.path(known), folder.path(orphan), part):
        os.utime(path, (past, past))
    assert sorted(folder.sweep(lambda names: [known])) == sorted([orphan, part.name])
    assert files(folder) == sorted([folder.path(known), folder.path(young)])


def test_a_folder_that_is_not_there_needs_no_sweeping(folder: MediaFolder):
    assert folder.sweep(lambda names: names) == []
