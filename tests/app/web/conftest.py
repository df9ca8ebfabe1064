"""The agency over HTTP, with everybody signed in by password."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.bootstrap import Platform, bootstrap
from app.clock import SteppedClock
from app.identity.demo import PASSWORD, seed_people
from app.identity.passwords import Hasher
from app.web.app import create_app
from engine.catalog import Catalog
from tests.app.conftest import created
from tests.app.processes import NOON, settings_for


@dataclass
class Person:
    """Somebody signed in, who speaks JSON."""

    http: FlaskClient
    id: str
    token: str
    answers: list[TestResponse] = field(default_factory=list)

    def send(self, method: str, path: str, json: Any = None, **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named["Authorization"] = f"Bearer {self.token}"
        answer = self.http.open(f"/api/v1{path}", method=method, json=json, headers=named)
        self.answers.append(answer)
        return answer

    def get(self, path: str, status: int = 200) -> Any:
        return self._json(self.send("GET", path), status)

    def post(self, path: str, json: Any = None, status: int = 201, **headers: str) -> Any:
        return self._json(self.send("POST", path, json if json is not None else {}, **headers), status)

    def patch(self, path: str, json: Any, status: int = 200) -> Any:
        """Changes an entity as it is now."""
        etag = self.send("GET", path).headers["ETag"]
        return self._json(self.send("PATCH", path, json, If_Match=etag), status)

    def move(self, path: str, transition: str, status: int = 200, **inputs: str) -> Any:
        return self.post(f"{path}/status", {"transition": transition, **inputs}, status)

    @staticmethod
    def _json(answer: TestResponse, status: int) -> Any:
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.get_json(silent=True)


class Agency:
    """Everybody, by the name they sign in with, and the platform behind."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.http = create_app(platform).test_client()
        self.ids = seed_people(platform)
        self._known: dict[str, Person] = {}

    @property
    def clock(self) -> SteppedClock:
        assert isinstance(self.platform.clock, SteppedClock)
        return self.platform.clock

    def __getattr__(self, name: str) -> Person:
        if name not in self.ids:
            raise AttributeError(name)
        if name not in self._known:
            body = {"email": f"{name}@demo.virel", "password": PASSWORD}
            answer = self.http.post("/api/v1/auth/login", json=body)
            assert answer.status_code == 200, answer.get_data(as_text=True)
            self._known[name] = Person(self.http, self.ids[name], answer.get_json()["access_token"])
        return self._known[name]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def lasting(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, agency: Catalog
) -> Iterator[Agency]:
    """The agency at noon for all tests of a file, which must not mind what the tests before left there."""
    folder = tmp_path_factory.mktemp("lasting")
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), folder / "virel.db")
        store = f"sqlite:///{folder / 'virel.db'}"
    else:
        template = request.getfixturevalue("postgresql_template")
        store = created(request.getfixturevalue("postgresql"), template)
    settings = replaced(settings_for(store, folder), mode="demo", rate=1_000_000)
    platform = bootstrap(settings, SteppedClock(NOON))
    platform.releases._catalogs[1] = agency
    yield Agency(platform)
    platform.close()


@pytest.fixture
def house(request: pytest.FixtureRequest, store: str, tmp_path: Path, agency: Catalog) -> Iterator[Agency]:
    """The agency at noon, with the demo's five people and nothing else; where the store is PostgreSQL, with Redis."""
    redis = None
    if store.startswith("postgresql"):
        server = request.getfixturevalue("lasting_redis")
        server.flush()
        redis = server.url
    settings = replaced(settings_for(store, tmp_path), mode="demo", redis=redis)
    platform = bootstrap(settings, SteppedClock(NOON))
    platform.releases._catalogs[1] = agency
    # What a hash costs is for guessers to pay; the real parameters are tested with the passwords.
    platform = replaced(platform, identity=replaced(platform.identity, hasher=Hasher(memory=64, rounds=1)))
    yield Agency(platform)
    platform.close()
