"""What only looks must only look: no row, no socket, no file, no process, nothing moved; and the same bytes each time."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

# Audit hooks see what the interpreter does, whoever asks for it: any library, any thread.
WATCHED = r"""
import json, os, sys
from app.cli.main import main

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
REFUSED = (
    "socket.", "sqlite3.", "subprocess.", "urllib.", "http.", "ftplib.", "smtplib.", "shutil.", "tempfile.", "os.exec",
    "os.fork", "os.posix_spawn", "os.spawn", "os.system", "os.startfile", "os.kill", "os.remove", "os.rename", "os.mkdir",
    "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown", "os.utime", "os.setxattr", "os.putenv",
    "pty.", "webbrowser.", "mmap.", "fcntl.", "resource.", "signal.pthread_kill", "syslog.", "msvcrt.", "winreg.",
)
seen = []

def watch(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        again = isinstance(path, int)  # a descriptor, whose own opening was seen
        if not again and ((flags & WRITES) or (isinstance(mode, str) and set(mode) & set("wax+"))):
            seen.append(f"open {path} {mode} {flags}")
    elif event.startswith(REFUSED):
        seen.append(f"{event} {arguments}")

sys.addaudithook(watch)
words = json.loads(sys.argv.pop(1))
sys.argv[1:] = words
try:
    main()
finally:
    print(json.dumps(seen), file=sys.stderr)
"""


def started(words: list[str], cwd: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    root = Path(__file__).resolve().parents[3]
    env = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1", **environment}
    return subprocess.run([sys.executable, *words], cwd=cwd, env=env, capture_output=True, check=False)


def files(folder: Path) -> dict[str, tuple[str, int]]:
    """Every file below a folder: its hash and its time."""
    return {
        path.relative_to(folder).as_posix(): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def words_of(command: str, base: Path, log: Path, root: Path, here: Path) -> list[str]:
    (here / "event.json").write_bytes(log.read_bytes().splitlines()[3])
    return {
        "check": ["--config", str(root), "check"],
        "test": ["--config", str(root), "test"],
        "dry-run": ["--config", str(base), "dry-run", "--event", "event.json", "--history", str(log)],
        "backtest": ["--config", str(base), "backtest", "--events", str(log)],
        "backtest --against": ["--config", str(base), "backtest", "--events", str(log), "--against", str(base)],
        "cel": ["cel", "1 + 1"],
    }[command]


COMMANDS = ["check", "test", "dry-run", "backtest", "backtest --against", "cel"]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_looks_touches_nothing(command: str, base: Path, log: Path, root: Path, tmp_path: Path) -> None:
    words = words_of(command, base, log, root, tmp_path)
    before = files(base.parent), files(tmp_path)
    ended = started(["-c", WATCHED, json.dumps(words)], tmp_path, VIREL_CACHE="off")
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr.decode().splitlines()[-1] == "[]"
    assert ended.stdout
    assert (files(base.parent), files(tmp_path)) == before


@pytest.mark.parametrize("command", COMMANDS)
def test_what_it_keeps_of_checked_documents_is_all_it_writes(
    command: str, base: Path, log: Path, root: Path, tmp_path: Path
) -> None:
    """The cache of docs/adr/0008, cold and warm: the same answer, and no touch anywhere else."""
    here, kept = tmp_path / "here", tmp_path / "kept"
    here.mkdir()
    words = words_of(command, base, log, root, here)
    before = files(base.parent), files(here)
    plain = started(["-m", "app.cli.main", *words], here, VIREL_CACHE="off")
    for _ in ("cold", "warm"):
        ended = started(["-c", WATCHED, json.dumps(words)], here, VIREL_CACHE=str(kept))
        assert (ended.returncode, ended.stdout) == (0, plain.stdout)
        seen = json.loads(ended.stderr.decode().splitlines()[-1])
        # `utime` of a file that is open names no path: it says that a kept catalog was of use.
        assert [one for one in seen if str(kept) not in one and not one.startswith("os.utime (")] == []
        assert (files(base.parent), files(here)) == before
    assert {path.parent for path in tmp_path.rglob("*") if path.is_file()} <= {here, kept}


def test_the_watch_would_see_a_file_and_a_socket(tmp_path: Path) -> None:
    """The test of the test: the same hook, around a command that does write."""
    (tmp_path / "none.jsonl").touch()
    started(["-m", "app.cli.main", "events", "append", "none.jsonl", "--store", "sqlite:///events.db"], tmp_path)
    words = ["events", "export", "--store", "sqlite:///events.db", "-o", "out.jsonl"]
    ended = started(["-c", WATCHED, json.dumps(words)], tmp_path)
    seen = ended.stderr.decode().splitlines()[-1]
    assert "sqlite3.connect" in seen
    assert "out.jsonl" in seen


@pytest.mark.parametrize("command", ["check", "test", "dry-run", "backtest --against"])
def test_two_runs_are_the_same_bytes(command: str, base: Path, log: Path, root: Path, tmp_path: Path) -> None:
    """Whatever the hash seed and wherever it runs."""
    words = words_of(command, base, log, root, tmp_path)
    runs = [
        started(["-m", "app.cli.main", "--format", "json", *words], tmp_path, PYTHONHASHSEED=seed, TZ=zone)
        for seed, zone in (("0", "UTC"), ("1", "America/New_York"), ("4294967295", "Asia/Kathmandu"))
    ]
    assert {run.returncode for run in runs} == {0}
    assert len({run.stdout for run in runs}) == 1
    assert runs[0].stdout
