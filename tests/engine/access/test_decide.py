"""A role decides: what is allowed, who says so, what stays hidden, and why something is refused."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError, asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.access.decide import Decision, decide
from engine.access.fields import hidden_among, visible
from engine.access.grants import CheckedRoles
from engine.catalog import Catalog, load
from engine.conditions.reads import FieldRead
from engine.conditions.values import Timestamp
from tests.engine.conditions.agency import World

NOW = Timestamp.parse("2026-03-27T10:00:00Z")

MACHINE = """\
kind: machine
id: job
version: 1
plural: jobs
description: A piece of work.
fields:
  title: string
  fee: money
  notes: string?
  secret: string?
relations:
  boss: {to: user, optional: true}
initial: open
states: {open: {}, done: {final: true}}
transitions:
  finish: {from: [open], to: done}
"""
ROLES = {
    "READER": """\
grants:
  - permission: jobs.read
    hide: [fee, secret]
  - permission: jobs.update
    fields: [notes]
""",
    "OWNER": """\
grants:
  - permission: jobs.read
    where: has(job.boss) && job.boss.id == actor.id
    hide: [secret]
  - permission: jobs.update
    where: has(job.boss) && job.boss.id == actor.id
    fields: [title]
""",
    "CLOSER": """\
grants:
  - permission: jobs.finish
    where:
      all:
        - job.status == "open"
        - any:
            - job.fee.amount < 100
            - job.boss.name.startsWith("M")
      none:
        - has(job.notes) && job.notes == "stop"
""",
    "SEER": """\
grants:
  - permission: jobs.read
""",
    "BROKEN": """\
grants:
  - permission: jobs.read
  - permission: jobs.finish
    where: job.colour == "red"
