"""The sections of a report that look at the documents and at every clock and effect: put together once, for the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from app.report.clocks import Clockwork, PolicyFigure, Story
from app.report.documents.shelf import Shelf, shelves
from app.report.effects import Days, Effects, Kin, KindFigure
from app.report.roles import Matrix, matrix
from engine.reading.nodes import data

if TYPE_CHECKING:
    from app.report.model import Json, MachineNote
    from app.report.times import Zone
    from app.report.witness import Witness
    from engine.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Change:
    """The change's effects: kinds that differ with the end of their scale, those that do not, days, and whose stories
    differ.
    """

    kinds: Sequence[KindFigure]
    same: Sequence[str]
    top: int
    days: Days
    kin: Sequence[Kin]


@dataclass(frozen=True, slots=True)
class Sections:
    """``change`` is None where there is no draft."""

    policies: Sequence[PolicyFigure]
    stories: Sequence[Story]
    matrix: Matrix | None
    change: Change | None
    shelves: Sequence[Shelf]


def gather(
    catalog: Catalog,
    live: Witness,
    draft: Witness | None,
    diff: Json,
    *,
    ends: Mapping[tuple[str, str], str],
    machines: Sequence[MachineNote],
    zone: Zone,
) -> Sections:
    """What two witnesses saw, and what the documents of ``catalog`` say; ``diff`` is that of the backtest."""
    shelved = shelves(catalog, live.messages)
    sheets = {sheet.id: sheet for shelf in shelved if shelf.kind == "sla" for sheet in shelf.sheets}
    written = {
        document.id: cast(Mapping[str, Any], data(document.root))
        for document in catalog.documents
        if document.kind == "sla" and document.root is not None
    }
    measuring = {id: sheets[id] for id in catalog.policies}
    clockwork = Clockwork(live, draft, measuring, written, zone)
    change: Change | None = None
    if draft is not None:
        effects = Effects(diff, live, draft, zone)
        kinds, same = effects.kinds()
        top = max([1, *(max(one.added, one.removed) for one in kinds)])
        outcomes = {machine.id: (machine.plural, machine.outcomes) for machine in machines}
        owners = {policy.id: policy.entity for policy in catalog.policies.values()}
        kin = effects.entities(ends, outcomes, (clockwork.live, clockwork.draft), owners)
        change = Change(kinds, same, top, effects.days(), kin)
    return Sections(clockwork.figures(), clockwork.stories(), matrix(catalog), change, shelved)
