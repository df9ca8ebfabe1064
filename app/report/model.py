"""What a report is made of: the JSON of the commands, and what the documents say about the names in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.report.times import Zone

if TYPE_CHECKING:
    from app.report.sections import Sections

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MachineNote:
    """A machine as a diagram needs it. ``outcomes`` maps a state to "good" or "bad" where its document says so."""

    id: str
    plural: str
    description: str
    initial: str
    states: tuple[str, ...]
    final: frozenset[str]
    transitions: tuple[tuple[str, tuple[str, ...], str], ...]
    outcomes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RuleNote:
    """What the rules table says beside the counts. ``stage`` is live, shadow or off."""

    description: str
    version: int
    stage: str = "live"


@dataclass(frozen=True, slots=True)
class Edit:
    """The change under test: a rule, and the lines before and after with their place."""

    rule: str
    file: str
    line: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Report:
    """Everything one page shows.

    ``replay`` and ``against`` are the JSON of ``virel backtest`` for the draft (or the documents alone) and for the
    baseline; ``explained`` that of ``virel dry-run``. ``ends`` maps (machine, entity) to the state it came to in the
    recorded events: what became of those the draft touches. ``sections`` are those that need more than these, times are
    told in ``zone``. ``facts`` are short label and value pairs for the head, ``trust`` what stands beside the page about
    how far to believe it: a figure, what it counts, a sentence.
    """

    title: str
    subtitle: str
    replay: Json
    against: Json | None = None
    explained: Json | None = None
    edit: Edit | None = None
    machines: Sequence[MachineNote] = ()
    rules: Mapping[str, RuleNote] = field(default_factory=dict)
    ends: Mapping[tuple[str, str], str] = field(default_factory=dict)
    sections: Sections | None = None
    zone: Zone = field(default_factory=Zone)
    facts: Sequence[tuple[str, str]] = ()
    trust: Sequence[tuple[str, str, str]] = ()
