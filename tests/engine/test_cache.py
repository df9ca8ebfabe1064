"""A kept catalog answers as the one it was written from, and is taken up only while nothing it came from has changed."""

from __future__ import annotations

import json
import multiprocessing
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.agency.writer import write_days
from engine.cache import key as keys
from engine.cache.load import load
from engine.cache.shelf import MOST, Shelf
from engine.catalog import Catalog
from engine.events.jsonl import read_events
from engine.reading.nodes import data
from engine.reading.read import read_text
from engine.simulation import backtest, dryrun
from engine.simulation import scenario as scenarios
from engine.simulation.coverage import Coverage

FOLDERS = (".", "examples/fines", "examples/helpdesk", "examples/incidents", "tests/cases/simulation/sla")

PARCEL = """\
kind: machine
id: parcel
version: 1
plural: parcels
description: A parcel on its way.
fields:
  code: string
  weight: int
  rush: bool
  price: money
  due: timestamp
  note: string?
initial: packed
states: {packed: {}, sent: {}, lost: {final: true, outcome: bad}}
transitions:
  send: {from: [packed], to: sent, guard: parcel.weight < 1000}
  lose: {from: [packed, sent], to: lost}
events:
  parcel.sent: {transition: send}
  parcel.lost: {transition: lose}
  parcel.weighed: {data: {weight: int, place: string}}
"""
ROLE = """\
kind: role
id: DESK
version: 1
description: The desk.
grants: [{permission: tasks.create}]
"""
ENTITY_LINES = (
    'parcel.code == "A"',
    'parcel.code in ["A", "B", "C"]',
    'parcel.code.matches("^[AB]$")',
    "parcel.weight == 7",
    "parcel.weight % 3 == 1",
    "parcel.rush == true",
    'parcel.price > "5.00 EUR"',
    'parcel.due > timestamp("2026-03-01T00:00:00Z")',
    'parcel.due - now < duration("48h")',
    "parcel.due.getHours() > 11",
    'parcel.?note.orValue("none") == "none"',
    'parcel.status == "packed"',
    "parcel.code.size() > 0",
    "parcel.weight / (parcel.weight - 7) > 0",
)
"""Lines that need every kind of constant, and one that has no verdict for some parcels."""


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def rule(name: str, trigger: str, lines: list[str], run: str = "") -> str:
    condition = "".join(f"    - {json.dumps(line)}\n" for line in lines)
    return (
        f"kind: rule\nid: {name}\nversion: 1\ndescription: A rule.\ntrigger: {trigger}\n"
        f"condition:\n  all:\n{condition}acts_as: DESK\n"
        f'actions:\n  - create_task: {{title: "See {{{{ parcel.code }}}}", queue: desk}}\n{run}'
    )


def base(folder: Path) -> Path:
    return write(
        folder,
        {
            "statemachines/parcel.yaml": PARCEL,
            "rules/access/DESK.yaml": ROLE,
            "rules/automation/heavy.yaml": rule("heavy", "parcel.sent", ["parcel.weight > 500"]),
            "rules/automation/light.yaml": rule("light", "parcel.sent", ["parcel.weight < 5"]),
        },
    )


def log(path: Path, count: int = 30) -> Path:
    with path.open("w", encoding="utf-8") as out:

        def tell(number: int, kind: str, about: dict[str, Any]) -> None:
            time = f"2026-03-{1 + number // 3:02}T{number % 24:02}:00:00Z"
            head = {"specversion": "1.0", "id": f"{number}-{kind}", "source": "test", "time": time}
            out.write(json.dumps({**head, "type": kind, "subject": f"p{number}", "data": about}) + "\n")

        for number in range(count):
            price = {"amount": number * 100, "currency": "EUR"}
            about = {"code": "ABCD"[number % 4], "weight": number, "rush": number % 2 == 0, "price": price}
            tell(number, "parcel.created", {**about, "due": f"2026-03-{1 + number // 2:02}T{number % 24:02}:00:00Z"})
            tell(number, "parcel.weighed", {"weight": number, "place": "dock"})
            tell(number, "parcel.sent", {})
    return path


