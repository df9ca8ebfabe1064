"""``virel check`` where a folder is large, deep, knotted or full of strange things."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from tests.app.cli.answers import Virel


@pytest.fixture
def folder(base: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "workshop"
    shutil.copytree(base, copy)
    return copy


def problems(virel: Virel, folder: Path) -> dict[str, str]:
    """Message by file, of what the check finds."""
    said = virel("--config", folder, "--format", "json", "check")
    assert said.status == 1
    assert said.json["ok"] is False
    assert virel("--config", folder, "check").status == 1
    return {found["file"]: found["message"] for found in said.json["diagnostics"]}


def test_many_documents(virel: Virel, folder: Path) -> None:
    rule = (folder / "rules/automation/order-deposit.yaml").read_text(encoding="utf-8")
    for number in range(300):
        path = folder / f"rules/automation/more-{number // 100}/deposit-{number}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(rule.replace("id: order-deposit", f"id: deposit-{number}"), encoding="utf-8")
    began = time.monotonic()
    said = virel("--config", folder, "--format", "json", "check")
    assert (said.status, said.json) == (0, {"ok": True, "documents": 322, "diagnostics": []})
    assert time.monotonic() - began < 15


def test_every_one_of_many_broken_documents_is_told(virel: Virel, folder: Path) -> None:
    for number in range(300):
        (folder / f"rules/automation/broken-{number}.yaml").write_text("kind: [rule\n", encoding="utf-8")
    assert len(problems(virel, folder)) == 300


def test_folders_without_end(virel: Virel, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """1,500 folders in one another: more than a path may say, more than a program may nest."""
    with monkeypatch.context() as inside:
        inside.chdir(folder / "rules/automation")
        for _ in range(1500):
            Path("d").mkdir()
            inside.chdir("d")
    found = problems(virel, folder)
    assert list(found.values()) == ["folders lie more than 32 deep in one another here, and what is below is not read"]
    (file,) = found
    assert file == "rules/automation" + "/d" * 32
    # shutil.rmtree, with which pytest tidies up, would not come so deep.
    path = folder / "rules/automation"
    for _ in range(6):
        bottom = path.joinpath(*["d"] * 250)
        moved = path.parent / "rest"
        if (bottom / "d").exists():
            (bottom / "d").rename(moved)
        shutil.rmtree(path / "d")
        if moved.exists():
            moved.rename(path / "d")


def test_links_in_a_circle(virel: Virel, folder: Path) -> None:
    rules = folder / "rules/automation"
    (rules / "again").symlink_to(rules, target_is_directory=True)
    (rules / "up").symlink_to("../..", target_is_directory=True)
    (rules / "itself.yaml").symlink_to("itself.yaml")
    (rules / "zero.yaml").symlink_to("/dev/zero")
    found = problems(virel, folder)
    assert set(found) == {f"rules/automation/{name}" for name in ("again", "up", "itself.yaml", "zero.yaml")}
    assert "not followed" in found["rules/automation/up"]
    assert "circle" in found["rules/automation/itself.yaml"]


def test_strange_things_in_a_document_s_place(virel: Virel, folder: Path) -> None:
    rules = folder / "rules/automation"
    os.mkfifo(rules / "pipe.yaml")
    (rules / "folder.yaml").mkdir()
    (rules / "empty.yaml").touch()
    (rules / "huge.yaml").write_bytes(b"# \n" * 200_000)
    (rules / "bytes.yaml").write_bytes(bytes(range(256)))
    (rules / os.fsdecode(b"\xff.yaml")).write_text("kind: rule\n", encoding="utf-8")
    (rules / "deep.yaml").write_text("[" * 50_000, encoding="utf-8")
    (rules / "bomb.yaml").write_text("a: &a [x]\nb: [*a, *a]\n", encoding="utf-8")
    found = problems(virel, folder)
    names = ("pipe", "folder", "empty", "huge", "bytes", "\\xff", "deep", "bomb")
    assert set(found) == {f"rules/automation/{name}.yaml" for name in names}
    assert virel("--config", folder, "--format", "json", "check").json["documents"] == 30


def test_nothing_but_broken_documents(virel: Virel, tmp_path: Path) -> None:
    (tmp_path / "statemachines").mkdir()
    (tmp_path / "statemachines/a.yaml").write_text("{", encoding="utf-8")
    for command in ("check", "test"):
        said = virel("--config", tmp_path, command, "--format", "json")
        assert said.status == (1 if command == "check" else 0)
    assert "unavailable: statemachines/a.yaml" in virel("--config", tmp_path, "check").out


def test_file_names_and_texts_that_would_steer_the_terminal_are_shown_escaped(virel: Virel, folder: Path) -> None:
    name = "rules/automation/a\nb\x1b[31m\u202e.yaml"
    (folder / name).write_text("kind: rule\nid: \u2066x\n", encoding="utf-8")
    said = virel("--config", folder, "check")
    assert said.status == 1
    shown = "rules/automation/a\\nb\\x1b[31m\\u202e.yaml"
    assert f"{shown}:1:1: error V108: " in said.out
    assert f"  unavailable: {shown}\n" in said.out
    assert not set("\x1b\u202e\u2066") & set(said.out + said.err)
    answer = virel("--config", folder, "--format", "json", "check")
    assert "\u202e" not in answer.out
    assert answer.json["diagnostics"][0]["file"] == name
