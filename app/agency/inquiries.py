"""The life of an inquiry: asked, answered, waited for, converted or lost."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.agency import people, rhythm
from app.agency.bookings import BookingStory
from app.agency.casting import Wish, cast, contested, star
from app.agency.house import PARTNER, WEB
from app.agency.rhythm import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from datetime import date

    from app.agency.house import House

_CATEGORIES = ("commercial", "commercial", "editorial", "editorial", "fitness", "runway")
_REASONS = ("Booked elsewhere", "Over the budget", "The date is gone", "The project is off")


class InquiryStory:
    """One inquiry, from the moment somebody asks. ``client`` is the id of a client the house knows.

    ``twin`` is the inquiry that the same client has sent just before, when it asks for the same thing twice.
    """

    def __init__(self, house: House, client: str, number: str, twin: InquiryStory | None = None) -> None:
        self.house = house
        self.client = client
        self.number = number
        self.twin = twin
        self.id = house.new_id("iq", number)
        self.dice = house.dice(self.id)
        self.kind = people.kind_of(self._client()["kind"])
        self.wish: Wish = twin.wish if twin else self._wish()

    @property
    def starts_at(self) -> int:
        """When the shoot shall begin."""
        return self.wish.starts_at

    @property
    def ends_at(self) -> int:
        """When it shall end."""
        return self.wish.ends_at

    def ask(self) -> None:
        """The inquiry arrives by form, mail, phone or from a partner, and its answer is put on the agenda."""
        source = self.dice.choices(("web", "email", "phone", "partner"), (46, 24, 14, 16))[0]
        fields: dict[str, Any] = {
            "code": self.house.codes.draw("IQ", self.dice),
            "source": source,
            "category": self.wish.category,
            "starts_at": rhythm.text(self.starts_at),
            "ends_at": rhythm.text(self.ends_at),
            "replies": 0,
            "client": self.client,
        }
        if self.wish.budget is not None:
            fields["budget"] = {"amount": self.wish.budget, "currency": "EUR"}
        if self.wish.named is not None:
            fields["model"] = self.wish.named
        by = {"web": WEB, "partner": PARTNER}.get(source) or self._operator()
        self.house.create("inquiry", self.id, fields, actor=by)
        if self.dice.random() < 0.07:
            self.house.later(rhythm.about(self.dice, 5 * HOUR), self._raise_budget)
        hurry = 20 * MINUTE if self._client()["tier"] == "vip" else 70 * MINUTE
        # Some inquiries are overlooked: that is what the rule about stale ones is for.
        typical = 14 * HOUR if self.dice.random() < 0.08 else hurry
        self.house.at(self.house.desk(typical, self.dice), self._answer)

    def _raise_budget(self) -> None:
        record = self.house.stage.look("inquiry", self.id) or {}
        if record.get("status") in {"new", "answered", "waiting_for_client"} and (budget := record.get("budget")):
            more = {"amount": int(budget["amount"]) * 3 // 2, "currency": budget["currency"]}
            self.house.say("inquiry.updated", self.id, actor=WEB, changes={"budget": more})

    def _answer(self) -> None:
        if not self._move("answer", changes={"replies": self._replies() + 1}):
            return
        if self.twin is not None:
            self.house.at(self.house.desk(HOUR, self.dice), self._close_twin)
            return
        roll = self.dice.random()
        if roll < self.kind.converts * 0.6:
            self.house.at(self.house.desk(5 * HOUR, self.dice), self._convert)
        elif roll < 0.62:
            self.house.at(self.house.desk(2 * HOUR, self.dice), self._wait)
        else:
            self.house.at(self.house.desk(20 * HOUR, self.dice), self._lose)

    def _wait(self) -> None:
        """The ball is with the client: some come back, some need a reminder, some never write again."""
        if not self._move("wait_for_client"):
            return
        if self.dice.random() < self.kind.ghosts * 2:
            return
        # One in eight is slow to decide; an answer may come after the inquiry was closed, and then changes nothing.
        self.house.later(rhythm.about(self.dice, (6 if self.dice.random() < 0.12 else 1.6) * DAY), self._client_returns)

    def _close_twin(self) -> None:
        self._move("lose", reason="Asked twice")

    def _client_returns(self) -> None:
        if self.dice.random() < 0.25:
            if self._move("answer", changes={"replies": self._replies() + 1}):
                self.house.at(self.house.desk(8 * HOUR, self.dice), self._convert)
        elif self.dice.random() < self.kind.converts + 0.15:
            self._convert()
        else:
            self._lose()

    def _lose(self) -> None:
        self._move("lose", reason=self.dice.choice(_REASONS))

    def _convert(self) -> None:
        """The inquiry becomes a booking of a model who is free that day, or is lost for want of one."""
        if self.starts_at < self.house.now + 6 * HOUR:
            self._lose()
            return
        model, why = cast(self.house, self.dice, self.wish)
        if model is None:
            self._move("lose", reason=why)
        elif self._move("convert"):
            BookingStory(self.house, self, model).open()

    def _move(self, transition: str, *, changes: dict[str, Any] | None = None, **inputs: object) -> bool:
        return self.house.move("inquiry", self.id, transition, actor=self._operator(), changes=changes, **inputs)

    def _operator(self) -> Any:
        return self.house.staff("OPERATOR", self.dice)

    def _replies(self) -> int:
        record = self.house.stage.look("inquiry", self.id)
        return int(record["replies"]) if record else 0

    def _client(self) -> dict[str, Any]:
        return dict(self.house.stage.look("client", self.client) or {})

    def _wish(self) -> Wish:
        """What the client wants; the budget is for the whole day, and some of them are below what anybody costs."""
        day = self._day()
        fashion = rhythm.is_fashion_week(day)
        named = star(self.dice, self.house.models) if self.dice.random() < 0.25 else None
        if self.dice.random() < (0.5 if fashion else 0.3):
            same, face = contested(self.house, self.dice, day)
            if same > rhythm.day_of(self.house.now + DAY):
                day, named = same, face
        category = "runway" if fashion and self.dice.random() < 0.5 else self.dice.choice(_CATEGORIES)
        budget = self.dice.randrange(*self.kind.budget, 50) * 100 if self.dice.random() < 0.8 else None
        starts = rhythm.instant(day, self.dice.choice((7, 8, 8, 9, 9, 10, 11, 13)))
        return Wish(category, named, budget, starts, starts + self.dice.choice((4, 8, 8, 9, 10)) * HOUR)

    def _day(self) -> date:
        """The day of the shoot: within the lead time of this kind of client, one that people want."""
        today = rhythm.day_of(self.house.now)
        thought_of: list[date] = []
        for _ in range(5):
            # Soon rather than late: the nearer of two draws.
            ahead = min(self.dice.randint(*self.kind.lead), self.dice.randint(*self.kind.lead))
            thought_of.append(today + timedelta(days=ahead))
            if self.dice.random() < rhythm.wanted(thought_of[-1]):
                return thought_of[-1]
        return max(thought_of, key=rhythm.wanted)
