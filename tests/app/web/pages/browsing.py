"""A browser's way through pages, without a browser: signed in by cookie, forms sent as pages of this site send them."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.test import TestResponse

from tests.app.web.conftest import Agency
from tests.app.web.signing_in import HERE, Door


class Visit:
    """Somebody who looks at pages."""

    def __init__(self, house: Agency, name: str) -> None:
        self.door = Door(house)
        assert self.door.enter(name).status_code == 204

    def get(self, path: str, status: int = 200) -> str:
        answer = self.door.http.get(path, environ_base={"REMOTE_ADDR": self.door.address})
        text = answer.get_data(as_text=True)
        assert answer.status_code == status, text[:2_000]
        return text

    def post(self, path: str, form: dict[str, Any] | None = None, **more: str) -> TestResponse:
        return self.door.http.post(
            path,
            data={"csrf_token": self.door.csrf or "", **(form or {}), **more},
            headers={"Origin": HERE},
            environ_base={"REMOTE_ADDR": self.door.address},
        )

    @staticmethod
    def told(answer: TestResponse) -> dict[str, Any]:
        """What an act says, or why it was refused."""
        found: dict[str, Any] = json.loads(answer.headers["HX-Trigger"])
        return found
