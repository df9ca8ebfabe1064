"""``virel access``: who may do what, and why, of the agency's own documents."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.app.cli.answers import Said, Virel

ROOT = Path(__file__).parents[3]
OPERATOR = {"id": "us_1", "roles": ["OPERATOR"], "queues": ["operations"]}
BOOKING = {"type": "booking", "id": "bk_1", "status": "completed"}


def ask(virel: Virel, actor: Any, permission: str, resource: Any, *words: str, form: str = "json") -> Said:
    said = [one if isinstance(one, str) else json.dumps(one) for one in (actor, resource)]
    question = ("--actor", said[0], "--permission", permission, "--resource", said[1])
    return virel("--config", ROOT, "--format", form, "access", "explain", *question, *words)


def line_of(permission: str) -> int:
    """Where the operator's role grants it."""
    lines = (ROOT / "rules/access/OPERATOR.yaml").read_text("utf-8").splitlines()
    return lines.index(f"  - permission: {permission}") + 1


def test_it_answers_in_the_form_of_the_contract(virel: Virel):
    said = ask(virel, OPERATOR, "bookings.read", BOOKING)
    assert said.status == 0
    assert said.json == {
        "decision": "allowed",
        "role": "OPERATOR",
        "file": "rules/access/OPERATOR.yaml",
        "line": line_of("bookings.read"),
        "hidden": ["deposit_status", "total"],
        "reason": "OPERATOR grants bookings.read",
    }


def test_a_refusal_is_no_failure_and_names_the_line_of_the_condition(virel: Virel):
    said = ask(virel, OPERATOR, "bookings.cancel", BOOKING)
    assert said.status == 0
    assert said.json["decision"] == "refused"
    text = (ROOT / said.json["file"]).read_text("utf-8").splitlines()
    assert "booking.status in open" in text[said.json["line"] - 1]
    assert 'booking.status is "completed"' in said.json["reason"]


def test_it_reads_well(virel: Virel):
    said = ask(virel, OPERATOR, "bookings.read", BOOKING, form="text")
    assert said.out == (
        "allowed: OPERATOR grants bookings.read\n"
        f"  rules/access/OPERATOR.yaml:{line_of('bookings.read')}\n"
        "  hidden: deposit_status, total\n"
    )


@pytest.mark.parametrize(
    ("task", "decision"),
    [
        ({"queue": "operations"}, "allowed"),
        ({"queue": "finance"}, "refused"),
        ({"queue": "operations", "assignee": "us_2"}, "refused"),
        ({"queue": "finance", "assignee": {"id": "us_1", "name": "Ada"}}, "allowed"),
        ({}, "refused"),
    ],
)
def test_a_task_is_for_its_assignee_or_its_queue(virel: Virel, task: Any, decision: str):
    said = ask(virel, OPERATOR, "tasks.read", {"type": "task", "id": "tk_1", **task})
    assert said.json["decision"] == decision


def test_a_field_is_asked_for_and_roles_add_up(virel: Virel):
    both = {**OPERATOR, "roles": ["OPERATOR", "FINANCE"]}
    for field, actor, decision in (
        ("notes", OPERATOR, "allowed"),
        ("deposit_status", OPERATOR, "refused"),
        ("deposit_status", both, "allowed"),
        ("total", both, "refused"),
    ):
        said = ask(virel, actor, "bookings.update", BOOKING, "--field", field)
        assert said.json["decision"] == decision
    assert ask(virel, both, "bookings.read", BOOKING).json["hidden"] == []


def test_a_permission_about_nothing_needs_no_resource(virel: Virel):
    words = ("--actor", json.dumps(OPERATOR), "--permission", "notifications.send")
    said = virel("--config", ROOT, "access", "explain", "--format", "json", *words)
    assert said.json["decision"] == "allowed"


