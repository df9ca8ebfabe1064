"""Broken documents and the whole text a person reads about each: every file under tests/cases/broken is one case.

A case begins with a sentence about what it shows. ``=== PATH`` begins a file of the configuration folder, and
``=== expected`` the messages. The cases under ``domain`` are laid over the sound documents in ``domain/base``.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.catalog import load
from engine.diagnostics import in_order, render
from engine.reading import Source, read_folder

CASES = Path(__file__).resolve().parents[1] / "cases" / "broken"
EXPECTED = "expected"


def parts_of(case: Path) -> dict[str, str]:
    """The files of a case by path, ``expected`` among them."""
    parts: dict[str, str] = {}
    for piece in case.read_bytes().decode("utf-8").split("\n=== ")[1:]:
        name, _, content = piece.partition("\n")
        parts[name] = content.removesuffix("\n") + "\n" if content.strip("\n") else ""
    return parts


def lay_out(case: Path, folder: Path) -> None:
    if case.parent.name == "domain":
        shutil.copytree(CASES / "domain" / "base", folder, dirs_exist_ok=True)
    for name, content in parts_of(case).items():
        if name != EXPECTED:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode("utf-8"))


def read_messages(folder: Path) -> str:
    """What reading alone says."""
    documents = read_folder(folder)
    sources: dict[str, Source] = {document.source.file: document.source for document in documents}
    found = in_order(diagnostic for document in documents for diagnostic in document.diagnostics)
    return "".join(
        render(diagnostic, sources[diagnostic.place.file].line(diagnostic.place.line)) + "\n" for diagnostic in found
    )


def checked_messages(folder: Path) -> str:
    """What reading and all checks say."""
    catalog = load(folder)
    return "".join(render(found, catalog.source_line(found)) + "\n" for found in catalog.diagnostics)


def cases(*stages: str) -> list[Path]:
    return sorted(path for stage in stages for path in (CASES / stage).glob("*.txt"))


@pytest.mark.parametrize("case", cases("reading", "shape"), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_is_said_about_a_broken_document(case: Path, tmp_path: Path):
    lay_out(case, tmp_path)
    assert read_messages(tmp_path) == parts_of(case)[EXPECTED]


@pytest.mark.parametrize("case", cases("domain"), ids=lambda path: path.stem)
def test_what_is_said_about_a_mistake_among_sound_documents(case: Path, tmp_path: Path):
    lay_out(case, tmp_path)
    assert checked_messages(tmp_path) == parts_of(case)[EXPECTED]


def test_the_sound_documents_are_sound():
    assert checked_messages(CASES / "domain" / "base") == ""


def test_there_are_many_broken_documents():
    assert len(cases("reading", "shape", "domain")) >= 60
