"""What keeps documents from being published, word for word: every file under tests/cases/releases is one case.

A case begins with a sentence about what it shows. The sound documents of ``broken/domain/base`` are live; ``=== PATH``
lists edits of a file (``- `` what is written, ``+ `` what comes in its place), which make the draft; ``=== live PATH``
edits of what is live and of the draft alike unless the draft has its own; ``=== both PATH`` is a file of both,
``=== removed PATH`` one that the draft has not; ``=== there PATH`` edits what is live once more, by somebody else, after
the draft began. ``=== events``, ``as``, ``locales``, ``migrate`` and ``removing`` say the rest.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.catalog_kinds import roots_of
from engine.diagnostics import render
from engine.events.envelope import decode
from engine.reading import Source
from engine.releases.conflicts import conflicts
from engine.releases.content import ReleaseContent, content_of
from engine.releases.draft import Terms, draft
from engine.releases.migration import stranded
from engine.releases.rows import Rows
from tests.engine.releases.editing import BASE, CASES, edited, parts_of

REFUSALS = sorted((CASES / "releases").glob("*.txt"))


def said_of(case: Path) -> str:
    live = dict(content_of(BASE).documents)
    said = {name: text for name, text in parts_of(case) if " " not in name and "/" not in name}
    new = dict(live)
    there: dict[str, str] = {}
    for name, text in parts_of(case):
        word, _, path = name.rpartition(" ")
        if word == "both":
            live[path] = new[path] = text.encode()
        elif word == "live":
            live[path] = edited(live[path], text)
        elif word == "removed":
            del new[path]
        elif word == "there":
            there[path] = text
        elif path not in said:
            new[path] = edited(new[path], text) if path in new else text.encode()
    source = Source("migration", said["migrate"]) if "migrate" in said else None
    holding = said["as"].split() if "as" in said else None
    removing = said["removing"].split() if "removing" in said else None
    terms = Terms(holding, source, said.get("locales", "").split(), removing)
    made = draft(ReleaseContent(new), ReleaseContent(live), {}, terms)
    since = {path: edited(text, there[path]) if path in there else text for path, text in live.items()}
    found = [*made.diagnostics, *conflicts(ReleaseContent(live), ReleaseContent(since), ReleaseContent(new))]
    rows = Rows(made.old_machines)
    for line in said.get("events", "").splitlines():
        rows.take(decode(line.encode()))
    roots = roots_of(made.catalog.documents, "machine")
    found += stranded(rows.states, made.lost, made.migration, made.old_machines, made.catalog.machines, roots)
    return "".join(render(one, made.source_line(one)) + "\n" for one in found)


@pytest.mark.parametrize("case", REFUSALS, ids=lambda path: path.stem)
def test_what_is_said_about_a_release(case: Path):
    assert said_of(case) == dict(parts_of(case))["expected"]
