"""A browser at the pages: signed in, with what its writes carry, and nothing but what the server sends."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass, field
from typing import Any

from werkzeug.test import TestResponse

from tests.app.web.conftest import Agency
from tests.app.web.signing_in import HERE, Door


@dataclass
class Visit:
    """One person's browser."""

    house: Agency
    name: str
    door: Door = field(init=False)

    def __post_init__(self) -> None:
        self.door = Door(self.house)
        assert self.door.enter(self.name).status_code == 204

    def get(self, path: str, status: int = 200) -> str:
        """A page's text."""
        answer = self.door.http.get(path, environ_base={"REMOTE_ADDR": self.door.address})
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.get_data(as_text=True)

    def post(self, path: str, values: dict[str, Any] | None = None, **headers: str) -> TestResponse:
        """A form as a page sends it."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named |= {"Origin": HERE, "X-CSRF-Token": self.door.csrf or ""}
        return self.door.http.post(
            path, data=values or {}, headers=named, environ_base={"REMOTE_ADDR": self.door.address}
        )

    def act(self, path: str, status: int = 204, **values: str) -> str:
        """What the page says once an act is done, or why it is not."""
        answer = self.post(path, values)
        assert answer.status_code == status, answer.get_data(as_text=True)
        told = json.loads(answer.headers["HX-Trigger"])
        return str(next(iter(told.values()))["text"])


def field_of(page: str, name: str) -> str:
    """What a field of a form says."""
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert tag is not None, name
    value = re.search(r'value="([^"]*)"', tag[0])
    return html.unescape(value[1]) if value is not None else ""


def text_of(page: str) -> str:
    """A page's text without tags, blanks drawn together."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())
