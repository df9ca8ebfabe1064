"""``virel events`` as a person and a script meet it: counts, reasons, exit codes, and no traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click import ClickException
from click.testing import CliRunner, Result

from app.cli.main import cli

MACHINE = """
kind: machine
id: case
version: 1
plural: cases
description: Whatever the log is about.
fields: {count: "int?"}
initial: New
states: {New: {}, Done: {final: true}}
transitions: {finish: {from: [New], to: Done}}
"""
MAPPING = "entity: case\ncase: id\nstate: state\ntime: at\nfields: {count: {}}\n"
LOG = "id,state,at,count\na,New,2020-01-01T00:00:00Z,1\na,Done,2020-01-02T00:00:00Z,\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "statemachines").mkdir()
    (tmp_path / "statemachines/case.yaml").write_text(MACHINE.strip())
    (tmp_path / "import.yaml").write_text(MAPPING)
    (tmp_path / "log.csv").write_text(LOG)
    return tmp_path


def run(folder: Path, *arguments: object) -> tuple[int, Result]:
    words = ["--config", str(folder), "events", *(str(one) for one in arguments)]
    result = CliRunner().invoke(cli, words, standalone_mode=False)
    if isinstance(result.exception, ClickException):
        return 2, result
    if isinstance(result.exception, SystemExit):
        return int(str(result.exception.code)), result
    assert result.exception is None, result.exc_info
    return result.return_value or 0, result


def import_(folder: Path, *more: object) -> tuple[int, Result]:
    return run(
        folder, "import", "--mapping", folder / "import.yaml", folder / "log.csv", "-o", folder / "out.jsonl", *more
    )


def test_a_log_without_fault_exits_with_0(folder: Path) -> None:
    code, result = import_(folder, "--format", "json")
    assert (code, json.loads(result.stdout)) == (
        0,
        {"entities": {"case": 1}, "rows": 2, "events": 2, "created": 1, "skipped": []},
    )
    assert len((folder / "out.jsonl").read_text().splitlines()) == 3
    code, result = import_(folder)
    assert result.stdout.startswith("2 rows: 2 events of 1 case")


def test_skipped_rows_exit_with_1_and_reasons(folder: Path) -> None:
    rows = "".join(f"b,Lost,2020-01-01T00:00:00Z,{number}\n" for number in range(12))
    (folder / "log.csv").write_text(LOG + rows + "c,New\n")
    code, result = import_(folder, "--format", "json")
    skipped = json.loads(result.stdout)["skipped"]
    assert (code, len(skipped)) == (1, 13)
    assert skipped[0] == {"line": 4, "code": "V853", "reason": 'case has no state "Lost"'}
    code, result = import_(folder)
    assert code == 1
    assert "13 rows were skipped" in result.stdout
    assert "line 4: V853" in result.stdout
    assert "V850 1, V853 12" in result.stdout


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("import.yaml", MAPPING.replace("state: state", "state: stat"), 'did you mean "state"?'),
        ("import.yaml", MAPPING.replace("entity: case", "entity: cas"), 'no machine is called "cas"'),
        ("import.yaml", "entity: [", "import.yaml:1"),
        ("import.yaml", "", "import.yaml"),
        ("log.csv", "", "empty"),
        ("log.csv", "<log>", "no column"),
    ],
)
def test_what_cannot_run_exits_with_2_and_leaves_nothing(folder: Path, file: str, content: str, words: str) -> None:
    (folder / file).write_text(content)
    code, result = import_(folder)
    assert (code, result.stdout) == (2, "")
    assert words in result.stderr
    assert not (folder / "out.jsonl").exists()
    code, result = import_(folder, "--format", "json")
    assert code == 2
    assert json.loads(result.stdout)["diagnostics"][0]["code"].startswith("V")


@pytest.mark.parametrize("name", ["log.csv", "import.yaml", "link"])
def test_what_is_read_is_never_written(folder: Path, name: str) -> None:
    (folder / "link").symlink_to("log.csv")
    before = (folder / "log.csv").read_bytes(), (folder / "import.yaml").read_bytes()
    code, result = run(folder, "import", "--mapping", folder / "import.yaml", folder / "log.csv", "-o", folder / name)
    assert code == 2
    assert "is what the import reads" in str(result.exception)
    assert ((folder / "log.csv").read_bytes(), (folder / "import.yaml").read_bytes()) == before


def test_a_folder_that_is_none_and_an_output_that_cannot_be(folder: Path) -> None:
    code, result = import_(folder, "--config", folder / "nowhere")
    assert code == 2
    code, result = run(
        folder, "import", "--mapping", folder / "import.yaml", folder / "log.csv", "-o", "/nowhere/at/all"
    )
    assert code == 2
    assert "No such file" in str(result.exception)


def test_events_go_into_the_store_and_come_out_again(folder: Path) -> None:
    import_(folder)
    store = f"sqlite:///{folder / 'events.db'}"
    out = folder / "out.jsonl"
    code, result = run(folder, "append", "--store", store, out, "--format", "json")
    assert (code, json.loads(result.stdout)) == (0, {"added": 3, "known": 0, "skipped": []})
    code, result = run(folder, "append", "--store", store, out, "--format", "json")
    assert (code, json.loads(result.stdout)["known"]) == (0, 3)
    code, result = run(folder, "export", "--store", store)
    assert result.stdout_bytes == out.read_bytes()
    code, result = run(folder, "export", "--store", store, "-o", folder / "again.jsonl", "--format", "json")
    assert json.loads(result.stdout) == {"events": 3}
    assert (folder / "again.jsonl").read_bytes() == out.read_bytes()
    for filters, count in (
        (["--entity", "case/a"], 3),
        (["--entity", "case/b"], 0),
        (["--since", "2020-01-02T00:00:00Z"], 1),
        (["--until", "2020-01-02T00:00:00Z"], 2),
    ):
        code, result = run(folder, "export", "--store", store, *filters)
        assert (code, len(result.stdout.splitlines())) == (0, count)


def test_a_broken_line_does_not_keep_the_others_out_of_the_store(folder: Path) -> None:
    import_(folder)
    out = folder / "out.jsonl"
    out.write_text(out.read_text() + "{\n")
    store = f"sqlite:///{folder / 'events.db'}"
    code, result = run(folder, "append", "--store", store, out, "--format", "json")
    told = json.loads(result.stdout)
    assert (code, told["added"], told["skipped"][0]["line"], told["skipped"][0]["code"]) == (1, 3, 4, "V802")


@pytest.mark.parametrize(
    "arguments",
    [
        ["export", "--store", "nonsense"],
        ["export", "--store", "sqlite:////nowhere/at/all/x.db"],
        ["export", "--store", "sqlite://", "--since", "yesterday"],
    ],
)
def test_a_store_that_cannot_be_used_exits_with_2(folder: Path, arguments: list[str]) -> None:
    code, result = run(folder, *arguments)
    assert (code, result.stdout) == (2, "")


def test_an_import_that_is_interrupted_leaves_nothing(folder: Path) -> None:
    with (folder / "log.csv").open("a") as log:
        for number in range(400_000):
            log.write(f"c{number},New,2020-01-01T00:00:00Z,{number}\n")
    command = [sys.executable, "-m", "app.cli.main", "--config", str(folder), "events", "import"]
    command += ["--mapping", f"{folder}/import.yaml", f"{folder}/log.csv", "-o", f"{folder}/out.jsonl"]
    root = Path(__file__).resolve().parents[3]
    running = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not list(folder.glob(".out.jsonl.*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert said.strip() == "virel: interrupted"
    assert sorted(path.name for path in folder.iterdir()) == ["import.yaml", "log.csv", "statemachines"]
