"""Tampering with the audit is found, whoever did it, and named by its place; nothing else is called tampering."""

from __future__ import annotations

import random
import shutil
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from app.bootstrap import bootstrap
from app.cli.main import cli
from app.commands import entities
from app.road import commands
from app.road.audit import seal
from app.road.caller import Caller
from app.road.merkle import Tree
from app.road.problems import BusyError, ForbiddenError
from app.road.roots import seal_root
from app.road.verify import verify_store
from app.settings import load_settings
from tests.app.processes import in_processes, reopened


@pytest.fixture
def audited(desk):
    """A store with a few chains, of which the first rows lie under a root."""
    client, model = desk.client(), desk.model()
    booking = desk.booking(client, model)
    desk.move("booking", booking, "request_deposit")
    seal_root(desk.platform.database, desk.platform.key("audit"), 1)
    for number in range(4):
        desk.change("client", client, name=f"Anna {number}")
    with pytest.raises(ForbiddenError):
        desk.do(lambda road: road.journal.refused("client", client, "x", "y") or _refuse(client))
    seal_root(desk.platform.database, desk.platform.key("audit"), 2)
    desk.change("client", client, name="Anna at last")
    desk.subject = client
    return desk


def _refuse(client):
    raise ForbiddenError("client", client, "clients.delete", "no", None)


def found(desk, known=None) -> list[str]:
    told = verify_store(desk.platform.database, desk.platform.keys("audit"), known)
    return [str(one) for one in told.findings]


def tamper(desk, *statements: str) -> None:
    """As somebody who may do anything to the database, but has not the key."""
    with desk.platform.database.begin() as connection:
        if connection.dialect.name == "sqlite":
            names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for (name,) in names:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
        for statement in statements:
            connection.exec_driver_sql(statement)


def number(desk, place: int) -> int:
    rows = desk.rows("SELECT number FROM audit WHERE entity = :id AND place = :place", id=desk.subject, place=place)
    return rows[0]["number"]


def test_an_audit_that_nobody_touched_is_as_it_was_written(audited):
    told = verify_store(audited.platform.database, audited.platform.keys("audit"))
    assert told.findings == []
    assert told.roots == 2
    assert told.rows == audited.rows("SELECT count(*) AS n FROM audit")[0]["n"] >= 10
    assert told.chains == audited.rows("SELECT count(*) AS n FROM audit_heads")[0]["n"]
    assert told.seal == audited.rows("SELECT seal FROM audit_roots ORDER BY number DESC")[0]["seal"]


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'somebody-else'",
        'changes = \'{"name":[null,"Eve"]}\'',
        "at = at + 1",
        "outcome = 'refused'",
        "address = '192.0.2.1'",
        "reason = 'because'",
    ],
)
def test_a_row_that_was_changed_is_named(audited, change):
    row = number(audited, 2)
    tamper(audited, f"UPDATE audit SET {change} WHERE number = {row}")
    assert found(audited) == [
        f"client/{audited.subject}, place 2 (row {row}): it is not what was written: its seal is broken"
    ]


def test_a_row_whose_seal_was_made_without_the_key_is_named(audited):
    row = dict(audited.rows("SELECT * FROM audit WHERE number = :n", n=number(audited, 2))[0])
    row["actor"] = "somebody-else"
    forged = seal(b"another key", row)
    tamper(audited, f"UPDATE audit SET actor = 'somebody-else', hash = '{forged}' WHERE number = {row['number']}")
    told = found(audited)
    assert (
        f"client/{audited.subject}, place 2 (row {row['number']}): it is not what was written: its seal is broken"
        in told
    )
    assert any("place 3" in one and "does not follow" in one for one in told)
    assert any(one.startswith("root ") for one in told)


def test_a_row_that_is_missing_is_named_by_its_place(audited):
    tamper(audited, f"DELETE FROM audit WHERE number = {number(audited, 3)}")
    told = found(audited)
    assert f"client/{audited.subject}: place 3 of its chain is missing" in told
    assert any(one.startswith("root ") and "rows were sealed, and there are" in one for one in told)


def test_a_chain_that_was_cut_short_is_named(audited):
    tamper(audited, f"DELETE FROM audit WHERE entity = '{audited.subject}' AND place > 4")
    last = audited.rows("SELECT place FROM audit_heads WHERE entity = :id", id=audited.subject)[0]["place"]
    expected = f"its chain ends at place 4, and went on to place {last}: what followed is missing"
    assert f"client/{audited.subject}: {expected}" in found(audited)


def test_a_chain_that_was_cut_short_with_its_head_is_betrayed_by_the_roots(audited):
    hash = audited.rows("SELECT hash FROM audit WHERE number = :n", n=number(audited, 4))[0]["hash"]
    tamper(
        audited,
        f"DELETE FROM audit WHERE entity = '{audited.subject}' AND place > 4",
        f"UPDATE audit_heads SET place = 4, hash = '{hash}' WHERE entity = '{audited.subject}'",
    )
    told = found(audited)
    assert len(told) == 1
    assert told[0].startswith("root 2 (rows ")


def test_a_chain_that_is_gone_as_a_whole_is_named(audited):
    tamper(audited, f"DELETE FROM audit WHERE entity = '{audited.subject}'")
    assert f"client/{audited.subject}: its chain is missing as a whole" in found(audited)


def test_rows_that_changed_places_are_named(audited):
    one, other = number(audited, 2), number(audited, 3)
    tamper(
        audited,
        f"UPDATE audit SET place = -1 WHERE number = {one}",
        f"UPDATE audit SET place = 2 WHERE number = {other}",
        f"UPDATE audit SET place = 3 WHERE number = {one}",
    )
    told = found(audited)
    assert any(f"(row {one})" in finding for finding in told)
    assert any(f"(row {other})" in finding for finding in told)


