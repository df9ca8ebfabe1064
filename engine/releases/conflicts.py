"""What two people changed at once: a folder and what is live, both told from the release that the folder began from."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagnostics import Diagnostic, Place, in_order
from engine.reading.documents import Document
from engine.releases import messages
from engine.releases.compare import Change, changes
from engine.releases.content import Name, ReleaseContent
from engine.releases.meaning import meant

GONE = "it is removed"


def conflicts(base: ReleaseContent, live: ReleaseContent, folder: ReleaseContent) -> tuple[Diagnostic, ...]:
    """One finding for each document that means something else in both than in ``base``, and not the same.

    It stands at the place of the folder that the other change is about too, where there is one, else at the first that
    the folder changed.
    """
    found = (_conflict(name, base, live, folder) for name in sorted(base.named.keys() | folder.named.keys()))
    return tuple(in_order(one for one in found if one is not None))


def _conflict(name: Name, base: ReleaseContent, live: ReleaseContent, folder: ReleaseContent) -> Diagnostic | None:
    old, there, here = base.named.get(name), live.named.get(name), folder.named.get(name)
    theirs, ours = list(_told(old, there)), list(_told(old, here))
    if not theirs or not ours or not list(_told(there, here)):
        return None
    pairs = [(one, other) for one in ours for other in theirs if _overlap(one[0], other[0])]
    ours_first, theirs_first = pairs[0] if pairs else (ours[0], theirs[0])
    return messages.changed_by_both(ours_first[1], 1, ours_first[2], theirs_first[2])


def _told(before: Document | None, after: Document | None) -> Iterator[tuple[str, Place, str]]:
    """Where and what is changed, in words."""
    if after is None or before is None:
        one = before or after
        if one is not None:
            yield "", Place(one.source.file, 1, 1), GONE if after is None else "it is new"
    elif before.root is None or after.root is None:
        yield "", Place(after.source.file, 1, 1), "it has mistakes"
    else:
        for change in changes(meant(before.kind, before.root), meant(after.kind, after.root)):
            if change.pointer != "/version":
                yield _entry(change)


def _entry(change: Change) -> tuple[str, Place, str]:
    return change.pointer, change.place, change.says


def _overlap(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")
