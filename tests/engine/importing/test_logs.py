"""Logs as files: columns, formats, damage, and what a broken one leaves behind."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.events.envelope import decode
from engine.events.jsonl import writing
from engine.importing.model import ImportMapping
from engine.importing.rows import UnreadableLogError
from engine.importing.run import Account, import_log

MAPPING = "entity: case\ncase: id\nstate: state\ntime: at\nfields: {count: {}}\n"
Run = Callable[[Path], tuple[Account, list[bytes]]]
ROW = "a,New,2020-01-01T00:00:00Z,1\n"


@pytest.fixture
def mapping(parsed) -> ImportMapping:
    found, _ = parsed(MAPPING)
    assert found is not None
    return found


@pytest.fixture
def run(mapping: ImportMapping) -> Run:
    def run(path: Path) -> tuple[Account, list[bytes]]:
        lines: list[bytes] = []
        return import_log(path, mapping, lines.append), lines

    return run


@pytest.mark.parametrize("name", ["log.csv.gz", "log", "log.txt"])
def test_packed_and_unnamed_logs_are_recognised(run: Run, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(f"id,state,at,count\n{ROW}".encode()))
    assert run(path)[0].events == 1


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "V840", "empty"),
        (b"\xff\xfei\x00d\x00", "V840", "UTF-8"),
        (b"id,state,when,count\n", "V841", "at"),
        (b"id,state,at,count,id\n", "V842", "two columns"),
        (gzip.compress(b"id,state,at,count\n" + ROW.encode() * 9000)[:-40], "V840", "damaged"),
        (b"\x1f\x8bnonsense", "V840", "damaged"),
        (b"<log><trace></log>", "V840", "not well formed"),
        (b"<html></html>", "V840", "<html>"),
        (b'<!DOCTYPE log [<!ENTITY a "aaaa">]><log><trace/></log>', "V840", "document type"),
        (b"<log>", "V840", "not well formed"),
    ],
)
def test_a_log_that_cannot_be_read_is_refused_whole(
    run: Run, tmp_path: Path, content: bytes, code: str, words: str
) -> None:
    path = tmp_path / "log"
    path.write_bytes(content)
    with pytest.raises(UnreadableLogError) as caught:
        run(path)
    assert code in {one.code for one in caught.value.diagnostics}
    assert words in caught.value.diagnostics[0].message


def test_a_folder_or_a_missing_file_is_refused(run: Run, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(UnreadableLogError):
            run(path)


def test_an_interrupted_import_leaves_nothing(mapping: ImportMapping, tmp_path: Path) -> None:
    path, out = tmp_path / "log.csv", tmp_path / "out.jsonl"
    path.write_text(f"id,state,at,count\n{ROW * 5000}")
    out.write_text("before\n")

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), writing(out) as write:
        import_log(path, mapping, write, progress=interrupt)
    assert out.read_text() == "before\n"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["log.csv", "out.jsonl"]


def test_lines_within_a_quote_that_never_closes_are_no_rows(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(f'id,state,at,count\n"a,{"x" * 140_000}\n{ROW}{ROW}')
    account, _ = run(path)
    assert [(skip.line, skip.reason.code) for skip in account.skipped] == [(2, "V850")]
    assert "goes over 3 lines, so a quote may be open" in account.skipped[0].reason.text
    assert account.events == 0


def test_a_field_beyond_all_measure_ends_the_reading(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    lines = f"{'x' * 1_000_000}\n" * 17
    path.write_text(f'id,state,at,count\n{ROW}"a,{lines}",New,2020-01-01T00:00:00Z,1\n{ROW}')
    account, _ = run(path)
    assert [(skip.line, skip.reason.code) for skip in account.skipped] == [(3, "V850")]
    assert account.events == 1


def test_a_line_beyond_all_measure_is_skipped(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(f"id,state,at,count\n{'x' * 3_000_000}\n{ROW}")
    account, _ = run(path)
    assert [(skip.line, skip.reason.code) for skip in account.skipped] == [(2, "V858")]
    assert account.events == 1


def test_late_rows_find_their_place_and_the_first_in_time_creates(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    rows = ["a,Done,2020-01-02T00:00:00Z,2", "b,New,2020-01-03T00:00:00Z,1", "a,New,2020-01-01T00:00:00Z,1"]
    path.write_text("id,state,at,count\n" + "\n".join(rows))
    account, lines = run(path)
    events = [decode(line) for line in lines]
    assert [(one.subject, one.name, one.data.get("to", "")) for one in events] == [
        ("a", "created", ""),
        ("a", "status_changed", "New"),
        ("a", "status_changed", "Done"),
        ("b", "created", ""),
        ("b", "status_changed", "New"),
    ]
    assert events[0].cause == events[1].cause
    assert account.entities == {"case": 2}


def test_the_same_log_gives_the_same_bytes(run: Run, tmp_path: Path) -> None:
    outs = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / "log.csv"
        path.write_text(f"id,state,at,count\n{ROW * 3}")
        outs.append(run(path)[1])
    assert outs[0] == outs[1]
    assert len({decode(line).id for line in outs[0]}) == 4


def test_only_what_differs_is_a_change(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("id,state,at,count\n" + ROW + ROW.replace(",1\n", ",1.0\n") + ROW.replace(",1\n", ",2\n"))
    changes = [decode(line).changes for line in run(path)[1]]
    assert changes == [{}, {"count": (None, 1)}, {}, {"count": (1, 2)}]
