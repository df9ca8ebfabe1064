"""The life of a booking: option, deposit, the day itself, and the ways in which it may fall through."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from app.agency import rhythm
from app.agency.house import WEB
from app.agency.payments import PaymentStory
from app.agency.rhythm import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from random import Random

    from app.agency.house import House
    from app.agency.people import ClientKind

_GONE = frozenset({"released", "cancelled", "no_show"})
_WHY = ("The client is ill", "The campaign is off", "The location fell through", "Another day suits better")


class Asked(Protocol):
    """What a booking needs to know of the inquiry it came from."""

    id: str
    client: str
    kind: ClientKind
    starts_at: int
    ends_at: int


class BookingStory:
    """One booking of one model, from the inquiry it came from."""

    def __init__(self, house: House, asked: Asked, model: str) -> None:
        self.house = house
        self.asked = asked
        self.kind = asked.kind
        self.starts_at, self.ends_at = asked.starts_at, asked.ends_at
        self.model = model
        self.id = house.new_id("bk")
        self.dice = house.dice(self.id)
        self.total = 0

    @staticmethod
    def free_model(house: House, dice: Random, starts_at: int) -> str | None:
        """A model who works and has nothing that day, or None."""
        for number in dice.sample(range(1, house.models + 1), 8):
            model = f"md_{number:06d}"
            if house.status("model", model) == "active" and _free(house, model, starts_at):
                return model
        return None

    def open(self) -> None:
        """The booking is written down as a draft, then held as an option or asked for its deposit."""
        rate = (self.house.stage.look("model", self.model) or {})["day_rate"]["amount"]
        hours = max(1, (self.ends_at - self.starts_at) // HOUR)
        self.total = int(rate) * hours // 8 * self.dice.choice((100, 100, 110, 125)) // 100
        waived = self._client().get("tier") == "vip" and self.dice.random() < 0.5
        fields: dict[str, Any] = {
            "code": self.house.codes.draw("VR"),
            "total": {"amount": self.total, "currency": "EUR"},
            "deposit_status": "waived" if waived else "none",
            "starts_at": rhythm.text(self.starts_at),
            "ends_at": rhythm.text(self.ends_at),
            "city": (self.house.stage.look("model", self.model) or {})["home_city"],
            "client": self.asked.client,
            "model": self.model,
            "inquiry": self.asked.id,
        }
        self.house.create("booking", self.id, fields, actor=self._operator())
        self.house.diary[self.model, rhythm.day_of(self.starts_at)] = self.id
        if waived:
            self.house.later(self.dice.randint(5, 90) * MINUTE, self._confirm_by_hand)
        elif self.dice.random() < 0.55:
            self.house.later(self.dice.randint(2, 20) * MINUTE, self._hold)
        else:
            self.house.later(self.dice.randint(2, 40) * MINUTE, self._request_deposit)

    def _hold(self) -> None:
        if self._move("hold"):
            roll = self.dice.random()
            if roll < 0.78:
                self.house.at(self.house.desk(15 * HOUR, self.dice), self._request_deposit)
            elif roll < 0.88:
                self.house.at(self.house.desk(12 * HOUR, self.dice), self._release)
            # The rest say nothing: the option runs out by its rule.

    def _release(self) -> None:
        self._move("release", reason="The client chose another day")

    def _request_deposit(self) -> None:
        if self._move("request_deposit", changes={"deposit_status": "due"}):
            PaymentStory(self.house, self, "deposit", self.total * 3 // 10, due=self.house.now + 3 * DAY).open()

    def _confirm_by_hand(self) -> None:
        if self._move("confirm"):
            self.plan()

    def paid(self, purpose: str) -> None:
        """The provider says that money has come; what stands then decides how the story goes on."""
        if purpose != "deposit":
            return
        if self.house.status("booking", self.id) == "confirmed":
            self.plan()
        elif self.house.status("booking", self.id) == "awaiting_deposit":
            # No rule confirmed it, so a person does.
            self.house.at(self.house.desk(2 * HOUR, self.dice), self._confirm_by_hand)

    def plan(self) -> None:
        """The booking is firm: the balance, perhaps a move or a cancellation, and the day itself."""
        PaymentStory(self.house, self, "balance", self.total * 7 // 10, due=self.ends_at + 10 * DAY).open()
        left = max(HOUR, self.starts_at - self.house.now)
        if self.dice.random() < self.kind.moves:
            self.house.later(int(left * self.dice.uniform(0.1, 0.9)), self._reschedule)
        if self.dice.random() < self.kind.cancels * 1.4:
            # People cancel early or at the last minute, seldom between.
            share = self.dice.choice((self.dice.uniform(0.1, 0.5), self.dice.uniform(0.85, 0.99)))
            self.house.later(int(left * share), self._cancel)
        self.house.at(self.starts_at + self.dice.randint(-5, 15) * MINUTE, self._begin)

    def _reschedule(self) -> None:
        if self.house.status("booking", self.id) != "confirmed":
            return
        shift = self.dice.choice((-4, -2, -1, 1, 1, 2, 7)) * DAY
        old, new = self.starts_at, max(self.starts_at + shift, self.house.now + DAY)
        if not _free(self.house, self.model, new):
            return
        self.house.diary[self.model, rhythm.day_of(new)] = self.id
        length = self.ends_at - self.starts_at
        self.starts_at, self.ends_at = new, new + length
        self.house.say(
            "booking.rescheduled",
            self.id,
            {"from": rhythm.text(old), "to": rhythm.text(new)},
            actor=self._operator(),
            changes={"starts_at": rhythm.text(new), "ends_at": rhythm.text(new + length)},
        )

    def _cancel(self) -> None:
        by = WEB if self.dice.random() < 0.3 else self._operator()
        self.house.move("booking", self.id, "cancel", actor=by, reason=self.dice.choice(_WHY))

    def _begin(self) -> None:
        if self.house.now < self.starts_at - HOUR:  # it has moved since
            self.house.at(self.starts_at + self.dice.randint(-5, 15) * MINUTE, self._begin)
        elif self.dice.random() < self.kind.no_show:
            self.house.later(2 * HOUR, partial(self._move, "mark_no_show"))
        elif self._move("start"):
            self.house.at(self.ends_at + self.dice.randint(-20, 75) * MINUTE, partial(self._move, "finish"))

    def _move(self, transition: str, *, changes: dict[str, Any] | None = None, **inputs: object) -> bool:
        return self.house.move("booking", self.id, transition, actor=self._operator(), changes=changes, **inputs)

    def _operator(self) -> Any:
        return self.house.staff("OPERATOR", self.dice)

    def _client(self) -> dict[str, Any]:
        return dict(self.house.stage.look("client", self.asked.client) or {})


def _free(house: House, model: str, moment: int) -> bool:
    """Whether nothing that still stands is in the model's diary that day."""
    booking = house.diary.get((model, rhythm.day_of(moment)))
    return booking is None or house.status("booking", booking) in _GONE