""",
}


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return folder(tmp_path_factory.mktemp("jobs"))


def folder(path: Path) -> Catalog:
    (path / "statemachines").mkdir()
    (path / "rules" / "access").mkdir(parents=True)
    (path / "statemachines" / "job.yaml").write_text(MACHINE.replace("relations:\n  boss", "relations:\n  boss"))
    for id, grants in ROLES.items():
        text = f"kind: role\nid: {id}\nversion: 1\ndescription: Somebody.\n{grants}"
        text = text.replace("job.boss.name", "has(job.boss) && job.boss.id")
        (path / "rules" / "access" / f"{id}.yaml").write_text(text)
    return load(path)


def ask(catalog: Catalog, permission: str, *roles: str, field: str | None = None, **record: Any) -> Decision:
    actor = {"id": "us_1", "roles": list(roles), "queues": []}
    job = {"id": "jb_1", "status": "open", **record}
    return decide(catalog.access.of(roles), actor, permission, "job", job, World({}), NOW, field)


def test_the_first_grant_that_applies_allows(catalog: Catalog):
    found = ask(catalog, "jobs.read", "OWNER", "READER", boss="us_1")
    assert found.allowed
    assert (found.role, found.place.line if found.place else 0) == ("OWNER", 6)
    assert found.reason == "OWNER grants jobs.read, and its condition holds"


def test_a_field_is_hidden_only_if_every_grant_that_applies_hides_it(catalog: Catalog):
    assert ask(catalog, "jobs.read", "READER").hidden == {"fee", "secret"}
    assert ask(catalog, "jobs.read", "READER", "OWNER", boss="us_1").hidden == {"secret"}
    assert ask(catalog, "jobs.read", "READER", "OWNER", boss="us_2").hidden == {"fee", "secret"}


def test_fields_that_may_be_written_add_up(catalog: Catalog):
    assert set(ask(catalog, "jobs.update", "READER").writable or ()) == {"notes"}
    assert set(ask(catalog, "jobs.update", "READER", "OWNER", boss="us_1").writable or ()) == {"notes", "title"}
    title = ask(catalog, "jobs.update", "READER", "OWNER", boss="us_1", field="title")
    assert title.allowed
    assert title.role == "OWNER"
    fee = ask(catalog, "jobs.update", "READER", field="fee")
    assert not fee.allowed
    assert fee.reason == 'READER grants jobs.update for notes only; "fee" is not among them'
    assert fee.place is not None
    assert fee.place.line == 8


REFUSED = [
    (
        "jobs.read",
        ("OWNER",),
        {"boss": "us_2"},
        "OWNER",
        7,
        "has(job.boss) && job.boss.id == actor.id is false",
    ),
    ("jobs.finish", ("CLOSER",), {"status": "done", "fee": {"amount": 1, "currency": "EUR"}}, "CLOSER", 9, "is false"),
    ("jobs.finish", ("CLOSER", "SEER"), {}, "CLOSER", 11, "job.fee.amount < 100: job.fee.amount has no value"),
    ("jobs.finish", ("CLOSER",), {}, "CLOSER", 11, "job.fee.amount < 100: it rests on what is hidden"),
    (
        "jobs.finish",
        ("CLOSER",),
        {"fee": {"amount": 1, "currency": "EUR"}, "notes": "stop"},
        "CLOSER",
        14,
        'has(job.notes) && job.notes == "stop" is true',
    ),
    ("jobs.finish", ("READER", "OWNER"), {}, "READER", 1, "READER and OWNER do not grant jobs.finish"),
    ("jobs.read", ("BROKEN",), {}, "BROKEN", 1, "BROKEN is unavailable and grants nothing"),
    ("jobs.read", ("BROKEN", "CLOSER"), {}, "BROKEN", 1, "CLOSER does not grant jobs.read; BROKEN is unavailable"),
    ("jobs.read", ("NOBODY",), {}, "NOBODY", None, "NOBODY is unavailable"),
    ("jobs.read", (), {}, None, None, "the actor has no role"),
]


@pytest.mark.parametrize(("permission", "roles", "record", "role", "line", "words"), REFUSED)
def test_a_refusal_says_who_and_which_line_and_why(
    catalog: Catalog,
    permission: str,
    roles: tuple[str, ...],
    record: dict[str, Any],
    role: str | None,
    line: int | None,
    words: str,
):
    found = ask(catalog, permission, *roles, **record)
    assert not found.allowed
    assert found.hidden == found.writable == frozenset()
    assert found.role == role
    assert (found.place.line if found.place is not None else None) == line
    assert words in found.reason


def test_a_reason_tells_no_value_of_a_hidden_field(catalog: Catalog):
    rich: dict[str, Any] = {"fee": {"amount": 71_717, "currency": "EUR"}}
    assert "job.fee.amount is 71717" in ask(catalog, "jobs.finish", "CLOSER", "SEER", **rich).reason
    for hiding in (("READER",), ("READER", "OWNER"), ()):
        told = ask(catalog, "jobs.finish", "CLOSER", *hiding, **rich).reason
        assert "job.fee.amount is hidden" in told, "by a grant, on the jobs of others, or because no job may be read"
        assert "71717" not in told


def test_the_reason_tells_the_facts_of_the_moment(catalog: Catalog):
    job = {"id": "jb_1", "status": "done", "boss": "us_2"}
    roles = catalog.access.of(["OWNER"])
    actor = {"id": "us_1", "roles": ["OWNER"], "queues": []}
    found = decide(roles, actor, "jobs.read", "job", job, World({}), NOW)
    job["boss"] = "us_1"
    assert 'job.boss.id is "us_2"' in found.reason


def test_a_permission_is_for_its_own_machine_only(catalog: Catalog):
    roles = catalog.access.of(["READER"])
    found = decide(roles, {"id": "u", "roles": [], "queues": []}, "jobs.read", "user", {"id": "u"}, World({}), NOW)
    assert not found.allowed
    assert found.reason == "jobs.read is no permission on a user"


def test_a_decision_is_frozen_and_roles_are_put_together_once(catalog: Catalog):
    found = ask(catalog, "jobs.read", "READER")
    with pytest.raises(FrozenInstanceError):
        found.allowed = False  # type: ignore[misc]
    assert catalog.access.of(["READER", "OWNER"]) is catalog.access.of(("READER", "OWNER"))


def test_a_role_with_a_mistake_is_unavailable_and_stops_no_other(catalog: Catalog):
    assert [document.id for document in catalog.unavailable] == ["BROKEN"]
    assert ask(catalog, "jobs.read", "READER").allowed


def test_what_is_hidden_may_not_be_filtered_or_sorted_by(catalog: Catalog):
    plurals = {"job": "jobs", "user": "users"}

    def asked(field: str, *roles: str, machine: str = "job") -> str | None:
        found = hidden_among(catalog.access.of(roles), plurals, [FieldRead(machine, field)])
        return found.reason if found is not None else None

    assert asked("title", "READER") is None
    assert asked("fee", "READER") == 'job may not be filtered or sorted by "fee": READER may not see it'
    assert asked("fee", "OWNER") is None
    assert asked("fee", "READER", "OWNER") is not None, "on the rows of others the fee is hidden"
    assert asked("title") is not None
    assert asked("name", "READER", machine="user") == (
        'user may not be filtered or sorted by "name": no role of the actor may read it'
    )


NAMES = ("title", "fee", "notes", "secret", "boss")
VALUES = st.text("abcdefghij0123456789", min_size=8, max_size=12).map(lambda text: f"§{text}§")


@given(
    values=st.fixed_dictionaries(dict.fromkeys(NAMES, VALUES)),
    roles=st.lists(st.sampled_from(["READER", "OWNER", "CLOSER"]), unique=True),
    mine=st.booleans(),
)
def test_a_hidden_value_is_nowhere_in_what_is_visible(
    catalog: Catalog, values: dict[str, str], roles: list[str], mine: bool
):
    values = {name: f"§{name} {value}" for name, value in values.items()}  # no two alike
    record = {"id": "jb_1", "status": "open", **values, "boss": "us_1" if mine else values["boss"]}
    found = ask(catalog, "jobs.read", *roles, **{k: v for k, v in record.items() if k != "id"})
    seen = visible(found, record)
    if not found.allowed:
        assert seen == {}
        return
    assert seen == {name: value for name, value in record.items() if name not in found.hidden}
    told = f"{seen} {found.as_json()} {found.reason}"
    for name in found.hidden:
        assert values[name] not in told


def test_deciding_twice_tells_the_same(catalog: Catalog):
    first, second = (ask(catalog, "jobs.finish", "CLOSER").as_json() for _ in range(2))
    assert first == second
    assert re.fullmatch(r"rules/access/[A-Z]+\.yaml", str(first["file"]))
    assert set(first) == {"decision", "role", "file", "line", "hidden", "reason"}


def test_many_sets_of_roles_are_not_kept_for_ever():
    roles = CheckedRoles({}, {})
    for number in range(2_500):
        roles.of([f"R{number}"])
    assert len(asdict(roles.of(["R1"]))["names"]) == 1
    assert len(roles._sets) <= 1_000
