"""A rule as written and as it can run. Source: the language, "Rule"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from msgspec import Struct

from engine.calendars.amount import Amount
from engine.calendars.model import ALWAYS, WorkingTime
from engine.conditions.block import Block, Line
from engine.conditions.condition import Condition
from engine.conditions.reads import EventRead, FieldRead
from engine.conditions.values import Duration, Timestamp
from engine.deferred import Deferred
from engine.diagnostics import Place
from engine.reading.nodes import Mapping as MappingNode
from engine.reading.nodes import Scalar

Stage = Literal["live", "shadow", "off"]
Mode = Literal["always", "once", "throttle", "restart"]
Frame = tuple[Any, Any, Any, Any, Any, Any]
Reads = frozenset[FieldRead | EventRead]


@dataclass(frozen=True, slots=True)
class OnEvent(Deferred):
    """Acts when one of these event types is recorded."""

    types: tuple[str, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class OnSchedule(Deferred):
    """Acts by the clock: at each instant of ``cron`` in ``timezone``, for each ``for_each`` where ``where`` holds.

    ``place`` is that of ``cron``.
    """

    cron: str
    timezone: str
    for_each: str | None
    where: Block | Line | None
    missed: Literal["once", "skip", "all"]
    place: Place
    timezone_place: Place
    for_each_place: Place | None = None


@dataclass(frozen=True, slots=True)
class OnDwell(Deferred):
    """Acts when an ``entity`` has stayed in ``states`` for ``span``; moves among them do not start it again.

    With an ``amount``, that is how long of ``calendar``'s working time; ``span`` then takes a working day for 24 hours.
    """

    entity: str
    states: frozenset[str]
    span: Duration
    place: Place
    calendar: WorkingTime = ALWAYS
    amount: Amount | None = None

    def due(self, since: Timestamp) -> Timestamp | None:
        """When the time is over for an entity that came in at ``since``; None where the calendar never gets there."""
        return Timestamp(since + self.span) if self.amount is None else self.calendar.after(since, self.amount)


Trigger = OnEvent | OnSchedule | OnDwell


@dataclass(frozen=True, slots=True)
class ActionText:
    """One action as written. ``index`` counts from 0; ``after`` delays it, ``condition`` is its own ``if:``."""

    name: str
    keys: MappingNode
    after: Duration | None
    recheck: bool
    condition: Block | Line | None
    for_each: Scalar | None
    place: Place
    index: int


@dataclass(frozen=True, slots=True)
class RuleText(Deferred):
    """A rule as parsed, before its names were checked; it cannot run."""

    id: str
    version: int
    description: str
    trigger: Trigger
    condition: Block | Line | None
    acts_as: str | None
    actions: tuple[ActionText, ...]
    mode: Mode
    every: Duration | None
    key: Scalar | None
    on_change: Literal["recheck", "finish", "cancel"]
    stage: Stage
    order: int
    backstop: bool
    place: Place
    acts_as_place: Place


class Effect(Struct):
    """What an action would do, as a value; nothing has happened yet.

    ``keys`` are the action's own keys with texts rendered; ``machine`` and ``id`` name the entity it changes, if any;
    ``value`` is what the performer needs beyond that (the typed value of ``set_field``, the inputs of a transition).
    """

    action: str
    keys: Mapping[str, Any]
    machine: str | None = None
    id: str | None = None
    value: Any = None


class Plan(Protocol):
    """Computes an action's effect on the facts of a frame."""

    def __call__(self, event: Any, subject: Any, before: Any, now: Any, actor: Any, world: Any) -> Effect:
        """The effect; raises EvaluationError where a value cannot be had."""


@dataclass(frozen=True, slots=True)
class Action:
    """A checked action. ``items`` yields the entities of ``for_each``; plan then sees ``(subject, item)``.

    ``mark`` names the action within its rule, and so what it makes: its name, numbered from the second of that name on.
    Other actions may come and go without a change of it. ``told`` says of each key of the effect that tells something
    of entities what it was made from and whose value it is, for readers who may not see everything; None where that is
    not known. ``writes`` are the facts that it writes into fields of ``entity``.
    """

    name: str
    index: int
    mark: str
    plan: Plan
    permission: str
    after: Duration | None
    recheck: bool
    condition: Condition | None
    items: Callable[..., list[Any]] | None
    entity: str | None
    place: Place
    emits: Emission | None = None
    field: str | None = None
    told: Mapping[str, Reads] | None = None
    writes: tuple[Written, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """What is written into a field from other facts: which they are, and where in the document that is said.

    ``text`` tells that it is a text with ``{{ }}``, else it is an expression.
    """

    field: str
    reads: Reads
    place: Place
    length: int
    text: bool


@dataclass(frozen=True, slots=True)
class Emission:
    """The event an action brings about, for the analysis of loops.

    ``known`` tells what certainly holds of the entity then (``status`` and the new state), ``changed`` which fields may
    have changed; ``path`` names the entity as the rule does, and ``same`` is true where it is the rule's own subject.
    ``sources`` are the states a move may start from, ``delay`` is the time of a timer. ``computed`` holds fields whose
    new value depends on other fields alone: how it is computed, and from which fields.
    """

    type: str
    known: Mapping[str, object] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()
    path: str = ""
    same: bool = False
    sources: tuple[str, ...] = ()
    delay: Duration | None = None
    computed: Mapping[str, tuple[str, frozenset[FieldRead]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bound(Deferred):
    """A rule bound to one event type: condition and actions checked against that event's scope.

    ``condition`` None always holds. ``key`` yields the run key (the subject's id where the rule names none).
    """

    rule: Rule
    type: str
    subject: str | None
    condition: Condition | None
    actions: tuple[Action, ...]
    key: Callable[..., Any]
    rank: int = 0


@dataclass(slots=True, eq=False)
class Rule(Deferred):
    """A rule that can run; ``bound`` holds one entry for each event type of its trigger."""

    text: RuleText
    bound: dict[str, Bound]
    where: Condition | None = None

    @property
    def id(self) -> str:
        """The document's id."""
        return self.text.id

    @property
    def name(self) -> str:
        """How audit and traces name it: ``rule:ID@VERSION``."""
        return f"rule:{self.text.id}@{self.text.version}"
