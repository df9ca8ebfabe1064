"""A folder is read whole, in one order, whatever single files are like: unreadable, linked, foreign or broken."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.reading import Document, FolderError, read_document, read_folder

RULE = """\
kind: rule
id: {id}
version: 3
description: Something happens.
trigger: booking.created
actions:
  - create_task: {{title: Look at it}}
"""


def write(folder: Path, file: str, content: str | bytes) -> Path:
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rule(folder: Path, id: str, below: str = "") -> Path:
    return write(folder, f"rules/automation/{below}{id}.yaml", RULE.format(id=id))


def only(documents: list[Document]) -> Document:
    assert len(documents) == 1
    return documents[0]


def codes(document: Document) -> list[str]:
    return [diagnostic.code for diagnostic in document.diagnostics]


def test_a_sound_document_says_what_it_is(tmp_path: Path):
    rule(tmp_path, "greet")
    document = only(read_folder(tmp_path))
    assert (document.kind, document.id, document.version) == ("rule", "greet", 3)
    assert document.description == "Something happens."
    assert document.source.file == "rules/automation/greet.yaml"
    assert document.root is not None
    assert document.diagnostics == ()


def test_documents_come_sorted_by_path_from_folders_within_folders(tmp_path: Path):
    for id, below in [("b", ""), ("a", "late/"), ("c", ""), ("d", "early/deep/")]:
        rule(tmp_path, id, below)
    files = [document.source.file.removeprefix("rules/automation/") for document in read_folder(tmp_path)]
    assert files == ["b.yaml", "c.yaml", "early/deep/d.yaml", "late/a.yaml"]


def test_one_broken_document_stops_no_other_and_stays_visible(tmp_path: Path):
    rule(tmp_path, "a")
    write(tmp_path, "rules/automation/b.yaml", "kind: rule\nid: b\nversion: 7\ndescription: Broken.\n")
    write(tmp_path, "rules/automation/c.yaml", "kind: [")
    rule(tmp_path, "d")
    read = {document.id: document for document in read_folder(tmp_path)}
    assert list(read) == ["a", "b", "c", "d"]
    assert [document.root is None for document in read.values()] == [False, True, True, False]
    assert (read["b"].version, read["b"].description) == (7, "Broken.")
    assert (read["c"].version, read["c"].description) == (None, None)
    assert codes(read["b"]) == ["V202"]
    assert codes(read["c"]) == ["V122"]


def test_other_files_and_hidden_ones_are_left_alone(tmp_path: Path):
    rule(tmp_path, "a")
    for file in ("README.md", "rules/automation/.hidden.yaml", "rules/automation/.git/b.yaml", "rules/notes.txt"):
        write(tmp_path, file, "kind: [")
    write(tmp_path, "rules/automation/picture.png", b"\x89PNG\xff")
    write(tmp_path, "docker-compose.yaml", "services: {}")
    assert only(read_folder(tmp_path)).id == "a"


@pytest.mark.parametrize("name", ["x.yml", "x.YAML", "x.Yml"])
def test_another_ending_is_reported(tmp_path: Path, name: str):
    write(tmp_path, f"rules/automation/{name}", RULE.format(id="x"))
    document = only(read_folder(tmp_path))
    assert (document.id, document.root, codes(document)) == ("x", None, ["V107"])


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        (RULE.format(id="x").encode("utf-16"), "V101", (1, 1)),
        (RULE.format(id="x").encode("utf-16-le"), "V101", (1, 1)),
        (RULE.format(id="x").encode("utf-16-be"), "V101", (1, 1)),
        (RULE.format(id="x").encode("utf-32"), "V101", (1, 1)),
        ("kind: rule\ndescription: für".encode("latin-1"), "V101", (2, 15)),
        ("\ufeffdescription: für".encode() + b"\xff", "V101", (1, 17)),
        (b"kind: rule\0", "V102", (1, 11)),
        (b"", "V105", (1, 1)),
        (b"\xef\xbb\xbf", "V105", (1, 1)),
        (b"\n\n# later\n", "V105", (1, 1)),
        (b"---\n", "V105", (1, 1)),
        (b"x" * 300_000, "V103", (1, 1)),
    ],
)
def test_bytes_that_are_no_document(tmp_path: Path, content: bytes, code: str, place: tuple[int, int]):
    write(tmp_path, "rules/automation/x.yaml", content)
    document = only(read_folder(tmp_path))
    assert document.root is None
    assert codes(document) == [code]
    assert (document.diagnostics[0].place.line, document.diagnostics[0].place.column) == place


def test_a_byte_order_mark_does_no_harm(tmp_path: Path):
    write(tmp_path, "rules/automation/x.yaml", b"\xef\xbb\xbf" + RULE.format(id="x").encode())
    document = only(read_folder(tmp_path))
    assert document.root is not None
    assert document.root.place.column == 1


def test_a_folder_where_a_document_should_be(tmp_path: Path):
    rule(tmp_path, "a")
    (tmp_path / "rules/automation/b.yaml").mkdir()
    assert [codes(document) for document in read_folder(tmp_path)] == [[], ["V104"]]


def test_a_pipe_does_not_hold_up_the_folder(tmp_path: Path):
    rule(tmp_path, "a")
    os.mkfifo(tmp_path / "rules/automation/b.yaml")
    assert [codes(document) for document in read_folder(tmp_path)] == [[], ["V104"]]


def test_a_file_where_a_folder_should_be(tmp_path: Path):
    rule(tmp_path, "a")
    write(tmp_path, "templates", "not a folder")
    broken = next(document for document in read_folder(tmp_path) if document.kind == "template")
    assert codes(broken) == ["V104"]


@pytest.mark.skipif(os.geteuid() == 0, reason="everything is readable to this user")
def test_an_unreadable_file(tmp_path: Path):
    rule(tmp_path, "a").chmod(0)
    assert codes(only(read_folder(tmp_path))) == ["V104"]


def test_links(tmp_path: Path):
    folder, outside = tmp_path / "config", tmp_path / "outside"
    target = rule(folder, "a")
    write(outside, "secret.yaml", RULE.format(id="secret"))
    here = folder / "rules/automation"
    (here / "inside.yaml").symlink_to(target)
    (here / "leaves.yaml").symlink_to(outside / "secret.yaml")
    (here / "nowhere.yaml").symlink_to(here / "missing.yaml")
    (here / "circle.yaml").symlink_to(here / "circle.yaml")
    (here / "round").symlink_to(here)
    (folder / "templates").symlink_to(outside)
    found = {document.source.file.rpartition("/")[2]: codes(document) for document in read_folder(folder)}
    assert found == {
        "a.yaml": [],
        "circle.yaml": ["V104"],
        "inside.yaml": ["V213"],  # read, but its name is not the id inside
        "leaves.yaml": ["V106"],
        "nowhere.yaml": ["V104"],
        "round": ["V106"],
        "templates": ["V106"],
    }


def test_the_folder_itself_may_be_a_link(tmp_path: Path):
    rule(tmp_path / "config", "a")
    (tmp_path / "linked").symlink_to(tmp_path / "config")
    assert only(read_folder(tmp_path / "linked")).root is not None


def test_the_same_id_in_one_kind_is_refused_and_in_two_kinds_fine(tmp_path: Path):
    rule(tmp_path, "x")
    rule(tmp_path, "x", "later/")
    write(
        tmp_path,
        "rules/access/x.yaml",
        "kind: role\nid: x\nversion: 1\ndescription: Somebody.\ngrants: []\n",
    )
    found = {document.source.file: (document.root is None, codes(document)) for document in read_folder(tmp_path)}
    assert found == {
        "rules/access/x.yaml": (False, []),
        "rules/automation/later/x.yaml": (False, []),
        "rules/automation/x.yaml": (True, ["V214"]),
    }


@pytest.mark.parametrize("what", ["missing", "file", "empty", "without documents"])
def test_a_folder_that_cannot_be_used_is_said_to_be_so(tmp_path: Path, what: str):
    folder = tmp_path / "config"
    if what == "file":
        write(tmp_path, "config", "x")
    elif what == "empty":
        folder.mkdir()
    elif what == "without documents":
        write(folder, "rules/automation/README.md", "x")
    with pytest.raises(FolderError) as raised:
        read_folder(folder)
    assert str(folder) in str(raised.value)


def test_a_document_outside_the_folders_is_read_by_its_kind(tmp_path: Path):
    path = write(tmp_path, "anywhere.yaml", RULE.format(id="other"))
    document = read_document(path, "anywhere.yaml", "rule")
    assert (document.root is None, document.diagnostics) == (False, ())


def test_reading_twice_gives_the_same(tmp_path: Path):
    for id in ("b", "a", "c"):
        rule(tmp_path, id)
    write(tmp_path, "rules/automation/d.yaml", "kind: [")
    first, second = read_folder(tmp_path), read_folder(tmp_path)
    assert [(d.id, d.diagnostics) for d in first] == [(d.id, d.diagnostics) for d in second]


def test_a_host_may_add_actions(tmp_path: Path):
    document = rule(tmp_path, "a").read_text().replace("create_task: {title: Look at it}", "ring_bell: {loud: true}")
    write(tmp_path, "rules/automation/a.yaml", document)
    assert codes(only(read_folder(tmp_path))) == ["V201"]
    assert codes(only(read_folder(tmp_path, actions=["ring_bell"]))) == []
