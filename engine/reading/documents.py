"""A document as the reader hands it on: raw, located, not yet checked against anything but its own shape."""

from __future__ import annotations

from dataclasses import dataclass

from engine.deferred import Deferred
from engine.diagnostics import Diagnostic
from engine.reading.nodes import Mapping
from engine.reading.source import Source


@dataclass(frozen=True, slots=True)
class Document(Deferred):
    """One file of the configuration folder.

    ``id`` is the file's name, also where the document says otherwise. ``root`` is None when the document is
    unavailable: it has errors, all of them in ``diagnostics``; it stays in the list so that it can be shown.
    ``version`` and ``description`` are None where they could not be read.
    """

    kind: str
    id: str
    version: int | None
    description: str | None
    source: Source
    root: Mapping | None
    diagnostics: tuple[Diagnostic, ...]
