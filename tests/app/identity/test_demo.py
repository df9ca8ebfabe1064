"""Demo logins are made in a demo only, and let in nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.bootstrap import Platform, bootstrap
from app.clock import SteppedClock
from app.identity import people, refresh_tokens
from app.identity.demo import PASSWORD, PEOPLE, seed_people
from app.identity.refusals import WrongPasswordError
from app.identity.sign_in import Origin
from app.road.caller import system
from app.road.problems import ProblemError
from app.settings import Mode
from engine.catalog import Catalog
from tests.app.processes import NOON, settings_for

Opened = Callable[[Mode], Platform]


@pytest.fixture
def opened(store: str, tmp_path: Path, agency: Catalog) -> Iterator[Opened]:
    """Opens the store in a mode."""
    found: list[Platform] = []

    def open_in(mode: Mode) -> Platform:
        platform = bootstrap(replace(settings_for(store, tmp_path), mode=mode), SteppedClock(NOON))
        platform.releases._catalogs[1] = agency
        found.append(platform)
        return platform

    yield open_in
    for platform in found:
        platform.close()


def test_a_demo_has_five_people_who_sign_in_with_one_password(opened: Opened):
    platform = opened("demo")
    ids = seed_people(platform)
    assert list(ids) == ["owner", "manager", "operator", "content", "finance"]
    assert seed_people(platform) == ids, "seeding again changes nothing"
    for name, *_ in PEOPLE:
        assert refresh_tokens.begin(platform.identity, f"{name}@demo.virel", PASSWORD, Origin()).access


@pytest.mark.parametrize("mode", ["development", "production"])
def test_no_other_store_gets_or_lets_in_a_demos_people(opened: Opened, mode: Mode):
    seed_people(opened("demo"))
    platform = opened(mode)
    with pytest.raises(ProblemError, match="in a demo only"):
        seed_people(platform)
    for name, *_ in PEOPLE:
        with pytest.raises(WrongPasswordError):
            refresh_tokens.begin(platform.identity, f"{name}@demo.virel", PASSWORD, Origin())


def test_a_store_in_which_people_work_does_not_become_a_demo(opened: Opened):
    platform = opened("demo")
    person = {"email": "anna@house.test", "roles": ["OWNER"]}
    platform.pipeline.run(system("test"), lambda road: people.add(road, person))
    with pytest.raises(ProblemError, match="does not become a demo"):
        seed_people(platform)


def test_a_demo_stays_one_when_the_simulators_staff_works_in_it(opened: Opened):
    ids = seed_people(opened("demo"))
    platform = opened("demo")
    person = {"email": "ina@virel.example", "roles": ["OPERATOR"]}
    platform.pipeline.run(system("test"), lambda road: people.add(road, person))
    assert seed_people(opened("demo")) == ids
