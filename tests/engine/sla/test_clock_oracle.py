"""Clocks against one that walks minute by minute, over random histories in six zones."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any, cast

import pytest

from engine.calendars.amount import Amount
from engine.calendars.model import Calendar
from engine.conditions.values import Timestamp
from engine.sla.clock import Measured, Said, Track, measure
from engine.sla.ledger import ahead, ledger
from engine.sla.model import Policy, Target, Warning_
from engine.sla.reads import Reads
from tests.engine.calendars import naive, places

MINUTE = naive.MINUTE
DAYS = 14 * 1440
HISTORIES = 20_000


def amount(minutes: int) -> Amount:
    return Amount.parse(f"{minutes}m")


def policy(calendar: Calendar, other: Calendar, within: list[int], warn: Warning_ | None, again: bool) -> Policy:
    """A policy of four targets: two by its own calendar, one by another, one an instant. Its conditions are never asked."""
    unasked = cast(Any, None)
    targets = [
        Target(None, amount(within[0]), None, calendar, unasked),
        Target(None, amount(within[1]), None, calendar, unasked),
        Target(None, amount(within[2]), None, other, unasked),
        Target(None, None, unasked, calendar, unasked),
    ]
    if warn is not None:
        targets = [replace(one, warn=warn.of(one.amount)) for one in targets]
    reads = Reads({}, {}, always=False)
    conditions = (unasked, unasked, unasked, unasked)
    return Policy("p", 1, "", "x", calendar, *conditions, again, tuple(targets), warn, (), reads, unasked)


@dataclass
class Slow:
    """The clock as a person would keep it: looks at the calendar every minute, and writes down what it has counted."""

    opened: int
    used: list[int]
    paused: bool = False
    target: int = -1
    by: int | None = None
    ended: int | None = None
    cancelled: bool = False

    def due(self, within: list[int]) -> int | None:
        if self.target < 0:
            return None
        if self.target == 3:
            return self.by
        wanted = within[self.target]
        return next((self.opened + n for n, used in enumerate(self.used) if used >= wanted), None)


def walk(history: list[Said], opens: list[bytes], begun: int, at: int, within: list[int], again: bool) -> list[Slow]:
    """Every clock of the history until ``at``; ``opens`` are the minutes of the policy's and the other calendar."""
    clocks: list[Slow] = []
    clock: Slow | None = None
    holds: bool | None = None
    events: dict[int, list[Said]] = {}
    for said in history:
        events.setdefault(said.time // MINUTE, []).append(said)
    for minute in range(min(events, default=at + 1), at + 1):
        for said in events.get(minute, ()):
            edge = said.start is True and (holds is False or said.new)
            holds = holds if said.start is None else said.start
            if clock is None and edge and not said.cancel and not said.stop and (again or not clocks):
                clock = Slow(minute, [0])
                clocks.append(clock)
            if clock is None:
                continue
            if said.cancel or said.stop:
                clock.ended, clock.cancelled = minute, said.cancel is True
                clock = None
                continue
            clock.paused = clock.paused if said.pause is None else said.pause
            if said.target is not None:
                clock.target = said.target
                clock.by = None if said.by is None else said.by // MINUTE
        if clock is not None and minute < at:
            counted = 1 if clock.target == 3 else 0
            if clock.target != 3 and not clock.paused:
                counted = opens[1 if clock.target == 2 else 0][minute - begun]
            clock.used.append(clock.used[-1] + counted)
    return clocks


def state(slow: Slow, at: int, within: list[int], share: Fraction | None) -> str:
    due = slow.due(within)
    if slow.ended is not None:
        late = due is not None and slow.ended > due
        return "cancelled" if slow.cancelled else "breached" if late else "achieved"
    if due is not None and at >= due:
        return "breaching"
    if share is None or slow.target < 0:
        return "pending"
    if slow.target == 3:
        return "warning" if slow.by is not None and at >= slow.opened + (slow.by - slow.opened) * share else "pending"
    return "warning" if slow.used[-1] >= within[slow.target] * share else "pending"


def events(pick: random.Random, first: int) -> list[Said]:
    """A history of one entity, with unjudged conditions, events at one instant, and facts that come and go."""
    found: list[Said] = []
    time = first
    for number in range(pick.randrange(1, 9)):
        time += pick.choice((0, 1, pick.randrange(300), pick.randrange(900)))
        target = pick.choice((0, 0, 0, 1, 2, 3, 3, -1, None))
        found.append(
            Said(
                Timestamp(time * MINUTE),
                pick.choice((True, True, False, None)) if number else pick.choice((True, True, True, False)),
                pick.random() < 0.04,
                pick.choice((False,) * 8 + (True, None)),
                pick.choice((False, False, True, None)),
                target,
                Timestamp((first + pick.randrange(0, 2_000, 4)) * MINUTE)
                if target == 3 and pick.random() < 0.9
                else None,
                new=number == 0,
            )
        )
    return found


def clocks_of(made: Policy, history: list[Said], at: Timestamp) -> list[Any]:
    track, found = Track(made), []
    for said in history:
        if said.time <= at:
            track.see(said)
            if track.clock is not None and (not found or found[-1] is not track.clock):
                found.append(track.clock)
    return found


@pytest.mark.slow
def test_clocks_equal_one_that_walks_minute_by_minute_and_ledgers_sum():
    pick = random.Random(2026)
    where: list[tuple[Calendar, int, bytes]] = []
    for calendar, day in places.calendars():
        start = naive.minute_of(f"{day}T00:00:00Z")
        where.append((calendar, start, naive.open_minutes(calendar, start, start + DAYS)))
    assert len({calendar.timezone for calendar, _, _ in where}) == 6
    seen: dict[str, int] = {}
    for number in range(HISTORIES):
        calendar, begun, open_ = where[number % len(where)]
        beside = [one for one in where if one[1] == begun]
        other, _, other_open = beside[pick.randrange(len(beside))]
        within = [pick.randrange(4, 600, 4), pick.randrange(4, 200, 4), pick.randrange(4, 400, 4)]
        share = pick.choice((None, Fraction(3, 4), Fraction(1, 2)))
        again = pick.random() < 0.8
        made = policy(calendar, other, within, Warning_(share=share) if share is not None else None, again)
        first = begun + pick.randrange(DAYS - 9 * 900 - 1_600)
        history = events(pick, first)
        at = min(history[-1].time // MINUTE + pick.choice((0, 0, 1, pick.randrange(1_500))), begun + DAYS - 1)
        wanted = walk(history, [open_, other_open], begun, at, within, again)
        instant = Timestamp(at * MINUTE)
        found = measure(made, history, instant)
        assert [one.state for one in found] == [state(one, at, within, share) for one in wanted], number
        for one, slow, clock in zip(found, wanted, clocks_of(made, history, instant), strict=True):
            seen[one.state] = seen.get(one.state, 0) + 1
            check(one, slow, clock, at, within)
    assert set(seen) == {"pending", "warning", "breaching", "breached", "achieved", "cancelled"}
    assert all(count > 300 for count in seen.values()), seen


def check(one: Measured, slow: Slow, clock: Any, at: int, within: list[int]) -> None:
    """The figures of one clock, and that its ledger has no gaps and sums to them."""
    instant = Timestamp(at * MINUTE)
    assert one.used == slow.used[-1] * MINUTE
    assert one.opened == slow.opened * MINUTE
    assert one.ended == (None if slow.ended is None else slow.ended * MINUTE)
    assert one.paused == (slow.paused and slow.ended is None)
    due = slow.due(within)
    if due is not None:
        assert one.due == due * MINUTE
    elif one.due is not None:
        assert one.due > (at if slow.ended is None else slow.ended) * MINUTE
    lines = ledger(clock, instant)
    assert sum(line.counted for line in lines) == one.used
    assert all(before.end == after.start for before, after in pairwise(lines))
    if lines:
        assert lines[0].start == one.opened
        assert lines[-1].end == (one.ended if one.ended is not None else instant)
    if one.state in ("pending", "warning") and one.due is not None and one.remaining is not None:
        assert sum(line.counted for line in ahead(clock, instant)) == one.remaining
