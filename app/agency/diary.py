"""Whose time is wanted when: the slots of each model's days, and the stretches for which models are away."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.agency import rhythm

if TYPE_CHECKING:
    from datetime import date

    from app.agency.holds import Hold
    from app.agency.stage import Stage

STANDING = frozenset({"held", "challenged"})
LASTING = STANDING | {"confirmed"}
DEEPEST = 4
"""How many clients may stand on one slot."""


@dataclass(slots=True)
class WorkSlot:
    """A model's day as a slot of the world: its id, and the holds on it in the order they came."""

    id: str
    holds: list[Hold] = field(default_factory=list)

    def lasting(self) -> list[Hold]:
        """The holds that have not ended."""
        return [hold for hold in self.holds if hold.status in LASTING]


@dataclass(frozen=True, slots=True)
class Absence:
    """A slot for which a model is away; instants, the end not included."""

    slot: str
    starts_at: int
    ends_at: int


class Diary:
    """What the stories remember of slots, by model; whether a slot still stands, the world says."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._work: dict[date, dict[str, WorkSlot]] = {}
        self._away: dict[str, list[Absence]] = {}

    def __len__(self) -> int:
        """How many slots it holds."""
        return sum(map(len, self._work.values())) + sum(map(len, self._away.values()))

    def slot(self, model: str, moment: int) -> WorkSlot | None:
        """The slot for work on the model's day, if there has been one."""
        return self._work.get(rhythm.day_of(moment), {}).get(model)

    def open(self, model: str, moment: int, slot: str) -> WorkSlot:
        """Notes a new slot for work."""
        made = self._work.setdefault(rhythm.day_of(moment), {})[model] = WorkSlot(slot)
        return made

    def close(self, model: str, absence: Absence) -> None:
        """Notes that a model is away."""
        self._away.setdefault(model, []).append(absence)

    def depth(self, model: str, moment: int) -> int:
        """How many clients stand on the model's day; ``DEEPEST`` where one of them is firm or no more are taken."""
        slot = self.slot(model, moment)
        holds = slot.lasting() if slot else []
        if any(hold.status == "confirmed" or hold.booking.is_firm for hold in holds):
            return DEEPEST
        return len(holds)

    def is_away(self, model: str, starts_at: int, ends_at: int) -> bool:
        """Whether the model is known to be away at some time between the two instants."""
        return any(
            one.starts_at < ends_at and starts_at < one.ends_at and self._status(one.slot) == "away"
            for one in self._away.get(model, ())
        )

    def firm(self, model: str, starts_at: int, ends_at: int) -> list[Hold]:
        """The firm holds of a model that begin between the two instants."""
        found: list[Hold] = []
        for day, slots in self._work.items():
            if model in slots and rhythm.day_of(starts_at) <= day <= rhythm.day_of(ends_at):
                found += [hold for hold in slots[model].holds if hold.booking.is_firm and hold.stands_on(slots[model])]
        return [hold for hold in found if starts_at <= hold.booking.starts_at < ends_at]

    def forget(self, before: date) -> None:
        """Drops the days that are over."""
        for day in [day for day in self._work if day < before]:
            del self._work[day]
        over = rhythm.instant(before, 0)
        for model, absences in self._away.items():
            self._away[model] = [one for one in absences if one.ends_at > over]

    def _status(self, slot: str) -> str:
        record = self._stage.look("slot", slot)
        return str(record["status"]) if record else ""
