"""Events as the simulation holds them: typed values, and what it knows of an event's type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from msgspec import Struct, field

from engine.automation.index import Matcher
from engine.automation.scope import event_data
from engine.catalog import Catalog
from engine.conditions.values import Timestamp
from engine.events.envelope import IMPORT_SOURCE, Actor, WireEvent
from engine.machines.model import Machine, Transition
from engine.machines.readers import Reader

UNDO_SOURCE = "virel/undo"
"""The source of events that make a command good again: facts, on which no rule acts."""
_IMPORTED = f"{IMPORT_SOURCE}:"
NOBODY: Mapping[str, Any] = {"id": "", "roles": [], "queues": []}
MAX_DEPTH = 16
MAX_EVENTS = 1000


class Chain:
    """A root event and everything that follows from it, now or after a delay: at most ``MAX_EVENTS`` events."""

    __slots__ = ("events",)

    def __init__(self) -> None:
        self.events = 1

    def grow(self) -> bool:
        """Counts one more event; false when it is one too many."""
        if self.events >= MAX_EVENTS:
            return False
        self.events += 1
        return True


NO_CHAIN = Chain()
"""Stands for the chain of an event that begins one of its own."""


class Event(Struct):
    """One event with typed ``data``; ``actor`` is the object conditions see, ``changes`` maps field to (before, after).

    ``depth`` counts the steps of a cascade since its root or since the last delay; ``chain`` is shared by all events
    of one root. Without ``root`` it is its own.
    """

    id: str
    type: str
    subject: str
    time: Timestamp
    data: Mapping[str, Any]
    source: str = "virel"
    changes: Mapping[str, Any] = {}
    cause: str | None = None
    root: str = ""
    depth: int = 0
    actor: Mapping[str, Any] = field(default_factory=lambda: NOBODY)
    chain: Chain = NO_CHAIN

    def __post_init__(self) -> None:
        if not self.root:
            self.root = self.id
        if self.chain is NO_CHAIN:
            self.chain = Chain()

    def wire(self, data: Mapping[str, Any], changes: Mapping[str, Any]) -> WireEvent:
        """The event as it is written down, with ``data`` and ``changes`` in their JSON form."""
        return WireEvent(
            id=self.id,
            type=self.type,
            time=self.time,
            source=self.source,
            subject=self.subject,
            data=dict(data),
            cause=self.cause,
            root=None if self.root == self.id else self.root,
            depth=self.depth,
            actor=str(self.actor["id"]) or None,
            changes={name: (pair[0], pair[1]) for name, pair in changes.items()},
        )


@dataclass(slots=True)
class Kind:
    """What the simulation knows of an event type; ``machine`` None for a type nothing declares.

    ``clocked`` tells whether a policy's conditions read the machine, ``attentive`` whether some do so at every event,
    whatever it changes.
    """

    type: str
    machine: Machine | None
    name: str
    matcher: Matcher | None
    reader: Reader | None
    transition: Transition | None
    dwells: bool
    clocked: bool = False
    attentive: bool = False
    judged: int = 0


class Kinds(dict[str, Kind]):
    """The event types of a catalog, looked up once each; it holds those met so far."""

    def __init__(self, catalog: Catalog) -> None:
        super().__init__()
        self._catalog = catalog

    def __missing__(self, type: str) -> Kind:
        """Looks a type up at its first mention."""
        machine_id, _, name = type.partition(".")
        machine = self._catalog.machines.get(machine_id)
        reader, transition = None, None
        if machine is not None and type in machine.event_types():
            states = frozenset(machine.states)
            reader = Reader(event_data(machine, type), {}, lambda _: states)
            declared = machine.events.get(type)
            if declared is not None and declared.transition is not None:
                transition = machine.transitions.get(declared.transition)
        elif machine is not None:
            machine = None
        kind = self[type] = Kind(
            type,
            machine,
            name,
            self._catalog.matchers.get(type),
            reader,
            transition,
            machine is not None and machine.id in self._catalog.dwelling,
            machine is not None and machine.id in self._catalog.watched,
            any(
                policy.reads.always and machine is not None and policy.entity == machine.id
                for policy in self._catalog.policies.values()
            ),
        )
        return kind


def same_reading(one: Kind, other: Kind, catalog: Catalog, against: Catalog) -> bool:
    """Whether two catalogs read an event type's data and changes alike."""
    if one.reader is None or other.reader is None or one.machine is None or other.machine is None:
        return False
    own, others = catalog.readers[one.machine.id], against.readers[other.machine.id]
    return one.reader.signature == other.reader.signature and own.signature == others.signature


def actor_facts(actor: Actor | str | None, users: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """What conditions see of who acted; a bare id is looked up among the users."""
    if actor is None:
        return NOBODY
    if isinstance(actor, str):
        user = users.get(actor, {})
        return {"id": actor, "roles": user.get("roles", []), "queues": user.get("queues", [])}
    return {"id": actor.id, "roles": actor.roles, "queues": actor.queues}


def is_import(event: WireEvent) -> bool:
    """Whether the event is a row of a foreign log, or an undo: a fact, which no machine is asked about."""
    source = event.source
    return source.startswith(_IMPORTED) or source == UNDO_SOURCE


def is_derived(event: WireEvent) -> bool:
    """Whether rules, timers or clocks caused the event, so that a replay derives it again."""
    return event.depth > 0
