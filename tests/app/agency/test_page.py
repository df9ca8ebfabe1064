"""docs/agency.md names every document of the agency, and the scenarios cover them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.catalog import load
from engine.reading.folder import read_folder
from engine.simulation import scenario
from engine.simulation.coverage import Coverage

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


def test_the_scenarios_cover_the_agencys_documents(root: Path):
    catalog = load(root)
    coverage = Coverage(catalog)
    failures = [failure for one in catalog.scenarios.values() for failure in scenario.run(catalog, one, coverage)]
    assert failures == []
    shares = coverage.as_json()
    assert shares["rules"] == shares["transitions"] == 1.0
    assert shares["conditions"] >= 0.95
