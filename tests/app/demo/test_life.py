"""A demo store that has lived goes on from where it is, with new stories."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap import Platform, bootstrap
from app.clock import ScaledClock
from app.demo.life import GENERATION, DemoLife
from app.identity.demo import seed_people
from engine.conditions.values import Timestamp
from tests.app.processes import NOON, settings_for

HOUR = 3_600_000_000_000


def opened(store: str, folder: Path, agency: Any, at: Timestamp) -> tuple[Platform, ScaledClock]:
    clock = ScaledClock(at, 0)
    platform = bootstrap(replace(settings_for(store, folder), mode="demo"), clock)
    platform.releases._catalogs[1] = agency
    return platform, clock


def lived(platform: Platform, clock: ScaledClock, days: int, present: Timestamp, speed: float, more: int) -> DemoLife:
    """Lives until the present, and on until some more events have happened."""
    life = DemoLife(platform, clock, days=days, present=present, speed=speed)
    if days:
        clock.put(life.start_instant)
    seed_people(platform)
    life.start()
    assert life.caught_up.wait(60)
    until = life.events + more
    while more and life.is_alive() and life.events < until:
        life.join(0.05)
    life.stop()
    life.join(10)
    assert life.failure is None
    return life


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_second_beginning_goes_on(store: str, tmp_path: Path, agency: Any) -> None:
    platform, clock = opened(store, tmp_path, agency, NOON)
    first = lived(platform, clock, 1, NOON, 0, 0)
    platform.close()
    assert first.events > 100
    later = Timestamp(NOON + HOUR)
    platform, clock = opened(store, tmp_path, agency, later)
    again = lived(platform, clock, 0, later, 3_600, 3)
    assert again.events >= 3
    with platform.database.connect() as connection:
        rows = connection.exec_driver_sql("SELECT id, subject, time FROM events ORDER BY seq").fetchall()
    platform.close()
    new = rows[-again.events :]
    assert all(row[2] >= int(later) // 1_000 for row in new)
    assert any(str(GENERATION + 1) in row[0] for row in new), new
