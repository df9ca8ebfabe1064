"""``virel seed``: an empty demo store is filled, and no other."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from app.bootstrap import bootstrap
from app.identity.demo import is_demo
from app.settings import load_settings
from tests.app.cli.answers import Virel


@pytest.fixture
def data(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the agency's store, in which nobody works yet."""
    for name in ("VIREL_MODE", "VIREL_DATABASE_URL", "VIREL_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    shutil.copy(sqlite_template, tmp_path / "virel.db")
    return tmp_path


def test_it_fills_an_empty_store_once(virel: Virel, data: Path) -> None:
    said = virel("--format", "json", "seed", "--data", data, "--days", 1)
    assert said.status == 0, said.err
    told = json.loads(said.out)
    platform = bootstrap(load_settings({}, data, "demo"))
    with platform.database.connect() as connection:
        (count,) = connection.exec_driver_sql("SELECT count(*) FROM bookings").one()
        (events,) = connection.exec_driver_sql("SELECT count(*) FROM events").one()
        assert is_demo(connection)
    platform.close()
    assert told["days"] == 1
    assert events >= told["events"] > 100
    assert count > 0
    again = virel("seed", "--data", data)
    assert again.status == 2
    assert "is filled already: serve it with `virel serve --demo`" in again.err


def test_a_store_in_which_people_work_is_left_alone(virel: Virel, data: Path) -> None:
    words = ("user", "add", "anna@house.test", "--role", "OWNER", "--password-stdin", "--data", data)
    assert virel(*words, stdin=b"correct horse battery\n").status == 0
    said = virel("seed", "--data", data)
    assert said.status == 2
    assert "people work in this store: it does not become a demo" in said.err


def test_production_is_not_seeded(virel: Virel, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIREL_MODE", "production")
    said = virel("seed", "--data", data)
    assert said.status == 2
    assert said.err == "virel: VIREL_MODE is production: only a demo is seeded\n"
