"""Each folder of ``tests/cases/importing`` is a log with its mapping, and the events and skips that come of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from engine.importing.gather import Skip
from engine.importing.parse import parse_mapping
from engine.importing.run import import_log
from engine.machines.parse import parse_machine
from engine.reading.folder import read_folder
from engine.reading.source import Source

CASES = Path(__file__).resolve().parents[2] / "cases" / "importing"


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_case(case: str) -> None:
    folder = CASES / case
    machines = {
        document.id: parse_machine(document.root, [])
        for document in read_folder(folder)
        if document.kind == "machine" and document.root is not None
    }
    found = []
    mapping = parse_mapping(Source("import.yaml", (folder / "import.yaml").read_text()), machines, found.append)
    assert [one for one in found if one.severity == "error"] == []
    assert mapping is not None
    log = next(path for path in folder.iterdir() if path.stem == "log")
    lines: list[bytes] = []
    account = import_log(log, mapping, lines.append)
    digest = hashlib.sha256(log.read_bytes()).hexdigest()[:16]
    got = [line.decode().replace(digest, "LOG") for line in lines]
    assert got == (folder / "expected.jsonl").read_text().splitlines()
    assert [_shown(skip) for skip in account.skipped] == (folder / "skipped.txt").read_text().splitlines()
    assert account.rows == account.events + len(account.skipped)
    assert account.events + account.created == len(lines)


def _shown(skip: Skip) -> str:
    return f"{skip.line} {skip.reason.code} {skip.reason.text}"