def answers(catalog: Catalog, events: Path | None = None) -> dict[str, Any]:
    """Everything that can be asked of a catalog; what a log makes of it comes first, while little is read."""
    coverage = Coverage(catalog)
    found: dict[str, Any] = {}
    if events is not None:
        found["backtest"] = backtest.run(catalog, events)
        wires = [wire for _, wire in read_events(events, lambda _: None)]
        found["dry runs"] = [dryrun.explain(catalog, wire, wires) for wire in wires[:: max(1, len(wires) // 3)]]
    found["scenarios"] = {
        id: [failure.as_json() for failure in scenarios.run(catalog, scenario, coverage)]
        for id, scenario in catalog.scenarios.items()
    }
    return found | {
        "coverage": (coverage.as_json(), coverage.missing()),
        "diagnostics": [one.as_json() for one in catalog.diagnostics],
        "documents": [
            (d.kind, d.id, d.version, d.description, d.diagnostics, data(d.root) if d.root is not None else None)
            for d in catalog.documents
        ],
        "unavailable": [d.id for d in catalog.unavailable],
        "stories": dict(catalog.scenarios),
        "rules": [(id, one.name, repr(one.text), one.where and one.where.lines) for id, one in catalog.rules.items()],
        "bound": [
            (kind, bound.type, bound.subject, bound.rank, bound.condition and bound.condition.lines, list(map(shown, bound.actions)))
            for one in catalog.rules.values()
            for kind, bound in one.bound.items()
        ],
        "matchers": {kind: [bound.rule.id for bound in m.rules] for kind, m in catalog.matchers.items()},
        "scheduled": [(one.id, repr(trigger)) for one, trigger in catalog.scheduled],
        "dwelling": {m: [(one.id, trigger) for one, trigger in all] for m, all in catalog.dwelling.items()},
        "guards": {m: {name: guard.lines for name, guard in all.items()} for m, all in catalog.guards.items()},
        "roles": {id: repr(role) for id, role in catalog.roles.items()},
        "matchings": {
            id: ([d.condition.lines for d in m.demands], [(p.because, p.score.line) for p in m.preferences], m.limit)
            for id, m in catalog.matchings.items()
        },
        "templates": {
            id: (t.version, t.entity, t.fallback, {c: sorted(texts) for c, texts in t.channels.items()})
            for id, t in catalog.templates.items()
        },
        "calendars": dict(catalog.calendars),
        "policies": [
            (id, one.version, one.start.lines, repr(one.targets), one.warn, one.reads, [step.bound.rule.name for step in one.steps])
            for id, one in catalog.policies.items()
        ],
        "watched": catalog.watched,
        "needs": catalog.needs,
    }  # fmt: skip


def shown(action: Any) -> tuple[Any, ...]:
    return action.name, action.index, action.permission, action.after, action.recheck, action.entity, action.place


def kept(cache: Path) -> list[Path]:
    return sorted(cache.iterdir()) if cache.exists() else []


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_kept_catalog_gives_the_same_answers(root: Path, tmp_path: Path, folder: str):
    cold = load(root / folder, None)
    events = None
    if folder == ".":
        events = tmp_path / "days.jsonl"
        write_days(cold, events, days=3, seed=5)
    expected = answers(load(root / folder, None), events)
    assert answers(load(root / folder, tmp_path / "cache"), events) == expected
    assert len(kept(tmp_path / "cache")) == 1
    assert answers(load(root / folder, tmp_path / "cache"), events) == expected


def test_simulated_days_are_the_same_to_the_byte(root: Path, tmp_path: Path):
    written = []
    for cache in (None, tmp_path / "cache", tmp_path / "cache"):
        file = tmp_path / "days.jsonl"
        write_days(load(root, cache), file, days=3, seed=11)
        written.append(file.read_bytes())
    assert written[0] == written[1] == written[2]


@st.composite
def rule_files(draw: st.DrawFn) -> dict[str, str]:
    files: dict[str, str] = {}
    for number in range(draw(st.integers(1, 6))):
        trigger = draw(
            st.sampled_from(
                (
                    "parcel.sent",
                    "[parcel.created, parcel.weighed]",
                    "parcel.created",
                    "{dwell: {entity: parcel, in_state: sent, for: 5h}}",
                    '{schedule: {cron: "0 6 * * *", timezone: Europe/Paris, for_each: parcel, where: parcel.weight > 3}}',
                )
            )
        )
        lines = draw(st.lists(st.sampled_from(ENTITY_LINES), min_size=1, max_size=3, unique=True))
        extra = draw(
            st.sampled_from(
                (
                    "",
                    "run: {mode: once}\n",
                    "run: {mode: throttle, every: 2d, key: parcel.code}\n",
                    "stage: shadow\n",
                    "stage: off\n",
                    "order: -3\n",
                    "backstop: true\n",
                )
            )
        )
        files[f"rules/automation/r{number}.yaml"] = rule(f"r{number}", trigger, lines, extra)
    return files


@settings(max_examples=25)
@given(rule_files())
def test_any_rules_give_the_same_answers(tmp_path_factory: pytest.TempPathFactory, files: dict[str, str]):
    folder = tmp_path_factory.mktemp("folder")
    write(folder, {"statemachines/parcel.yaml": PARCEL, "rules/access/DESK.yaml": ROLE, **files})
    events = log(folder / "events.jsonl")
    cold = load(folder, None)
    assert cold.ok, [str(one) for one in cold.diagnostics]
    expected = answers(cold, events)
    load(folder, folder / "cache")
    assert len(kept(folder / "cache")) == 1
    assert answers(load(folder, folder / "cache"), events) == expected


def test_only_what_is_asked_for_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    base(tmp_path)
    load(tmp_path, tmp_path / "cache")
    read: list[str] = []

    def reading(source: Any, report: Any) -> Any:
        read.append(source.file)
        return read_text(source, report)

    monkeypatch.setattr("engine.cache.restored.read_text", reading)
    catalog = load(tmp_path, tmp_path / "cache")
    found = backtest.run(catalog, log(tmp_path / "events.jsonl"))
    assert found["rules"]["light"]["met"] == 5
    assert sorted(read) == ["rules/automation/light.yaml", "statemachines/parcel.yaml"]
    assert catalog.rules["heavy"].bound["parcel.sent"].condition is not None
    assert "rules/automation/heavy.yaml" in read


def test_any_byte_makes_another_key(tmp_path: Path):
    base(tmp_path)
    cache = tmp_path / "cache"
    load(tmp_path, cache)
    changed = tmp_path / "rules/automation/heavy.yaml"
    changed.write_text(changed.read_text().replace("> 500", "> 501"))
    condition = load(tmp_path, cache).rules["heavy"].bound["parcel.sent"].condition
    assert condition is not None
    assert condition.lines[0].expression == "parcel.weight > 501"
    assert len(kept(cache)) == 2
    changed.rename(changed.with_name("other.yaml"))
    load(tmp_path, cache)
    assert len(kept(cache)) == 2, "the id is no longer the name: an error, and nothing with an error is kept"
    changed.with_name("other.yaml").unlink()
    assert list(load(tmp_path, cache).rules) == ["light"]
    assert len(kept(cache)) == 3


def test_another_engine_takes_up_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    base(tmp_path)
    load(tmp_path, tmp_path / "cache")
    monkeypatch.setattr(keys, "_engine", lambda: b"another")
    load(tmp_path, tmp_path / "cache")
    assert len(kept(tmp_path / "cache")) == 2
    monkeypatch.setattr(keys, "_engine", lambda: None)
    assert len(load(tmp_path, tmp_path / "cache").rules) == 2
    assert len(kept(tmp_path / "cache")) == 2


def test_the_fingerprint_is_of_the_whole_engine():
    fingerprint = keys._engine()
    assert fingerprint is not None
    assert len(fingerprint) == 64


def spoilt(content: bytes) -> Iterator[bytes]:
    yield b""
    yield b"something else"
    yield content[:-1]
    yield content[:40]
    for place in (0, 20, 50, len(content) // 2, len(content) - 1):
        yield content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def test_a_harmed_file_is_made_anew(tmp_path: Path):
    base(tmp_path)
    expected = answers(load(tmp_path, tmp_path / "cache"))
    [file] = kept(tmp_path / "cache")
    whole = file.read_bytes()
    for content in spoilt(whole):
        file.write_bytes(content)
        assert answers(load(tmp_path, tmp_path / "cache")) == expected
        assert Shelf(file.parent).get(file.name) is not None


def test_a_file_under_another_name_is_not_taken_up(tmp_path: Path):
    Shelf(tmp_path).put("a" * 64, b"content")
    assert Shelf(tmp_path).get("a" * 64) == b"content"
    (tmp_path / ("a" * 64)).rename(tmp_path / ("b" * 64))
    assert Shelf(tmp_path).get("b" * 64) is None


def test_files_are_for_their_owner_alone(tmp_path: Path):
    cache = tmp_path / "deep" / "cache"
    Shelf(cache).put("a" * 64, b"content")
    file = cache / ("a" * 64)
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for mode in (0o602, 0o620):
        file.chmod(mode)
        assert Shelf(cache).get("a" * 64) is None
    Shelf(cache).put("a" * 64, b"content")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_is_not_the_users_own_is_not_taken_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    Shelf(tmp_path).put("a" * 64, b"content")
    (tmp_path / ("b" * 64)).symlink_to(tmp_path / ("a" * 64))
    (tmp_path / ("c" * 64)).mkdir()
    os.mkfifo(tmp_path / ("d" * 64))
    assert [Shelf(tmp_path).get(name * 64) for name in "bcd"] == [None, None, None]
    somebody_else = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: somebody_else)
    assert Shelf(tmp_path).get("a" * 64) is None


def test_a_place_that_cannot_be_written_is_done_without(tmp_path: Path):
    base(tmp_path)
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    for place in (in_the_way, in_the_way / "cache", Path("/proc/cache")):
        assert list(load(tmp_path, place).rules) == ["heavy", "light"]
    assert in_the_way.read_text() == ""


def test_nothing_with_an_error_is_kept(tmp_path: Path):
    base(tmp_path)
    write(tmp_path, {"rules/automation/broken.yaml": "kind: rule\n"})
    catalog = load(tmp_path, tmp_path / "cache")
    assert not catalog.ok
    assert kept(tmp_path / "cache") == []


def test_warnings_are_kept(tmp_path: Path):
    base(tmp_path)
    write(tmp_path, {"rules/automation/loop.yaml": rule("loop", "task.created", ["task.priority == 'high'"]).replace(
        "parcel.code", "task.title")})  # fmt: skip
    cold = load(tmp_path, tmp_path / "cache")
    warm = load(tmp_path, tmp_path / "cache")
    assert [one.as_json() for one in warm.diagnostics] == [one.as_json() for one in cold.diagnostics]
    assert [warm.source_line(one) for one in warm.diagnostics] == [cold.source_line(one) for one in cold.diagnostics]


def test_the_least_used_go_first(tmp_path: Path):
    for number in range(MOST + 3):
        Shelf(tmp_path).put(f"{number:064x}", b"content")
        os.utime(tmp_path / f"{number:064x}", (number, number))
        if number:
            Shelf(tmp_path).get(f"{0:064x}")
    (tmp_path / "of somebody else").write_text("")
    names = {path.name for path in kept(tmp_path)}
    assert len(names) == MOST + 1
    assert {f"{0:064x}", "of somebody else"} <= names
    assert not {f"{1:064x}", f"{2:064x}", f"{3:064x}"} & names


def _load_together(folder: Path, barrier: Any, told: Any) -> None:
    barrier.wait()
    told.put(sorted(load(folder, folder / "cache").rules))


def test_two_processes_at_once(tmp_path: Path):
    base(tmp_path)
    context = multiprocessing.get_context("spawn")
    barrier, told = context.Barrier(2), context.Queue()
    workers = [context.Process(target=_load_together, args=(tmp_path, barrier, told)) for _ in range(2)]
    for worker in workers:
        worker.start()
    assert [told.get(timeout=60), told.get(timeout=60)] == [["heavy", "light"]] * 2
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    assert len(kept(tmp_path / "cache")) == 1
