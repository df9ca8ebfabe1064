"""What is said of a policy whose clock cannot run, and that nothing is said of one whose clock may."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.catalog import load
from engine.conditions.values import Timestamp
from engine.sla.clock import Clock, Said

JOB = """kind: machine
id: job
version: 1
description: A job.
plural: jobs
fields: {urgent: bool, due: timestamp}
initial: open
states: {open: {}, waiting: {}, done: {final: true}}
transitions:
  wait: {from: [open], to: waiting}
  resume: {from: [waiting], to: open}
  finish: {from: [open, waiting], to: done}
"""


def codes(folder: Path, pause: str, start: str, targets: str) -> list[str]:
    policy = f"""kind: sla
id: soon
version: 1
description: Soon.
entity: job
start: {start}
stop: job.status == 'done'
pause: {pause}
targets: {targets}
"""
    for name, text in (("statemachines/job.yaml", JOB), ("rules/sla/soon.yaml", policy)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return [one.code for one in load(folder).diagnostics if one.code.startswith("V92")]


OPEN = "job.status == 'open'"
HOUR = "[{within: 1h}]"


@pytest.mark.parametrize(
    ("pause", "start", "targets"),
    [
        ("'true'", OPEN, HOUR),
        ("'1 < 2'", OPEN, HOUR),
        ("job.status in ['open', 'waiting']", OPEN, HOUR),
        ("job.status != 'done'", "job.urgent", HOUR),
    ],
)
def test_a_pause_wherever_the_clock_is_open_is_found(tmp_path: Path, pause: str, start: str, targets: str):
    assert codes(tmp_path, pause, start, targets) == ["V929"]


@pytest.mark.parametrize(
    ("pause", "start", "targets"),
    [
        (OPEN, OPEN, HOUR),  # it may wait, and then the time counts
        ("job.status == 'waiting'", OPEN, HOUR),
        ("job.urgent", "job.urgent", HOUR),
        ("job.status in ['open', 'waiting'] and job.urgent", OPEN, HOUR),
        ("job.status in ['open', 'waiting'] and now < timestamp('2030-01-01T00:00:00Z')", OPEN, HOUR),
        ("now < timestamp('2030-01-01T00:00:00Z')", OPEN, HOUR),
        ("'true'", OPEN, "[{by: job.due}]"),  # the wait for an instant knows no pauses
    ],
)
def test_a_pause_that_may_end_raises_no_alarm(tmp_path: Path, pause: str, start: str, targets: str):
    assert codes(tmp_path, pause, start, targets) == []


@pytest.mark.parametrize("due", ["0001-01-01T00:00:00Z", "0001-01-01T03:00:00Z"])
@pytest.mark.parametrize("warn", ["4h", "{before: 4h}"])
def test_a_deadline_at_the_beginning_of_the_calendar_is_warned_of_from_there(tmp_path: Path, due: str, warn: str):
    codes(tmp_path, "'false'", OPEN, f"[{{by: job.due}}]\nwarn_at: {warn}")
    policy = load(tmp_path).policies["soon"]
    opened = Timestamp.parse("2026-03-02T12:00:00Z")
    clock = Clock.open(policy, opened)
    clock.see(Said(opened, True, by=Timestamp.parse(due), new=True))
    assert clock.warn is not None
    assert clock.warn.text() == "0001-01-01T00:00:00Z"
    assert clock.state(opened) == "breaching"
