"""Somebody at a door: a browser or a program that is not signed in yet."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.identity.demo import PASSWORD
from tests.app.web.conftest import Agency

HERE = "http://localhost"
SECOND = 1_000_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3_600 * SECOND, 86_400 * SECOND
GOOD = "correct horse battery"


@dataclass
class Door:
    """Sends requests from one address, with a browser's cookies where ``cookies`` are kept."""

    house: Agency
    address: str = "203.0.113.7"
    http: FlaskClient = field(init=False)
    csrf: str | None = None

    def __post_init__(self) -> None:
        self.http = self.house.http.application.test_client()

    def send(self, method: str, path: str, json: Any = None, **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        place = {"REMOTE_ADDR": self.address}
        return self.http.open(f"/api/v1{path}", method=method, json=json, headers=named, environ_base=place)

    def post(self, path: str, json: Any, **headers: str) -> TestResponse:
        return self.send("POST", path, json, **headers)

    def login(self, name: str, password: str = PASSWORD) -> TestResponse:
        return self.post("/auth/login", {"email": name if "@" in name else f"{name}@demo.virel", "password": password})

    def tokens(self, name: str, password: str = PASSWORD) -> dict[str, Any]:
        answer = self.login(name, password)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        found: dict[str, Any] = answer.get_json()
        return found

    def refresh(self, token: str) -> TestResponse:
        return self.post("/auth/refresh", {"refresh_token": token})

    def holds(self, access_token: str) -> bool:
        return self.send("GET", "/me", Authorization=f"Bearer {access_token}").status_code == 200

    def enter(self, name: str, password: str = PASSWORD) -> TestResponse:
        """Signs a browser in, and has it know what its writes carry."""
        email = name if "@" in name else f"{name}@demo.virel"
        answer = self.post("/auth/session", {"email": email, "password": password}, Origin=HERE)
        if answer.status_code == 204:
            self.csrf = self.send("GET", "/me").get_json()["csrf_token"]
        return answer

    def write(self, method: str, path: str, json: Any = None, **headers: str) -> TestResponse:
        """A write as a page of this site sends it."""
        return self.send(method, path, json, Origin=HERE, X_CSRF_Token=self.csrf or "", **headers)


def rows(house: Agency, sql: str) -> list[dict[str, Any]]:
    with house.platform.database.connect() as connection:
        return [dict(row) for row in connection.exec_driver_sql(sql).mappings()]


def letters(house: Agency, template: str, user: str | None = None) -> list[dict[str, Any]]:
    """The letters of a kind that wait to be sent, oldest first."""
    found = rows(house, "SELECT entity, payload, kind, state FROM outbox ORDER BY number")
    for row in found:
        row["payload"] = json.loads(row["payload"]) if isinstance(row["payload"], str) else row["payload"]
    return [row for row in found if row["payload"]["template"] == template and user in (None, row["entity"])]


def secret_of(letter: dict[str, Any]) -> str:
    """The secret behind a letter's link."""
    link = letter["payload"]["link"]
    assert link in letter["payload"]["texts"][0]["body"]
    found = re.fullmatch(r"http://127\.0\.0\.1:8000/(?:welcome|password)#([\w-]{43})", link)
    assert found is not None, link
    return found[1]


def audited(house: Agency, user: str) -> list[tuple[str, str]]:
    """What the audit says of a person, oldest first."""
    sql = f"SELECT action, outcome FROM audit WHERE machine = 'user' AND entity = '{user}' ORDER BY number"
    return [(row["action"], row["outcome"]) for row in rows(house, sql)]


def everything(house: Agency, *, but: tuple[str, ...] = ()) -> str:
    """All that the store holds, as one text."""
    import sqlalchemy as sa

    names = [name for name in sa.inspect(house.platform.database).get_table_names() if name not in but]
    return "\n".join(str(rows(house, f'SELECT * FROM "{name}"')) for name in names)
