"""Somebody at the Action Center, over HTTP as a browser asks: pages, parts of pages and acts."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from werkzeug.test import TestResponse

from app.commands import entities
from app.road.caller import system
from tests.app.web.conftest import Agency
from tests.app.web.signing_in import HERE, Door


@dataclass
class Somebody:
    """A browser with somebody signed in."""

    door: Door

    def get(self, path: str, status: int = 200) -> str:
        answer = self.door.http.get(path)
        assert answer.status_code == status, answer.get_data(as_text=True)[:500]
        return answer.get_data(as_text=True)

    def post(self, path: str, **values: Any) -> TestResponse:
        """An act as a page sends it; ``key`` is its Idempotency-Key, ``after`` those of the acts kept before it."""
        headers = {"Origin": HERE, "X-CSRF-Token": self.door.csrf or ""}
        key = values.pop("key", None)
        if key is not None:
            headers["Idempotency-Key"] = key
        if "after" in values:
            headers["Virel-After"] = values.pop("after")
        return self.door.http.post(path, data=values, headers=headers)

    def act(self, path: str, status: int = 204, **values: Any) -> dict[str, Any]:
        """What an act tells the page."""
        answer = self.post(path, **values)
        assert answer.status_code == status, answer.get_data(as_text=True)[:500]
        found: dict[str, Any] = json.loads(answer.headers.get("HX-Trigger", "{}"))
        return found

    def titles(self, path: str = "/todo/list") -> list[str]:
        return titles(self.get(path))

    def counts(self, path: str = "/todo/list") -> dict[str, int]:
        found: dict[str, int] = self.told(path)["counts"]
        return found

    def told(self, path: str = "/todo/list") -> dict[str, Any]:
        """What the list says beside its rows."""
        found: dict[str, Any] = json.loads(self.door.http.get(path).headers["Virel-List"])
        return found


def somebody(house: Agency, name: str) -> Somebody:
    door = Door(house)
    assert door.enter(name).status_code == 204
    return Somebody(door)


def titles(page: str) -> list[str]:
    """The titles of the rows of a page, in order."""
    return [unescape(one) for one in re.findall(r'<span class="t"><span>(.*?)</span>', page)]


def a_task(house: Agency, title: str, **values: Any) -> dict[str, Any]:
    """A task of the operators' queue."""
    found: dict[str, Any] = house.manager.post("/tasks", {"title": title, "queue": "operations", **values})
    return found


def an_exception(house: Agency, title: str, **values: Any) -> dict[str, Any]:
    """An exception, which only rules and the platform make."""
    body = {"title": title, "reason": "client_unreachable", "priority": "normal", **values}
    return dict(
        house.platform.pipeline.run(system("test"), lambda road: dict(entities.create(road, "exception", body)))
    )
