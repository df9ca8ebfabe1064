"""The audit as a page: before and after in words, refusals, whether the chain holds, and nothing that is hidden."""

from __future__ import annotations

import pytest

from tests.app.web.conftest import Agency
from tests.app.web.pages.looking import Looking


@pytest.fixture
def client(house: Agency) -> str:
    made = house.owner.post("/clients", {"name": "Norden", "email": "n@example.test", "notes_internal": "Pays late"})
    house.owner.patch(f"/clients/{made['id']}", {"tier": "vip", "notes_internal": "Pays in cash"})
    house.operator.post(f"/clients/{made['id']}/status", {"transition": "block", "reason": "x"}, 403)
    return str(made["id"])


def test_before_and_after_who_and_what_was_refused(house: Agency, client: str):
    page = Looking(house, "owner").open(f"/audit?entity_type=client&entity_id={client}")
    assert "Chain holds" in page
    assert "3 rows" in page
    assert "<del>Basic</del>" in page
    assert "<ins>VIP</ins>" in page or "<ins>Vip</ins>" in page
    assert "Pays in cash" in page
    assert "Refused" in page
    assert "Oleg Operator" in page
    assert "127.0.0.1" in page


def test_hidden_fields_are_on_nobodys_wire(house: Agency, client: str):
    page = Looking(house, "operator").open(f"/audit?entity_type=client&entity_id={client}")
    assert "Pays" not in page
    assert "<del>Basic</del>" in page


def test_a_chain_that_was_tampered_with_is_told(house: Agency, client: str):
    with house.platform.database.begin() as connection:
        if house.platform.database.dialect.name == "postgresql":
            connection.exec_driver_sql("SET session_replication_role = replica")
        else:
            for (name,) in connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"
            ).fetchall():
                connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        connection.exec_driver_sql(f"UPDATE audit SET actor = 'nobody' WHERE entity = '{client}' AND place = 2")
    page = Looking(house, "owner").open(f"/audit?entity_type=client&entity_id={client}")
    assert "Chain broken" in page
    assert "its seal is broken" in page
    assert "Chain holds" not in page


def test_a_code_leads_to_the_audit_and_others_are_not_there(house: Agency, client: str):
    code = house.owner.get(f"/clients/{client}")["code"]
    owner, content = Looking(house, "owner"), Looking(house, "content")
    assert f"entity_id={client}" in owner.open(f"/audit?code={code.lower()}")
    assert "Nothing that you may see" in owner.open("/audit?code=CL-NONE")
    assert "Nothing that you may see" in content.open(f"/audit?code={code}")
    content.open(f"/audit?entity_type=client&entity_id={client}", 404)
    owner.open("/audit?entity_type=spaceship&entity_id=1", 404)
    assert f"/audit?entity_type=client&entity_id={client}" in owner.open(f"/clients/{client}")
