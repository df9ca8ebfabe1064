"""The difference between two releases, by meaning and by text."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import unified_diff
from typing import Literal

from engine.reading.documents import Document
from engine.releases.compare import Change, changes
from engine.releases.content import ReleaseContent
from engine.releases.meaning import meant

Status = Literal["added", "removed", "changed", "rewritten", "broken"]


@dataclass(frozen=True, slots=True)
class DocumentDifference:
    """One document that differs. ``rewritten`` means that its text or its file is another and its meaning the same;
    ``broken`` that it has mistakes, so that nobody can say what it means.
    """

    status: Status
    kind: str
    id: str
    file: str
    versions: tuple[int | None, int | None]
    changes: tuple[Change, ...]
    text: str

    def as_json(self) -> dict[str, object]:
        """The form that ``virel release diff --format json`` prints."""
        return {
            "status": self.status,
            "kind": self.kind,
            "id": self.id,
            "file": self.file,
            "version": list(self.versions),
            "changes": [change.as_json() for change in self.changes],
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs from one release to another; empty where both mean the same."""

    documents: tuple[DocumentDifference, ...]

    def __bool__(self) -> bool:
        return any(one.status != "rewritten" for one in self.documents)

    def of(self, status: Status) -> list[DocumentDifference]:
        """The documents of one status."""
        return [one for one in self.documents if one.status == status]

    def changed_names(self) -> frozenset[tuple[str, str]]:
        """Kind and id of what means something else now, or is new, or gone; a version alone changes nothing."""
        return frozenset(
            (one.kind, one.id)
            for one in self.documents
            if one.status in ("added", "removed") or any(change.pointer != "/version" for change in one.changes)
        )


def difference(old: ReleaseContent, new: ReleaseContent) -> Difference:
    """What differs from ``old`` to ``new``, by kind and id, sorted by file."""
    if old.documents == new.documents and not new.refused:
        return Difference(())
    found: list[DocumentDifference] = []
    for name in old.named.keys() | new.named.keys():
        before, after = old.named.get(name), new.named.get(name)
        one = _document(before, after)
        if one is not None:
            found.append(one)
    return Difference(tuple(sorted(found, key=lambda one: (one.file, one.kind, one.id))))


def _document(before: Document | None, after: Document | None) -> DocumentDifference | None:
    one = after if after is not None else before
    assert one is not None
    versions = (before.version if before else None, after.version if after else None)
    if before is not None and after is not None and before.source.file == after.source.file:
        if before.source.text == after.source.text and after.root is not None:
            return None
    told: tuple[Change, ...] = ()
    if after is not None and after.root is None:
        status: Status = "broken"
    elif before is None:
        status = "added"
    elif after is None:
        status = "removed"
    else:
        assert after.root is not None
        if before.root is not None:
            told = tuple(changes(meant(before.kind, before.root), meant(after.kind, after.root)))
        status = "changed" if told or before.root is None else "rewritten"
    return DocumentDifference(status, one.kind, one.id, one.source.file, versions, told, text_difference(before, after))


def text_difference(before: Document | None, after: Document | None) -> str:
    """The difference as lines of text; a file that only changed its name differs in that."""
    one, other = (document.source if document is not None else None for document in (before, after))
    if one is not None and other is not None and one.text == other.text and one.file != other.file:
        return f"--- {one.file}\n+++ {other.file}\n"
    lines = unified_diff(
        one.text.splitlines(keepends=True) if one else [],
        other.text.splitlines(keepends=True) if other else [],
        one.file if one else "/dev/null",
        other.file if other else "/dev/null",
        n=2,
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
