"""Whom the agency offers for an inquiry: a model who works, is there, fits, and costs what the client will pay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.agency import rhythm
from app.agency.diary import DEEPEST

if TYPE_CHECKING:
    from datetime import date
    from random import Random

    from app.agency.house import House


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client wants: a category, perhaps one model by name, a budget in cents for a day, and when."""

    category: str
    named: str | None
    budget: int | None
    starts_at: int
    ends_at: int


def star(dice: Random, models: int) -> str:
    """A model's id; those the agency signed first are asked for most."""
    return f"md_{int(models * dice.random() ** 2) + 1:06d}"


def contested(house: House, dice: Random, near: date) -> tuple[date, str]:
    """A day of the week around ``near`` and the model whom several clients want on it: more of them in a fashion week."""
    monday = near - timedelta(days=near.weekday())
    week = house.dice(f"contested {monday}")
    pairs = 3 if rhythm.is_fashion_week(near) else 1
    return dice.choice([(monday + timedelta(days=week.randint(0, 5)), star(week, house.models)) for _ in range(pairs)])


def cast(house: House, dice: Random, wish: Wish) -> tuple[str | None, str]:
    """The model to offer, or None and why there is nobody.

    A client who named somebody, or wants the best fit at any price of waiting, may stand second on a day.
    """
    queue = 0.85 if wish.named else 0.7
    asked = [wish.named] if wish.named else []
    offered = list(dict.fromkeys([*asked, *(star(dice, house.models) for _ in range(8))]))
    there = [model for model in offered if _is_there(house, wish, model)]
    if not there:
        return None, "Nobody is free that day"
    fits = [model for model in there if _affordable(house, wish, model)]
    if not fits:
        # Some find the money after all.
        return (there[0], "") if dice.random() < 0.2 else (None, "Over the budget")
    taste = dice.random() < 0.3  # else the best-known face that fits
    fits.sort(key=lambda one: (one != wish.named, _category(house, one) != wish.category, "" if taste else one))
    if house.diary.depth(fits[0], wish.starts_at) and dice.random() >= queue:
        free = [model for model in fits if not house.diary.depth(model, wish.starts_at)]
        return (free[0], "") if free else (None, "Nobody is free that day")
    return fits[0], ""


def _is_there(house: House, wish: Wish, model: str) -> bool:
    return (
        house.status("model", model) == "active"
        and not house.diary.is_away(model, wish.starts_at, wish.ends_at)
        and house.diary.depth(model, wish.starts_at) < DEEPEST
    )


def _affordable(house: House, wish: Wish, model: str) -> bool:
    # For the one they want people stretch.
    stretch = 140 if model == wish.named else 100
    rate = int(_record(house, model)["day_rate"]["amount"])
    return wish.budget is None or rate * 100 <= wish.budget * stretch


def _category(house: House, model: str) -> str:
    return str(_record(house, model)["category"])


def _record(house: House, model: str) -> dict[str, Any]:
    return dict(house.stage.look("model", model) or {})
