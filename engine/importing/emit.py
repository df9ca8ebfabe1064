"""From facts in order to events: what each row changed, and the creation before a case's first row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.events.envelope import IMPORT_SOURCE, WireEvent, is_import_creation
from engine.importing.gather import Fact, Gathered


@dataclass(slots=True)
class _Case:
    """What is known of an entity so far."""

    state: str
    values: dict[str, object]


@dataclass(slots=True)
class Tally:
    """What was made: rows as events, creations, and cases by machine."""

    events: int
    created: int
    entities: dict[str, int]


def events_of(gathered: Gathered, digest: str, tally: Tally) -> Iterator[WireEvent]:
    """The events of a log in output order: time, then line, a creation just before the row that makes it.

    ``digest`` names the log: an event's id is it and the row's line. Both events of a first row share their cause.
    """
    cases: dict[tuple[str, str], _Case] = {}
    for time, fact in gathered.in_order():
        if isinstance(fact, WireEvent):
            tally.created += is_import_creation(fact)
            tally.events += not is_import_creation(fact)
            yield fact
            continue
        machine = fact.entity.machine.id
        case = cases.get((machine, fact.case))
        first = case is None
        if case is None:
            case = cases[machine, fact.case] = _Case(fact.state, {})
            tally.entities[machine] = tally.entities.get(machine, 0) + 1
        changes = _changes(case.values, fact)
        identity = f"{digest}:{fact.mark}"
        cause = f"{IMPORT_SOURCE}:{identity}"
        if first:
            tally.created += 1
            yield WireEvent(
                id=f"{identity}:created",
                type=f"{machine}.created",
                time=time,
                source=f"{IMPORT_SOURCE}:{digest}",
                subject=fact.case,
                data={**case.values, "status": fact.state},
                cause=cause,
                root=cause,
                actor=fact.actor,
            )
        tally.events += 1
        yield WireEvent(
            id=identity,
            type=f"{machine}.status_changed",
            time=time,
            source=f"{IMPORT_SOURCE}:{digest}",
            subject=fact.case,
            data={"to": fact.state} if first else {"from": case.state, "to": fact.state},
            cause=cause,
            root=cause,
            actor=fact.actor,
            changes=changes,
            labels={
                label.name: value
                for label, value in zip(fact.entity.labels, fact.labels, strict=True)
                if value is not None
            },
        )
        case.state = fact.state


def _changes(values: dict[str, object], fact: Fact) -> dict[str, tuple[object | None, object | None]]:
    """What the row changes; ``values`` is brought up to date."""
    changes: dict[str, tuple[object | None, object | None]] = {}
    for cell, value in zip(fact.entity.cells, fact.values, strict=True):
        before = values.get(cell.name)
        if value is None:
            if before is not None and not cell.keep:
                changes[cell.name] = (before, None)
                del values[cell.name]
        elif value != before or type(value) is not type(before):
            changes[cell.name] = (before, value)
            values[cell.name] = value
    return changes
