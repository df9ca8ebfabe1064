"""Raising the version of what changed, in its own text and nowhere else.

A version counts the texts that were published under a document's kind and id. One that was never published keeps the
version it carries. One whose bytes changed becomes the version after the last, unless its author has raised it already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.diagnostics import Diagnostic, in_order
from engine.reading.documents import Document
from engine.reading.nodes import Scalar
from engine.reading.read import BYTE_ORDER_MARK
from engine.releases import messages
from engine.releases.content import EMPTY, Name, ReleaseContent


@dataclass(frozen=True, slots=True)
class Raised:
    """What would be published. ``raised`` are the files whose version was raised; errors are in ``diagnostics``.

    ``behind`` are among them the files that say what is live already, but for the version: their folder missed a
    publication.
    """

    content: ReleaseContent
    raised: tuple[str, ...]
    behind: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]


def raise_versions(new: ReleaseContent, live: ReleaseContent = EMPTY, last: Mapping[Name, int] | None = None) -> Raised:
    """``new`` with the versions it is published under; ``last`` are the highest that were ever published.

    Without ``last`` the live ones are the highest.
    """
    highest = {name: document.version or 0 for name, document in live.named.items()}
    for name, version in (last or {}).items():
        highest[name] = max(version, highest.get(name, 0))
    documents = dict(new.documents)
    raised: list[str] = []
    behind: list[str] = []
    found: list[Diagnostic] = []
    for name, document in new.named.items():
        before = highest.get(name)
        node = version_node(document)
        if before is None or node is None or document.version is None:
            continue
        file = document.source.file
        there = live.named.get(name)
        published = live.documents[there.source.file] if there is not None else None
        if documents[file] == published:
            continue
        version = document.version
        if there is not None and version < before and with_version(new.documents[file], document, before) == published:
            documents[file] = published
            behind.append(file)
        elif version == before or (
            version == before - 1 and published is not None and new.ready.get(file) == published
        ):
            # In the second case the file was edited after it was published and before it got the version of that.
            documents[file] = with_version(new.documents[file], document, before + 1)
            raised.append(file)
        elif version < before:
            left = file in new.ready
            found.append(messages.version_goes_back(node.place, node.length, version, before, interrupted=left))
        elif version > before + 1:
            found.append(messages.version_jumps(node.place, node.length, version, before))
    content = ReleaseContent(documents, new.refused)
    return Raised(content, tuple(sorted(raised)), tuple(sorted(behind)), tuple(in_order(found)))


def version_node(document: Document) -> Scalar | None:
    """Where a document says its version."""
    node = document.root.get("version") if document.root is not None else None
    return node if isinstance(node, Scalar) else None


def with_version(content: bytes, document: Document, version: int) -> bytes:
    """The document's bytes with another number for its version and every other byte as it was."""
    node = version_node(document)
    assert node is not None
    text = document.source.text
    start = len(text[: node.start].encode())
    end = start + len(text[node.start : node.end].encode())
    mark = BYTE_ORDER_MARK.encode()
    skipped = len(mark) if content.startswith(mark) else 0
    return content[: skipped + start] + str(version).encode() + content[skipped + end :]


def rolled_back(old: ReleaseContent, live: ReleaseContent, last: Mapping[Name, int]) -> Raised:
    """The content of an earlier release, under versions above every one that was published.

    What says the same as what is live keeps its bytes. So the number of a version always means one text.
    """
    documents = dict(old.documents)
    raised: list[str] = []
    for name, document in old.named.items():
        there = live.named.get(name)
        file = document.source.file
        if there is not None and there.version is not None:
            published = live.documents[there.source.file]
            if with_version(old.documents[file], document, there.version) == published:
                documents[file] = published
                continue
        documents[file] = with_version(old.documents[file], document, last[name] + 1)
        raised.append(file)
    return Raised(ReleaseContent(documents), tuple(sorted(raised)), (), ())
