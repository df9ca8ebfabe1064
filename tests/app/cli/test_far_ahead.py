"""Nobody is kept waiting for what would happen in eight thousand years."""

from __future__ import annotations

from pathlib import Path

import pytest

EVENT = (
    '{"specversion":"1.0","id":"c1","type":"client.created","time":"2026-03-02T09:00:00Z","source":"test","subject":"cl_1",'
    '"data":{"code":"CL-1","name":"Anna","tier":"vip","kind":"brand","locale":"en","timezone":"Europe/Berlin"}}\n'
)
FAR = "9999-12-31T23:59:59Z"


@pytest.fixture
def far_log(tmp_path: Path) -> Path:
    file = tmp_path / "events.jsonl"
    file.write_text(EVENT, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    "command",
    [
        ["sla", "explain", "--policy", "first-response", "--entity", "iq_1", "--at", FAR],
        ["backtest", "--until", FAR],
        ["match", "models-for-inquiry", "--for", "iq_1", "--at", FAR],
        ["template", "preview", "shoot-thanks", "--entity", "bk_1", "--at", FAR],
    ],
    ids=lambda command: command[0],
)
def test_an_instant_far_beyond_the_last_event_is_refused(virel, root, far_log, command):
    answer = virel("--config", root, *command, "--events", far_log)
    assert answer.status == 2
    assert "more than 10 years after the last event (2026-03-02T09:00:00Z)" in answer.err


def test_an_event_far_beyond_its_history_is_refused(virel, root, far_log, tmp_path):
    late = tmp_path / "late.json"
    late.write_text(EVENT.replace("c1", "c2").replace("cl_1", "cl_2").replace("2026-03-02T09:00:00Z", FAR))
    answer = virel("--config", root, "dry-run", "--event", late, "--history", far_log)
    assert answer.status == 2
    assert "more than 10 years after the last event" in answer.err
