"""A demo's day under way: its clock in the navigation, set by buttons and keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.clock import ScaledClock
from app.web.pages.assets import BUILT
from engine.catalog import Catalog
from tests.app.processes import NOON
from tests.app.web.journeys.conftest import Served, Visiting, opened, serving, settled
from tests.app.web.population import Population

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, agency: Catalog) -> Iterator[Served]:
    if not (BUILT / "manifest.json").exists():
        pytest.skip("needs the pages' styles and scripts: run `make assets`")
    house = opened(tmp_path_factory.mktemp("demo"), sqlite_template, agency, ScaledClock(NOON, 0))
    yield from serving(house, Population({}))


def test_a_manager_lets_the_day_run_by_keys_and_buttons(visit: Visiting, served: Served, axe: Callable[[Page], None]):
    clock = served.house.platform.clock
    assert isinstance(clock, ScaledClock)
    page = visit("manager", "/clients")
    settled(page)
    face = page.locator("#dclock")
    assert "2 Mar, 13:00" in face.inner_text()
    assert "stopped" in face.inner_text()
    axe(page)

    def runs(speed: float) -> None:
        page.wait_for_selector(f"#dclock[data-speed='{speed:g}']")
        assert clock.speed == speed

    page.keyboard.press(".")
    runs(1)
    page.keyboard.press("Shift+Period")
    runs(10)
    page.get_by_role("button", name="60×").click()
    runs(60)
    axe(page)
    page.wait_for_function("() => !document.querySelector('#dclock time').textContent.includes('13:00')")
    page.keyboard.press("Shift+Comma")
    runs(10)
    page.keyboard.press(".")
    runs(0)
    seen = clock.now()
    page.keyboard.press(".")
    runs(10)  # as it went before
    assert clock.now() >= seen


def test_an_operator_sees_the_time_and_has_nothing_to_set(visit: Visiting, served: Served):
    clock = served.house.platform.clock
    assert isinstance(clock, ScaledClock)
    clock.run(10)
    page = visit("operator", "/clients", dark=True)
    settled(page)
    assert "10×" in page.locator("#dclock").inner_text()
    assert page.locator("#dclock button").count() == 0
    page.keyboard.press(".")
    assert clock.speed == 10
