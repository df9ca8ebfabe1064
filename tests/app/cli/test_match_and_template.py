"""``virel match`` and ``virel template preview``: from facts or events, as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.app.cli.answers import Virel
from tests.engine.matching.agency import catalog_of

MATCHING = """must:
  - {if: model.status == "active", else: Not represented now}
  - {if: "is_free(model, inquiry.starts_at, inquiry.ends_at)", else: Not free then}
prefer:
  - {score: 30, if: model.category == inquiry.category, because: Right category}
  - {score: model.rating * 4, because: Rating}
limit: 1
"""
TEMPLATE = """kind: template
id: asked
version: 2
description: We have it.
entity: inquiry
fallback: en
channels:
  sms:
    en: "We look for {{ inquiry.category }}, {{ inquiry.starts_at | date('Europe/Berlin') }}."
    ru: "Ищем: {{ inquiry.category }}, {{ inquiry.starts_at | date('Europe/Berlin') }}."
  email:
    en: {subject: "Your {{ inquiry.category }} inquiry", body: "Budget: {{ inquiry.budget | money }}"}
    ru: {subject: "Заявка", body: "Бюджет: {{ inquiry.budget | money }}"}
"""
AT = "2026-03-27T10:00:00Z"
RATE = {"amount": 100_000, "currency": "EUR"}
FACTS: dict[str, Any] = {
    "model": {
        "md_1": {"category": "runway", "rating": 3, "day_rate": RATE, "tags": []},
        "md_2": {"category": "editorial", "rating": 3, "day_rate": RATE, "tags": []},
        "md_3": {"category": "editorial", "rating": 5, "day_rate": RATE, "tags": [], "status": "paused"},
    },
    "inquiry": {
        "in_1": {"category": "editorial", "starts_at": "2026-04-01T10:00:00Z", "ends_at": "2026-04-01T18:00:00Z"}
    },
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    catalog_of(tmp_path, MATCHING)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/asked.yaml").write_text(TEMPLATE, encoding="utf-8")
    (tmp_path / "facts.json").write_text(json.dumps(FACTS), encoding="utf-8")
    events = [
        {
            "specversion": "1.0",
            "id": f"{machine}/{id}",
            "type": f"{machine}.created",
            "subject": id,
            "source": "test",
            "time": "2026-03-26T10:00:00Z",
            "data": values,
        }
        for machine, entities in sorted(FACTS.items(), key=lambda one: len(one[0]))
        for id, values in entities.items()
    ]
    text = "".join(json.dumps(event) + "\n" for event in events)
    (tmp_path / "events.jsonl").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_ranking_as_json(virel: Virel, folder: Path) -> None:
    words = ("--config", folder, "--format", "json", "match", "fit", "--for", "in_1")
    said = virel(*words, "--facts", folder / "facts.json", "--at", AT)
    assert said.status == 0
    found = said.json
    assert {key: found[key] for key in ("matching", "version", "for", "candidates", "not_shown", "at")} == {
        "matching": "fit",
        "version": 1,
        "for": {"machine": "inquiry", "id": "in_1"},
        "candidates": 3,
        "not_shown": 1,
        "at": AT,
    }
    (best,) = found["included"]
    assert (best["id"], best["score"]) == ("md_2", 42)
    assert best["terms"][1] == {"because": "Rating", "points": 12, "verdict": "met", "values": {"model.rating": 3}}
    (out,) = found["excluded"]
    assert out["id"] == "md_3"
    assert out["failed"][0]["else"] == "Not represented now"
    assert out["failed"][0]["conditions"][0] == {
        "expression": 'model.status == "active"',
        "file": "rules/matching/fit.yaml",
        "line": 8,
        "verdict": "unmet",
        "values": {"model.status": "paused"},
    }
    assert out["change"] == {"fact": "model.status", "now": "paused", "relation": "==", "wanted": "active"}


def test_a_ranking_from_events_is_that_from_facts(virel: Virel, folder: Path) -> None:
    words = ("--config", folder, "--format", "json", "match", "fit", "--for", "in_1", "--at", AT)
    one = virel(*words, "--facts", folder / "facts.json").json
    other = virel(*words, "--events", folder / "events.jsonl").json
    # A model that a log creates paused is paused there, too.
    assert one == other


def test_a_ranking_in_words(virel: Virel, folder: Path) -> None:
    said = virel("--config", folder, "match", "fit", "--for", "in_1", "--facts", folder / "facts.json", "--at", AT)
    assert said.status == 0
    assert "2 of 3 fit" in said.out
    assert "  1. md_2  42\n" in said.out
    assert "and 1 more" in said.out
    assert "○ Not represented now" in said.out
    assert "= model.status would have to be active" in said.out


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("fitt", "--for", "in_1", "--facts", "facts.json"), 'no matching is called "fitt"; did you mean "fit"?'),
        (("fit", "--for", "in_9", "--facts", "facts.json", "--at", AT), f'there is no inquiry "in_9" at {AT}'),
        (("fit", "--for", "in_1"), "name the facts: either --events FILE or --facts FILE"),
        (("fit", "--for", "in_1", "--facts", "none.json"), "No such file"),
        (("fit", "--for", "in_1", "--facts", "events.jsonl"), "this is no JSON"),
        (("fit", "--for", "in_1", "--facts", "twice.json"), 'twice.json: the key "in_1" stands twice in one object'),
        (("fit", "--for", "in_1", "--facts", "nan.json"), "nan.json: NaN is no number of JSON"),
        (("fit", "--for", "in_1", "--facts", "list.json"), "expected entities by machine and id"),
        (("fit", "--for", "in_1", "--facts", "odd.json"), "model/md_1: expected fields with values"),
        (("fit", "--for", "in_1", "--facts", "wrong.json"), 'model/md_1: "rating": expected a whole number'),
        (("fit", "--for", "in_1", "--facts", "unknown.json"), 'there is no machine "modell"'),
    ],
)
def test_what_cannot_be_ranked_is_said_in_a_sentence(
    virel: Virel, folder: Path, words: tuple[str, ...], reason: str
) -> None:
    (folder / "list.json").write_text("[]")
    (folder / "twice.json").write_text('{"inquiry": {"in_1": {}, "in_1": {}}}')
    (folder / "nan.json").write_text('{"model": {"md_1": {"rating": NaN}}}')
    (folder / "odd.json").write_text('{"model": {"md_1": 1}}')
    (folder / "wrong.json").write_text('{"model": {"md_1": {"rating": "x"}}}')
    (folder / "unknown.json").write_text('{"modell": {}}')
    named = [folder / word if word.endswith((".json", ".jsonl")) else word for word in words]
    said = virel("--config", folder, "match", *named)
    assert (said.status, said.out) == (2, "")
    assert reason in said.err


def test_a_line_that_cannot_be_understood_is_a_finding(virel: Virel, folder: Path) -> None:
    with (folder / "events.jsonl").open("a") as out:
        out.write("no event\n")
    words = ("--config", folder, "match", "fit", "--for", "in_1", "--events", folder / "events.jsonl")
    said = virel(*words)
    assert said.status == 1
    assert "events.jsonl:5: skipped" in said.err


def test_a_preview_as_json(virel: Virel, folder: Path) -> None:
    words = ("--config", folder, "--format", "json", "template", "preview", "asked", "--facts", folder / "facts.json")
    said = virel(*words, "--channel", "sms", "--locale", "ru-RU", "--entity", "in_1", "--at", AT)
    assert (said.status, said.json) == (
        0,
        {
            "template": "asked",
            "version": 2,
            "channel": "sms",
            "locale": "ru",
            "body": "Ищем: editorial, 1 апреля 2026\N{NARROW NO-BREAK SPACE}г..",
            "html": False,
            "segments": {"encoding": "UCS-2", "units": 34, "count": 1},
            "entity": "in_1",
        },
    )
    refused = virel(*words, "--channel", "email")
    assert (refused.status, refused.json["refused"]) == (0, "inquiry.budget has no value")


def test_a_preview_in_words(virel: Virel, folder: Path) -> None:
    words = ("--config", folder, "template", "preview", "asked", "--facts", folder / "facts.json")
    said = virel(*words)
    assert said.out == (
        "asked@2, sms, en\n1 segment, 38 units of GSM-7\n\nWe look for editorial, April 1, 2026.\n"
    ).replace("38", str(len("We look for editorial, April 1, 2026.")))
    assert "not sent: inquiry.budget has no value" in virel(*words, "--channel", "email").out
    assert 'no template is called "aksed"; did you mean "asked"?' in virel(*words[:4], "aksed").err
    assert 'asked says nothing on the channel "smss"; did you mean "sms"?' in virel(*words, "--channel", "smss").err
    assert 'there is no inquiry "in_2"' in virel(*words, "--entity", "in_2").err


def test_a_dry_run_shows_what_a_notification_would_say(virel: Virel, base: Path, log: Path) -> None:
    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    created = next(event for event in events if event["type"] == "repair.created")
    said = virel(
        "--config",
        base,
        "--format",
        "json",
        "dry-run",
        "--event",
        "-",
        "--history",
        log,
        stdin=json.dumps(created).encode(),
    )
    effects = [effect for rule in said.json["rules"] for effect in rule["effects"]]
    (told,) = [effect for effect in effects if effect["action"] == "send_notification"]
    assert told["template"] == "repair-received"
    assert told["message"]["locale"] == "en"
    assert told["message"]["body"]
    words = virel("--config", base, "dry-run", "--event", "-", "--history", log, stdin=json.dumps(created).encode())
    assert f"          {told['message']['channel']}, en\n" in words.out
