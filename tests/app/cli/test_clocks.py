"""``virel calendar seconds`` and ``virel sla explain``: answers, located mistakes, exit status 0, 1 and 2."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.app.cli.answers import Virel

CASES = Path(__file__).parents[2] / "cases" / "simulation"
SLA = CASES / "sla"
REPLAY = CASES / "sla-replay"
EVENTS = REPLAY / "events.jsonl"


def test_seconds_of_working_time_line_by_line(virel: Virel, tmp_path: Path) -> None:
    batch = tmp_path / "batch.jsonl"
    weekend = {"start": "2026-03-27T10:00:00Z", "end": "2026-03-30T10:00:00Z"}
    cases = [weekend, {"start": weekend["end"], "end": weekend["start"]}]
    cases.append({"start": "2026-03-27T10:00:00.5+00:00", "end": "2026-03-27T10:00:01Z"})
    batch.write_text("".join(json.dumps(case) + "\n" for case in cases), encoding="utf-8")
    said = virel("--config", SLA, "--format", "json", "calendar", "seconds", "office", "--batch", batch)
    assert said.status == 0
    assert [json.loads(line) for line in said.out.splitlines()] == [
        {"seconds": 50_400},
        {"seconds": -50_400},
        {"seconds": 0.5},
    ]


def test_a_line_that_cannot_be_understood_is_located_and_the_others_are_answered(virel: Virel, tmp_path: Path) -> None:
    batch = tmp_path / "batch.jsonl"
    whole = '{"start": "2026-03-30T08:00:00Z", "end": "2026-03-30T09:00:00Z"}'
    batch.write_text(f'{whole}\n{{"start": 1}}\n{{"start": "2026-03-30"}}\n[]\n{whole}\n', encoding="utf-8")
    said = virel("calendar", "seconds", "office", "--batch", batch, "--config", SLA)
    assert said.status == 1
    answers = [json.loads(line) for line in said.out.splitlines()]
    assert [list(answer) for answer in answers] == [["seconds"], ["error"], ["error"], ["error"], ["seconds"]]
    assert said.err.splitlines()[0].startswith(f'{batch}:2: "start" is missing')
    assert [line.split(".jsonl:")[1][0] for line in said.err.splitlines()] == [
        "2",
        "3",
        "4",
    ]


@pytest.mark.parametrize(
    ("start", "end", "answered"),
    [
        ("2026-01-01T00:00:00Z", "9999-12-31T00:00:00Z", False),
        ("9999-12-31T00:00:00Z", "0001-01-01T00:00:00Z", False),
        ("2026-01-01T00:00:00Z", "2227-01-01T00:00:00Z", False),
        ("2026-01-01T00:00:00Z", "2126-01-01T00:00:00Z", True),
    ],
)
def test_a_line_over_more_than_200_years_is_refused_at_once(
    virel: Virel, tmp_path: Path, start: str, end: str, answered: bool
) -> None:
    batch = tmp_path / "batch.jsonl"
    batch.write_text(json.dumps({"start": start, "end": end}) + "\n", encoding="utf-8")
    said = virel("--config", SLA, "calendar", "seconds", "office", "--batch", batch)
    assert said.status == (0 if answered else 1)
    answer = json.loads(said.out)
    if answered:
        assert answer["seconds"] > 700_000_000
    else:
        assert answer == {"error": 'line 1: "start" and "end" lie more than 200 years apart; ask for shorter stretches'}


def test_a_line_that_readers_would_take_in_two_ways_is_refused(virel: Virel, tmp_path: Path) -> None:
    batch = tmp_path / "batch.jsonl"
    hour = '"start": "2026-03-30T08:00:00Z", "end": "2026-03-30T09:00:00Z"'
    batch.write_text(f'{{{hour}, "end": "x"}}\n{{{hour}, "x": NaN}}\n{{{hour}, "x": "\\udfff"}}\n', encoding="utf-8")
    said = virel("--config", SLA, "calendar", "seconds", "office", "--batch", batch)
    assert said.status == 1
    assert [json.loads(line)["error"] for line in said.out.splitlines()] == [
        'line 1: the key "end" stands twice in one object',
        "line 2: NaN is no number of JSON",
        "line 3: \\udfff is half of a surrogate pair, and no character",
    ]


def test_a_calendar_that_is_not_there_could_not_run(virel: Virel) -> None:
    said = virel("--config", SLA, "calendar", "seconds", "offfice", "--batch", "-")
    assert (said.status, said.out) == (2, "")
    assert 'there is no calendar "offfice"; did you mean "office"?' in said.err


def test_a_broken_calendar_could_not_run(virel: Virel, tmp_path: Path) -> None:
    (tmp_path / "rules/sla").mkdir(parents=True)
    text = (SLA / "rules/sla/office.yaml").read_text("utf-8").replace("Europe/Berlin", "Europe/Berlim")
    (tmp_path / "rules/sla/office.yaml").write_text(text, encoding="utf-8")
    said = virel("--config", tmp_path, "calendar", "seconds", "office", "--batch", "-")
    assert (said.status, said.out) == (2, "")
    assert "rules/sla/office.yaml is unavailable" in said.err


def explain(virel: Virel, entity: str, at: str, *more: str) -> dict[str, object]:
    words = ("sla", "explain", "--events", EVENTS, "--policy", "first-response", "--entity", entity, "--at", at, *more)
    said = virel("--config", REPLAY, "--format", "json", *words)
    assert said.status == 0
    found: dict[str, object] = said.json
    return found


def test_why_this_deadline(virel: Virel) -> None:
    found = explain(virel, "in_3", "2026-03-31T09:00:00Z")
    assert (found["clock"], found["state"], found["paused"], found["due"]) == (
        "first-response/in_3/1",
        "pending",
        True,
        None,
    )
    assert (found["used"], found["remaining"]) == (3_600, 10_800)
    assert [(line["reason"], line["seconds"]) for line in found["ledger"]] == [("open", 3_600), ("paused", 86_400)]  # type: ignore[attr-defined]
    found = explain(virel, "in_5", "2026-03-30T11:00:00Z")
    assert (found["state"], found["due"], found["used"], found["remaining"]) == (
        "warning",
        "2026-03-30T12:00:00Z",
        10_800,
        3_600,
    )
    assert [(line["reason"], line["counted"]) for line in found["ahead"]] == [("open", 3_600)]  # type: ignore[attr-defined]


def test_the_ledger_is_told_in_words(virel: Virel) -> None:
    words = ("sla", "explain", "--events", EVENTS, "--policy", "first-response", "--entity", "in_5")
    said = virel("--config", REPLAY, *words, "--at", "2026-03-30T12:30:00Z")
    assert said.status == 0
    assert said.out.splitlines() == [
        "first-response/in_5/1  breaching, closed hours  at 2026-03-30T12:30:00Z",
        "  target 4h, due 2026-03-30T12:00:00Z, used 4h",
        "  0s left",
        "  + 2026-03-30T08:00:00Z – 2026-03-30T12:00:00Z          4h open",
        "    2026-03-30T12:00:00Z – 2026-03-30T12:30:00Z         30m closed",
        "  = 4h counted",
    ]
    said = virel("--config", REPLAY, *words[:-1], "in_9")
    assert said.out.startswith("first-response has opened no clock on in_9")


def test_a_policy_that_is_not_there_could_not_run(virel: Virel) -> None:
    said = virel("--config", REPLAY, "sla", "explain", "--events", EVENTS, "--policy", "first", "--entity", "in_5")
    assert (said.status, said.out) == (2, "")
    assert 'there is no SLA policy "first"' in said.err
