"""The backtest's difference against answers worked out by hand; see tests/cases/backtest/README.md."""

from __future__ import annotations

import gzip
import json
import random
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.cache.load import load as taken_up
from engine.catalog import Catalog, load
from engine.conditions.values import Timestamp
from engine.events.envelope import WireEvent, decode, encode
from engine.simulation import backtest
from engine.simulation.ledger import Ledger
from engine.simulation.simulation import Simulation

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


@cache
def catalog_of(folder: Path) -> Catalog:
    return load(folder)


def replay(config: Path, against: Path | None = None, log: Path = LOG) -> dict[str, Any]:
    catalog = catalog_of(config)
    assert catalog.ok, catalog.diagnostics
    return backtest.run(catalog, log, catalog_of(against) if against is not None else None)


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


def test_what_is_left_of_several_like_actions_is_paired_with_its_nearest(tmp_path: Path) -> None:
    """Of two tasks one goes and the other gets a new title: that is one removed and one changed, not two changed."""
    two = (
        "actions:\n  - create_task: {title: Sweep, queue: hall, priority: low}\n"
        "  - create_task: {title: Look at it, queue: bench, due: 1d}\n"
    )
    path = "rules/automation/greet-repair.yaml"
    text = (BASE / path).read_text(encoding="utf-8")
    rest = text[text.index("actions:") :]
    baseline = draft([{"file": path, "from": rest, "to": two}], tmp_path / "baseline")
    one = "actions:\n  - create_task: {title: Look at it well, queue: bench, due: 1d}\n"
    found = replay(draft([{"file": path, "from": rest, "to": one}], tmp_path / "draft"), against=baseline)["diff"]
    assert found["added"] == []
    assert [effect["title"] for effect in found["removed"]] == ["Sweep"] * 5
    titles = [(pair["before"]["title"], pair["after"]["title"]) for pair in found["changed"]]
    assert titles == [("Look at it", "Look at it well")] * 5


def lines() -> list[str]:
    return LOG.read_text(encoding="utf-8").splitlines()


def written(path: Path, events: list[str]) -> Path:
    path.write_text("\n".join(events) + "\n", encoding="utf-8")
    return path


def test_an_unchanged_draft_differs_in_nothing(tmp_path: Path) -> None:
    same = replay(draft([], tmp_path / "draft"), against=BASE)
    assert same["diff"] == NOTHING
    assert same == replay(BASE)


@pytest.mark.parametrize("name", ["guard-tightened", "rule-to-shadow", "schedule-changed"])
def test_the_baseline_changes_nothing_but_the_difference(name: str, tmp_path: Path) -> None:
    """Two versions in step do what each does alone."""
    folder = draft(case(f"edits/{name}.yaml")["change"], tmp_path / "draft")
    alone, beside = replay(folder), replay(folder, against=BASE)
    assert {key: value for key, value in alone.items() if key != "diff"} == {
        key: value for key, value in beside.items() if key != "diff"
    }


def test_a_log_in_any_order_and_packed_is_the_same_log(tmp_path: Path) -> None:
    """Events at one instant keep the file's order, so those two pairs stay as they are."""
    shuffled = lines()
    together = [shuffled[0:2], shuffled[7:9]]
    random.Random(5).shuffle(shuffled)
    for pair in together:
        places = sorted(shuffled.index(line) for line in pair)
        for place, line in zip(places, pair, strict=True):
            shuffled[place] = line
    found = replay(BASE, log=written(tmp_path / "shuffled.jsonl", shuffled))
    assert found == replay(BASE)
    packed = tmp_path / "log.jsonl.gz"
    packed.write_bytes(gzip.compress(LOG.read_bytes()))
    assert replay(BASE, log=packed) == found


@pytest.mark.parametrize("count", [1, 9, 21, 30, 33])
def test_a_replay_until_an_event_is_that_of_the_log_so_far(count: int, tmp_path: Path) -> None:
    until = Timestamp.parse(json.loads(lines()[count - 1])["time"])
    first = [line for line in lines() if Timestamp.parse(json.loads(line)["time"]) <= until]
    catalog = catalog_of(BASE)
    assert backtest.run(catalog, LOG, until=until) == replay(BASE, log=written(tmp_path / "part.jsonl", first))


def test_an_instant_later_than_the_last_event_lets_what_is_due_happen() -> None:
    """rp_5's reminder on 5 April 15:10 finds it approved; its timer on 6 April 15:20 does not find its parts."""
    catalog = catalog_of(BASE)
    found = backtest.run(catalog, LOG, until=Timestamp.parse("2026-04-06T15:20:00Z"))
    wanted = case("base.counts.yaml")
    assert found["pending_at_end"] == 0
    assert found["rules"]["quote-reminder"] == wanted["rules"]["quote-reminder"]
    assert found["rules"]["parts-late"] == {**wanted["rules"]["parts-late"], "met": 2, "fired": 2, "effects": 2}


@pytest.mark.parametrize("name", [None, "follow-up-rule-removed"])
def test_what_rules_had_caused_is_caused_again_and_measured(name: str | None, tmp_path: Path) -> None:
    """The log as the platform itself would have kept it: root events and, between them, what followed."""
    kept: list[WireEvent] = []
    simulation = Simulation(load(BASE), Ledger(), on_event=lambda event: kept.append(event.wire({}, {})))
    for line in lines():
        event = decode(line.encode())
        simulation.advance(event.time, including=False)
        kept.append(event)
        simulation.take(event)
    derived = sum(1 for event in kept if event.depth)
    assert len(kept) == len(lines()) + derived
    recorded = tmp_path / "recorded.jsonl"
    recorded.write_bytes(b"\n".join(map(encode, kept)) + b"\n")

    change = case(f"edits/{name}.yaml")["change"] if name else []
    folder = draft(change, tmp_path / "draft")
    found = replay(folder, log=recorded)
    fidelity = found.pop("fidelity")
    alone = replay(folder)
    assert found.pop("events") == len(kept)
    assert alone.pop("events") == len(lines())
    assert found == alone
    # Without prepare-bench two tasks, two updates and nothing more are missing.
    missing = 4 if name else 0
    assert (fidelity["recorded"], fidelity["missing"], fidelity["extra"]) == (derived, missing, 1 if name else 0)
    against = replay(folder, against=BASE, log=recorded)
    assert against["fidelity"]["share"] == 1


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z"])
def test_a_log_at_either_end_of_the_calendar_is_replayed(time: str, tmp_path: Path) -> None:
    event = json.dumps({**json.loads(lines()[0]), "time": time})
    found = replay(BASE, log=written(tmp_path / "log.jsonl", [event]))
    assert (found["events"], found["skipped"], found["machines"]["customer"]["entities"]) == (1, [], 1)


@pytest.mark.parametrize("name", ["condition-errs", "guard-tightened", "rule-to-shadow", "schedule-changed"])
def test_kept_catalogs_make_the_same_difference(name: str, tmp_path: Path) -> None:
    """Taken up from the cache (docs/adr/0008), both versions still do what their documents say."""
    edit = case(f"edits/{name}.yaml")
    folder = draft(edit["change"], tmp_path / "draft")
    for one in (folder, BASE):
        taken_up(one, tmp_path / "cache")
    assert len(list((tmp_path / "cache").iterdir())) == 2
    found = backtest.run(taken_up(folder, tmp_path / "cache"), LOG, taken_up(BASE, tmp_path / "cache"))
    assert settled(found["diff"]) == settled(edit["diff"])
    assert found == replay(folder, against=BASE)
