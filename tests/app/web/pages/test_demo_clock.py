"""The demo's clock on pages: seen by all, set by owners and managers, and only where one process does everything."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace as replaced
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.bootstrap import bootstrap
from app.clock import ScaledClock
from app.identity.passwords import Hasher
from app.settings import Mode
from app.web.context import undo_window
from engine.catalog import Catalog
from tests.app.processes import NOON, settings_for
from tests.app.web.conftest import Agency
from tests.app.web.signing_in import HERE, Door

Begin = Callable[..., Agency]


@pytest.fixture
def begun(store: str, tmp_path: Path, agency: Catalog) -> Iterator[Begin]:
    """Begins a demo whose pages take it for what they are told."""
    settings = replaced(settings_for(store, tmp_path), mode="demo")
    platform = bootstrap(settings, ScaledClock(NOON, 10))
    platform.releases._catalogs[1] = agency
    platform = replaced(platform, identity=replaced(platform.identity, hasher=Hasher(memory=64, rounds=1)))

    def begin(**told: Any) -> Agency:
        house = Agency(platform)
        house.http.application.extensions["virel"] = replaced(platform, settings=replaced(settings, **told))
        return house

    yield begin
    platform.close()


def sets(house: Agency, who: str, speed: str) -> TestResponse:
    door = Door(house)
    assert door.enter(who).status_code == 204
    headers = {"HX-Request": "true", "Origin": HERE, "X-CSRF-Token": door.csrf or ""}
    return door.http.post("/demo/clock", data={"speed": speed}, headers=headers)


@pytest.fixture
def demo(begun: Begin) -> Agency:
    return begun()


def test_owners_and_managers_stop_it_and_let_it_run(demo: Agency):
    clock = demo.platform.clock
    assert isinstance(clock, ScaledClock)
    answer = sets(demo, "manager", "0")
    assert answer.status_code == 200
    assert clock.speed == 0
    assert "stands still" in json.loads(answer.headers["HX-Trigger"])["said"]["text"]
    stood = clock.now()
    assert 'data-speed="0"' in answer.get_data(as_text=True)
    assert '{"speed": "10"}' in answer.get_data(as_text=True)  # how it goes on
    assert sets(demo, "owner", "60").status_code == 200
    assert clock.speed == 60
    assert clock.now() >= stood


@pytest.mark.parametrize("who", ["operator", "content", "finance"])
def test_others_see_it_and_cannot_set_it(demo: Agency, who: str):
    assert sets(demo, who, "60").status_code == 403
    door = Door(demo)
    door.enter(who)
    shown = door.http.get("/").get_data(as_text=True)
    assert 'id="dclock"' in shown
    assert "dclock-go" not in shown


@pytest.mark.parametrize("speed", ["", "-1", "61", "nan", "inf", "1e9", "3600"])
def test_it_runs_at_its_own_speeds_only(demo: Agency, speed: str):
    assert "refused" in sets(demo, "owner", speed).headers["HX-Trigger"]
    assert isinstance(demo.platform.clock, ScaledClock)
    assert demo.platform.clock.speed == 10


def test_strangers_and_other_sites_do_not_set_it(demo: Agency):
    assert demo.http.post("/demo/clock", data={"speed": "0"}).status_code == 302
    door = Door(demo)
    door.enter("owner")
    assert door.http.post("/demo/clock", data={"speed": "0"}, headers={"Origin": HERE}).status_code == 403


@pytest.mark.parametrize("mode", ["development", "production"])
def test_outside_of_a_demo_there_is_none(begun: Begin, mode: Mode):
    house = begun(mode=mode)
    assert sets(house, "owner", "60").status_code == 404
    door = Door(house)
    door.enter("owner")
    assert "dclock" not in door.http.get("/").get_data(as_text=True)
    assert door.http.get("/demo/clock").status_code == 404


def test_several_processes_have_no_clock_in_common(begun: Begin):
    house = begun(redis="redis://127.0.0.1:1/0")
    answer = sets(house, "owner", "60")
    assert answer.status_code == 409
    assert "each process" in json.loads(answer.headers["HX-Trigger"])["refused"]["text"]


def test_what_is_done_can_be_undone_as_long_on_the_wall_however_fast_the_days_run(demo: Agency):
    seconds = demo.platform.settings.undo_seconds
    clock = demo.platform.clock
    assert isinstance(clock, ScaledClock)
    for speed, window in ((60.0, 60), (1.0, 1), (0.0, 1)):
        clock.run(speed)
        with demo.http.application.app_context():
            assert undo_window() == seconds * window * 1_000_000
