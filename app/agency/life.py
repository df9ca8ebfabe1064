"""Thirty days, or any number, of the agency: opening the doors, then one day after another."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from app.agency import absences, people, rhythm
from app.agency.desk import Desk
from app.agency.house import WEB, House, actor
from app.agency.inquiries import InquiryStory

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from app.agency.stage import Stage
    from engine.events.envelope import WireEvent

OPENING = date(2026, 3, 2)
"""The default first day: a Monday; its month holds a change of the clocks."""

MODELS, REGULARS = 28, 45
"""How many models the agency represents, and how many clients it knows before the first day, at scale 1."""

ASK_TWICE = 0.04
"""The share of inquiries that their clients repeat within the hour."""


def live(stage: Stage, *, days: int, seed: int, start: date = OPENING, scale: float = 1.0) -> Iterator[list[WireEvent]]:
    """The events of ``days`` days from ``start``, root and derived, in the order they happened; a list a step.

    ``scale`` multiplies how many people ask, and models and regular clients with them. The same arguments over the same documents give the same events.
    """
    opening = rhythm.instant(start, 0)
    house = House(stage, seed, opening, models=max(MODELS, round(MODELS * scale)))
    desk = Desk(house)
    calendar = _Calendar(house, start, scale)
    house.at(opening, partial(_open_doors, house, calendar))
    house.at(opening, partial(calendar.begin, 1))
    for step in house.run(rhythm.instant(start + timedelta(days=days), 0)):
        desk.notice(step)
        yield step


def go_on(
    stage: Stage, *, days: int, seed: int, at: int, first: int, clients: Sequence[str], models: int
) -> Iterator[list[WireEvent]]:
    """The events of an agency whose doors are open, from the instant ``at`` (seconds) on for ``days`` days.

    Its ``models`` are numbered from 1, ``clients`` are the ids of those it knows. Days are numbered on from ``first``,
    which no earlier day may have reached, so that no id comes twice. Stories that were under way are not taken up.
    """
    house = House(stage, seed, at, models=models)
    desk = Desk(house)
    calendar = _Calendar(house, rhythm.day_of(at), 1.0, first)
    calendar.clients.ids.extend(clients)
    house.at(at, partial(calendar.begin, 1))
    for step in house.run(at + days * rhythm.DAY):
        desk.notice(step)
        yield step


class _Calendar:
    """One day after another, each planned when it begins, so that a long run keeps no more in mind than a short one.

    A day's stories have numbers: 001007 is the seventh of the first day, 001000 the day itself.
    """

    def __init__(self, house: House, start: date, scale: float, first: int = 0) -> None:
        self.house = house
        self.start = start
        self.first = first
        self.scale = scale
        self.clients = _Clients(house)
        self._digits = max(3, len(str(max(rhythm.most(scale), REGULARS * house.models // MODELS))))

    def begin(self, day: int) -> None:
        """Puts on the agenda whatever the day brings, and the next day's beginning; ``day`` counts from 1."""
        house, date_of = self.house, self.start + timedelta(days=day - 1)
        house.diary.forget(date_of)
        number = self.number(day, 0)
        dice = house.dice(f"day {number}")
        # A first day that is half over brings what is left of it.
        moments = [moment for moment in rhythm.arrivals(dice, date_of, self.scale) if moment >= house.now]
        # Some write by mail and, unsure whether it went through, fill in the form as well.
        unsure = [one for one in range(1, len(moments) + 1) if dice.random() < ASK_TWICE]
        for one, moment in enumerate(moments, 1):
            twin = self.number(day, len(moments) + 1 + unsure.index(one)) if one in unsure else None
            house.at(moment, partial(self.clients.somebody_asks, self.number(day, one), twin))
        absences.plan(house, number, date_of)
        house.at(rhythm.instant(date_of, 10), partial(_quiet_changes, house, self.clients, number))
        house.at(rhythm.instant(date_of + timedelta(days=1), 0), partial(self.begin, day + 1))

    def number(self, day: int, one: int) -> str:
        """The number of a story of this day."""
        return f"{self.first + day:03d}{one:0{self._digits}d}"


class _Clients:
    """Everyone who has ever asked."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.ids: list[str] = []

    def welcome(self, number: str) -> str:
        """A client nobody has seen before."""
        client = self.house.new_id("cl", number)
        fields = people.new_client(self.house.dice(client), number)
        self.house.create("client", client, fields, actor=WEB)
        self.ids.append(client)
        return client

    def somebody_asks(self, number: str, twin: str | None) -> None:
        """An inquiry, of a known client more often than of a new one; ``twin`` numbers its repetition, if there is one."""
        dice = self.house.dice(f"who {number}")
        known = dice.choice(self.ids)
        fresh = dice.random() < 0.35 or self.house.status("client", known) != "active"
        story = InquiryStory(self.house, self.welcome(number) if fresh else known, number)
        story.ask()
        if twin is not None:
            again = InquiryStory(self.house, story.client, twin, story)
            self.house.later(dice.randint(2, 50) * rhythm.MINUTE, again.ask)


def _open_doors(house: House, calendar: _Calendar) -> None:
    """Staff, models and regular clients are there before the first inquiry."""
    owner = actor(people.STAFF[0])
    for user, name, roles, queues in people.STAFF:
        fields = {
            "name": name,
            "email": f"{user}@virel.example",
            "roles": list(roles),
            "queues": list(queues),
            "locale": "ru" if name[0] > "z" else "en",
            "timezone": "Europe/Berlin",
        }
        house.create("user", user, fields, actor=owner)
    content = house.staff("CONTENT_MANAGER", house.dice("models"))
    for number in range(1, house.models + 1):
        model = house.new_id("md", f"{number:06d}")
        house.create("model", model, people.new_model(house.dice(model), number), actor=content)
        house.move("model", model, "publish", actor=content)
    for number in range(1, house.models * REGULARS // MODELS + 1):
        calendar.clients.welcome(calendar.number(0, number))
    absences.known_from_the_start(house, calendar.number(0, 0))


def _quiet_changes(house: House, clients: _Clients, number: str) -> None:
    """What happens beside the bookings: a model rests or returns, a client is blocked or welcomed back."""
    dice = house.dice(f"changes {number}")
    content = house.staff("CONTENT_MANAGER", dice)
    manager = house.staff("OPS_MANAGER", dice)
    if dice.random() < 0.1:
        model = f"md_{dice.randint(1, house.models):06d}"
        if house.move("model", model, "pause", actor=content, reason="Takes a break from work"):
            house.later(dice.randint(3, 8) * rhythm.DAY, partial(house.move, "model", model, "resume", actor=content))
    if dice.random() < 0.06:
        client = dice.choice(clients.ids)
        if house.move("client", client, "block", actor=manager, reason="Unpaid invoices"):
            pause = dice.randint(2, 6) * rhythm.DAY
            house.later(pause, partial(house.move, "client", client, "unblock", actor=manager))
