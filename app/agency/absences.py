"""Models who are away: holidays told in good time, illness told too late, and some of both called off."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from app.agency import rhythm
from app.agency.diary import Absence
from app.agency.rhythm import DAY, HOUR

if TYPE_CHECKING:
    from datetime import date
    from random import Random

    from app.agency.house import House

HOLIDAYS, ILLNESSES = 4.0, 3.5
"""How often a year one model goes away, for days or for weeks, and falls ill."""


def plan(house: House, number: str, day: date) -> None:
    """What one day brings: holidays that are told, models who wake up ill. ``number`` is the day's own."""
    dice = house.dice(f"away {number}")
    for one in range(rhythm.whole(dice, house.models * HOLIDAYS / 365)):
        own = house.dice(f"holiday {number}/{one}")
        house.at(rhythm.instant(day, own.randint(9, 18)), partial(_holiday, house, number, _ahead(own), own))
    for one in range(rhythm.whole(dice, house.models * ILLNESSES / 365)):
        own = house.dice(f"illness {number}/{one}")
        house.at(rhythm.instant(day, own.randint(6, 12)), partial(_illness, house, number, own))


def known_from_the_start(house: House, number: str) -> None:
    """Holidays that stand in the books on the first day."""
    for one in range(house.models // 5):
        own = house.dice(f"holiday {number}/{one}")
        _holiday(house, number, own.randint(3, 50), own)


def _ahead(dice: Random) -> int:
    """How many days before it begins a holiday is told: long ones early, a trip of some days at short notice."""
    return dice.randint(10, 60) if dice.random() < 0.5 else dice.randint(2, 9)


def _holiday(house: House, number: str, ahead: int, dice: Random) -> None:
    model = _somebody(house, dice)
    first = rhythm.day_of(house.now) + timedelta(days=ahead)
    if ahead > 9 and not rhythm.is_holiday_season(first) and dice.random() < 0.3:
        first += timedelta(days=dice.randint(10, 30))
    starts = rhythm.instant(first, 0)
    ends = rhythm.instant(first + timedelta(days=dice.randint(6, 16) if ahead > 9 else dice.randint(2, 5)), 0)
    # Mostly somebody looks at the bookings first.
    if house.diary.firm(model, starts, ends) and dice.random() < 0.7:
        return
    slot = _enter(house, number, model, starts, ends, "Holiday", dice, at_once=False)
    _tell_bookings(house, model, starts, ends)
    if dice.random() < 0.1:
        house.later(dice.randint(1, max(1, ahead - 2)) * DAY, partial(_call_off, house, slot, dice))


def _illness(house: House, number: str, dice: Random) -> None:
    model = _somebody(house, dice)
    today = rhythm.day_of(house.now)
    starts = rhythm.instant(today, 0)
    ends = rhythm.instant(today + timedelta(days=dice.choice((1, 2, 2, 3, 4, 6))), 0)
    if house.diary.is_away(model, starts, ends):
        return
    slot = _enter(house, number, model, starts, ends, "Ill", dice, at_once=True)
    _tell_bookings(house, model, house.now, ends)
    if dice.random() < 0.2:
        house.later(dice.randint(3, 20) * HOUR, partial(_call_off, house, slot, dice))


def _enter(
    house: House, number: str, model: str, starts: int, ends: int, note: str, dice: Random, *, at_once: bool
) -> str:
    """Writes the slot down, away from the start or closed a moment later."""
    content = house.staff("CONTENT_MANAGER", dice)
    slot = house.new_id("sl", number)
    fields = {
        "kind": "away",
        "starts_at": rhythm.text(starts),
        "ends_at": rhythm.text(ends),
        "note": note,
        "model": model,
    }
    house.create("slot", slot, fields | ({"status": "away"} if at_once else {}), actor=content)
    house.move("slot", slot, "close", actor=content)
    house.diary.close(model, Absence(slot, starts, ends))
    return slot


def _tell_bookings(house: House, model: str, starts: int, ends: int) -> None:
    for hold in house.diary.firm(model, starts, ends):
        hold.booking.model_is_away()


def _call_off(house: House, slot: str, dice: Random) -> None:
    content = house.staff("CONTENT_MANAGER", dice)
    if dice.random() < 0.5:
        house.move("slot", slot, "reopen", actor=content)
    house.move("slot", slot, "withdraw", actor=content)


def _somebody(house: House, dice: Random) -> str:
    return f"md_{dice.randint(1, house.models):06d}"
