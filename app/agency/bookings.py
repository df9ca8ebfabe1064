"""The life of a booking: option, deposit, the day itself, and the ways in which it may fall through."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from app.agency import rhythm
from app.agency.casting import Wish, cast
from app.agency.diary import LASTING, STANDING
from app.agency.holds import Hold
from app.agency.house import WEB
from app.agency.payments import PaymentStory
from app.agency.rhythm import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from app.agency.house import House
    from app.agency.people import ClientKind
    from engine.events.envelope import WireEvent

FALLEN = frozenset({"released", "cancelled", "no_show"})
_FIRM = frozenset({"confirmed", "on_set"})
_WHY = ("The client is ill", "The campaign is off", "The location fell through", "Another day suits better")
_TO_DEPOSIT = 2 * DAY
"""A deposit is due two days after it was asked for; a day later the booking is released."""


class Asked(Protocol):
    """What a booking needs to know of the inquiry it came from."""

    id: str
    number: str
    client: str
    kind: ClientKind
    wish: Wish


class BookingStory:
    """One booking of one model, from the inquiry it came from."""

    def __init__(self, house: House, asked: Asked, model: str) -> None:
        self.house = house
        self.asked = asked
        self.kind = asked.kind
        self.number = asked.number
        self.starts_at, self.ends_at = asked.wish.starts_at, asked.wish.ends_at
        self.model = model
        self.id = house.new_id("bk", asked.number)
        self.dice = house.dice(self.id)
        self.total = 0
        self.waived = False
        self.hold = Hold(house, self)

    @property
    def status(self) -> str:
        """The booking's state."""
        return self.house.status("booking", self.id)

    @property
    def is_firm(self) -> bool:
        """Whether the booking is confirmed or on the set."""
        return self.status in _FIRM

    def open(self) -> None:
        """The booking is written down as a draft; the model's time is held for it soon after."""
        rate = (self.house.stage.look("model", self.model) or {})["day_rate"]["amount"]
        hours = max(1, (self.ends_at - self.starts_at) // HOUR)
        self.total = int(rate) * hours // 8 * self.dice.choice((100, 100, 110, 125)) // 100
        self.waived = self._tier() == "vip" and self.dice.random() < 0.5
        fields: dict[str, Any] = {
            "code": self.house.codes.draw("VR", self.dice),
            "total": {"amount": self.total, "currency": "EUR"},
            "deposit_status": "waived" if self.waived else "none",
            "starts_at": rhythm.text(self.starts_at),
            "ends_at": rhythm.text(self.ends_at),
            "city": (self.house.stage.look("model", self.model) or {})["home_city"],
            "client": self.asked.client,
            "model": self.model,
            "inquiry": self.asked.id,
        }
        self.house.create("booking", self.id, fields, actor=self._operator())
        self.house.listen(self.id, self._hear)
        if self.dice.random() < 0.03:
            self.house.later(
                self.dice.randint(2, 30) * MINUTE, partial(self._move, "cancel", reason="Written down twice")
            )
        else:
            self.house.later(self.dice.randint(2, 20) * MINUTE, self._hold)

    def _hold(self) -> None:
        """The option is entered; then the deposit is asked for at once, or the client thinks about it."""
        if self.status != "draft":
            return
        self.hold.open(patient=self._tier() != "basic")
        if self.hold.rank > 1:
            self._move("hold")
            roll = self.dice.random()
            if roll < 0.05:
                # Somebody overlooks that another client comes first.
                self.house.at(self.house.desk(8 * HOUR, self.dice), self._go_on)
            elif roll < 0.25:
                self.house.at(self.house.desk(14 * HOUR, self.dice), self._let_go)
        elif self.waived or self.dice.random() < 0.25:
            self.house.later(self.dice.randint(5, 90) * MINUTE, self._go_on)
        else:
            self._move("hold")
            self._decide(0.76, 0.86, min(26 * HOUR, self.hold.left * 2 // 5))

    def _decide(self, books: float, lets_go: float, within: int) -> None:
        """The client books, lets go, or says nothing, so that the option runs out."""
        roll = self.dice.random()
        if roll < books:
            self.house.at(self.house.desk(within, self.dice), self._go_on)
        elif roll < lets_go:
            self.house.at(self.house.desk(within, self.dice), self._let_go)

    def moved_up(self) -> None:
        """The client is asked again, now that nobody is in front."""
        if self.is_firm:  # confirmed by mistake while another came first
            self.hold.confirm()
        elif self.status == "option":
            self._decide(0.6, 0.8, min(6 * HOUR, self.hold.left // 3))

    def challenged(self) -> None:
        """Decide within a day."""
        if self.status == "option":
            # Some take so long over it that the day is past when they answer.
            self._decide(0.45, 0.8, (20 if self.dice.random() < 0.2 else 4) * HOUR)

    def lost(self, how: str) -> None:
        """The option is gone: another client has the day, or time ran out. A booking that waited takes another day."""
        if self.status == "option":
            act = self._release_by_hand if how == "expired" else self._look_for_another_day
            self.house.at(self.house.desk(2 * HOUR, self.dice), act)

    def _look_for_another_day(self) -> None:
        if self.status == "option" and self.hold.status not in LASTING:
            if self.dice.random() > 0.45 or not self._take_day(STANDING):
                self._move("cancel", reason="The date is gone")
            else:
                self._decide(0.7, 0.85, min(14 * HOUR, self.hold.left // 3))

    def _release_by_hand(self) -> None:
        if self.status == "option" and self.hold.status not in LASTING:
            self._move("release", reason="The option ran out")

    def _let_go(self) -> None:
        if self.status == "option" and self.hold.status in STANDING:
            if self.dice.random() < 0.5:
                self.hold.leave("The client chose another day")
                self.house.later(
                    self.dice.randint(1, 20) * MINUTE, partial(self._release, "The client chose another day")
                )
            else:
                self._release("The client chose another day")

    def _release(self, reason: str) -> None:
        if self._move("release", reason=reason):
            self.house.later(10 * MINUTE, self._tidy)

    def _go_on(self) -> None:
        """The client wants it: the deposit is asked for, unless it was waived."""
        if self.waived:
            self._confirm_by_hand()
        elif self.hold.status in STANDING and self._move("request_deposit", changes={"deposit_status": "due"}):
            due = self.house.now + _TO_DEPOSIT
            PaymentStory(self.house, self, "deposit", self.total * 3 // 10, due=due).open()

    def _confirm_by_hand(self) -> None:
        if self.hold.status in STANDING:
            self._move("confirm")

    def paid(self, purpose: str) -> None:
        """The provider says that money has come; a rule confirms the booking, and where none does, a person."""
        if purpose == "deposit" and self.status == "awaiting_deposit":
            self.house.at(self.house.desk(2 * HOUR, self.dice), self._confirm_by_hand)

    def _hear(self, event: WireEvent) -> None:
        if event.type != "booking.status_changed":
            return
        if event.data["to"] == "confirmed":
            self.house.later(0, self._plan)
        elif event.data["to"] in FALLEN or event.data["to"] == "completed":
            self.house.ignore(self.id)
            self.house.later(10 * MINUTE, self._tidy)

    def _tidy(self) -> None:
        if self.status in {"released", "cancelled"} and self.hold.status in LASTING:
            self.hold.leave("The booking fell through")
        self.house.ignore(self.hold.id)

    def _plan(self) -> None:
        """The booking is firm: the balance, perhaps a move or a cancellation, and the day itself."""
        self.house.later(20 * MINUTE, self.hold.confirm)
        if not self._is_first():
            self.house.at(self.house.desk(3 * HOUR, self.dice), self._put_right)
        PaymentStory(self.house, self, "balance", self.total * 7 // 10, due=self.ends_at + 10 * DAY).open()
        left = max(HOUR, self.starts_at - self.house.now)
        if self.dice.random() < self.kind.moves:
            self.house.later(int(left * self.dice.uniform(0.1, 0.9)), self._reschedule)
        if self.dice.random() < self.kind.cancels * 1.4:
            # People cancel early or at the last minute, seldom between.
            share = self.dice.choice((self.dice.uniform(0.1, 0.5), self.dice.uniform(0.85, 0.99)))
            self.house.later(int(left * share), self._cancel)
        if self.house.diary.is_away(self.model, self.starts_at, self.ends_at):
            self.model_is_away()
        self.house.at(self.starts_at + self.dice.randint(-5, 15) * MINUTE, self._begin)

    def _put_right(self) -> None:
        """The option has ended or another client comes first: the booking takes another day, or falls through."""
        if self.status == "confirmed" and not self._is_first():
            if self.hold.status in STANDING:
                self.hold.leave("Another client comes first")
            if not self._take_day(LASTING):
                self._move("cancel", reason="The date is gone")

    def _is_first(self) -> bool:
        return self.hold.status in LASTING and self.hold.rank == 1

    def _reschedule(self) -> None:
        if self.status == "confirmed":
            self._take_day(LASTING)

    def _take_day(self, standing: frozenset[str]) -> bool:
        """Moves the booking to a day on which nobody else wants the model; gives the old one back."""
        shift = self.dice.choice((-4, -2, -1, 1, 1, 2, 7)) * DAY
        new = max(self.starts_at + shift, self.house.now + DAY)
        length = self.ends_at - self.starts_at
        diary = self.house.diary
        # Now and then nobody looks whether the model is there.
        blind = self.dice.random() < 0.2
        if diary.depth(self.model, new) or (not blind and diary.is_away(self.model, new, new + length)):
            return False
        old, self.starts_at, self.ends_at = self.starts_at, new, new + length
        self.house.say(
            "booking.rescheduled",
            self.id,
            {"from": rhythm.text(old), "to": rhythm.text(new)},
            actor=self._operator(),
            changes={"starts_at": rhythm.text(new), "ends_at": rhythm.text(new + length)},
        )
        if self.hold.status in standing:
            self.hold.leave("The shoot has moved")
        self._hold_anew()
        return True

    def _hold_anew(self) -> None:
        self.hold = Hold(self.house, self)
        self.hold.open(patient=True)
        self.hold.confirm()

    def model_is_away(self) -> None:
        """Somebody sees to it within hours: another model, another time, or the end of the booking."""
        soon = min(self.house.desk(2 * HOUR, self.dice), max(self.house.now + HOUR, self.starts_at - HOUR))
        self.house.at(soon, self._replace)

    def _replace(self) -> None:
        if self.status != "confirmed" or not self.house.diary.is_away(self.model, self.starts_at, self.ends_at):
            return
        roll = self.dice.random()
        if roll < 0.5:
            wish = self.asked.wish
            other, _ = cast(self.house, self.dice, Wish(wish.category, None, None, self.starts_at, self.ends_at))
            if other is not None and not self.house.diary.depth(other, self.starts_at):
                self.hold.leave("Another model steps in")
                self.model = other
                self.house.say("booking.updated", self.id, actor=self._operator(), changes={"model": other})
                self._hold_anew()
                return
        if roll < 0.65 and self._take_day(LASTING):
            return
        if roll < 0.9:
            self._move("cancel", reason="The model is away")
        # The rest come to the shoot all the same.

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

    def _tier(self) -> str:
        return str((self.house.stage.look("client", self.asked.client) or {}).get("tier"))
