"""From rows to facts: each row's entity, instant and values, or the reason why it is skipped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from engine.conditions.values import CelError, Timestamp
from engine.events.envelope import WireEvent
from engine.importing import messages
from engine.importing.messages import Reason
from engine.importing.model import Cells, EntityMapping, ImportMapping
from engine.importing.repeated import settled
from engine.importing.rows import Broken, Log, Passing, Row

_EVERY = 2_048
Progress = Callable[[int, int], None]
"""Told now and then how many of the log's bytes are read, and how many there are."""


class SkippedRowError(Exception):
    """A row that makes no event; ``reason`` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.text)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Skip:
    """A row that was left out."""

    line: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Fact:
    """What one row says. ``values`` and ``labels`` stand in the order of the mapping's cells, None for no value."""

    mark: str
    entity: EntityMapping
    case: str
    state: str
    values: tuple[object | None, ...]
    actor: str | None
    labels: tuple[object | None, ...]


@dataclass(slots=True)
class Gathered:
    """All that a log says, in file order; ``times`` runs beside ``facts``."""

    times: list[Timestamp] = field(default_factory=list)
    facts: list[Fact | WireEvent] = field(default_factory=list)
    skipped: list[Skip] = field(default_factory=list)
    rows: int = 0

    def in_order(self) -> Iterator[tuple[Timestamp, Fact | WireEvent]]:
        """By time, then as they stand in the file. A million rows of a dozen fields take some 500 MB to sort."""
        times = self.times
        for at in sorted(range(len(times)), key=times.__getitem__):
            yield times[at], self.facts[at]


def gather(log: Log, mapping: ImportMapping, progress: Progress | None = None) -> Gathered:
    """Every row of the log as a fact, with one instant each. Raises ``UnreadableLogError`` from the reading."""
    found = Gathered()
    doubtful: dict[int, tuple[Timestamp, ...]] = {}
    line, on_line = 0, 0
    for entry in log.entries:
        found.rows += 1
        if progress is not None and found.rows % _EVERY == 0:
            progress(log.position(), log.size)
        # Several events may share a line of XES, and an id is an event's own.
        on_line = on_line + 1 if entry.line == line else 0
        line = entry.line
        try:
            if isinstance(entry, Broken):
                raise SkippedRowError(entry.reason)
            if isinstance(entry, Passing):
                instants, fact = _passed(entry, mapping)
            else:
                instants, fact = _fact(entry, mapping, f"{line}.{on_line + 1}" if on_line else str(line))
        except SkippedRowError as skip:
            found.skipped.append(Skip(line, skip.reason))
            continue
        if len(instants) == 2 and mapping.repeated_hour == "file_order":
            doubtful[len(found.times)] = instants
        found.times.append(instants[-1] if mapping.repeated_hour == "second" else instants[0])
        found.facts.append(fact)
    if doubtful:
        settled(found.times, doubtful, [_case_of(fact) for fact in found.facts])
    if progress is not None:
        progress(log.size, log.size)
    return found


def _case_of(fact: Fact | WireEvent) -> tuple[str, str]:
    if isinstance(fact, WireEvent):
        return fact.machine, fact.subject
    return fact.entity.machine.id, fact.case


def _fact(row: Row, mapping: ImportMapping, mark: str) -> tuple[tuple[Timestamp, ...], Fact | WireEvent]:
    cells = row.cells
    entity = _entity(cells, mapping)
    case = entity.case.text(cells)
    if not case:
        raise SkippedRowError(messages.no_case(entity.case.names))
    state = entity.state.text(cells)
    if state not in entity.machine.states:
        raise SkippedRowError(messages.unknown_state(state, entity.machine.id, entity.state.names))
    assert state is not None
    instants = _instants(cells, mapping)
    values: list[object | None] = []
    labels: list[object | None] = []
    for target, source in ((values, entity.cells), (labels, entity.labels)):
        for cell in source:
            try:
                target.append(cell.value(cells))
            except ValueError as error:
                raise SkippedRowError(messages.unreadable_cell(cell.name, str(error))) from error
    actor = entity.actor.value(cells) if entity.actor else None
    who = actor if isinstance(actor, str) else None
    return instants, Fact(mark, entity, case, state, tuple(values), who, tuple(labels))


def _entity(cells: Cells, mapping: ImportMapping) -> EntityMapping:
    for entity in mapping.entities:
        try:
            if entity.where is None or entity.where(cells):
                return entity
        except CelError as error:
            raise SkippedRowError(messages.where_failed(entity.machine.id, error.message)) from error
    raise SkippedRowError(messages.taken_by_none())


def _instants(cells: Cells, mapping: ImportMapping) -> tuple[Timestamp, ...]:
    names = " and ".join(mapping.time.names)
    text = mapping.time.text(cells)
    if not text:
        raise SkippedRowError(messages.no_time(names, "it is empty or absent, and an event needs its time"))
    try:
        return mapping.read_time(text)
    except ValueError as error:
        raise SkippedRowError(messages.no_time(names, str(error))) from error


def _passed(entry: Passing, mapping: ImportMapping) -> tuple[tuple[Timestamp, ...], Fact | WireEvent]:
    event = entry.event
    machine = mapping.machines.get(event.machine)
    if machine is None:
        raise SkippedRowError(messages.foreign_event(f'no machine is called "{event.machine}"'))
    if event.type not in machine.event_types():
        raise SkippedRowError(messages.foreign_event(f'{machine.id} has no event "{event.type}"'))
    return (event.time,), event
