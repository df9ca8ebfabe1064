"""Publishing raises the version of what changed, touches nothing else in its text, and never uses a number twice."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from engine.releases.content import EMPTY, ReleaseContent, content_of
from engine.releases.difference import difference
from engine.releases.versions import raise_versions, rolled_back, with_version
from tests.engine.releases.editing import BASE

RULE = "rules/automation/confirm-on-deposit.yaml"
OPS = "rules/access/OPS.yaml"


def base(**edits: tuple[str, str]) -> ReleaseContent:
    """The sound documents; ``rule`` and ``ops`` name the two that are edited."""
    documents = dict(content_of(BASE).documents)
    for name, (old, new) in edits.items():
        path = {"rule": RULE, "ops": OPS}[name]
        assert old.encode() in documents[path]
        documents[path] = documents[path].replace(old.encode(), new.encode())
    return ReleaseContent(documents)


@given(
    version=st.integers(1, 10**6),
    new=st.integers(1, 10**6),
    before=st.sampled_from(["", "# Привет 🎉\n", "\n\n", "---\n"]),
    tail=st.sampled_from(["", "  # version: 7", "   "]),
    line_end=st.sampled_from(["\n", "\r\n"]),
    mark=st.booleans(),
)
def test_raising_a_version_touches_only_its_digits(version, new, before, tail, line_end, mark):
    text = f"{before}kind: rule\nid: x\nversion: {version}{tail}\ndescription: 'Ein Wörtchen'\ntrigger: x.created\n"
    text += "actions: [{create_exception: {reason: version}}]\n"
    content = (b"\xef\xbb\xbf" if mark else b"") + text.replace("\n", line_end).encode()
    (document,) = ReleaseContent({"rules/automation/x.yaml": content}).read
    assert document.version == version
    after = with_version(content, document, new)
    pattern = rb"(?<=\nversion: |\rversion: )\d+" if before else rb"(?<=version: )\d+"
    assert after == re.sub(pattern, str(new).encode(), content, count=1)
    (again,) = ReleaseContent({"rules/automation/x.yaml": after}).read
    assert again.version == new


def test_what_changed_gets_the_version_after_the_last():
    made = raise_versions(base(rule=('"deposit"', '"balance"')), base())
    assert (made.raised, made.behind, made.diagnostics) == ((RULE,), (), ())
    assert made.content.documents[RULE] == base(rule=('"deposit"', '"balance"')).documents[RULE].replace(
        b"version: 1", b"version: 2"
    )
    assert {path for path, content in made.content.documents.items() if content != base().documents[path]} == {RULE}


def test_what_its_author_raised_already_is_left():
    new = base(rule=("version: 1", "version: 2"))
    assert raise_versions(new, base()).content == new


def test_a_new_document_keeps_the_version_it_carries():
    new = base(rule=("version: 1", "version: 7"))
    live = ReleaseContent({path: content for path, content in base().documents.items() if path != RULE})
    assert raise_versions(new, live).content == new
    assert raise_versions(new, EMPTY).content == new


def test_a_document_that_comes_back_goes_on_counting():
    live = ReleaseContent({path: content for path, content in base().documents.items() if path != RULE})
    assert raise_versions(base(), live, {("rule", "confirm-on-deposit"): 1}).raised == (RULE,)
    (found,) = raise_versions(base(), live, {("rule", "confirm-on-deposit"): 4}).diagnostics
    assert found.code == "V990"


def test_a_file_that_only_missed_its_version_gets_it():
    live = base(rule=("version: 1", "version: 5"))
    made = raise_versions(base(), live)
    assert (made.content, made.behind, made.raised, made.diagnostics) == (live, (RULE,), (), ())


def test_an_older_copy_with_changes_of_its_own_is_refused():
    live = base(rule=("version: 1", "version: 5"))
    (found,) = raise_versions(base(rule=('"deposit"', '"balance"')), live).diagnostics
    assert (found.code, found.severity, found.place.line) == ("V990", "error", 3)


def test_going_back_brings_the_content_under_new_versions():
    old = base()
    live = base(rule=("version: 1", "version: 2"), ops=("Runs the house.", "Runs it."))
    live = ReleaseContent({**live.documents, OPS: live.documents[OPS].replace(b"version: 1", b"version: 3")})
    last = {(d.kind, d.id): d.version or 0 for d in live.read}
    made = rolled_back(old, live, last)
    assert made.raised == (OPS,)
    assert made.content.documents[RULE] == live.documents[RULE]
    assert made.content.documents[OPS] == old.documents[OPS].replace(b"version: 1", b"version: 4")
    told = [change.says for one in difference(old, made.content).documents for change in one.changes]
    assert told == ["version changed: 1 → 4", "version changed: 1 → 2"]


names = st.sampled_from(["a", "b", "c"])


@given(st.lists(st.dictionaries(names, st.integers(0, 2), min_size=1), max_size=8))
def test_a_version_always_means_one_text(folders):
    """Whatever is published in whatever order, deleted and written again, no number names two texts."""
    live, last, texts = EMPTY, {}, {}
    for folder in folders:
        documents = {}
        for name, flavour in folder.items():
            path = f"templates/{name}.yaml"
            version = max(1, last.get(("template", name), 1))
            documents[path] = (
                f"kind: template\nid: {name}\nversion: {version}\ndescription: Says {flavour}.\n"
                "entity: x\nfallback: en\nchannels: {sms: {en: Hello}}\n"
            ).encode()
        made = raise_versions(ReleaseContent(documents), live, last)
        assert made.diagnostics == ()
        for document in made.content.read:
            key = (document.id, document.version)
            assert texts.setdefault(key, document.source.text) == document.source.text
            last["template", document.id] = max(document.version or 0, last.get(("template", document.id), 0))
        live = made.content
