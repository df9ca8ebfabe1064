"""Ctrl-C in the middle: one line, status 130, nothing half-written. (That of an import is in test_events.py.)"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest


def interrupted(words: list[str], cwd: Path, when: Callable[[], object]) -> tuple[int, str, str]:
    """Status, output and errors of a command that is interrupted once ``when`` holds."""
    root = Path(__file__).resolve().parents[3]
    running = subprocess.Popen(
        [sys.executable, "-m", "app.cli.main", *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 30
    while running.poll() is None and not when() and time.monotonic() < deadline:
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=30)
    return running.returncode, out, err.strip()


class Pipe:
    """A file that never ends: whoever reads it waits for more."""

    def __init__(self, path: Path, content: bytes) -> None:
        os.mkfifo(path)
        self.path = path
        self._content = content
        self._writer: int | None = None

    def is_read(self) -> bool:
        """Whether somebody has opened it; then the content is given, with a moment to take it in."""
        try:
            self._writer = os.open(self.path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            return False
        os.write(self._writer, self._content)
        time.sleep(0.3)
        return True

    def close(self) -> None:
        if self._writer is not None:
            os.close(self._writer)


@pytest.mark.parametrize("against", [False, True])
def test_an_interrupted_backtest_says_nothing_else(base: Path, log: Path, tmp_path: Path, against: bool) -> None:
    """The log is a pipe that stays open, so the replay is surely in its middle."""
    pipe = Pipe(tmp_path / "log.jsonl", log.read_bytes())
    words = ["--config", str(base), "--format", "json", "backtest", "--events", str(pipe.path)]
    words += ["--against", str(base)] if against else []
    found = interrupted(words, tmp_path, pipe.is_read)
    pipe.close()
    assert found == (130, "", "virel: interrupted")
    assert [path.name for path in tmp_path.iterdir()] == ["log.jsonl"]


def test_an_interrupted_dry_run_that_waits_for_its_event(base: Path, tmp_path: Path) -> None:
    pipe = Pipe(tmp_path / "event.json", b"{")
    found = interrupted(["--config", str(base), "dry-run", "--event", str(pipe.path)], tmp_path, pipe.is_read)
    pipe.close()
    assert found == (130, "", "virel: interrupted")


def test_an_interrupted_simulation_leaves_no_file(root: Path, tmp_path: Path) -> None:
    words = ["--config", str(root), "simulate", "--days", "3000", "-o", str(tmp_path / "days.jsonl")]
    found = interrupted(words, tmp_path, lambda: any(path.stat().st_size for path in tmp_path.glob(".days*")))
    assert found == (130, "", "virel: interrupted")
    assert list(tmp_path.iterdir()) == []


def test_progress_is_for_terminals_alone(base: Path, log: Path, root: Path, tmp_path: Path) -> None:
    """On a terminal a count that goes away again; elsewhere, and in the answer, nothing."""
    events = log.read_bytes().splitlines()
    more = [events[5].replace(b'"r06"', b'"m%d"' % number) for number in range(4100)]
    (tmp_path / "log.jsonl").write_bytes(b"\n".join([*events[:5], *more]) + b"\n")
    words = ["--config", str(base), "--format", "json", "backtest", "--events", str(tmp_path / "log.jsonl")]
    command = [sys.executable, "-m", "app.cli.main", *words]
    quiet = subprocess.run(command, cwd=root, capture_output=True, check=False)
    assert (quiet.returncode, quiet.stderr) == (0, b"")
    terminal, its_end = os.openpty()
    shown = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, stderr=its_end, check=False)
    said = os.read(terminal, 10_000)
    os.close(its_end)
    os.close(terminal)
    assert shown.stdout == quiet.stdout
    assert b"\r4,096 events" in said
    assert said.endswith(b"\r\x1b[K")
