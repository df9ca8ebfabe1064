"""Somebody who looks at pages: signed in by a cookie, over HTTP, without a browser."""

from __future__ import annotations

import html
import json
import re
from typing import Any

from werkzeug.test import TestResponse

from tests.app.web.conftest import Agency
from tests.app.web.signing_in import HERE, Door


class Looking:
    """A visitor of one agency."""

    def __init__(self, house: Agency, name: str) -> None:
        self.door = Door(house)
        assert self.door.enter(name).status_code == 204

    def open(self, path: str, status: int = 200) -> str:
        """The text of a page, with what HTML escapes written out."""
        answer = self.door.http.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == status, answer.get_data(as_text=True)[:2_000]
        return html.unescape(answer.get_data(as_text=True))

    def send(self, path: str, **data: str) -> TestResponse:
        """What a form or a button sends."""
        headers = {"Origin": HERE, "X-CSRF-Token": self.door.csrf or ""}
        return self.door.http.post(path, data=data, headers=headers)

    def act(self, path: str, status: int = 204, **data: str) -> dict[str, Any]:
        """What an act says."""
        answer = self.send(path, **data)
        assert answer.status_code == status, answer.get_data(as_text=True)
        return dict(json.loads(answer.headers["HX-Trigger"]))


def field(page: str, name: str) -> str:
    """The value that a field of a form has."""
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
    assert found is not None, name
    return found[1]
