"""Clocks against some that are kept second by second, over random histories in six zones."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from itertools import pairwise
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from msgspec import structs

from engine.calendars.amount import Amount
from engine.calendars.model import Calendar
from engine.conditions.values import Duration, Timestamp
from engine.sla.clock import Clock, Measured, Said, Track, measure
from engine.sla.ledger import ahead, ledger
from engine.sla.model import Policy, Target, Warning_
from engine.sla.reads import Reads
from tests.engine.calendars import places
from tests.engine.sla.slow import CLOSED, COUNTED, INSTANT, OTHER, PAUSED, SECOND, Slow, Terms, Watched, walk

HISTORIES = 20_000
THOROUGH = 200_000
HOUR = 3_600
LAST_HOURS = 6 * HOUR
"""Nothing happens in the last hours of the days, so that what is near is foreseen within them."""
MARKS = {"closed": CLOSED, "open": COUNTED, "paused": PAUSED}


def amount(seconds: int) -> Amount:
    return Amount.parse(f"{seconds}s")


def policy(calendar: Calendar, other: Calendar, terms: Terms) -> Policy:
    """Four targets: two by the policy's calendar, one by another, one an instant. Its conditions are never asked."""
    unasked = cast(Any, None)
    warn = None
    if terms.share is not None:
        warn = Warning_(share=terms.share)
    elif terms.left is not None:
        warn = Warning_(left=amount(terms.left))
    elif terms.before is not None:
        warn = Warning_(before=Duration(terms.before * SECOND))
    first, second, third = (amount(seconds) for seconds in terms.within)
    targets = [
        Target(None, first, None, calendar, unasked),
        Target(None, second, None, calendar, unasked),
        Target(None, third, None, other, unasked),
        Target(None, None, unasked, calendar, unasked),
    ]
    if warn is not None:
        targets = [replace(one, warn=warn.of(one.amount)) for one in targets]
    reads = Reads({}, {}, always=False)
    conditions = (unasked, unasked, unasked, unasked)
    return Policy(
        "p", 1, "", "x", calendar, *conditions, terms.again, tuple(targets), warn, (), reads, unasked, unasked
    )


def random_terms(pick: random.Random) -> Terms:
    within = [pick.randrange(1, 10 * HOUR), pick.randrange(1, 3 * HOUR), pick.randrange(1, 6 * HOUR)]
    kind = pick.choice(("none", "share", "share", "left", "before"))
    return Terms(
        within,
        pick.choice((Fraction(3, 4), Fraction(1, 2), Fraction(2, 3))) if kind == "share" else None,
        pick.randrange(1, 2 * HOUR) if kind == "left" else None,
        pick.randrange(1, 4 * HOUR) if kind == "before" else None,
        pick.random() < 0.8,
    )


def said(pick: random.Random, time: int, number: int) -> Said:
    """What is said at one event: conditions that cannot be judged, and facts that come and go."""
    target = pick.choice((0, 0, 0, 1, 2, 3, 3, -1, None))
    by = Timestamp((time + pick.randrange(-2 * HOUR, 20 * HOUR)) * SECOND)
    return Said(
        Timestamp(time * SECOND),
        pick.choice((True, True, False, None)) if number else pick.choice((True, True, True, False)),
        pick.random() < 0.04,
        pick.choice((False,) * 8 + (True, None)),
        pick.choice((False, False, True, None)),
        target,
        by if target == INSTANT and pick.random() < 0.9 else None,
        new=number == 0,
    )


def random_history(pick: random.Random, days: Watched) -> list[Said]:
    """Events at odd seconds, at one instant, at seconds that follow each other, and where a window begins or ends."""
    last = days.end - LAST_HOURS
    time = days.begun + pick.randrange(last - days.begun)
    found = [said(pick, time, 0)]
    for number in range(1, pick.randrange(1, 9)):
        gap = pick.choice((0, 1, pick.randrange(5 * HOUR), pick.randrange(15 * HOUR), -1))
        if gap < 0:
            here = days.own[time - days.begun]
            gap = max(days.own.find(1 - here, time - days.begun) - (time - days.begun), 0)
        time = min(time + gap, last)
        found.append(said(pick, time, number))
    return found


