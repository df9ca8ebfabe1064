"""``virel backtest --migrate``: two versions whose states have other names."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.app.cli.answers import Virel


@pytest.fixture
def draft(base: Path, tmp_path: Path) -> Path:
    """The workshop, which calls an approved repair agreed."""
    shutil.copytree(base, tmp_path / "draft")
    for path in (tmp_path / "draft").rglob("*.yaml"):
        text = path.read_text("utf-8").replace("approved", "agreed").replace("An agreed", "An approved")
        path.write_text(text, "utf-8")
    return tmp_path / "draft"


def test_a_state_that_is_called_otherwise_is_no_difference(virel: Virel, base: Path, log: Path, draft: Path) -> None:
    words = ("--config", draft, "--format", "json", "backtest", "--events", log, "--against", base)
    said = virel(*words, "--migrate", '{"approved": "agreed"}')
    assert (said.status, said.err) == (0, "")
    assert said.json["diff"] == {"added": [], "removed": [], "changed": []}
    alone = virel("--config", base, "--format", "json", "backtest", "--events", log).json
    moves = [one["machines"]["repair"]["transitions"] for one in (said.json, alone)]
    assert moves[0]["quoted -> agreed"] == moves[1]["quoted -> approved"] > 1
    unsaid = virel(*words)
    assert "virel: the draft's repair has no approved: what the log tells of it has diverged there" in unsaid.err
    assert unsaid.json["diff"] != said.json["diff"]


def test_names_of_states_need_two_versions_and_must_be_right(virel: Virel, base: Path, log: Path, draft: Path) -> None:
    words = ("--config", draft, "backtest", "--events", log, "--migrate", '{"aproved": "agreed"}')
    said = virel(*words)
    assert (said.status, said.out) == (2, "")
    assert "name that with --against DIR" in said.err
    said = virel(*words, "--against", base)
    assert (said.status, said.out) == (2, "")
    assert "error V995" in said.err
    assert 'did you mean "approved"?' in said.err
