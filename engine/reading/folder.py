"""Reading a whole configuration folder: every known folder, in one fixed order, whatever single files are like."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from engine.diagnostics import Diagnostic, in_order, nearest
from engine.reading import messages, shape_messages
from engine.reading.documents import Document
from engine.reading.files import read_file
from engine.reading.kinds import FOLDERS, KINDS
from engine.reading.nodes import Mapping, Scalar
from engine.reading.read import read_text
from engine.reading.shape import validate
from engine.reading.source import Source

ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
DEEPEST_FOLDER = 32
"""How many folders may lie in one another below the configuration folder."""


class FolderError(Exception):
    """The configuration folder cannot be used at all: missing, no folder, or without a single document.

    Not raised for a broken document; that is a diagnostic of the document.
    """


@dataclass(frozen=True, slots=True)
class File:
    """A file in a known folder whose text nobody has looked into yet.

    ``problem`` says why its text cannot be used, ``refused`` that it was not even opened. ``nameless`` tells that the
    bytes of its name are no UTF-8, and that the source's name only shows them.
    """

    folder: str
    source: Source
    problem: Diagnostic | None
    refused: bool
    nameless: bool = False


def read_folder(directory: Path | str, actions: Iterable[str] = ()) -> list[Document]:
    """Every document under ``directory``, sorted by path, each read and checked for its shape.

    ``actions`` names those that a host adds to the language's own. A broken document is in the list with all its
    diagnostics and without a root. Raises FolderError when there is no folder or not one document in it.
    """
    return documents_of(read_files(directory), actions)


def documents_of(files: Iterable[File], actions: Iterable[str] = ()) -> list[Document]:
    """The documents that files hold, in the files' order."""
    known_actions = frozenset(actions)
    return _refuse_repeated_ids([_document(file, known_actions) for file in files])


def read_files(directory: Path | str) -> list[File]:
    """Every file under ``directory`` that is, or looks like, a document, sorted by path. Raises FolderError."""
    base = Path(directory)
    if not base.exists():
        raise FolderError(f'the configuration folder "{directory}" does not exist; name another one with --config')
    if not base.is_dir():
        raise FolderError(f'"{directory}" is no folder; --config names the folder that holds statemachines/ and rules/')
    inside = base.resolve()
    found: list[File] = []
    for folder in sorted(FOLDERS):
        for path, file, refusal in _files(base, folder):
            if refusal is not None:
                found.append(File(folder, Source(file, ""), refusal, refused=True))
            else:
                nameless = path.relative_to(base).as_posix() != file
                found.append(File(folder, *read_file(path, file, inside), refused=False, nameless=nameless))
    found.extend(File(folder, Source(file, ""), finding, refused=True) for folder, file, finding in _misplaced(base))
    if not found:
        known = ", ".join(f"{folder}/" for folder in sorted(FOLDERS))
        raise FolderError(f'"{directory}" holds no documents: no .yaml file in any of {known}')
    return found


def read_document(path: Path, file: str, kind: str, inside: Path | None = None) -> Document:
    """One file as a document of ``kind``, wherever it lies; for the documents outside the known folders."""
    source, problem = read_file(path, file, inside)
    return _read(source, problem, path.stem, kind, (), frozenset())


def _files(base: Path, folder: str) -> Iterator[tuple[Path, str, Diagnostic | None]]:
    """The files of a known folder, sorted, with the reason why one is not even opened."""
    top = base / folder
    if top.is_symlink() or any(parent.is_symlink() for parent in top.parents if base in parent.parents):
        yield top, folder, messages.linked_folder(folder)
        return
    yield from _walk(top, folder)


def _misplaced(base: Path) -> Iterator[tuple[str, str, Diagnostic]]:
    """Documents in folders that are nearly a known one: the folder's known namesake, the file and what to say."""
    homes = sorted(FOLDERS)
    for parent in sorted({home.rpartition("/")[0] for home in homes}):
        known = {home.rpartition("/")[2]: home for home in homes if home.rpartition("/")[0] == parent}
        inner = {home.partition("/")[0] for home in homes if "/" in home} if not parent else set()
        directory = base / parent
        if not directory.is_dir() or directory.is_symlink():
            continue
        for entry in sorted(directory.iterdir()):
            meant = nearest(entry.name, known)
            if entry.name in known or entry.name in inner or meant is None or not entry.is_dir() or entry.is_symlink():
                continue
            for path in sorted(entry.glob("*.yaml")):
                file = _shown(path.relative_to(base).as_posix())
                yield known[meant], file, messages.misplaced(file, known[meant])


