"""Thirty days, or any number, of the agency: opening the doors, then one day after another."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from app.agency import people, rhythm
from app.agency.desk import Desk
from app.agency.house import WEB, House, actor
from app.agency.inquiries import InquiryStory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.agency.stage import Stage
    from engine.events.envelope import WireEvent

OPENING = date(2026, 3, 2)
"""The default first day: a Monday; its month holds a change of the clocks."""

MODELS, REGULARS = 28, 45
"""How many models the agency represents, and how many clients it knows before the first day, at scale 1."""


def live(stage: Stage, *, days: int, seed: int, start: date = OPENING, scale: float = 1.0) -> Iterator[list[WireEvent]]:
    """The events of ``days`` days from ``start``, root and derived, in the order they happened; a list a step.

    ``scale`` multiplies how many people ask, and models and regular clients with them. The same arguments over the same documents give the same events.
    """
    opening = rhythm.instant(start, 0)
    house = House(stage, seed, opening, models=max(MODELS, round(MODELS * scale)))
    desk = Desk(house)
    clients = _Clients(house)
    house.at(opening, partial(_open_doors, house, clients))
    for number in range(days):
        day = start + timedelta(days=number)
        dice = house.dice(f"day {number}")
        for moment in rhythm.arrivals(dice, day, scale):
            house.at(moment, clients.somebody_asks)
        house.at(rhythm.instant(day, 10), partial(_quiet_changes, house, clients, f"changes {number}"))
    for step in house.run(rhythm.instant(start + timedelta(days=days), 0)):
        desk.notice(step)
        yield step


class _Clients:
    """Everyone who has ever asked."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.dice = house.dice("clients")
        self.ids: list[str] = []

    def welcome(self) -> str:
        """A client nobody has seen before."""
        client = self.house.new_id("cl")
        fields = people.new_client(self.house.dice(client), len(self.ids) + 1)
        self.house.create("client", client, fields, actor=WEB)
        self.ids.append(client)
        return client

    def somebody_asks(self) -> None:
        """An inquiry, of a known client more often than of a new one."""
        known = self.dice.choice(self.ids)
        fresh = self.dice.random() < 0.35 or self.house.status("client", known) != "active"
        InquiryStory(self.house, self.welcome() if fresh else known).ask()


def _open_doors(house: House, clients: _Clients) -> None:
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
        model = house.new_id("md")
        house.create("model", model, people.new_model(house.dice(model), number), actor=content)
        house.move("model", model, "publish", actor=content)
    for _ in range(house.models * REGULARS // MODELS):
        clients.welcome()


def _quiet_changes(house: House, clients: _Clients, name: str) -> None:
    """What happens beside the bookings: a model rests or returns, a client is blocked or welcomed back."""
    dice = house.dice(name)
    content = house.staff("CONTENT_MANAGER", dice)
    manager = house.staff("OPS_MANAGER", dice)
    if dice.random() < 0.3:
        model = f"md_{dice.randint(1, house.models):06d}"
        if house.move("model", model, "pause", actor=content, reason="On holiday"):
            house.later(dice.randint(3, 8) * rhythm.DAY, partial(house.move, "model", model, "resume", actor=content))
    if dice.random() < 0.06:
        client = dice.choice(clients.ids)
        if house.move("client", client, "block", actor=manager, reason="Unpaid invoices"):
            pause = dice.randint(2, 6) * rhythm.DAY
            house.later(pause, partial(house.move, "client", client, "unblock", actor=manager))
