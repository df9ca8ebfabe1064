"""What a release holds: the bytes of every document by its path, and one hash over all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from engine.automation.actions import ACTIONS, ActionKind
from engine.catalog import Catalog, build
from engine.collector import collector_paused
from engine.reading.documents import Document
from engine.reading.folder import File, documents_of, read_files
from engine.reading.kinds import FOLDERS
from engine.reading.read import source_from_bytes

Name = tuple[str, str]
"""A document's kind and id: what it is known by from release to release, in whichever file it stands."""


@dataclass(frozen=True)
class ReleaseContent:
    """Documents as bytes, by path below the configuration folder (with ``/``), in canonical order: that of the paths.

    ``refused`` are files of a folder that could not be read or whose names are no text; a release has none.
    ``ready`` is what an interrupted publication meant to write over documents of a folder and did not, by their paths.
    """

    documents: Mapping[str, bytes]
    refused: tuple[File, ...] = ()
    ready: Mapping[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "documents", dict(sorted(self.documents.items())))

    @cached_property
    def hash(self) -> str:
        """SHA-256 over the names and bytes, each with its length before it: 64 hexadecimal digits."""
        digest = sha256()
        for path, content in self.documents.items():
            for part in (path.encode(), content):
                digest.update(len(part).to_bytes(8, "big"))
                digest.update(part)
        return digest.hexdigest()

    @cached_property
    def read(self) -> list[Document]:
        """The documents, each read and checked for its shape, sorted by path."""
        files = [*self.refused]
        for path, content in self.documents.items():
            files.append(File(_folder(path), *source_from_bytes(path, content), refused=False))
        return documents_of(sorted(files, key=lambda file: file.source.file), ACTIONS)

    @cached_property
    def named(self) -> dict[Name, Document]:
        """The documents by kind and id; of two of one name the first, as the catalog takes it."""
        found: dict[Name, Document] = {}
        for document in self.read:
            found.setdefault((document.kind, document.id), document)
        return found

    def catalog(self, actions: Mapping[str, ActionKind] = ACTIONS) -> Catalog:
        """What these documents decide, checked as a whole."""
        with collector_paused():
            return build(self.read, actions)


EMPTY = ReleaseContent({})


def content_of(directory: Path) -> ReleaseContent:
    """The documents of a folder. Raises ``FolderError`` when there is no folder or no document in it, and ``OSError``
    for a file that vanishes while the folder is read.
    """
    documents: dict[str, bytes] = {}
    refused: list[File] = []
    for file in read_files(directory):
        if file.problem is not None or file.nameless:
            refused.append(file)
        else:
            documents[file.source.file] = (directory / file.source.file).read_bytes()
    return ReleaseContent(documents, tuple(refused))


def _folder(path: str) -> str:
    """The known folder that a document lies in."""
    return next(folder for folder in FOLDERS if path.startswith(f"{folder}/"))
