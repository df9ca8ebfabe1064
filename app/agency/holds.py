"""The life of an option: a ranked hold on a slot, challenged, confirmed, let go, or run out.

Rules end, promote and confirm options, and policies may; each step here looks first and does by hand only what is still
to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from app.agency import rhythm
from app.agency.diary import LASTING, STANDING
from app.agency.rhythm import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from app.agency.diary import WorkSlot
    from app.agency.house import House
    from engine.events.envelope import WireEvent


class Held(Protocol):
    """What a hold needs to know of its booking's story, and tells it."""

    id: str
    number: str
    model: str
    starts_at: int
    ends_at: int

    @property
    def status(self) -> str:
        """The booking's state."""

    @property
    def is_firm(self) -> bool:
        """Whether the booking is confirmed or on the set."""

    def moved_up(self) -> None:
        """The option is first now."""

    def challenged(self) -> None:
        """Another client is ready to book: decide within a day."""

    def lost(self, how: str) -> None:
        """The option was released or has expired (``how``) while the booking may still wait."""

    def model_is_away(self) -> None:
        """The model is away on the day."""


class Hold:
    """One option of one booking. Its own dice are those of its id."""

    def __init__(self, house: House, booking: Held) -> None:
        self.house = house
        self.booking = booking
        self.id = house.new_id("op", booking.number)
        self.dice = house.dice(self.id)
        self.slot: WorkSlot | None = None

    @property
    def status(self) -> str:
        """The option's state."""
        return self.house.status("option", self.id)

    @property
    def rank(self) -> int:
        """Its place on the slot, from 1."""
        return int((self.house.stage.look("option", self.id) or {"rank": 1})["rank"])

    @property
    def left(self) -> int:
        """How many seconds it has until it runs out."""
        record = self.house.stage.look("option", self.id) or {}
        return max(HOUR, rhythm.seconds(record.get("expires_at")) - self.house.now)

    def stands_on(self, slot: WorkSlot) -> bool:
        """Whether this is the slot the option is for, and it has not ended."""
        return self.slot is slot and self.status in LASTING

    def open(self, *, patient: bool) -> None:
        """The slot is made if there is none and held, and the option takes the next rank; a patient client's is long."""
        house, booking = self.house, self.booking
        operator = house.staff("OPERATOR", self.dice)
        slot = house.diary.slot(booking.model, booking.starts_at)
        if slot is None:
            slot = house.diary.open(booking.model, booking.starts_at, house.new_id("sl", booking.number))
            stretch = {
                "kind": "work",
                "starts_at": rhythm.text(booking.starts_at),
                "ends_at": rhythm.text(booking.ends_at),
                "model": booking.model,
            }
            house.create("slot", slot.id, stretch, actor=operator)
        house.move("slot", slot.id, "hold", actor=operator)
        rank = len(slot.lasting()) + 1
        ends = house.now + self._span(patient)
        fields: dict[str, Any] = {"rank": rank, "expires_at": rhythm.text(ends), "slot": slot.id, "booking": booking.id}
        slot.holds.append(self)
        self.slot = slot
        house.create("option", self.id, fields, actor=operator)
        house.listen(self.id, self._hear)
        self._watch(ends)
        if rank > 1 and self.dice.random() < 0.7:
            house.at(house.desk(90 * MINUTE, self.dice), self._challenge)

    def confirm(self) -> None:
        """A manager confirms it by hand, takes the slot and ends the rest, where no rule has done so."""
        if self.slot is None or not self.booking.is_firm or self.rank > 1:
            return
        manager = self.house.staff("OPS_MANAGER", self.dice)
        self.house.move("option", self.id, "confirm", actor=manager)
        self.house.move("slot", self.slot.id, "take", actor=manager)
        for other in self.slot.lasting():
            if other is not self:
                self.house.move("option", other.id, "release", actor=manager, reason="Another booking was confirmed")

    def leave(self, reason: str) -> None:
        """Somebody lets it go by hand, and frees the slot after the last, where no rule has done so."""
        operator = self.house.staff("OPERATOR", self.dice)
        self.house.move("option", self.id, "release", actor=operator, reason=reason)
        if self.slot is not None and not self.slot.lasting():
            self.house.move("slot", self.slot.id, "free", actor=operator)

    def _span(self, patient: bool) -> int:
        """Two days or three; sooner when the shoot is near."""
        left = self.booking.starts_at - self.house.now
        return min((3 if patient else 2) * DAY, max(2 * HOUR, left // 2))

    def _watch(self, ends: int) -> None:
        """Somebody looks at the option after it should have ended, and ends it by hand if it still stands."""
        self.house.at(rhythm.office(ends + self.dice.randint(20, 180) * MINUTE), self._lapse)

    def _lapse(self) -> None:
        if self.status not in STANDING:
            return
        ends = rhythm.seconds((self.house.stage.look("option", self.id) or {}).get("expires_at"))
        if ends > self.house.now:  # it was given more time
            self._watch(ends)
        else:
            self._expire()

    def _expire(self) -> None:
        self.house.move("option", self.id, "expire", actor=self.house.staff("OPS_MANAGER", self.dice))

    def _challenge(self) -> None:
        """The client behind is ready to book, and asks the one in front to decide."""
        if self.slot is None or self.status != "held" or self.rank == 1:
            return
        first = next((hold for hold in self.slot.lasting() if hold.rank == 1), None)
        if first is not None and first.status == "held" and first.booking.status == "option":
            self.house.move("option", first.id, "challenge", actor=self.house.staff("OPERATOR", self.dice))

    def _hear(self, event: WireEvent) -> None:
        house, booking = self.house, self.booking
        if event.type == "option.updated" and "rank" in event.changes and self.rank == 1:
            house.later(0, booking.moved_up)
        elif event.type != "option.status_changed":
            return
        elif event.data["to"] == "challenged":
            house.later(0, booking.challenged)
            # A policy ends it a little after a day; in a folder without one a manager does, in working hours.
            overdue = house.now + DAY + self.dice.randint(20, 200) * MINUTE
            house.at(rhythm.office(overdue), self._give_way)
            if self.dice.random() < 0.12:
                house.at(house.desk(4 * HOUR, self.dice), self._relieve)
        elif event.data["to"] in {"released", "expired"}:
            house.ignore(self.id)
            house.later(0, lambda: booking.lost(str(event.data["to"])))

    def _give_way(self) -> None:
        if self.status == "challenged":
            self._expire()

    def _relieve(self) -> None:
        """The challenger has found somebody else."""
        self.house.move("option", self.id, "withdraw_challenge", actor=self.house.staff("OPERATOR", self.dice))