BAD = [
    ("{", "bookings.read", BOOKING, (), "--actor is no JSON"),
    ('{"id": "a", "id": "b"}', "bookings.read", BOOKING, (), '--actor: the key "id" stands twice in one object'),
    ('{"id": "\\ud800"}', "bookings.read", BOOKING, (), "--actor: \\ud800 is half of a surrogate pair"),
    (OPERATOR, "bookings.read", '{"guests": NaN}', (), "--resource: NaN is no number of JSON"),
    (OPERATOR, "bookings.read", '{"guests": [-Infinity]}', (), "--resource: -Infinity is no number of JSON"),
    (OPERATOR, "bookings.read", '{"guests": 1e999}', (), "--resource: the number 1e999 is too large"),
    ([], "bookings.read", BOOKING, (), "an actor is a JSON object"),
    ({"roles": []}, "bookings.read", BOOKING, (), 'an actor has an "id"'),
    ({**OPERATOR, "roles": "OPERATOR"}, "bookings.read", BOOKING, (), '"roles" of an actor is a list of texts'),
    ({**OPERATOR, "roles": ["OPERATER"]}, "bookings.read", BOOKING, (), 'did you mean "OPERATOR"?'),
    ({**OPERATOR, "quues": []}, "bookings.read", BOOKING, (), 'did you mean "queues"?'),
    (OPERATOR, "booking.read", BOOKING, (), 'did you mean "bookings.read"?'),
    (OPERATOR, "nonsense", BOOKING, (), 'nothing is known of the permission "nonsense"'),
    (OPERATOR, "bookings.read", "[", (), "--resource is no JSON"),
    (OPERATOR, "bookings.read", "[" * 100_000, (), "--resource is no JSON: it is nested too deeply"),
    (OPERATOR, "bookings.read", 7, (), "a resource is a JSON object"),
    (OPERATOR, "bookings.read", {"id": "bk_1"}, (), 'a resource has a "type"'),
    (OPERATOR, "bookings.read", {**BOOKING, "type": "boking"}, (), 'did you mean "booking"?'),
    (OPERATOR, "bookings.read", {"type": "client", "id": "cl_1"}, (), "the resource is a client"),
    (OPERATOR, "bookings.read", {"type": "booking"}, (), 'booking needs an "id"'),
    (OPERATOR, "bookings.read", {**BOOKING, "totl": 1}, (), 'did you mean "total"?'),
    (OPERATOR, "bookings.read", {**BOOKING, "total": 1}, (), "expected money"),
    (OPERATOR, "bookings.read", {**BOOKING, "status": "draught"}, (), 'did you mean "draft"?'),
    (OPERATOR, "bookings.read", {**BOOKING, "created_at": "noon"}, (), "is an instant such as"),
    (OPERATOR, "bookings.read", {**BOOKING, "client": {"id": "c", "nme": "A"}}, (), 'did you mean "name"?'),
    (OPERATOR, "bookings.read", {**BOOKING, "payments": {}}, (), "is a list of entities"),
    (OPERATOR, "bookings.update", BOOKING, ("--field", "note"), 'did you mean "notes"?'),
    (OPERATOR, "notifications.send", BOOKING, ("--field", "note"), "about no machine"),
    (OPERATOR, "bookings.read", BOOKING, ("--now", "noon"), '--now "noon" is no instant'),
]


@pytest.mark.parametrize(("actor", "permission", "resource", "more", "words"), BAD)
def test_a_question_that_cannot_be_understood(
    virel: Virel, actor: Any, permission: str, resource: Any, more: tuple[str, ...], words: str
):
    said = ask(virel, actor, permission, resource, *more)
    assert said.status == 2
    assert said.out == ""
    assert said.err.startswith("virel: ")
    assert words in said.err
    assert said.err.count("\n") == 1


def test_the_matrix_is_text_and_json(virel: Virel):
    text = virel("--config", ROOT, "access", "matrix")
    assert text.status == 0
    assert text.out == (ROOT / "tests" / "cases" / "access" / "matrix.txt").read_text("utf-8")
    rows = virel("--config", ROOT, "--format", "json", "access", "matrix").json["cells"]
    assert {"allowed", "refused"} <= {row["decision"] for row in rows}
    assert {"own", "queue", "other", "any", None} == {row["ownership"] for row in rows}


def test_no_command_loads_what_only_a_database_needs():
    program = (
        "import sys, importlib; from app.cli.main import COMMANDS\n"
        "for command in COMMANDS.values(): importlib.import_module(command.partition(':')[0])\n"
        "import engine.catalog, engine.cache.load, engine.access.matrix, engine.access.table, engine.access.fields\n"
        "print('sqlalchemy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