def test_rows_that_changed_numbers_are_betrayed_by_the_roots(audited):
    one, other = number(audited, 2), number(audited, 3)
    tamper(
        audited,
        f"UPDATE audit SET number = -1 WHERE number = {one}",
        f"UPDATE audit SET number = {one} WHERE number = {other}",
        f"UPDATE audit SET number = {other} WHERE number = -1",
    )
    assert [one.partition(": ")[2] for one in found(audited)] == [
        "the rows are not those that were sealed, or stand in another order"
    ]


def test_a_row_that_was_slipped_in_is_named(audited):
    row = audited.rows("SELECT max(place) AS place FROM audit WHERE entity = :id", id=audited.subject)[0]
    names = "machine, entity, at, actor, action, outcome, previous, hash"
    tamper(
        audited,
        f"INSERT INTO audit (place, {names}) SELECT place + 1, {names} FROM audit "
        f"WHERE entity = '{audited.subject}' AND place = {row['place']}",
    )
    told = found(audited)
    assert any("behind its head" in one for one in told)
    assert any("its seal is broken" in one for one in told)


def test_roots_that_are_missing_or_changed_are_named(audited):
    told = verify_store(audited.platform.database, audited.platform.keys("audit"))
    kept = told.seal
    tamper(audited, "UPDATE audit_roots SET at = 7 WHERE number = 1")
    assert any(one.startswith("root 1 ") and "its seal is broken" in one for one in found(audited))
    tamper(audited, "DELETE FROM audit_roots WHERE number = 1")
    assert any("does not follow from the root before it" in one for one in found(audited))
    tamper(audited, "DELETE FROM audit_roots")
    assert found(audited) == []
    assert found(audited, kept) == [
        "the roots: none has the seal that was kept outside: roots are missing or were written anew"
    ]


def test_rows_sealed_under_an_earlier_secret_are_still_as_written(audited):
    keys = audited.platform.keys("audit")
    assert verify_store(audited.platform.database, [b"a new one", *keys]).findings == []
    assert verify_store(audited.platform.database, [b"a new one"]).findings != []


def test_nothing_new_needs_no_root(audited):
    database, key = audited.platform.database, audited.platform.key("audit")
    assert seal_root(database, key, 3) is not None
    assert seal_root(database, key, 4) is None


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=40))
def test_a_root_is_that_of_rfc_6962(leaves):
    def reference(part: list[bytes]) -> bytes:
        if len(part) == 1:
            return sha256(b"\0" + part[0]).digest()
        half = 1
        while half * 2 < len(part):
            half *= 2
        return sha256(b"\1" + reference(part[:half]) + reference(part[half:])).digest()

    assert Tree(leaves).root() == reference(leaves).hex()


def change_at_random(url: str, folder: Path, agency, seed: int, ids: list[str]) -> None:
    platform = reopened(url, folder, agency)
    chance = random.Random(seed)
    caller = Caller({"id": f"worker-{seed}", "roles": ["OWNER"], "queues": []}, request=f"r{seed}")

    def change(road, id: str):
        name = chance.choice(["Ж", "0.1e7", "a\u2028b", "''"]) + str(chance.random())
        return commands.update(road, "client", id, {"name": name})

    def refuse(road, id: str):
        return _refuse(id)

    for number in range(60):
        try:
            if chance.random() < 0.1:
                seal_root(platform.database, platform.key("audit"), number)
            else:
                work = refuse if chance.random() < 0.2 else change
                id = chance.choice(ids)
                platform.pipeline.run(caller, partial(work, id=id))
        except (ForbiddenError, BusyError):
            continue


def test_hundreds_of_changes_by_several_processes_raise_no_alarm(desk, agency, tmp_path):
    ids = [desk.client(email=f"c{number}@example.test") for number in range(6)]
    url = desk.platform.database.url.render_as_string(hide_password=False)
    desk.platform.close()
    in_processes([partial(change_at_random, url, tmp_path, agency, seed, ids) for seed in range(4)])
    told = verify_store(desk.platform.database, desk.platform.keys("audit"))
    assert told.findings == []
    assert told.rows > 120
    assert told.roots > 3


def test_virel_audit_verify_names_the_place_and_fails(tmp_path, sqlite_template, root, monkeypatch):
    monkeypatch.delenv("VIREL_DATABASE_URL", raising=False)
    monkeypatch.setenv("VIREL_SECRET_KEY", "s" * 40)
    shutil.copy(sqlite_template, tmp_path / "virel.db")
    platform = bootstrap(load_settings({"VIREL_SECRET_KEY": "s" * 40}, tmp_path))
    owner = Caller({"id": "o", "roles": ["OWNER"], "queues": []})
    id = platform.pipeline.run(owner, lambda road: entities.create(road, "client", {"name": "Anna"})["id"])
    seal_root(platform.database, platform.key("audit"), 1)
    good = CliRunner().invoke(cli, ["audit", "verify", "--data", str(tmp_path)])
    assert good.exit_code == 0, good.output
    first, last = good.output.splitlines()
    assert first == "1 rows in 1 chains, 1 roots: all as written"
    seal = last.rpartition(" ")[2]
    assert CliRunner().invoke(cli, ["audit", "verify", "--data", str(tmp_path), "--seal", seal]).exit_code == 0
    with platform.database.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_no_update")
        connection.exec_driver_sql("UPDATE audit SET actor = 'x'")
    platform.close()
    bad = CliRunner(catch_exceptions=False).invoke(
        cli, ["audit", "verify", "--data", str(tmp_path)], standalone_mode=False
    )
    assert bad.return_value == 1
    assert bad.output.splitlines()[0].startswith(f"client/{id}, place 1 (row 1): it is not what was written")