def pressed(pick: random.Random, terms: Terms, days: Watched, history: list[Said], at: int) -> tuple[list[Said], int]:
    """The history with an event a second around the last clock's deadline, or looked at there."""
    clocks = walk(terms, days, history, history[-1].time // SECOND)
    due = clocks[-1].due() if clocks and clocks[-1].ended is None else None
    if due is None or due <= history[-1].time // SECOND or due + 1 >= days.end - LAST_HOURS:
        return history, at
    near = due + pick.choice((-1, 0, 1))
    if pick.random() < 0.5:
        return history, near
    event = said(pick, near, 1)
    return [*history, structs.replace(event, stop=True) if pick.random() < 0.5 else event], max(at, near)


def clocks_of(made: Policy, history: list[Said], at: Timestamp) -> list[Clock]:
    track, found = Track(made), []
    for one in history:
        if one.time <= at:
            track.see(one)
            if track.clock is not None and (not found or found[-1] is not track.clock):
                found.append(track.clock)
    return found


@pytest.mark.slow
def test_clocks_equal_those_kept_second_by_second_and_ledgers_sum():
    pick = random.Random(2026)
    stays = [places.stay(*one) for one in places.names()]
    assert len({stay.zone for stay in stays}) == 6
    seen: Counter[str] = Counter()
    for number in range(THOROUGH if settings().max_examples >= 5_000 else HISTORIES):
        stay = stays[number % len(stays)]
        one, other = (pick.randrange(len(stay.calendars)) for _ in range(2))
        days = Watched(stay.begun, stay.open[one], stay.open[other])
        terms = random_terms(pick)
        made = policy(stay.calendars[one], stay.calendars[other], terms)
        history = random_history(pick, days)
        at = min(history[-1].time // SECOND + pick.choice((0, 0, 1, pick.randrange(30 * HOUR))), days.end - LAST_HOURS)
        if number % 2:
            history, at = pressed(pick, terms, days, history, at)
        wanted = walk(terms, days, history, at)
        instant = Timestamp(at * SECOND)
        found = measure(made, history, instant)
        assert [one.state for one in found] == [one.state(at) for one in wanted], number
        for measured, slow, clock in zip(found, wanted, clocks_of(made, history, instant), strict=True):
            check(measured, slow, clock, at)
            tally(seen, measured, slow, stay.zone, at)
        seen["opened again"] += len(found) > 1
    every = {"pending", "warning", "breaching", "breached", "achieved", "cancelled", "opened again", "paused"}
    every |= {"ended at the deadline", "ended a second after it", *places.PLACES}
    assert all(seen[what] > 100 for what in every), seen


def tally(seen: Counter[str], measured: Measured, slow: Slow, zone: str, at: int) -> None:
    """Counts what the histories came by: by zone the clocks that lived through a change of its clocks."""
    seen[measured.state] += 1
    seen["paused"] += PAUSED in slow.life
    end = at if slow.ended is None else slow.ended
    first, last = (datetime.fromtimestamp(second, ZoneInfo(zone)).utcoffset() for second in (slow.opened, end))
    seen[zone] += first != last
    if measured.ended is not None and measured.due is not None:
        seen["ended at the deadline"] += measured.ended == measured.due
        seen["ended a second after it"] += measured.ended == measured.due + SECOND


def check(measured: Measured, slow: Slow, clock: Clock, at: int) -> None:
    """Every figure of a clock, and its ledger second for second."""
    end = at if slow.ended is None else slow.ended
    used = slow.used()
    assert measured.opened == slow.opened * SECOND
    assert measured.used == used * SECOND
    assert measured.target == slow.target
    assert measured.ended == (None if slow.ended is None else slow.ended * SECOND)
    assert measured.paused == (slow.paused and slow.ended is None)
    open_ = slow.days.other if slow.target == OTHER else slow.days.own
    assert measured.within_hours == (slow.target == INSTANT or open_[at - slow.days.begun] == 1)
    due = slow.due()
    if due is not None:
        assert measured.due == due * SECOND
    else:
        waits = slow.target >= 0 and slow.target != INSTANT and not slow.paused
        assert measured.due is None or (waits and measured.due > slow.days.end * SECOND)
    if slow.target == INSTANT:
        assert measured.remaining == (None if slow.by is None else (slow.by - end) * SECOND)
    else:
        left = None if slow.target < 0 else slow.terms.within[slow.target] - used
        assert measured.remaining == (None if left is None else left * SECOND)
    check_ledger(measured, slow, clock, Timestamp(at * SECOND))


def check_ledger(measured: Measured, slow: Slow, clock: Clock, instant: Timestamp) -> None:
    """The ledger tells of every second what the slow clock marked, and so it sums to the time used."""
    lines = ledger(clock, instant)
    assert all(before.end == after.start for before, after in pairwise(lines))
    assert all(line.start % SECOND == 0 for line in lines)
    marks = b"".join(bytes([MARKS[line.reason]]) * ((line.end - line.start) // SECOND) for line in lines)
    assert marks == slow.life
    assert sum(line.counted for line in lines) == measured.used
    if lines:
        assert lines[0].start == measured.opened
        assert lines[-1].end == (measured.ended if measured.ended is not None else instant)
    if measured.state in ("pending", "warning") and measured.due is not None:
        assert sum(line.counted for line in ahead(clock, instant)) == measured.remaining
