"""Every document of a catalog as a sheet, in the order in which the language introduces their kinds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app.report.diagram import draw
from app.report.documents import calendars, machines, matchings, policies, roles, rules, scenarios, templates
from app.report.documents.sheet import Row, Sheet, row
from app.report.notes import machine_note
from engine.reading.nodes import data

if TYPE_CHECKING:
    from engine.catalog import Catalog
    from engine.reading.documents import Document
    from engine.templates.model import Message

TITLES: Mapping[str, str] = {
    "machine": "Machines",
    "rule": "Rules",
    "sla": "SLA policies",
    "calendar": "Calendars",
    "matching": "Matchings",
    "template": "Templates",
    "role": "Roles",
    "scenario": "Scenarios",
}

_PLAIN = {
    "rule": rules.rows,
    "sla": policies.rows,
    "matching": matchings.rows,
    "role": roles.rows,
    "scenario": scenarios.rows,
}
"""Kinds whose rows are read off the document itself."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The sheets of one kind."""

    kind: str
    title: str
    sheets: tuple[Sheet, ...]


def shelves(catalog: Catalog, sent: Mapping[str, Sequence[Message]]) -> list[Shelf]:
    """All documents by kind; ``sent`` holds a message of each template that went out."""
    maker = _Maker(catalog, sent)
    kinds = [*TITLES, *sorted({document.kind for document in catalog.documents} - TITLES.keys())]
    found = (Shelf(kind, TITLES.get(kind, kind), tuple(maker.sheets(kind))) for kind in kinds)
    return [shelf for shelf in found if shelf.sheets]


class _Maker:
    def __init__(self, catalog: Catalog, sent: Mapping[str, Sequence[Message]]) -> None:
        self._catalog = catalog
        self._sent = sent
        self._lost = {document.source.file for document in catalog.unavailable}
        self._samples: templates.Samples | None = None

    def sheets(self, kind: str) -> Iterator[Sheet]:
        for document in self._catalog.documents:
            if document.kind == kind:
                yield self._sheet(document)

    def _sheet(self, document: Document) -> Sheet:
        plain = Sheet(document.kind, document.id, document.version, document.description or "", document.source.file)
        if document.root is None or document.source.file in self._lost:
            found = [f"{one.place.line}: {one.message}" for one in document.diagnostics]
            return replace(plain, chips=("unavailable",), rows=(row("Mistakes", *(found or ["see virel check"])),))
        if document.kind == "template":
            return self._template(plain)
        if document.kind == "calendar":
            calendar = self._catalog.calendars[document.id]
            return replace(plain, rows=tuple(calendars.rows(calendar)), week=calendars.week(calendar))
        if document.kind == "machine":
            machine = self._catalog.machines[document.id]
            drawing = replace(draw(machine_note(machine), None, {}), id=f"doc-{machine.id}")
            return replace(plain, rows=tuple(machines.rows(machine, document.root)), drawing=drawing)
        made = _PLAIN.get(document.kind)
        said: Any = data(document.root)
        chips = rules.chips(said) if document.kind == "rule" else ()
        rows: tuple[Row, ...] = tuple(made(said)) if made is not None else ()
        return replace(plain, rows=rows, chips=chips)

    def _template(self, plain: Sheet) -> Sheet:
        template = self._catalog.templates[plain.id]
        sent = self._sent.get(plain.id, ())
        if not sent and self._samples is None:
            self._samples = templates.Samples(self._catalog)
        made_up = self._samples.of(template.entity) if self._samples is not None else None
        rows = tuple(templates.rows(template, sent=bool(sent)))
        return replace(plain, rows=rows, previews=templates.previews(template, sent, made_up))
