"""The demo's time never goes back, however its process ends."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from app.cli.demo_store import begin
from app.clock import WallClock
from app.demo import mark
from app.demo.mark import Mark, reached
from engine.conditions.values import Timestamp
from tests.app.demo.test_life import opened
from tests.app.processes import NOON

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
SECOND = 1_000_000_000


def test_the_mark_is_ahead_of_the_clock_at_any_speed(
    store: str, tmp_path: Path, agency: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mark, "EVERY", 0.02)
    monkeypatch.setattr(mark, "AHEAD", 0.5)
    platform, clock = opened(store, tmp_path, agency, NOON)
    kept = Mark(platform, clock)
    assert reached(platform) is None
    clock.run(1)
    kept.start()
    seen = []
    for speed in (60, 0, 3_600, 1):
        clock.run(speed)
        until = time.monotonic() + 0.1
        while time.monotonic() < until:
            now = clock.now()
            found = reached(platform)
            assert found is not None
            assert found >= now
            seen.append(found)
    assert seen[-1] > NOON + 300 * SECOND
    clock.run(0)
    kept.stop()
    assert reached(platform) == clock.now()
    platform.close()


@pytest.mark.parametrize("end", ["crash", "stop"])
def test_a_demo_goes_on_from_where_its_clock_was(store: str, tmp_path: Path, agency: Any, end: str) -> None:
    platform, clock = opened(store, tmp_path, agency, WallClock().now())
    life = begin(platform, clock, 1, 86_400 * 30, quiet=True)  # a month a second
    time.sleep(0.1)
    was = clock.now()
    if end == "crash":
        life._end.set()
        life._mark._end.set()
    else:
        life.stop()
    clock.before_run = None
    clock.run(0)
    life.join(10)
    platform.close()
    platform, clock = opened(store, tmp_path, agency, Timestamp(0))
    again = begin(platform, clock, 1, 0, quiet=True)
    again.stop()
    again.join(10)
    platform.close()
    assert again.failure is None
    ahead = clock.now() - was
    assert 0 <= ahead <= (mark.AHEAD if end == "crash" else 5) * 86_400 * 30 * SECOND
