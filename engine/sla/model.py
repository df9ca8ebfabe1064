"""An SLA policy as written and as it can measure. Source: the language, "SLA and calendar"."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, cast

from engine.automation.model import Bound, Rule
from engine.calendars.amount import Amount
from engine.calendars.model import WorkingTime
from engine.conditions.condition import Condition, Expression
from engine.conditions.reads import FieldRead
from engine.conditions.values import Duration
from engine.diagnostics import Place
from engine.sla.reads import Reads

Moment = Literal["warning", "breach", "after"]


@dataclass(frozen=True, slots=True)
class Target:
    """How long it may take: an ``amount`` of ``calendar``'s time, or until the instant that ``by`` says.

    It is for entities for which ``when`` holds; None: for all. ``warn`` is what is used up when a share or what remains
    of the amount is warned of.
    """

    when: Condition | None
    amount: Amount | None
    by: Expression | None
    calendar: WorkingTime
    place: Place
    warn: Amount | None = None


@dataclass(frozen=True, slots=True)
class Warning_:  # noqa: N801 - the field's own term, which Python has taken
    """When to warn: at a ``share`` of the target, with an amount ``left``, or ``before`` the deadline by the clock."""

    share: Fraction | None = None
    left: Amount | None = None
    before: Duration | None = None

    def of(self, amount: Amount | None) -> Amount | None:
        """What is used up of an amount when it is warned of; None where that is no matter of use."""
        if amount is None or (self.share is None and self.left is None):
            return None
        return amount.share(self.share) if self.share is not None else amount.less(cast(Amount, self.left))


class Escalation(Rule):
    """What is done at one moment of a clock: a rule without a document, which the audit knows by its policy."""

    __slots__ = ()

    @property
    def name(self) -> str:
        """How audit and traces name it: ``sla:ID@VERSION``."""
        return f"{self.text.id}@{self.text.version}"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the escalation; ``after`` counts from the breach, ``repeat`` times in all."""

    at: Moment
    after: Amount | None
    repeat: int
    bound: Bound


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy that can measure.

    ``calendar`` is its own, by which targets count that name no other, and its escalation always. ``reads`` tells which
    changes of which entities it must see. ``alarm`` stands for it where a condition cannot be judged.
    """

    id: str
    version: int
    description: str
    entity: str
    calendar: WorkingTime
    start: Condition
    pause: Condition | None
    stop: Condition | None
    cancel: Condition | None
    again: bool
    targets: tuple[Target, ...]
    warn: Warning_ | None
    steps: tuple[Step, ...]
    reads: Reads
    place: Place
    alarm: Bound

    @property
    def rule(self) -> str:
        """The id under which its escalation is counted like a rule."""
        return f"sla:{self.id}"

    def by_state(self) -> bool:
        """Whether ``start``, ``cancel``, ``stop`` and ``pause`` ask for nothing but the entity's own state."""
        asked = (one for one in (self.start, self.cancel, self.stop, self.pause) if one is not None)
        return not self.reads.always and all(one.reads() == {FieldRead(self.entity, "status")} for one in asked)

    def aims(self) -> frozenset[str]:
        """The entity's own fields on which it depends which target is in force."""
        parts = [one for target in self.targets for one in (target.when, target.by) if one is not None]
        return frozenset(
            read.field
            for part in parts
            for read in part.reads()
            if isinstance(read, FieldRead) and read.machine == self.entity
        )

    def moment(self, at: Moment) -> Bound | None:
        """What is done at the warning, or at the breach."""
        return next((step.bound for step in self.steps if step.at == at), None)
