"""``virel release``: what it says, in words and in JSON, and what it leaves alone."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from app.records.events import EventStore
from engine.conditions.values import Timestamp
from engine.events.envelope import WireEvent
from tests.app.cli.answers import Virel
from tests.engine.releases.editing import BASE

RULE = "rules/automation/confirm-on-deposit.yaml"
BOOKING = "statemachines/booking.yaml"
SIGNED = ("--message", "because", "--author", "ann")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(BASE, tmp_path / "folder")
    return tmp_path / "folder"


def edit(folder: Path, path: str, old: str, new: str) -> None:
    text = (folder / path).read_text("utf-8")
    assert old in text
    (folder / path).write_text(text.replace(old, new), "utf-8")


def settled(text: str) -> str:
    """Without what is another each time."""
    text = re.sub(r"\b[0-9a-f]{64}\b", "HASH", text)
    text = re.sub(r"\b[0-9a-f]{12}\b", "HASH", text)
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "TIME", re.sub(r"tzdata \S+", "tzdata VERSION", text))


def test_looking_at_no_releases_makes_no_store(virel: Virel, folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    assert virel("--config", folder, "release", "list").out == "nothing has been published yet\n"
    assert virel("--config", folder, "--format", "json", "release", "list").json == {"live": None, "releases": []}
    said = virel("--config", folder, "release", "diff")
    assert (said.status, said.out.splitlines()[0]) == (0, "+ rules/access/OPS.yaml  version 1")
    assert virel("--config", folder, "release", "diff", 3).err == (
        "virel: there is no release 3: nothing has been published yet\n"
    )
    assert sorted(folder.rglob("*")) == before


def test_the_life_of_a_rule_in_words(virel: Virel, folder: Path) -> None:
    said = virel("--config", folder, "release", "publish", *SIGNED)
    assert (said.status, said.err) == (0, "")
    assert said.out.splitlines()[0] == "release 1 is live: because (ann)"
    edit(folder, RULE, '"deposit"', '"balance"')
    assert virel("--config", folder, "release", "diff", "--text").out == (
        f"~ {RULE}  version 1  cost 11  (what waits is judged again)\n"
        '    condition line changed: payment.purpose == "deposit" → payment.purpose == "balance"\n'
        f"    --- {RULE}\n    +++ {RULE}\n    @@ -6,5 +6,5 @@\n     condition:\n       all:\n"
        '    -    - payment.purpose == "deposit"\n    +    - payment.purpose == "balance"\n'
        '         - booking.status == "draft"\n     acts_as: OPS\n'
    )
    said = virel("--config", folder, "release", "publish", "--message", "balances too", "--author", "bob")
    assert settled(said.out) == (
        "release 2 is live: balances too (bob)\n"
        f"~ {RULE}  version 1 → 2  cost 11  (what waits is judged again)\n"
        '    condition line changed: payment.purpose == "deposit" → payment.purpose == "balance"\n'
        "  cost: at most 11 steps for 1 rule, the dearest confirm-on-deposit with 11\n"
        "  hash: HASH\n  time zones: tzdata VERSION\n"
        f"  written: {RULE}\n"
    )
    said = virel("--config", folder, "release", "publish", *SIGNED)
    assert (said.status, said.out, said.err) == (2, "", "virel: nothing changed since release 2\n")
    said = virel("--config", folder, "release", "rollback", 1, "--message", "back", "--author", "ann", "--write")
    assert said.out.splitlines()[0] == "release 3 is live, which brings back release 1: back (ann)"
    assert "version: 3\n" in (folder / RULE).read_text()
    assert '"deposit"' in (folder / RULE).read_text()
    assert settled(virel("--config", folder, "release", "list").out) == (
        "*    3  TIME  ann: back  (1 file, brings back 1) HASH\n"
        "     2  TIME  bob: balances too  (1 file) HASH\n"
        "     1  TIME  ann: because  (6 files) HASH\n"
    )
    assert virel("--config", folder, "release", "diff").out == f"nothing differs from release 3 to {folder}\n"
    assert virel("--config", folder, "release", "diff", 1, 3).out == f"~ {RULE}  version 1 → 3  cost 11\n"


def test_the_same_in_json(virel: Virel, folder: Path, tmp_path: Path) -> None:
    store = tmp_path / "elsewhere.db"
    words = ("--config", folder, "--format", "json", "release")
    said = virel(*words, "publish", *SIGNED, "--store", store).json
    assert set(said) == {"published", "release", "documents", "raised", "files", "left", "diagnostics"}
    assert (said["published"], said["release"]["number"], said["files"]) == (True, 1, [])
    edit(folder, RULE, "acts_as: OPS", "on_change: finish\nacts_as: OPS")
    said = virel(*words, "diff", "--store", f"sqlite:///{store}").json
    assert (said["from"], said["to"], said["on_change"]) == (1, None, {"confirm-on-deposit": "finish"})
    (document,) = said["documents"]
    assert (document["status"], document["file"], document["cost"]) == ("changed", RULE, [11, 11])
    assert document["changes"] == [
        {
            "pointer": "/on_change",
            "how": "added",
            "before": None,
            "after": "finish",
            "line": 10,
            "column": 12,
            "says": "on_change added: finish",
        }
    ]
    edit(folder, RULE, "on_change: finish", "on_change: perhaps")
    said = virel(*words, "publish", *SIGNED, "--store", store)
    assert (said.status, said.json["published"]) == (1, False)
    assert [one["code"] for one in said.json["diagnostics"]] == ["V204"]
    assert virel(*words, "diff", "--store", store).status == 1
    listed = virel(*words, "list", "--store", store).json
    assert (listed["live"], [one["live"] for one in listed["releases"]]) == (1, [True])
    assert not (folder / "var").exists()


def test_a_file_that_missed_its_version_is_finished(virel: Virel, folder: Path) -> None:
    virel("--config", folder, "release", "publish", *SIGNED)
    edit(folder, RULE, '"deposit"', '"balance"')
    unraised = (folder / RULE).read_bytes()
    virel("--config", folder, "release", "publish", *SIGNED)
    raised = (folder / RULE).read_bytes()
    (folder / RULE).write_bytes(unraised)
    said = virel("--config", folder, "release", "publish", *SIGNED)
    assert (said.status, said.out) == (
        0,
        f"nothing changed since release 2; the versions of that publication were written into {RULE}\n",
    )
    assert (folder / RULE).read_bytes() == raised


def test_entities_move_as_the_release_says(virel: Virel, folder: Path, tmp_path: Path) -> None:
    virel("--config", folder, "release", "publish", *SIGNED)
    events = EventStore.open(f"sqlite:///{folder}/var/virel.db")
    events.append(
        [WireEvent(id="e1", type="booking.created", time=Timestamp(1), subject="b1", data={"status": "confirmed"})]
    )
    events.close()
    for old, new in (("  confirmed: {}", "  firm: {}"), ("to: confirmed", "to: firm"), ("confirmed]", "firm]")):
        edit(folder, BOOKING, old, new)
    assert virel("--config", folder, "release", "diff").out.splitlines()[-1] == (
        "! booking loses confirmed: 1 entity stands there, to be moved with --migrate"
    )
    said = virel("--config", folder, "release", "publish", *SIGNED)
    assert (said.status, said.out.splitlines()[-1]) == (1, "not published: 1 error")
    assert f"{BOOKING}:18:1: error V993: 1 entity of booking stands in the state" in said.out
    said = virel("--config", folder, "release", "publish", *SIGNED, "--migrate", '{"confirmd": "firm"}')
    assert "--migrate:1:2: error V995" in said.out
    assert '  | {"confirmd": "firm"}\n  |  ^^^^^^^^^^\n' in said.out
    plan = tmp_path / "plan.yaml"
    plan.write_text("booking:\n  confirmed: firm\n")
    said = virel("--config", folder, "--format", "json", "release", "publish", *SIGNED, "--migrate", plan)
    assert said.json["release"]["migrate"] == {"booking": {"confirmed": "firm"}}


def test_what_waits_is_told_before_anything_is_published(virel: Virel, folder: Path) -> None:
    rule = folder / "rules/automation/later.yaml"
    rule.write_text(
        "kind: rule\nid: later\nversion: 1\ndescription: Looks later.\ntrigger: booking.created\nacts_as: OPS\n"
        "actions:\n  - create_exception: {reason: later}\n    after: 2h\n"
    )
    virel("--config", folder, "release", "publish", *SIGNED)
    data = {"code": "B", "total": {"amount": 1, "currency": "EUR"}, "guests": 1, "deposit_status": "none"}
    data |= {"starts_at": "2026-04-01T00:00:00Z", "client": "c1"}
    events = EventStore.open(f"sqlite:///{folder}/var/virel.db")
    events.append([WireEvent(id="e1", type="booking.created", time=Timestamp(0), subject="b1", data=data)])
    events.close()
    assert virel("--config", folder, "release", "diff", "--pending").out.splitlines()[0] == (
        "waiting: 1, of which 0 belong to rules that change"
    )
    rule.unlink()
    assert virel("--config", folder, "release", "diff", "--pending").out == (
        "- rules/automation/later.yaml  version 1\n"
        "waiting: 1, of which 1 belongs to rules that change\n"
        "  cancel: delay of later create_exception for booking/b1, due 1970-01-01T02:00:00Z (the rule is gone)\n"
    )
    said = virel("--config", folder, "--format", "json", "release", "diff", "--pending").json
    assert said["pending"] == [
        {
            "kind": "delay",
            "rule": "later",
            "action": "create_exception",
            "entity": "booking/b1",
            "due": "1970-01-01T02:00:00Z",
            "outcome": "cancel",
            "why": "the rule is gone",
        }
    ]


def test_what_waits_is_found_by_events_from_before_a_migration(virel: Virel, folder: Path) -> None:
    """A dwell time that began in a state of another name: the replay reads the old events as the new machine means."""
    rule = folder / "rules/automation/stays.yaml"
    rule.write_text(
        "kind: rule\nid: stays\nversion: 1\ndescription: Looks later.\nacts_as: OPS\n"
        "trigger: {dwell: {entity: booking, in_state: confirmed, for: 2h}}\n"
        "actions:\n  - create_exception: {reason: later}\n"
    )
    virel("--config", folder, "release", "publish", *SIGNED)
    data = {"code": "B", "total": {"amount": 1, "currency": "EUR"}, "guests": 1, "deposit_status": "none"}
    data |= {"starts_at": "2026-04-01T00:00:00Z", "client": "c1"}
    move = {"from": "draft", "to": "confirmed", "transition": "confirm"}
    events = EventStore.open(f"sqlite:///{folder}/var/virel.db")
    events.append([WireEvent(id="e1", type="booking.created", time=Timestamp(0), subject="b1", data=data)])
    events.append([WireEvent(id="e2", type="booking.status_changed", time=Timestamp(1), subject="b1", data=move)])
    events.close()
    for path in (folder / BOOKING, rule):
        path.write_text(path.read_text().replace("confirmed", "firm"))
    said = virel("--config", folder, "release", "publish", *SIGNED, "--migrate", '{"confirmed": "firm"}')
    assert said.status == 0
    edit(folder, "rules/automation/stays.yaml", "2h", "3h")
    said = virel("--config", folder, "--format", "json", "release", "diff", "--pending").json
    assert [(one["kind"], one["entity"], one["outcome"]) for one in said["pending"]] == [
        ("dwell", "booking/b1", "recheck")
    ]


def test_a_document_goes_where_it_is_said(virel: Virel, folder: Path) -> None:
    virel("--config", folder, "release", "publish", *SIGNED)
    (folder / "rules/access/MORE.yaml").write_text(
        (folder / "rules/access/OPS.yaml").read_text().replace("OPS", "MORE")
    )
    virel("--config", folder, "release", "publish", *SIGNED)
    (folder / "rules/access/MORE.yaml").unlink()
    said = virel("--config", folder, "release", "publish", *SIGNED)
    assert said.status == 1
    assert said.out.startswith("rules/access/MORE.yaml:1:1: error V960: this would remove the role MORE, which is live")
    said = virel("--config", folder, "release", "publish", *SIGNED, "--remove", "rules/access/MORE.yaml")
    assert (said.status, said.out.splitlines()[1]) == (0, "- rules/access/MORE.yaml  version 1")


def test_who_may_not_do_it_may_not_have_a_rule_do_it(virel: Virel, folder: Path) -> None:
    said = virel("--config", folder, "release", "publish", *SIGNED, "--as", "NOBODY, CLERK")
    assert said.status == 1
    assert (
        "V992: whoever publishes confirm-on-deposit must hold bookings.confirm, and CLERK with NOBODY does not"
        in said.out
    )
    assert virel("--config", folder, "release", "publish", *SIGNED, "--as", "OPS").status == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["publish"], "Missing option '--message'"),
        (["publish", "--message", " "], "it is empty"),
        (["publish", "--message", "a\nb"], '"a\\nb" holds a control character; write one line of plain text'),
        (["publish", "--message", "a\x1b[31m"], '"a\\x1b[31m" holds a control character'),
        (["publish", "--message", "a", "--author", "\u202eeve"], '"\\u202eeve" holds a control character'),
        (["rollback", "1", "--message", "a\x07b"], '"a\\x07b" holds a control character'),
        (["publish", *SIGNED, "--base", "4"], "virel: there is no release 4: nothing has been published yet"),
        (["publish", *SIGNED, "--store", "mysql://x/y"], "virel: mysql is not supported"),
        (["publish", *SIGNED, "--migrate", "nowhere.yaml"], "virel: nowhere.yaml: No such file"),
        (["rollback", "1", *SIGNED], "virel: there is no release 1: nothing has been published yet"),
        (["rollback", "0", *SIGNED], "0 is not in the range"),
        (["diff", "1", "2", "3"], "Name at most two releases."),
        (["diff", "one"], "'one' is not a valid integer"),
        (["diff", "--config", "nowhere"], 'virel: the configuration folder "nowhere" does not exist'),
        (["publish", *SIGNED, "--config", "nowhere"], 'virel: the configuration folder "nowhere" does not exist'),
    ],
)
def test_words_that_cannot_be_done(virel: Virel, folder: Path, words: list[str], message: str) -> None:
    said = virel("--config", folder, "release", *words)
    assert (said.status, said.out) == (2, "")
    assert message in said.err


def test_json_is_the_same_bytes_whatever_the_hash_seed(virel: Virel, folder: Path) -> None:
    virel("--config", folder, "release", "publish", *SIGNED)
    edit(folder, BOOKING, "groups:", "groups: # of states")
    edit(folder, RULE, "acts_as: OPS", "acts_as: OPS\nstage: shadow\norder: 4")
    answers = {virel("--config", folder, "--format", "json", "release", "diff").out for _ in range(3)}
    assert len(answers) == 1
    assert [one["status"] for one in json.loads(answers.pop())["documents"]] == ["changed", "rewritten"]


def test_a_file_name_that_is_no_text_keeps_the_folder_from_being_published(virel: Virel, folder: Path) -> None:
    shutil.copy(folder / BOOKING, folder / "statemachines" / os.fsdecode(b"b\xff.yaml"))
    shutil.copytree(folder / "rules/automation", folder / "rules" / "automation" / os.fsdecode(b"\xfe"))
    edit(folder, RULE, "acts_as: OPS", "acts_as: NOBODY_KNOWN")
    said = virel("--config", folder, "release", "publish", *SIGNED)
    assert said.status == 1
    assert "statemachines/b\\xff.yaml:1:1: error V108: the file's name is the document's id, and \"b\\xff\"" in said.out
    assert "rules/automation/\\xfe:1:1: error V104: the file cannot be read: the folder's name is not UTF-8" in said.out
    assert "NOBODY_KNOWN" in said.out
    assert said.out.splitlines()[-1].startswith("not published: ")
    assert not virel("--config", folder, "--format", "json", "release", "list").json["releases"]
