"""Cases in which documents are edited: their sections, and the edits."""

from __future__ import annotations

from pathlib import Path

CASES = Path(__file__).parents[2] / "cases"
BASE = CASES / "broken" / "domain" / "base"


def parts_of(case: Path) -> list[tuple[str, str]]:
    """The sections of a case, ``=== NAME`` and what follows."""
    pieces = case.read_text("utf-8").split("\n=== ")[1:]
    return [(piece.partition("\n")[0], piece.partition("\n")[2]) for piece in pieces]


def edited(content: bytes, edits: str) -> bytes:
    """The content after edits: a line of ``- `` what is written, then ``+ `` what comes in its place."""
    lines = edits.splitlines()
    for old, new in zip(lines[::2], lines[1::2], strict=True):
        assert old.startswith("- ")
        assert new.startswith("+ ")
        assert content.count(old[2:].encode()) == 1, old
        content = content.replace(old[2:].encode(), new[2:].replace("\\n", "\n").encode())
    return content
