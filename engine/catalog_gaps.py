"""What is unavailable, and what follows from that: one warning a document instead of mistakes that are none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine import catalog_messages as messages
from engine.diagnostics import Diagnostic
from engine.machines.model import Machine
from engine.reading.documents import Document
from engine.scenarios import messages as scenario_messages

_QUOTED = re.compile(r'"([^"]*)"')
_WORD = re.compile(r"[\w-]+")
_PLURAL = re.compile(r"^plural:\s*[\"']?([\w-]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that other documents may speak of and that nothing is known about until ``file`` is mended.

    ``whole`` is true of a machine that is unavailable, false of one relation that leads nowhere.
    """

    name: str
    file: str
    whole: bool


def plural_of(document: Document) -> str:
    """The plural of a machine that could not be read, as far as its text shows."""
    written = _PLURAL.search(document.source.text)
    return written[1] if written else f"{document.id}s"


def unavailable(documents: Iterable[Document], kind: str) -> dict[str, Document]:
    """The documents of a kind that could not be read, by id, unless another one of that id could."""
    here = [document for document in documents if document.kind == kind]
    readable = {document.id for document in here if document.root is not None}
    return {document.id: document for document in here if document.root is None and document.id not in readable}


def find_gaps(documents: Iterable[Document], machines: Mapping[str, Machine]) -> dict[str, Gap]:
    """The words behind which something is missing: machines, their plurals, and relations that lead to nothing."""
    gaps: dict[str, Gap] = {}
    lost = unavailable(documents, "machine")
    for machine in machines.values():
        for name, relation in machine.relations.items():
            if relation.machine in lost:
                gaps[name] = Gap(relation.machine, lost[relation.machine].source.file, True)
            elif relation.machine not in machines or name in machine.fields:
                gaps.setdefault(name, Gap(f'"{name}" of {machine.id}', machine.place.file, False))
    for id, document in lost.items():
        gaps[id] = gaps[plural_of(document)] = Gap(id, document.source.file, True)
    return gaps


def told_once(found: Iterable[Diagnostic], gaps: Mapping[str, Gap]) -> list[Diagnostic]:
    """The findings, with one warning a document in place of all that comes of a gap.

    What else is wrong with a document that needs an unavailable machine can be told when the machine is back; a
    relation that leads nowhere silences only what follows from it.
    """
    by_file: dict[str, list[Diagnostic]] = {}
    for one in found:
        by_file.setdefault(one.place.file, []).append(one)
    return [kept for file, here in by_file.items() for kept in _told_of(file, here, gaps)]


def _told_of(file: str, here: list[Diagnostic], gaps: Mapping[str, Gap]) -> Iterator[Diagnostic]:
    following = [(one, gap) for one in here if (gap := _cause(one, gaps)) is not None]
    whole = next((pair for pair in following if pair[1].whole), None)
    if whole is None:
        consequences = [one for one, _ in following]
        said: set[str] = set()
        for one in here:
            if one not in consequences and one.message not in said:
                yield one
            if one.code == messages.NOT_CHECKED:
                said.add(one.message)
    cause, gap = whole or next(iter(following), (None, None))
    if cause is not None and gap is not None and gap.file != file:
        yield messages.not_checked(cause.place, cause.length, gap.name, gap.file)


def _cause(found: Diagnostic, gaps: Mapping[str, Gap]) -> Gap | None:
    """The gap that an error comes of: the one it names. Where a relation is declared, the error is the cause itself.

    A transition that no machine has may be one of a machine that is unavailable.
    """
    if found.severity != "error" or not gaps:
        return None
    if found.code == scenario_messages.UNKNOWN_TRANSITION:
        return next((gap for gap in gaps.values() if gap.whole), None)
    for quoted in _QUOTED.findall(found.message):
        for word in _WORD.findall(quoted):
            gap = gaps.get(word) or gaps.get(word.partition("_by_")[0])
            if gap is not None and (gap.file != found.place.file or found.code.startswith("V3")):
                return gap
    return None
