"""Every code that a person can meet has its page, every page its code, and the examples of the pages are true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.diagnostics import Diagnostic
from engine.reading import Source, read_text

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "diagnostics"
CODE = re.compile(r"\"(V\d{3})\"")
TEXT = re.compile(r"```text\n(.*?)```", re.DOTALL)
BROKEN = ROOT / "tests" / "cases" / "broken" / "domain"
REFUSED = ROOT / "tests" / "cases" / "releases"
# Met only where a document was read with actions of a host that the catalog was then not given.
OF_A_HOST = "V507"
YAML = re.compile(r"```yaml\n(.*?)```", re.DOTALL)


def codes_in_use() -> dict[str, str]:
    """Each code that a file of messages makes, with that file."""
    files = sorted([*ROOT.glob("engine/**/*messages.py"), *ROOT.glob("app/**/*messages.py")])
    return {code: path.relative_to(ROOT).as_posix() for path in files for code in CODE.findall(path.read_text("utf-8"))}


def pages() -> list[Path]:
    return sorted(PAGES.glob("V*.md"))


def reading_pages() -> list[Path]:
    return [path for path in pages() if path.stem.startswith("V1")]


def found_in(text: str) -> set[str]:
    found: list[Diagnostic] = []
    read_text(Source("x.yaml", text), found.append)
    return {diagnostic.code for diagnostic in found}


def test_every_code_has_a_page_and_every_page_a_code():
    assert sorted(path.stem for path in pages()) == sorted(codes_in_use())


def test_a_code_belongs_to_one_stage():
    files = sorted([*ROOT.glob("engine/**/*messages.py"), *ROOT.glob("app/**/*messages.py")])
    owners: dict[str, set[str]] = {}
    for path in files:
        for code in CODE.findall(path.read_text("utf-8")):
            owners.setdefault(code, set()).add(path.parent.as_posix())
    assert {code: sorted(where) for code, where in owners.items() if len(where) > 1} == {}


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_a_page_says_what_it_means_and_how_to_mend_it(page: Path):
    text = page.read_text("utf-8")
    assert text.startswith(f"# {page.stem}: ")
    assert 8 <= len(text.splitlines()) <= 40
    assert "```" in text


@pytest.mark.parametrize("page", reading_pages(), ids=lambda page: page.stem)
def test_the_example_of_a_reading_mistake_makes_it(page: Path):
    example, _, mended = page.read_text("utf-8").partition("## How to mend it")
    for block in YAML.findall(example):
        assert page.stem in found_in(block)
    for block in YAML.findall(mended):
        assert found_in(block) == set()


def domain_pages() -> list[Path]:
    return [path for path in pages() if path.stem[1] in "45679" and path.stem != OF_A_HOST]


@pytest.fixture(scope="module")
def asserted() -> str:
    """All that broken documents and refused releases are told, word for word; ``test_broken_documents`` and
    ``releases/test_refusals`` hold the engine to it.
    """
    return "".join(path.read_text("utf-8") for folder in (BROKEN, REFUSED) for path in sorted(folder.glob("*.txt")))


@pytest.mark.parametrize("page", domain_pages(), ids=lambda page: page.stem)
def test_the_message_on_a_page_is_what_the_engine_says(page: Path, asserted: str):
    example, _, mended = page.read_text("utf-8").partition("## How to mend it")
    messages = TEXT.findall(example)
    assert messages
    for message in messages:
        assert f" {page.stem}: " in message
        assert message in asserted
    for block in YAML.findall(mended):
        assert found_in(block) == set()
