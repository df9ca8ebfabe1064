"""The matrix says what the documents say; the agency's is held to a file, so that a change of a role shows."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from engine.access.decide import decide
from engine.access.grants import CheckedRoles
from engine.access.matrix import ME, MY_QUEUE, cells, granted_by_nobody
from engine.access.table import matrix_text
from engine.cache.load import load as load_cached
from engine.catalog import Catalog, load
from engine.conditions.partial import outcomes
from engine.conditions.values import Timestamp
from tests.engine.conditions.agency import World
from tests.engine.conditions.listed import ACTORS, facts, frame_of
from tests.engine.conditions.test_sql import policies

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "cases" / "access" / "matrix.txt"


@pytest.fixture(scope="module")
def agency() -> Catalog:
    return load(ROOT)


def test_the_matrix_of_the_agency_is_the_one_agreed_on(agency: Catalog):
    again = "write it anew with `virel access matrix` and look at the difference"
    assert matrix_text(agency.access, agency.machines) == GOLDEN.read_text("utf-8"), again


def test_every_role_permission_and_state_is_in_it(agency: Catalog):
    found = list(cells(agency.access, agency.machines))
    text = GOLDEN.read_text("utf-8")
    assert {cell.role for cell in found} == set(agency.roles)
    granted = {grant.permission for role in agency.roles.values() for grant in role.grants}
    moves = {t.permission for machine in agency.machines.values() for t in machine.transitions.values()}
    assert granted | moves <= {cell.permission for cell in found}
    for machine in agency.machines.values():
        assert {cell.state for cell in found if cell.machine == machine.id} == set(machine.states)
    for word in (*agency.roles, *granted, *moves, *(s for m in agency.machines.values() for s in m.states)):
        assert word in text
    once = Counter((cell.role, cell.permission, cell.state, cell.ownership) for cell in found)
    assert set(once.values()) == {1}


def test_what_the_matrix_is_sure_of_is_what_is_decided(agency: Catalog):
    """Each answer that does not depend is the decision on an entity of that state and owner, and nothing else known."""
    judged = 0
    for cell in cells(agency.access, agency.machines):
        if cell.machine is None or cell.answer == "depends":
            continue
        record: dict[str, Any] = {"id": "x", "status": cell.state}
        if cell.ownership in ("own", "other"):
            record["assignee"] = ME if cell.ownership == "own" else "somebody"
            record["manager"] = record["assignee"]
        if cell.ownership != "any":
            record["queue"] = MY_QUEUE if cell.ownership == "queue" else "another queue"
        actor = {"id": ME, "roles": [cell.role], "queues": [MY_QUEUE]}
        roles = agency.access.of([cell.role])
        found = decide(roles, actor, cell.permission, cell.machine, record, World({}), Timestamp(0))
        assert found.allowed == (cell.answer == "yes"), cell
        assert tuple(sorted(found.hidden)) == cell.hidden, cell
        judged += 1
    assert judged > 1_000


def test_what_may_come_of_a_condition_holds_what_comes_of_it():
    rng = random.Random(11)
    tables = facts(rng, 20)
    certain = 0
    for condition in policies(rng, 300):
        known = {name for name in ("status", "code", "urgent", "client", "notes", "guests") if rng.random() < 0.6}
        for id in tables["booking"]:
            frame = frame_of(tables, id, ACTORS[0])
            verdict = condition.judge(*frame)
            found = outcomes(condition, frame, known)
            certain += len(found) == 1
            came = "error" if not isinstance(verdict, bool) else "true" if verdict else "false"
            assert came in found
    assert certain > 500


def test_roles_from_the_cache_decide_alike(agency: Catalog, tmp_path: Path):
    texts = set()
    for _ in range(2):
        catalog = load_cached(ROOT, tmp_path)
        texts.add(matrix_text(catalog.access, catalog.machines))
    assert any(tmp_path.iterdir()), "the second was taken from the cache"
    assert texts == {matrix_text(agency.access, agency.machines)}


def test_a_move_that_no_role_grants_is_told(agency: Catalog):
    assert granted_by_nobody(agency.access, agency.machines) == []
    without = {id: role for id, role in agency.roles.items() if id != "OWNER"}
    told = granted_by_nobody(CheckedRoles(without, {id: agency.access.grants[id] for id in without}), agency.machines)
    assert {"users.deactivate", "users.reactivate"} <= set(told)
    granted = {grant.permission for role in without.values() for grant in role.grants}
    assert not granted & set(told)
