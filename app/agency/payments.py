"""The life of a payment: paid at once, late, after failures, or never; now and then paid back or disputed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from app.agency import rhythm
from app.agency.house import PROVIDER
from app.agency.rhythm import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from app.agency.house import House
    from app.agency.people import ClientKind

_DECLINES = (("insufficient_funds", 50), ("card_declined", 30), ("expired_card", 14), ("stolen_card", 6))


class Owed(Protocol):
    """What a payment needs to know of its booking's story."""

    id: str
    number: str
    kind: ClientKind

    def paid(self, purpose: str) -> None:
        """Called when the provider reports the money."""


class PaymentStory:
    """One payment for one booking. ``amount`` is in cents, ``due`` an instant."""

    def __init__(self, house: House, owed: Owed, purpose: str, amount: int, *, due: int) -> None:
        self.house = house
        self.owed = owed
        self.purpose = purpose
        self.amount = amount
        self.due = due
        self.id = house.new_id("pay", owed.number)
        self.dice = house.dice(self.id)

    def open(self) -> None:
        """The pay link is made, and the client's own time to pay begins."""
        self.house.create(
            "payment",
            self.id,
            {
                "purpose": self.purpose,
                "amount": {"amount": self.amount, "currency": "EUR"},
                "due_at": rhythm.text(self.due),
                "booking": self.owed.id,
            },
            actor=self.house.staff("OPERATOR", self.dice),
        )
        if self.purpose == "balance":
            self.house.at(self.due - self.dice.randint(0, 9) * DAY, self._try)
        elif self.dice.random() < self.owed.kind.pays_late * 0.7:
            # Too late for the rule that releases unpaid bookings; some never pay at all.
            if self.dice.random() < 0.45:
                self.house.later(int(self.dice.uniform(3.1, 5) * DAY), self._bank_transfer)
        else:
            self.house.later(min(rhythm.about(self.dice, 9 * HOUR), int(2.8 * DAY)), self._try)

    def _try(self, attempt: int = 1) -> None:
        status = self.house.status("payment", self.id)
        if status not in {"pending", "failed"}:
            return  # the pay link is closed
        if self.dice.random() < self.owed.kind.card_fails * (1 if attempt == 1 else 3):
            code = self.dice.choices([name for name, _ in _DECLINES], [weight for _, weight in _DECLINES])[0]
            data = {"purpose": self.purpose, "code": code}
            self.house.say("payment.failed", self.id, data, actor=PROVIDER, changes={"failure_code": code})
            if attempt < 5 and self.dice.random() < 0.85:
                soon = self.dice.random() < 0.6
                pause = self.dice.randint(2, 12) * MINUTE if soon else rhythm.about(self.dice, 7 * HOUR)
                self.house.later(pause, lambda: self._try(attempt + 1))
        else:
            self._succeed()

    def _bank_transfer(self) -> None:
        """Money that comes by another road, whether or not the pay link is still open."""
        if self.house.stage.target("payment", self.id, "succeed"):
            self._succeed()

    def _succeed(self) -> None:
        self.house.say("payment.succeeded", self.id, {"purpose": self.purpose}, actor=PROVIDER)
        self.owed.paid(self.purpose)
        booking = self.house.status("booking", self.owed.id)
        if booking in {"released", "cancelled"}:
            self.house.at(self.house.desk(10 * HOUR, self.dice), self._refund)
        elif self.dice.random() < 0.015:
            self.house.later(int(self.dice.uniform(1, 6) * DAY), self._dispute)
        elif self.dice.random() < 0.02:
            self.house.at(self.house.desk(2 * DAY, self.dice), self._refund)

    def _refund(self) -> None:
        if self.house.stage.target("payment", self.id, "refund"):
            finance = self.house.staff("FINANCE", self.dice)
            self.house.say("payment.refunded", self.id, {"purpose": self.purpose}, actor=finance)

    def _dispute(self) -> None:
        if self.house.status("payment", self.id) == "succeeded":
            due_by = rhythm.text(self.house.now + self.dice.choice((5, 9, 14)) * DAY)
            self.house.say("payment.disputed", self.id, {"due_by": due_by, "code": "fraudulent"}, actor=PROVIDER)
