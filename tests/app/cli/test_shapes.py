"""``--format json``: the keys that language.md promises, for every command; exit status 0, 1 and 2."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.app.cli.answers import Virel

DIAGNOSTIC = {"code", "severity", "message", "file", "line", "column", "hint", "witness"}
SCENARIO = """
kind: scenario
id: {id}
version: 1
description: A bicycle comes in.
at: 2026-03-23T08:00:00Z
given:
  - {{entity: customer, id: cu_1, name: Ann, tier: regular}}
steps:
  - event: repair.created
    subject: rp_1
    data: {{code: R-1, estimate: {{amount: 100, currency: EUR}}, customer: cu_1}}
    expect: [{{create_task: {{queue: {queue}}}}}]
"""


@pytest.fixture
def folder(base: Path, tmp_path: Path) -> Path:
    """A copy of the workshop with one scenario that passes."""
    copy = tmp_path / "workshop"
    shutil.copytree(base, copy)
    (copy / "tests/scenarios").mkdir(parents=True)
    write_scenario(copy, "comes-in", "bench")
    return copy


def write_scenario(folder: Path, id: str, queue: str) -> None:
    path = folder / f"tests/scenarios/{id}.yaml"
    path.write_text(SCENARIO.lstrip().format(id=id, queue=queue), encoding="utf-8")


def test_check(virel: Virel, folder: Path) -> None:
    said = virel("--config", folder, "--format", "json", "check")
    assert (said.status, said.json) == (0, {"ok": True, "documents": 23, "diagnostics": []})
    rule = folder / "rules/automation/order-deposit.yaml"
    rule.write_text(rule.read_text(encoding="utf-8").replace("repair.estimate >=", "repair.estimat >="))
    said = virel("--config", folder, "--format", "json", "check")
    assert (said.status, said.json["ok"], said.json["documents"]) == (1, False, 23)
    (found,) = said.json["diagnostics"]
    assert set(found) == DIAGNOSTIC
    assert (found["severity"], found["file"]) == ("error", "rules/automation/order-deposit.yaml")
    assert (found["line"], found["column"]) == (9, 14)
    assert "estimate" in found["hint"]
    text = virel("--config", folder, "check")
    assert text.status == 1
    assert f"{found['file']}:9:14: error {found['code']}: {found['message']}" in text.out


def test_warnings_are_no_findings(virel: Virel, folder: Path) -> None:
    rule = folder / "rules/automation/order-deposit.yaml"
    rule.write_text(rule.read_text(encoding="utf-8").replace("      queue: desk\n", ""), encoding="utf-8")
    said = virel("--config", folder, "--format", "json", "check")
    assert (said.status, said.json["ok"]) == (0, True)
    assert [found["severity"] for found in said.json["diagnostics"]] == ["warning"]
    assert virel("--config", folder, "check").out.endswith("23 documents: 1 warning\n")


def test_test(virel: Virel, folder: Path) -> None:
    said = virel("--config", folder, "--format", "json", "test")
    assert set(said.json) == {"passed", "failed", "failures", "coverage"}
    assert (said.status, said.json["passed"], said.json["failed"], said.json["failures"]) == (0, 1, 0, [])
    coverage = said.json["coverage"]
    assert set(coverage) == {"rules", "transitions", "conditions"}
    # Of fourteen rules one is met; of eleven transitions of the folder's machines none is taken; of 18 lines one is seen,
    # with one of two outcomes (second-look: 1 EUR is not enough).
    assert coverage["rules"] == round(1 / 14, 4)
    assert coverage["transitions"] == 0
    assert 0 < coverage["conditions"] < 0.1

    write_scenario(folder, "goes-wrong", "hall")
    said = virel("--config", folder, "--format", "json", "test")
    assert (said.status, said.json["passed"], said.json["failed"]) == (1, 1, 1)
    (failure,) = said.json["failures"]
    assert set(failure) == {"scenario", "step", "expected", "seen", "file", "line"}
    assert (failure["scenario"], failure["step"]) == ("goes-wrong", 1)
    assert (failure["file"], failure["line"]) == ("tests/scenarios/goes-wrong.yaml", 12)
    assert virel("--config", folder, "--format", "json", "test", "comes-in").status == 0
    assert virel("--config", folder, "test", "goes-wrong", "comes-in", "comes-in").out.count("comes-in") == 1


def test_a_broken_scenario_has_failed(virel: Virel, folder: Path) -> None:
    write_scenario(folder, "cannot-run", "[")
    said = virel("--config", folder, "--format", "json", "test")
    assert (said.status, said.json["passed"], said.json["failed"]) == (1, 1, 1)
    assert said.json["failures"][0]["file"] == "tests/scenarios/cannot-run.yaml"
    assert "cannot-run.yaml is unavailable" in said.err


def test_dry_run(virel: Virel, base: Path, log: Path) -> None:
    event = log.read_bytes().splitlines()[3]
    said = virel("--config", base, "--format", "json", "dry-run", "--event", "-", stdin=event)
    assert said.status == 0
    assert {"event", "rules"} <= set(said.json) <= {"event", "rules", "follow_ups"}
    assert said.json["event"]["id"] == "r04"
    assert [rule["rule"] for rule in said.json["rules"]] == ["greet-repair", "second-look"]
    for rule in said.json["rules"]:
        assert {"rule", "version", "verdict", "conditions", "effects"} <= set(rule)
        assert (rule["version"], rule["verdict"]) == (1, "met")
    (line,) = said.json["rules"][1]["conditions"]
    assert {"expression", "file", "line", "verdict", "values"} <= set(line)
    assert (line["file"], line["line"], line["verdict"]) == ("rules/automation/second-look.yaml", 6, "met")
    assert line["values"] == {"repair.estimate": {"amount": 30000, "currency": "EUR"}}


def test_dry_run_after_a_history(virel: Virel, base: Path, log: Path, tmp_path: Path) -> None:
    lines = log.read_bytes().splitlines()
    (tmp_path / "before.jsonl").write_bytes(b"\n".join(lines[:20]) + b"\n")
    (tmp_path / "event.json").write_bytes(lines[20])
    words = ("--config", base, "dry-run", "--event", tmp_path / "event.json", "--history", tmp_path / "before.jsonl")
    said = virel(*words, "--format", "json")
    assert said.status == 0
    (rule,) = said.json["rules"]
    assert [effect["action"] for effect in rule["effects"]] == ["update_status"]
    assert "met  begin-with-parts@1" in virel(*words).out
    (tmp_path / "before.jsonl").write_bytes(b"\n".join([*lines[:20], b"{"]) + b"\n")
    said = virel(*words, "--format", "json")
    assert (said.status, "before.jsonl:21: skipped: " in said.err) == (1, True)


def test_backtest(virel: Virel, base: Path, log: Path) -> None:
    said = virel("--config", base, "--format", "json", "backtest", "--events", log)
    found = said.json
    assert said.status == 0
    assert {"events", "machines", "sla", "rules", "pending_at_end", "diff"} <= set(found)
    for machine in found["machines"].values():
        assert set(machine) == {"entities", "transitions", "refused", "diverged", "final"}
        assert all(isinstance(count, int) for count in machine["transitions"].values())
        assert all(len(pair.split(" -> ")) == 2 for pair in machine["transitions"])
    assert len(found["rules"]) == 14
    for rule in found["rules"].values():
        assert set(rule) == {"met", "unmet", "errored", "fired", "effects", "shadowed"}
    assert found["diff"] == {"added": [], "removed": [], "changed": []}
    assert found == virel("backtest", "--events", log, "--config", base, "--format", "json", "--against", base).json


def test_backtest_tells_skipped_lines(virel: Virel, base: Path, log: Path, tmp_path: Path) -> None:
    lines = log.read_bytes().splitlines()
    unknown = lines[-1].replace(b"customer.complained", b"customer.rejoiced").replace(b"r47", b"r48")
    (tmp_path / "log.jsonl").write_bytes(b"\n".join([*lines, b'{"id": ', unknown, lines[0]]) + b"\n")
    said = virel("--config", base, "--format", "json", "backtest", "--events", tmp_path / "log.jsonl")
    assert said.status == 1
    assert [skip["line"] for skip in said.json["skipped"]] == [48, 49, 50]
    assert all({"line", "reason"} <= set(skip) for skip in said.json["skipped"])
    assert said.err.count("skipped: ") == 3


def test_backtest_leaves_broken_documents_out_and_says_so(virel: Virel, folder: Path, base: Path, log: Path) -> None:
    (folder / "rules/automation/parts-late.yaml").write_text("kind: rule\n")
    assert virel("--config", folder, "backtest", "--events", log).status == 1
    said = virel("--config", base, "backtest", "--events", log, "--against", folder, "--format", "json")
    assert said.status == 1
    assert "parts-late.yaml is unavailable and left out" in said.err
    added = said.json["diff"]["added"]
    assert [effect["rule"] for effect in added] == ["parts-late"]


def test_cel(virel: Virel, tmp_path: Path) -> None:
    assert virel("cel", "1 + 2").json == {"result": {"t": "int", "v": "3"}}
    said = virel("--format", "json", "cel", "1 / 0")
    assert (said.status, set(said.json)) == (0, {"error"})
    (tmp_path / "batch.jsonl").write_text('{"expr": "1 / 0"}\n{"expr": "x", "bindings": {"x": "a"}}\n')
    said = virel("cel", "--batch", tmp_path / "batch.jsonl")
    answers = [json.loads(line) for line in said.out.splitlines()]
    assert (said.status, answers[1]) == (0, {"result": {"t": "string", "v": "a"}})
    assert set(answers[0]) == {"error"}


def test_simulate(virel: Virel, root: Path, tmp_path: Path) -> None:
    words = ("--config", root, "simulate", "--days", 1, "--seed", 3, "-o")
    said = virel(*words, tmp_path / "days.jsonl", "--format", "json")
    assert said.status == 0
    assert set(said.json) == {"events", "roots", "derived"}
    assert said.json["events"] == len((tmp_path / "days.jsonl").read_bytes().splitlines())
    assert virel(*words, tmp_path / "again.jsonl").status == 0
    assert (tmp_path / "again.jsonl").read_bytes() == (tmp_path / "days.jsonl").read_bytes()


def test_demo(virel: Virel, root: Path, tmp_path: Path) -> None:
    said = virel("--config", root, "demo", "--days", 2, "-o", tmp_path / "demo", "--format", "json")
    assert said.status == 0
    assert {"events", "fidelity", "diff", "report"} <= set(said.json)
    assert (tmp_path / "demo/report.html").is_file()
