"""``virel user``: the people who work here, from the command line."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from app.bootstrap import bootstrap
from app.settings import load_settings
from app.web.app import create_app
from tests.app.cli.answers import Virel

GOOD = "correct horse battery"
Added = tuple[Virel, Path]


@pytest.fixture
def data(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the agency's store, in which nobody works yet."""
    for name in ("VIREL_MODE", "VIREL_DATABASE_URL", "VIREL_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    shutil.copy(sqlite_template, tmp_path / "virel.db")
    return tmp_path


def add(virel: Virel, data: Path, email: str = "anna@house.test", role: str = "OWNER") -> None:
    words = ("user", "add", email, "--role", role, "--password-stdin", "--data", data)
    assert virel(*words, stdin=f"{GOOD}\n".encode()).status == 0


def login(data: Path, email: str, password: str) -> int:
    platform = bootstrap(load_settings({}, data))
    try:
        body = {"email": email, "password": password}
        return create_app(platform).test_client().post("/api/v1/auth/login", json=body).status_code
    finally:
        platform.close()


def test_the_first_owner_is_added_and_signs_in(virel: Virel, data: Path):
    said = virel("user", "list", "--data", data)
    assert said.out == "nobody works here yet: virel user add EMAIL --role OWNER\n"
    add(virel, data)
    assert login(data, "anna@house.test", GOOD) == 200
    assert virel("user", "list", "--data", data).out == "anna@house.test  active  OWNER\n"


def test_without_a_password_a_link_is_printed_that_is_used_once(virel: Virel, data: Path):
    words = ("user", "add", "berta@house.test", "--role", "OPERATOR", "--queue", "operations", "--data", data)
    said = virel(*words)
    assert said.status == 0
    link = re.search(r"http://127\.0\.0\.1:8000/welcome#([\w-]{43})\n", said.out)
    assert link is not None, said.out
    listed = virel("--format", "json", "user", "list", "--data", data).json["users"]
    assert [(one["email"], one["status"], one["queues"]) for one in listed] == [
        ("berta@house.test", "invited", ["operations"])
    ]
    platform = bootstrap(load_settings({}, data))
    body = {"token": link[1], "password": GOOD}
    http = create_app(platform).test_client()
    found = [http.post("/api/v1/auth/invitations/accept", json=body).status_code for _ in range(2)]
    platform.close()
    assert found == [204, 422]
    assert login(data, "berta@house.test", GOOD) == 200


def test_roles_are_changed_and_the_last_owner_keeps_theirs(virel: Virel, data: Path):
    add(virel, data)
    add(virel, data, "berta@house.test", "OPERATOR")
    assert virel("user", "roles", "berta@house.test", "FINANCE", "OPERATOR", "--data", data).status == 0
    assert "berta@house.test  active  FINANCE, OPERATOR" in virel("user", "list", "--data", data).out
    refused = virel("user", "roles", "anna@house.test", "FINANCE", "--data", data)
    assert refused.status == 2
    assert (
        refused.err
        == "virel: This is the last owner who can sign in: make somebody else with a password an owner first.\n"
    )
    assert virel("user", "deactivate", "anna@house.test", "--data", data).status == 2


def test_a_new_password_replaces_the_one_before(virel: Virel, data: Path):
    add(virel, data)
    words = ("user", "password", "Anna@House.test", "--stdin", "--data", data)
    assert virel(*words, stdin=b"another horse entirely\n").status == 0
    assert login(data, "anna@house.test", GOOD) == 401
    assert login(data, "anna@house.test", "another horse entirely") == 200
    weak = virel(*words, stdin=b"password\n")
    assert weak.status == 2
    assert "tried first" in weak.err


def test_who_is_deactivated_is_let_in_no_longer(virel: Virel, data: Path):
    add(virel, data)
    add(virel, data, "berta@house.test", "OPERATOR")
    assert virel("user", "deactivate", "berta@house.test", "--data", data).status == 0
    assert login(data, "berta@house.test", GOOD) == 401
    assert "berta@house.test  inactive  OPERATOR" in virel("user", "list", "--data", data).out


def test_what_cannot_be_done_is_one_sentence_and_changes_nothing(virel: Virel, data: Path, tmp_path: Path):
    add(virel, data)
    cases = {
        ("add", "anna@house.test", "--role", "OWNER"): "is one with this email already",
        ("add", "anna", "--role", "OWNER"): "this is no e-mail address",
        ("add", "berta@house.test", "--role", "KING"): 'there is no role "KING"',
        ("roles", "ana@house.test", "OWNER"): 'did you mean "anna@house.test"?',
        ("deactivate", "nobody@house.test"): "nobody here has the address",
    }
    for words, says in cases.items():
        said = virel("user", *words, "--data", data)
        assert said.status == 2, words
        assert says in said.err, words
    assert virel("user", "list", "--data", data).out == "anna@house.test  active  OWNER\n"
    nowhere = virel("user", "list", "--data", tmp_path / "nowhere")
    assert nowhere.status == 2
    assert "there is no file" in nowhere.err
