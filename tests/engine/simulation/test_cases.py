"""Every folder under tests/cases/simulation is a small domain; its README says what a case holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.catalog import Catalog, load
from engine.conditions.values import Timestamp
from engine.events.jsonl import read_event, read_events
from engine.importing.parse import parse_mapping
from engine.importing.run import import_log
from engine.reading.source import Source
from engine.simulation import backtest, dryrun, scenario
from engine.simulation.coverage import Coverage
from engine.simulation.ledger import Ledger, Performed
from engine.simulation.simulation import Simulation

CASES = Path(__file__).resolve().parents[2] / "cases" / "simulation"
FOLDERS = sorted(path for path in CASES.iterdir() if path.is_dir())


def expected(case: Path) -> dict[str, Any]:
    path = case / "expected.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return found


def diagnostics(catalog: Catalog) -> list[str]:
    return [f"{d.code} {d.place.file}:{d.place.line}" for d in catalog.diagnostics if d.severity == "error"]


def scenarios(catalog: Catalog) -> dict[str, list[str]]:
    """The failures of every scenario, in words."""
    coverage = Coverage(catalog)
    return {
        name: [
            f"step {f.step}, line {f.line}: expected {f.expected}; saw {f.seen}"
            for f in scenario.run(catalog, one, coverage)
        ]
        for name, one in catalog.scenarios.items()
    }


def log_of(case: Path, made: Catalog, folder: Path) -> Path:
    """The events of a case: its own, or those of the foreign log that it imports."""
    mapping_file = case / "import.yaml"
    if not mapping_file.exists():
        return case / "events.jsonl"
    problems: list[Any] = []
    mapping = parse_mapping(Source("import.yaml", mapping_file.read_text("utf-8")), made.machines, problems.append)
    assert mapping is not None, problems
    path = folder / "events.jsonl"
    lines: list[bytes] = []
    import_log(case / "log.csv", mapping, lines.append)
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def missing(wanted: Any, found: Any, path: str = "$") -> list[str]:
    """Where ``found`` does not hold what is wanted."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return [
            problem
            for key, value in wanted.items()
            for problem in (
                missing(value, found[key], f"{path}.{key}") if key in found else [f"{path}.{key} is missing: {found}"]
            )
        ]
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        return [
            problem
            for number, (one, other) in enumerate(zip(wanted, found, strict=True))
            for problem in missing(one, other, f"{path}[{number}]")
        ]
    return [] if wanted == found and type(wanted) is type(found) else [f"{path}: wanted {wanted!r}, found {found!r}"]


def effects(catalog: Catalog, log: Path, until: Timestamp | None) -> list[str]:
    """What is performed, in order: when, by which rule, what, about whom."""
    told: list[str] = []
    events = sorted((event for _, event in read_events(log, lambda _: None)), key=lambda event: event.time)
    ticks = frozenset(str(event.data["rule"]) for event in events if event.type == "schedule.ticked")
    ledger = Ledger(lambda performed: told.append(in_words(performed)))
    simulation = Simulation(catalog, ledger, ticks_in_log=ticks)
    for event in events:
        if until is None or event.time <= until:
            simulation.take(event)
    simulation.advance(until or events[-1].time, including=True)
    return told


def in_words(performed: Performed) -> str:
    keys = performed.as_json()
    said = [
        f"{keys['field']}={keys['value']}" if "field" in keys else None,
        f"to {keys['to']}" if keys["action"] == "update_status" else None,
        f"{keys['template']} to {keys.get('recipient', keys['to'])}" if "template" in keys else None,
        *(keys.get(name) for name in ("title", "reason", "name", "endpoint", "user", "role", "queue")),
    ]
    detail = next((str(one) for one in said if one is not None), "")
    shadow = "(shadow) " if performed.shadow else ""
    return f"{keys['at']} {keys['rule']} {shadow}{keys['action']} {performed.entity or '-'} {detail}"


@pytest.mark.parametrize("case", FOLDERS, ids=lambda path: path.name)
def test_the_documents_say_what_is_expected(case: Path):
    assert diagnostics(load(case)) == expected(case).get("check", [])


@pytest.mark.parametrize(
    "case", [path for path in FOLDERS if (path / "tests" / "scenarios").is_dir()], ids=lambda path: path.name
)
def test_the_scenarios_are_kept(case: Path):
    found = {name: failures for name, failures in scenarios(load(case)).items() if failures}
    assert found == expected(case).get("test", {})


@pytest.mark.parametrize("case", [path for path in FOLDERS if "backtest" in expected(path)], ids=lambda path: path.name)
def test_the_replay_answers(case: Path, tmp_path: Path):
    wanted = expected(case)
    until = Timestamp.parse(wanted["until"]) if "until" in wanted else None
    against = load(case / "baseline") if (case / "baseline").is_dir() else None
    made = load(case)
    answer = backtest.run(made, log_of(case, made, tmp_path), against, until=until)
    assert missing(wanted["backtest"], answer) == []


@pytest.mark.parametrize("case", [path for path in FOLDERS if "effects" in expected(path)], ids=lambda path: path.name)
def test_the_effects_are_performed_in_this_order(case: Path, tmp_path: Path):
    wanted = expected(case)
    until = Timestamp.parse(wanted["until"]) if "until" in wanted else None
    made = load(case)
    assert effects(made, log_of(case, made, tmp_path), until) == wanted["effects"]


@pytest.mark.parametrize(
    "case", [path for path in FOLDERS if (path / "event.json").exists()], ids=lambda path: path.name
)
def test_the_explanation_answers(case: Path):
    problems: list[Any] = []
    event = read_event((case / "event.json").read_bytes(), problems.append, file="event.json")
    assert event is not None, problems
    past = case / "history.jsonl"
    history = [one for _, one in read_events(past, problems.append)] if past.exists() else None
    assert missing(expected(case)["dry-run"], dryrun.explain(load(case), event, history)) == []
    assert problems == []
