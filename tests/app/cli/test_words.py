"""Words before and after the command, and words that name nothing: status 2, one message, no traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli.main import COMMANDS
from tests.app.cli.answers import Virel

EVENT = {"id": "e", "type": "repair.created", "subject": "rp", "time": "2026-03-23T08:00:00Z", "data": {}}
CUSTOMER = {"customer": {"cu": {"name": "Ann", "tier": "plain"}}}


def commands(log: Path) -> dict[str, list[object]]:
    """A call of each command that reads the folder, answers in JSON and writes nothing."""
    return {
        "check": ["check"],
        "test": ["test"],
        "dry-run": ["dry-run", "--event", "-"],
        "backtest": ["backtest", "--events", log],
        "cel": ["cel", "1 + 1"],
    }


@pytest.mark.parametrize("name", ["check", "test", "dry-run", "backtest", "cel"])
def test_shared_options_stand_before_or_after_the_command(virel: Virel, base: Path, log: Path, name: str) -> None:
    words = commands(log)[name]
    event = json.dumps(EVENT | {"data": {"code": "R", "customer": "cu"}, "facts": CUSTOMER}).encode()
    answers = [
        virel(*before, words[0], *between, *words[1:], *after, stdin=event)
        for before, between, after in (
            (["--config", base, "--format", "json"], [], []),
            ([], ["--config", base, "--format", "json"], []),
            ([], [], ["--config", base, "--format", "json"]),
            ([f"--config={base}"], [], ["--format=json"]),
            (["--format", "json"], ["--config", base], []),
            (["--format", "text", "--config", "nowhere"], [], ["--config", base, "--format", "json"]),
        )
    ]
    assert {answer.status for answer in answers} == {0}
    assert len({answer.out for answer in answers}) == 1
    assert answers[0].json


def test_shared_options_stand_on_either_side_of_events(virel: Virel, base: Path, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/events.db"
    (tmp_path / "none.jsonl").touch()
    assert virel("events", "append", tmp_path / "none.jsonl", "--store", store).status == 0
    for words in (
        ["--format", "json", "events", "export"],
        ["events", "--format", "json", "--config", base, "export"],
        ["events", "export", "--format", "json"],
    ):
        said = virel(*words, "--store", store, "-o", tmp_path / "out.jsonl")
        assert (said.status, said.json) == (0, {"events": 0})


def test_without_options_the_current_folder_is_read(virel: Virel, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(base)
    assert virel("check").out == "22 documents: no mistakes\n"


@pytest.mark.parametrize("words", [[], ["check"], ["test"], ["backtest", "--events", "x"], ["dry-run", "--event", "-"]])
def test_an_empty_folder_cannot_be_run(
    virel: Virel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    said = virel(*words)
    assert (said.status, said.out) == (2, "")
    assert ("Usage: virel" if not words else 'virel: "." holds no documents') in said.err
    assert list(tmp_path.iterdir()) == []


def test_help_names_every_command(virel: Virel) -> None:
    said = virel("--help")
    assert said.status == 0
    assert all(f"\n  {name} " in said.out for name in COMMANDS)
    for name in COMMANDS:
        assert virel(name, "--help").status == 0
    assert virel("--version").out.startswith("virel, version ")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["frobnicate"], "No such command"),
        (["check", "more"], "unexpected extra argument"),
        (["check", "--colour"], "--colour"),
        (["--format", "xml", "check"], "'xml' is not one of 'text', 'json'"),
        (["check", "--format"], "--format"),
        (["--config"], "--config"),
        (["--config", "{missing}", "check"], "does not exist; name another one with --config"),
        (["--config", "{log}", "check"], "is no folder; --config names the folder"),
        (["test", "--config", "{base}", "nosuch", "neither"], "there is no scenario neither, nosuch that can run"),
        (["backtest", "--config", "{base}"], "Missing option '--events'"),
        (["backtest", "--config", "{base}", "--events", "{missing}"], "no such file or directory"),
        (["backtest", "--config", "{base}", "--events", "{base}"], "is a directory"),
        (["backtest", "--config", "{base}", "--events", ""], "is a directory"),
        (["backtest", "--config", "{base}", "--events", "{log}", "--against", "{missing}"], "does not exist"),
        (["backtest", "--config", "{base}", "--events", "{log}", "--against", "{log}"], "is no folder"),
        (["backtest", "--config", "{base}", "--events", "{log}", "--until", "tomorrow"], '"tomorrow" is no instant'),
        (["dry-run", "--config", "{base}"], "Missing option '--event'"),
        (["dry-run", "--config", "{base}", "--event", "{missing}"], "No such file or directory"),
        (["dry-run", "--config", "{base}", "--event", "{base}"], "Is a directory"),
        (["dry-run", "--config", "{base}", "--event", "{event}", "--history", "{missing}"], "no such file"),
        (["dry-run", "--config", "{base}", "--event", "{event}", "--history", "{base}"], "is a directory"),
        (["cel"], "Give an expression"),
        (["cel", "1", "--bindings", "{{"], "--bindings"),
        (["cel", "1", "--bindings", "[1]"], "expected an object"),
        (["cel", "1", "--batch", "{log}"], "--batch takes its expressions"),
        (["cel", "--batch", "{missing}"], "No such file or directory"),
        (["cel", "--batch", "{base}"], "Is a directory"),
        (["events"], "Usage: virel events"),
        (["events", "nosuch"], "No such command"),
        (["simulate"], "Missing option '-o'"),
        (["simulate", "-o", "{missing}", "--days", "0"], "0 is not in the range"),
        (["--config", "{base}", "simulate", "-o", "{missing}", "--days", "1"], "no machine client"),
        (["--config", "{base}", "simulate", "-o", "{base}", "--days", "1"], "is a directory"),
        (["--config", "{base}", "demo", "-o", "{missing}"], "no machine client"),
        (["--config", "{base}", "demo", "-o", "{log}"], "is a file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_run_says_why_and_exits_with_2(
    virel: Virel, base: Path, log: Path, tmp_path: Path, words: list[str], message: str
) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps(EVENT), encoding="utf-8")
    missing = tmp_path / "missing"
    said = virel(*(word.format(base=base, log=log, missing=missing, event=event) for word in words))
    assert said.status == 2
    assert said.out == "" or words[2:3] == ["demo"]
    assert message in said.err
    assert not [path for path in tmp_path.iterdir() if path.is_file() and path != event]


@pytest.mark.parametrize(
    ("stdin", "message"),
    [
        (b"", "there is no event in it"),
        (b" \n", "there is no event in it"),
        (b"{", "no JSON"),
        (b'{"id": "e"}', "missing required field `type`"),
        (b"[]", "Expected `object`, got `array`"),
        (b"null", "Expected `object`, got `null`"),
        (b"\xff\xfe{\x00}", "no JSON"),
        (b'{"id": "\xff", "type": "a.b", "time": "2026-01-01T00:00:00Z"}', "-: "),
        (b'{"id": "\\ud800", "type": "a.b", "time": "2026-01-01T00:00:00Z"}', "half of a surrogate pair"),
        (b'{"id": "e", "type": "repair.created", "time": "yesterday"}', "time"),
        (b'{"id": "e", "type": "repair.created", "time": "2026-01-01T00:00:00Z", "data": []}', "data"),
        (b"[" * 100_000, "no event"),
        (b'{"data": ' + b'{"a": ' * 100_000, "no JSON"),
    ],
)
def test_broken_json_on_standard_input(virel: Virel, base: Path, stdin: bytes, message: str) -> None:
    said = virel("--config", base, "dry-run", "--event", "-", stdin=stdin)
    assert (said.status, said.out) == (2, "")
    assert message in said.err
    assert said.err.startswith("virel: -: ")
    assert said.err.count("\n") == 1


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({"type": "nowhere.created"}, 'no machine declares the event "nowhere.created"'),
        ({"type": "repair.vanished"}, 'no machine declares the event "repair.vanished"'),
        ({"type": "repair"}, 'no machine declares the event "repair"'),
        ({"data": {"estimate": 7}}, '"estimate": expected money'),
        ({"facts": {"nowhere": {"a": {}}}}, "nowhere"),
        ({"facts": {"customer": {"a": {"created_at": "yesterday"}}}}, "created_at"),
        ({"facts": {"customer": {"a": {"status": 7}}}}, "7"),
        ({"changes": {"code": [1, 2]}}, '"code": expected a text'),
    ],
)
def test_an_event_that_cannot_be_understood_is_a_finding(
    virel: Virel, base: Path, event: dict[str, object], reason: str
) -> None:
    said = virel(
        "--config", base, "--format", "json", "dry-run", "--event", "-", stdin=json.dumps(EVENT | event).encode()
    )
    assert said.status == 1
    assert said.json["event"]["outcome"] == "skipped"
    assert reason in said.json["event"]["reason"]
    text = virel("--config", base, "dry-run", "--event", "-", stdin=json.dumps(EVENT | event).encode())
    assert (text.status, reason in text.out) == (1, True)


@pytest.mark.parametrize(
    "event",
    [
        {"type": "repair.status_changed", "data": {"to": "nowhere"}},
        {"type": "repair.status_changed", "data": {"to": "ready"}, "facts": {"repair": {"rp": {"code": "R"}}}},
        {"type": "part.delivered", "subject": "pt", "facts": {"part": {"pt": {"status": "lost"}}}},
        {"type": "task.status_changed", "subject": "nobody", "data": {"to": "done", "from": "open"}},
    ],
)
def test_an_event_that_does_not_apply_is_refused_with_its_reason(
    virel: Virel, base: Path, event: dict[str, object]
) -> None:
    said = virel(
        "--config", base, "--format", "json", "dry-run", "--event", "-", stdin=json.dumps(EVENT | event).encode()
    )
    assert said.status == 0
    assert said.json["event"]["outcome"] == "refused"
    assert said.json["event"]["reason"]
    assert all(rule["effects"] == [] for rule in said.json["rules"])


@pytest.mark.parametrize("words", [["check"], ["--format", "json", "check"], ["backtest", "--events", "{log}"]])
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_one_sentence(base: Path, log: Path, root: Path, words: list[str]) -> None:
    words = [word.format(log=log) for word in words]
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "app.cli.main", "--config", base, *words],
            cwd=root,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (ended.returncode, ended.stderr) == (2, "virel: No space left on device\n")


def test_a_reader_that_goes_away_is_no_mistake(base: Path, root: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as nobody:
        ended = subprocess.run(
            [sys.executable, "-m", "app.cli.main", "--config", base, "check"],
            cwd=root,
            stdout=nobody,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ended.stderr == ""
    assert ended.returncode in (1, 2)


def test_a_terminal_without_the_signs_gets_them_escaped(base: Path, log: Path, root: Path, tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_bytes(log.read_bytes().splitlines()[3])
    ended = subprocess.run(
        [sys.executable, "-m", "app.cli.main", "--config", base, "dry-run", "--event", event],
        cwd=root,
        capture_output=True,
        env=os.environ | {"PYTHONIOENCODING": "latin-1"},
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert b"\\u2192 create_task" in ended.stdout
