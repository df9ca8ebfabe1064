"""What differs between two releases, and that nothing else does."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.releases.content import EMPTY, ReleaseContent, content_of
from engine.releases.difference import difference
from tests.engine.releases.editing import BASE, CASES, edited, parts_of

SIGNS = {"added": "+", "removed": "-", "changed": "~", "rewritten": "=", "broken": "!"}


def contents_of(case: Path) -> tuple[ReleaseContent, ReleaseContent]:
    old = content_of(BASE)
    new = dict(old.documents)
    for name, text in parts_of(case):
        word, _, path = name.rpartition(" ")
        if word == "removed":
            del new[path]
        elif path != "expected":
            new[path] = edited(new[path], text) if path in new else text.encode()
    return old, ReleaseContent(new)


@pytest.mark.parametrize("case", sorted((CASES / "differences").glob("*.txt")), ids=lambda path: path.stem)
def test_a_difference_is_told_by_what_it_means(case: Path):
    told = []
    for one in difference(*contents_of(case)).documents:
        told.append(f"{SIGNS[one.status]} {one.file}")
        told += [f"    {change.place.line}:{change.place.column} {change.says}" for change in one.changes]
    assert "".join(f"{line}\n" for line in told) == dict(parts_of(case))["expected"]


@pytest.mark.parametrize("case", sorted((CASES / "differences").glob("*.txt")), ids=lambda path: path.stem)
def test_there_and_back_the_same_documents_differ(case: Path):
    old, new = contents_of(case)
    there, back = difference(old, new), difference(new, old)
    assert {one.id for one in there.documents} == {one.id for one in back.documents}
    if not there.of("broken"):
        assert there.changed_names() == back.changed_names()


def test_a_document_that_only_moved_means_the_same():
    old = content_of(BASE)
    new = dict(old.documents)
    new["templates/sms/booking-confirmed.yaml"] = new.pop("templates/booking-confirmed.yaml")
    found = difference(old, ReleaseContent(new))
    assert not found
    assert [(one.status, one.text) for one in found.documents] == [
        ("rewritten", "--- templates/booking-confirmed.yaml\n+++ templates/sms/booking-confirmed.yaml\n")
    ]
    assert old.hash != ReleaseContent(new).hash


def test_the_text_differs_in_lines():
    old = content_of(BASE)
    path = "templates/booking-confirmed.yaml"
    new = ReleaseContent({**old.documents, path: old.documents[path].rstrip(b"\n").replace(b"confirmed.", b"booked.")})
    (one,) = difference(old, new).documents
    assert one.text == (
        f"--- {path}\n+++ {path}\n@@ -6,3 +6,3 @@\n fallback: en\n channels:\n"
        '-  sms: {en: "{{ booking.code }} is confirmed."}\n'
        '+  sms: {en: "{{ booking.code }} is booked."}\n\\ No newline at end of file\n'
    )


def test_everything_is_new_at_first_and_nothing_twice():
    old = content_of(BASE)
    assert {one.status for one in difference(EMPTY, old).documents} == {"added"}
    assert difference(old, ReleaseContent(dict(reversed(list(old.documents.items()))))).documents == ()


def test_a_hash_is_of_names_and_bytes_and_of_where_one_ends():
    def hashed(**documents: bytes) -> str:
        return ReleaseContent(documents).hash

    hashes = [hashed(a=b"bc"), hashed(ab=b"c"), hashed(a=b"b", c=b""), hashed(a=b"", bc=b""), hashed(a=b"bc", d=b"")]
    assert len(set(hashes)) == len(hashes)
    assert hashed(a=b"1", b=b"2") == hashed(b=b"2", a=b"1")
    assert hashed() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
