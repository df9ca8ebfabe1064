"""docs/agency.md names every document of the agency."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.reading.folder import read_folder

KINDS = {"machine", "rule", "role", "sla", "calendar", "matching", "template"}


def rows(page: str) -> Iterator[str]:
    return (line for line in page.splitlines() if line.startswith("|"))


@pytest.fixture(scope="module")
def named(root: Path) -> set[str]:
    page = (root / "docs/agency.md").read_text(encoding="utf-8")
    return {name for row in rows(page) for name in re.findall(r"`([^`]+)`", row)}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_tables_name_every_document(root: Path, named: set[str], kind: str):
    ids = {document.id for document in read_folder(root) if document.kind == kind}
    assert ids
    assert ids - named == set()


def test_the_tables_name_nothing_that_is_not_there(root: Path, named: set[str]):
    known = {document.id for document in read_folder(root)} | {"app/agency"}
    files = {path.name for path in (root / "app/agency").glob("*.py")}
    builtin = {"task", "exception", "user"}
    assert named - known - files - builtin == set()
