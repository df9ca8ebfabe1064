"""The backtest's difference against answers worked out by hand; see tests/cases/backtest/README.md."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.catalog import load
from engine.simulation import backtest

CASES = Path(__file__).parents[1] / "cases" / "backtest"
BASE, LOG = CASES / "base", CASES / "base.jsonl"
EDITS = sorted(path.stem for path in (CASES / "edits").glob("*.yaml"))
NOTHING: dict[str, list[Any]] = {"added": [], "removed": [], "changed": []}


def case(name: str) -> Any:
    return yaml.safe_load((CASES / name).read_text(encoding="utf-8"))


def draft(change: list[dict[str, Any]], folder: Path) -> Path:
    """A copy of the base with a change applied; every text that is replaced must be there once."""
    shutil.copytree(BASE, folder)
    for one in change:
        path = folder / one["file"]
        if one.get("remove"):
            path.unlink()
        elif "add" in one:
            path.write_text(one["add"], encoding="utf-8")
        else:
            text = path.read_text(encoding="utf-8")
            assert text.count(one["from"]) == 1, one
            path.write_text(text.replace(one["from"], one["to"]), encoding="utf-8")
    return folder


def replay(config: Path, against: Path | None = None, log: Path = LOG) -> dict[str, Any]:
    catalog = load(config)
    assert catalog.ok, catalog.diagnostics
    return backtest.run(catalog, log, load(against) if against is not None else None)


def settled(diff: dict[str, list[Any]]) -> dict[str, list[str]]:
    """A difference whose effects may stand in any order."""
    return {kind: sorted(json.dumps(effect, sort_keys=True) for effect in effects) for kind, effects in diff.items()}


def silent(folder: Path) -> Path:
    """The base with every rule off."""
    shutil.copytree(BASE, folder)
    for path in (folder / "rules/automation").glob("*.yaml"):
        text = path.read_text(encoding="utf-8").replace("stage: shadow\n", "")
        path.write_text(text.replace("acts_as: FOREMAN\n", "acts_as: FOREMAN\nstage: off\n"), encoding="utf-8")
    return folder


def test_the_base_does_what_was_worked_out_by_hand(tmp_path: Path) -> None:
    """Against a silent baseline, everything that the base does is added."""
    found = replay(BASE, against=silent(tmp_path / "silent"))["diff"]
    assert settled(found) == settled({**NOTHING, "added": case("base.effects.yaml")})


def test_the_base_counts_what_was_worked_out_by_hand() -> None:
    found = replay(BASE)
    wanted = case("base.counts.yaml")
    assert {key: found[key] for key in wanted} == wanted
    assert found["diff"] == NOTHING


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_makes_exactly_its_difference(name: str, tmp_path: Path) -> None:
    edit = case(f"edits/{name}.yaml")
    found = replay(draft(edit["change"], tmp_path / "draft"), against=BASE)
    assert settled(found["diff"]) == settled(edit["diff"])
    wanted = case("base.counts.yaml")
    assert found["events"] == wanted["events"]
    counts = edit.get("counts", {})
    assert found["pending_at_end"] == counts.get("pending_at_end", wanted["pending_at_end"])
    for group in ("rules", "machines"):
        for id, numbers in counts.get(group, {}).items():
            assert found[group].get(id) == numbers, id


@pytest.mark.parametrize("name", EDITS)
def test_the_way_back_is_the_difference_turned_round(name: str, tmp_path: Path) -> None:
    edit = case(f"edits/{name}.yaml")
    found = replay(BASE, against=draft(edit["change"], tmp_path / "draft"))["diff"]
    wanted = edit["diff"]
    changed = [{"before": pair["after"], "after": pair["before"]} for pair in wanted["changed"]]
    assert settled(found) == settled({"added": wanted["removed"], "removed": wanted["added"], "changed": changed})
