from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli.main import cli


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], standalone_mode=False)


def test_simulate_writes_a_file_and_says_how_much(root: Path, tmp_path: Path):
    file = tmp_path / "days.jsonl.gz"
    result = run("--config", root, "simulate", "--days", "3", "--seed", "5", "-o", file, "--format", "json")
    assert result.exception is None
    counts = json.loads(result.stdout)
    assert counts["events"] == counts["roots"] + counts["derived"] > 200
    assert file.read_bytes()[:2] == b"\x1f\x8b"


def test_simulate_needs_an_agency(tmp_path: Path):
    (tmp_path / "statemachines").mkdir()
    (tmp_path / "statemachines" / "parcel.yaml").write_text(
        "kind: machine\nid: parcel\nversion: 1\nplural: parcels\ndescription: A parcel.\n"
        "fields: {}\ninitial: sent\nstates:\n  sent: {}\ntransitions: {}\n",
        encoding="utf-8",
    )
    result = run("simulate", "--config", tmp_path, "-o", tmp_path / "x.jsonl")
    assert "no machine client, model, inquiry, booking, payment, slot, option" in str(result.exception)
    assert not (tmp_path / "x.jsonl").exists()


def test_simulate_says_why_it_cannot_write(root: Path, tmp_path: Path):
    result = run("simulate", "--config", root, "--days", "1", "-o", tmp_path / "nowhere" / "x.jsonl")
    assert "no such file" in str(result.exception).lower()


@pytest.fixture(scope="module")
def shown(root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    folder = tmp_path_factory.mktemp("demo")
    return run("demo", "--config", root, "--days", "14", "-o", folder), folder


def test_demo_walks_the_whole_road(shown: tuple[Result, Path]):
    result, folder = shown
    assert result.exception is None
    assert result.return_value == 0
    steps = ["Check", "Test", "Simulate", "Replay", "Explain", "Backtest", "Report", "Next"]
    assert [step for step in steps if f"\n{step}" not in f"\n{result.stdout}"] == []
    assert "100 % came about again" in result.stdout
    assert "✓ payment.purpose" in result.stdout
    assert sorted(path.name for path in folder.iterdir()) == ["draft", "event.json", "events.jsonl", "report.html"]


def test_demo_leaves_a_page_with_a_before_and_an_after(shown: tuple[Result, Path]):
    page = (shown[1] / "report.html").read_text(encoding="utf-8")
    assert "for: 72h" in page
    assert "for: 48h" in page
    assert 'class="was"' in page
    assert "release-ended-option" in page


def test_what_demo_leaves_can_be_looked_at_closer(root: Path, shown: tuple[Result, Path]):
    folder = shown[1]
    dry = run("--config", root, "dry-run", "--event", folder / "event.json", "--format", "json")
    verdicts = {rule["rule"]: rule["verdict"] for rule in json.loads(dry.stdout)["rules"]}
    assert verdicts["confirm-booking-on-deposit"] == "met"
    assert verdicts["catch-late-deposit"] == "unmet"


def test_demo_tells_machines_in_json(root: Path, tmp_path: Path):
    result = run("demo", "--config", root, "--days", "2", "-o", tmp_path, "--format", "json")
    answer = json.loads(result.stdout)
    assert answer["fidelity"]["share"] == 1.0
    assert Path(answer["report"]).is_file()


def test_demo_needs_the_line_it_changes(root: Path, tmp_path: Path):
    for name in ("statemachines", "rules", "templates"):
        shutil.copytree(root / name, tmp_path / "docs" / name)
    (tmp_path / "docs/rules/automation/release-ended-option.yaml").unlink()
    result = run("demo", "--config", tmp_path / "docs", "--days", "1", "-o", tmp_path / "out")
    assert "release-ended-option.yaml has no line" in str(result.exception)
