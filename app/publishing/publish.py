"""Publishing a working folder, and rolling back to an earlier release.

The order, and what an interruption leaves at each step:

1. The folder is read once and judged outside any transaction. *Nothing has happened.*
2. The files that will change are laid ready beside themselves. *Hidden leftovers, overwritten next time.*
3. One transaction, in which no event is stored and nobody else publishes: the base is still live, no entity is left in
   a state that vanishes, the release is added. *All or nothing; without the commit nothing has happened.*
4. The files are renamed into place, one by one. *The release stands. A file that was not reached says what is live but
   for the version: the next publication knows it and finishes it. One that was edited meanwhile is known by the bytes
   that still lie ready beside it, which are live.*

Files first would leave versions in the folder that no release has, whenever the store refuses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.publishing.folder import FolderWrite, Written, interrupted
from app.records.database import StoreError
from app.records.releases import PublishedSinceError, Release, Releases, ReleaseStore
from engine.catalog_kinds import roots_of
from engine.conditions.values import Timestamp
from engine.diagnostics import Diagnostic, render
from engine.releases.conflicts import conflicts
from engine.releases.content import Name, ReleaseContent, content_of
from engine.releases.draft import Draft, Terms, draft, draft_of_rollback
from engine.releases.migration import stranded
from engine.releases.notes import notes_of
from engine.releases.versions import raise_versions


@dataclass(frozen=True, slots=True)
class Signature:
    """Who publishes, why, and when."""

    author: str
    message: str
    at: Timestamp


@dataclass(frozen=True, slots=True)
class Published:
    """A release that stands, and what became of the folder's files."""

    release: Release
    draft: Draft
    files: Written


class RefusedError(Exception):
    """The documents keep this from being published; nothing was stored. ``draft`` holds the findings."""

    def __init__(self, refused: Draft) -> None:
        super().__init__("not published")
        self.draft = refused


class NothingChangedError(StoreError):
    """What would be published is live already. ``files`` are those that got the versions they had missed."""

    def __init__(self, live: int, files: Written) -> None:
        super().__init__(f"nothing changed since release {live}")
        self.live = live
        self.files = files


