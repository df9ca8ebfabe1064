"""``--as``: what a role may not see is hidden in what it is shown, and the verdicts stay."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.app.cli.answers import Virel

FOLDER = Path(__file__).parents[2] / "cases" / "hidden"
FACTS: dict[str, dict[str, dict[str, Any]]] = {
    "user": {"us_1": {"name": "Ada"}},
    "client": {"cl_1": {"name": "Anna", "phone": "555", "rating": 71717}},
    "job": {
        "jb_1": {
            "secret": "s3cret",
            "fee": {"amount": 818181, "currency": "EUR"},
            "count": 71718,
            "details": {"a": 1},
            "tags": ["tag"],
            "due": "2026-05-05T05:05:05Z",
            "client": "cl_1",
            "keeper": "us_1",
        }
    },
    "part": {"pt_1": {"label": "wheel", "price": {"amount": 1, "currency": "EUR"}, "job": "jb_1"}},
}
WORDS = ("s3cret", "818181", "8,181.81", "71717", "05:05:05")


def event(type: str, subject: str, **data: Any) -> str:
    words = {"specversion": "1.0", "id": f"{type}-{subject}", "source": "test", "type": type, "subject": subject}
    return json.dumps({**words, "time": "2026-03-01T10:00:00Z", "data": data})


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.jsonl"
    lines = [event(f"{machine}.created", id, **values) for machine, all in FACTS.items() for id, values in all.items()]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(FACTS))
    return path


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_dry_run_hides_values_and_keeps_verdicts(virel: Virel, log: Path, tmp_path: Path, form: str):
    one = tmp_path / "event.json"
    one.write_text(event("job.priced", "jb_1", fee=FACTS["job"]["jb_1"]["fee"], secret="s3cret"))
    words = ("--config", FOLDER, "--format", form, "dry-run", "--event", one, "--history", log)
    open_, hidden = virel(*words), virel(*words, "--as", "DESK")
    assert open_.status == hidden.status == 0
    assert [word for word in WORDS[:2] if word not in open_.out.replace(",", "").replace(".", "")] == []
    assert [word for word in WORDS if word in hidden.out] == []
    assert "hidden" in hidden.out
    if form == "json":

        def verdicts(answer: Any) -> list[Any]:
            return [
                (rule["rule"], rule["verdict"], [line["verdict"] for line in rule["conditions"]], len(rule["effects"]))
                for part in (answer, *answer["follow_ups"])
                for rule in part["rules"]
            ]

        assert verdicts(open_.json) == verdicts(hidden.json)
        ask = next(rule for rule in hidden.json["rules"] if rule["rule"] == "ask")
        seen = {leaf: value for line in ask["conditions"] for leaf, value in line["values"].items()}
        assert seen["job.secret"] == seen["changed(job.secret)"] == "hidden"
        assert seen["job.count"] == 71718
        assert hidden.json["event"]["data"] == {"fee": "hidden", "secret": "hidden"}
    else:
        assert "job.fee.amount is hidden" in hidden.out


def test_a_ranking_hides_points_and_the_score_they_are_part_of(virel: Virel, facts: Path):
    words = ("--config", FOLDER, "match", "clients", "--for", "jb_1", "--facts", facts, "--as", "DESK")
    found = virel(*words, "--format", "json")
    (out,) = found.json["excluded"]
    assert out["failed"] == [{"else": "hidden", "verdict": "hidden", "conditions": []}]
    assert set(out["change"].values()) == {"hidden"}
    assert "· hidden" in virel(*words).out
    assert "= hidden" in virel(*words).out
    known = json.loads(facts.read_text())
    known["client"]["cl_1"]["rating"] = 99999
    facts.write_text(json.dumps(known))
    (fits,) = virel(*words, "--format", "json").json["included"]
    assert fits["score"] == fits["terms"][0]["points"] == "hidden"
    assert {(term["points"], term["verdict"]) for term in fits["terms"][:2]} == {("hidden", "hidden")}
    text = virel(*words).out
    assert "1. cl_1  hidden" in text
    assert "· hidden  Rating  (client.rating is hidden)" in text
    assert "99996" not in text


def test_a_text_that_tells_what_is_hidden_is_not_shown(virel: Virel, facts: Path):
    words = ("--config", FOLDER, "--format", "json", "template", "preview", "told", "--facts", facts, "--as", "DESK")
    said = virel(*words).json
    assert (said["subject"], said["body"]) == ("hidden", "hidden")
    said = virel(*words, "--locale", "ru").json
    assert (said["subject"], said["body"]) == ("555", "71718")
    assert virel(*words, "--channel", "sms").json["refused"] == "hidden", "that it has no value tells something"


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_deadline_that_is_read_from_what_is_hidden_is_hidden(virel: Virel, log: Path, form: str):
    words = ("--config", FOLDER, "--format", form, "sla", "explain", "--events", log)
    found = virel(*words, "--policy", "in-time", "--entity", "jb_1", "--as", "DESK")
    assert found.status == 0
    assert "05:05:05" not in found.out
    if form == "json":
        assert {found.json[key] for key in ("target", "due", "remaining")} == {"hidden"}
        assert found.json["state"] == "pending"
    else:
        assert "target hidden, due hidden" in found.out


@pytest.mark.parametrize(
    ("roles", "words"), [("DESC", 'there is no role "DESC"; did you mean "DESK"?'), (" , ", "--as names no role")]
)
def test_a_role_that_does_not_exist_sees_nothing_at_all(virel: Virel, facts: Path, roles: str, words: str):
    said = virel("--config", FOLDER, "match", "clients", "--for", "jb_1", "--facts", facts, "--as", roles)
    assert said.status == 2
    assert said.out == ""
    assert words in said.err
