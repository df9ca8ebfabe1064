"""Clocks as a person with a stopwatch would keep them: one mark for every second of a clock's life.

Nothing of the engine's arithmetic is used: what a calendar's seconds are is read off the zone's clocks beforehand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from engine.sla.clock import Said

SECOND = 1_000_000_000
CLOSED, COUNTED, PAUSED = 0, 1, 2
INSTANT = 3
"""The number of the target that is an instant."""
OTHER = 2
"""The number of the target that counts by the other calendar."""


@dataclass(frozen=True)
class Watched:
    """The days that are watched: from the second ``begun``, one byte a second of the policy's and the other calendar."""

    begun: int
    own: bytes
    other: bytes

    @property
    def end(self) -> int:
        return self.begun + len(self.own)


@dataclass(frozen=True)
class Terms:
    """A policy in seconds: its three amounts, and when it warns: at a share, with so much left, or so long before."""

    within: Sequence[int]
    share: Fraction | None
    left: int | None
    before: int | None
    again: bool


@dataclass
class Slow:
    """One clock; ``life`` has a mark for each second since it opened."""

    terms: Terms
    days: Watched
    opened: int
    life: bytearray = field(default_factory=bytearray)
    paused: bool = False
    target: int = -1
    by: int | None = None
    warned: bool = False
    ended: int | None = None
    cancelled: bool = False

    def run(self, until: int) -> None:
        """Marks every second until ``until``; notes a warning that came before it."""
        if not self.warned:
            warn = self.warn()
            self.warned = warn is not None and warn < until
        self.life += self.marks(self.opened + len(self.life), until)

    def marks(self, start: int, end: int) -> bytes:
        """The seconds of a time as the clock would mark them as it stands now."""
        if self.target == INSTANT:
            return b"\x01" * (end - start)
        if self.paused:
            return b"\x02" * (end - start)
        open_ = self.days.other if self.target == OTHER else self.days.own
        return open_[start - self.days.begun : end - self.days.begun]

    def used(self) -> int:
        return self.life.count(COUNTED)

    def reached(self, wanted: int) -> int | None:
        """The earliest second before which ``wanted`` seconds are counted, if it goes on so; None past the days."""
        ahead = self.marks(self.opened + len(self.life), self.days.end)
        return _nth(bytes(self.life) + ahead, wanted, self.opened)

    def due(self) -> int | None:
        """The deadline; None where there is none, or none within the days."""
        if self.target == INSTANT:
            return self.by
        return None if self.target < 0 else self.reached(self.terms.within[self.target])

    def warn(self) -> Fraction | int | None:
        """From when on the clock warns, if it goes on so."""
        terms, amount = self.terms, 0 if self.target in (-1, INSTANT) else self.terms.within[self.target]
        if terms.before is not None:
            due = self.due()
            return None if due is None else due - terms.before
        if self.target == INSTANT:
            if self.by is None or (terms.share is None and terms.left is None):
                return None
            if terms.share is not None:
                return self.opened + (self.by - self.opened) * terms.share
            return self.by - (terms.left or 0)
        if self.target < 0:
            return None
        if terms.share is not None:
            return self.reached(-int(-amount * terms.share // 1))
        return self.reached(max(amount - terms.left, 0)) if terms.left is not None else None

    def state(self, at: int) -> str:
        due = self.due()
        if self.ended is not None:
            late = due is not None and self.ended > due
            return "cancelled" if self.cancelled else "breached" if late else "achieved"
        if due is not None and at >= due:
            return "breaching"
        warn = self.warn()
        return "warning" if self.warned or (warn is not None and at >= warn) else "pending"


def _nth(marks: bytes, wanted: int, opened: int) -> int | None:
    """The second at which the ``wanted``-th counted mark is over: an hour at a time, a minute, then one by one."""
    if not wanted:
        return opened
    second = used = 0
    for size in (3_600, 60, 1):
        while used + (here := marks.count(COUNTED, second, second + size)) < wanted:
            used += here
            second += size
            if second >= len(marks):
                return None
    return opened + second + 1


def walk(terms: Terms, days: Watched, history: Sequence[Said], at: int) -> list[Slow]:
    """Every clock of one entity until ``at``, oldest first."""
    clocks: list[Slow] = []
    clock: Slow | None = None
    held: bool | None = None
    for said in history:
        now = said.time // SECOND
        if now > at:
            break
        edge = said.start is True and (said.new or held is False)
        held = held if said.start is None else said.start
        ends = said.cancel or said.stop
        if clock is not None:
            clock.run(now)
        elif edge and not ends and (terms.again or not clocks):
            clock = Slow(terms, days, now)
            clocks.append(clock)
        if clock is None:
            continue
        if ends:
            clock.ended, clock.cancelled = now, said.cancel is True
            clock = None
            continue
        clock.paused = clock.paused if said.pause is None else said.pause
        by = None if said.by is None else said.by // SECOND
        if said.target is not None and (said.target, by) != (clock.target, clock.by):
            clock.target, clock.by, clock.warned = said.target, by, False
    if clock is not None:
        clock.run(at)
    return clocks