def _walk(directory: Path, name: str) -> Iterator[tuple[Path, str, Diagnostic | None]]:
    if name.count("/") > DEEPEST_FOLDER:
        yield directory, name, messages.folders_too_deep(name, DEEPEST_FOLDER)
        return
    try:
        entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    except NotADirectoryError:
        yield directory, name, messages.file_instead_of_folder(name)
        return
    except OSError as error:
        yield directory, name, messages.unreadable(name, error.strerror or "the system gave no reason")
        return
    for entry in entries:
        file = f"{name}/{_shown(entry.name)}"
        path = Path(entry.path)
        if entry.name.startswith("."):
            continue
        if entry.name.endswith(".yaml"):
            yield path, file, None
        elif entry.is_dir(follow_symlinks=False) and _shown(entry.name) != entry.name:
            yield path, file, messages.unreadable(file, "the folder's name is not UTF-8")
        elif entry.is_symlink() and entry.is_dir():
            yield path, file, messages.linked_folder(file)
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk(path, file)
        elif entry.name.lower().endswith((".yml", ".yaml")):
            yield path, file, messages.wrong_ending(file)


def _shown(name: str) -> str:
    """A file's name as text, also where its bytes are no UTF-8."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _document(file: File, actions: frozenset[str]) -> Document:
    whole_name = file.source.file.rpartition("/")[2]
    name = whole_name.rpartition(".")[0] or whole_name
    kinds = FOLDERS[file.folder]
    if file.refused and file.problem is not None:
        return Document(kinds[0], name, None, None, file.source, None, (file.problem,))
    return _read(file.source, file.problem, name, kinds[0], kinds, actions)


def _read(
    source: Source,
    problem: Diagnostic | None,
    name: str,
    assumed: str,
    kinds: tuple[str, ...],
    actions: frozenset[str],
) -> Document:
    """``kinds`` are those that may stand in the file's folder; without any, ``assumed`` is the kind."""
    found: list[Diagnostic] = []
    named = ID.fullmatch(name) is not None
    if kinds and not named:
        found.append(messages.file_name_is_no_id(source.file, name))
    if problem is not None:
        return Document(assumed, name, None, None, source, None, tuple(in_order([*found, problem])))
    root = read_text(source, found.append)
    if root is None:
        return Document(assumed, name, None, None, source, None, tuple(in_order(found)))
    kind = assumed
    if kinds:
        kind = _kind(root, kinds, assumed, found)
        if named:
            _check_id(root, name, found)
        if kind not in kinds:
            return Document(assumed, name, _version(root), _description(root), source, None, tuple(in_order(found)))
    # A line that YAML misread gives no second diagnostic about the shape it has by mistake.
    misread = {diagnostic.place.line for diagnostic in found}
    found.extend(d for d in validate(kind, root, source, actions) if d.place.line not in misread)
    broken = any(diagnostic.severity == "error" for diagnostic in found)
    version, description = _version(root), _description(root)
    return Document(kind, name, version, description, source, None if broken else root, tuple(in_order(found)))


def _kind(root: Mapping, kinds: tuple[str, ...], assumed: str, found: list[Diagnostic]) -> str:
    """The kind the document says it is, if there is such a kind; whether it fits the folder is reported."""
    node = root.get("kind")
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        return "calendar" if "calendar" in kinds and ("week" in root or "timezone" in root) else assumed
    if node.text not in KINDS:
        found.append(shape_messages.unknown_kind(node.place, node.length, node.text, KINDS))
        return assumed
    if node.text not in kinds:
        found.append(shape_messages.kind_in_wrong_folder(node.place, node.length, node.text, kinds, KINDS[node.text]))
    return node.text


def _check_id(root: Mapping, name: str, found: list[Diagnostic]) -> None:
    node = root.get("id")
    if isinstance(node, Scalar) and isinstance(node.value, str) and ID.fullmatch(node.text) and node.text != name:
        found.append(shape_messages.id_is_not_the_file_name(node.place, node.length, node.text, name))


def _version(root: Mapping) -> int | None:
    node = root.get("version")
    value = node.value if isinstance(node, Scalar) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _description(root: Mapping) -> str | None:
    node = root.get("description")
    return node.text if isinstance(node, Scalar) and isinstance(node.value, str) else None


def _refuse_repeated_ids(documents: list[Document]) -> list[Document]:
    """The second document of the same kind and id becomes unavailable; the first in order of paths stays."""
    first: dict[tuple[str, str], Document] = {}
    kept: list[Document] = []
    for document in documents:
        earlier = first.setdefault((document.kind, document.id), document)
        if earlier is document:
            kept.append(document)
            continue
        message = shape_messages.id_used_twice(document.source.file, document.kind, document.id, earlier.source.file)
        kept.append(replace(document, root=None, diagnostics=tuple(in_order([*document.diagnostics, message]))))
    return kept