class UnpublishedChangesError(StoreError):
    """The folder holds what no release has, and files were to be put back over it."""

    def __init__(self, files: Sequence[str]) -> None:
        super().__init__(
            f"the folder holds changes that were never published ({', '.join(files)}): publish or undo them first, or "
            "roll back without --write"
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """What is live at one moment: 0 and nothing before the first release."""

    number: int
    content: ReleaseContent
    last: dict[Name, int]
    locales: tuple[str, ...]


def standing(releases: Releases) -> Standing:
    """What is live."""
    live = releases.live()
    number = live.number if live is not None else 0
    locales = tuple(live.notes.get("locales", ())) if live is not None else ()
    return Standing(number, releases.content(number), releases.last_versions(), locales)


def begin_from(releases: Releases, base: int, content: ReleaseContent) -> None:
    """Raises ``PublishedSinceError`` unless ``base`` is live, with what ``content`` and others changed both since then."""
    try:
        releases.begin_from(base)
    except PublishedSinceError as error:
        live = releases.live()
        assert live is not None
        found = conflicts(releases.content(base), releases.content(live.number), content)
        lines = {document.source.file: document.source for document in content.read}
        error.both = "\n".join(
            render(one, lines[one.place.file].line(one.place.line) if one.place.file in lines else None)
            for one in found
        )
        raise


def publish(
    store: ReleaseStore,
    directory: Path,
    signature: Signature,
    *,
    base: int | None = None,
    terms: Terms | None = None,
) -> Published:
    """Publishes a folder. ``base`` is the release that its changes began from, by default the one that is live now.

    Without ``base`` nobody knows whether the folder ever had what is live and not in it, so that only the files of
    ``terms.removing`` may go. Locales are those of the last release unless ``terms`` names some. Raises ``RefusedError``, ``NothingChangedError``,
    ``PublishedSinceError`` and other ``StoreError``, ``FolderError``, and ``OSError`` of the folder.
    """
    folder = content_of(directory)
    folder = replace(folder, ready=interrupted(directory, folder.documents))
    with store.reading() as releases:
        now = standing(releases)
        if base is not None:
            begin_from(releases, base, folder)
    terms = terms or Terms()
    removing = None if base is not None else terms.removing or ()
    terms = replace(terms, locales=terms.locales or now.locales, removing=removing)
    made = draft(folder, now.content, now.last, terms)
    writing = FolderWrite(directory, folder.documents, made.content.documents)
    if made.ok and made.content.hash == now.content.hash:
        writing.stage()
        raise NothingChangedError(now.number, writing.finish())
    release = _commit(store, now, made, signature, terms, writing, None)
    return Published(release, made, writing.finish())


def roll_back(
    store: ReleaseStore,
    number: int,
    signature: Signature,
    *,
    base: int | None = None,
    terms: Terms | None = None,
    directory: Path | None = None,
) -> Published:
    """Publishes what release ``number`` held, as a new release. With ``directory`` its files are put back there too.

    Raises what ``publish`` does, ``UnknownReleaseError``, and ``UnpublishedChangesError`` for a directory that holds
    what would be lost.
    """
    with store.reading() as releases:
        now = standing(releases)
        if base is not None:
            releases.begin_from(base)
        restored = releases.get(number)
        old = releases.content(number)
    terms = terms or Terms()
    terms = replace(terms, locales=terms.locales or tuple(restored.notes.get("locales", ())))
    writing: FolderWrite | None = None
    made = draft_of_rollback(old, now.content, now.last, terms)
    if directory is not None:
        folder = content_of(directory)
        _refuse_unpublished(folder, now)
        writing = FolderWrite(directory, folder.documents, made.content.documents)
    if made.ok and made.content.hash == now.content.hash:
        raise NothingChangedError(now.number, Written((), ()))
    release = _commit(store, now, made, signature, terms, writing, number)
    return Published(release, made, writing.finish() if writing is not None else Written((), ()))


def _commit(
    store: ReleaseStore,
    now: Standing,
    made: Draft,
    signature: Signature,
    terms: Terms,
    writing: FolderWrite | None,
    restores: int | None,
) -> Release:
    """Steps 2 and 3. Raises ``RefusedError`` and ``StoreError``, with nothing stored and nothing left behind."""
    if not made.ok:
        raise RefusedError(made)
    notes = {**notes_of(made.catalog, signature.at), "locales": list(terms.locales)}
    if writing is not None:
        writing.stage()
    try:
        with store.publishing() as turn:
            begin_from(turn, now.number, made.content)
            if made.lost:
                left = _stranded(turn, made)
                if left:
                    raise RefusedError(replace(made, diagnostics=(*made.diagnostics, *left)))
            return turn.add(
                made.content,
                author=signature.author,
                message=signature.message,
                at=signature.at,
                restores=restores,
                migrate=made.migration,
                notes=notes,
            )
    except BaseException:
        if writing is not None:
            writing.discard()
        raise


def _stranded(releases: Releases, made: Draft) -> tuple[Diagnostic, ...]:
    rows = releases.rows(made.old_machines)
    roots = roots_of(made.catalog.documents, "machine")
    return stranded(rows, made.lost, made.migration, made.old_machines, made.catalog.machines, roots)


def _refuse_unpublished(folder: ReleaseContent, now: Standing) -> None:
    live = now.content.documents
    there = raise_versions(folder, now.content, now.last).content.documents  # a file may only have missed its version
    files = sorted(path for path in there.keys() | live.keys() if there.get(path) != live.get(path))
    files += [file.source.file for file in folder.refused]
    if files:
        raise UnpublishedChangesError(files)
