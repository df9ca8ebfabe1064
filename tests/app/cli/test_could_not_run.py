"""What cannot run says so in one sentence, and begins nothing."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.cli.answers import Said, Virel

COMMANDS = [
    ("serve", "--port", "0"),
    ("worker",),
    ("worker", "--once"),
    ("audit", "verify"),
    ("user", "list"),
    ("migrate",),
]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VIREL_MODE", "VIREL_DATABASE_URL", "VIREL_SECRET_KEY", "VIREL_REDIS_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port where somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def nobody() -> Iterator[int]:
    """A port where nobody listens, and nobody else can."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def says(said: Said, beginning: str) -> None:
    assert (said.status, said.out, said.err.count("\n")) == (2, "", 1), said.err
    assert said.err.startswith(f"virel: {beginning}")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_file_that_is_no_database(virel: Virel, root: Path, tmp_path: Path, command: tuple[str, ...]):
    (tmp_path / "virel.db").write_text("no database\n")
    says(virel("--config", root, *command, "--data", tmp_path), "the store failed: file is not a database; see that it")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_server_that_does_not_answer(
    virel: Virel, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nobody: int, command: tuple[str, ...]
):
    pytest.importorskip("psycopg")
    monkeypatch.setenv("VIREL_DATABASE_URL", f"postgresql://nobody@127.0.0.1:{nobody}/x")
    says(virel("--config", root, *command, "--data", tmp_path), "the store failed: connection failed: ")


def test_a_folder_without_documents(virel: Virel, tmp_path: Path):
    (tmp_path / "empty").mkdir()
    words = ("serve", "--port", "0", "--data", tmp_path / "data")
    says(virel("--config", tmp_path / "empty", *words), f'"{tmp_path / "empty"}" holds no documents')
    says(virel("--config", tmp_path / "none", *words), f'the configuration folder "{tmp_path / "none"}" does not exist')


def test_a_port_where_somebody_listens(virel: Virel, root: Path, tmp_path: Path, taken: int):
    said = virel("--config", root, "serve", "--port", taken, "--data", tmp_path / "data")
    says(said, f"cannot listen on 127.0.0.1:{taken}: address already in use; choose another with --host or --port")
    assert not (tmp_path / "data" / "virel.db").exists()


@pytest.mark.parametrize("command", [("serve", "--port", "0"), ("worker",)], ids=" ".join)
def test_a_redis_that_does_not_answer(
    virel: Virel,
    root: Path,
    tmp_path: Path,
    sqlite_template: Path,
    monkeypatch: pytest.MonkeyPatch,
    nobody: int,
    command: tuple[str, ...],
):
    shutil.copy(sqlite_template, tmp_path / "virel.db")
    monkeypatch.setenv("VIREL_REDIS_URL", f"redis://:secret@127.0.0.1:{nobody}/0")
    said = virel("--config", root, *command, "--data", tmp_path)
    says(said, "the Redis of VIREL_REDIS_URL does not answer: ")
    assert "secret" not in said.err
