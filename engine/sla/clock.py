"""The clock of one policy on one entity: a pure function of what the policy's conditions say at each event.

Source: the language, "SLA and calendar". Nothing here knows events or records: whoever folds events judges the policy's
conditions and hands on what they say, in order of time.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Literal

from msgspec import Struct

from engine.calendars.amount import Amount
from engine.calendars.model import ALWAYS, WorkingTime
from engine.conditions.times import MIN_TIMESTAMP
from engine.conditions.values import Duration, Timestamp
from engine.sla.model import Policy, Target

State = Literal["pending", "warning", "breaching", "breached", "achieved", "cancelled"]
OPEN: tuple[State, ...] = ("pending", "warning", "breaching")


class Said(Struct, gc=False):
    """What a policy's conditions say just after an event. None: it cannot be judged, and what was stays.

    ``target`` is the number of the first target whose condition holds, -1 where none does; ``by`` the instant that it
    names. ``new`` is true of the event that created the entity.
    """

    time: Timestamp
    start: bool | None
    cancel: bool | None = False
    stop: bool | None = False
    pause: bool | None = False
    target: int | None = 0
    by: Timestamp | None = None
    new: bool = False


class Stretch(Struct, gc=False):
    """A stretch of a clock's life: counted in ``calendar``'s time, or not at all where the clock was paused."""

    start: Timestamp
    end: Timestamp
    calendar: WorkingTime | None


class Measured(Struct):
    """How a clock stands. ``due`` is None while it is paused, or where no target is for the entity.

    ``used`` is the time counted so far, ``remaining`` what is left until the deadline, negative when it is late; None
    where there is no target.
    """

    state: State
    paused: bool
    within_hours: bool
    opened: Timestamp
    ended: Timestamp | None
    due: Timestamp | None
    used: Duration
    remaining: Duration | None
    target: int


class Clock(Struct):
    """One clock, from the event that opened it to the one that ended it, or still open.

    ``counting`` is the calendar by which time is counted now, None while it is not. Deadline and warning are worked out
    when somebody asks: most clocks end before.
    """

    policy: Policy
    opened: Timestamp
    since: Timestamp
    chosen: Timestamp
    counting: WorkingTime | None
    paused: bool = False
    target: int = -1
    by: Timestamp | None = None
    warned: bool = False
    ended: Timestamp | None = None
    cancelled: bool = False
    past: list[Stretch] = []
    _due: Timestamp | None = None
    _due_known: bool = False
    _warn: Timestamp | None = None
    _warn_known: bool = False
    _spent: int = 0
    _summed: int = 0
    _days: Fraction = Fraction(0)
    _days_summed: int = 0

    @classmethod
    def open(cls, policy: Policy, time: Timestamp) -> Clock:
        """A clock that opens at ``time``; its first target is chosen by what is said then."""
        return cls(policy, time, time, time, policy.calendar)

    def see(self, said: Said) -> bool:
        """Takes what the conditions say at one event; whether anything of the clock has changed."""
        time = said.time
        if said.cancel or said.stop:
            if not self._due_known:  # by the target in force before the event that ends it
                self._due, self._due_known = self._deadline(), True
            self._count(time)
            self.ended, self.cancelled = time, said.cancel is True
            return True
        pause = self.paused if said.pause is None else said.pause
        target, by = (self.target, self.by) if said.target is None else (said.target, said.by)
        if pause == self.paused and target == self.target and by == self.by:
            return False
        self._count(time)
        self.paused = pause
        if target != self.target or by != self.by:
            self.target, self.by, self.chosen, self.warned = target, by, time, False
        self.counting = None if self.resting else self.calendar
        self._due_known = self._warn_known = False
        return True

    def know_deadline(self, due: Timestamp | None) -> None:
        """Takes the deadline of a clock that is taken up again, as it was worked out before."""
        self._due, self._due_known = due, True

    @property
    def due(self) -> Timestamp | None:
        """The deadline by the target in force; None while there is none."""
        if not self._due_known:
            self._due, self._due_known = self._deadline(), True
        return self._due

    @property
    def warn(self) -> Timestamp | None:
        """From when on it is warned of, by the target in force; None where it never is."""
        if not self._warn_known:
            self._warn, self._warn_known = self._warning(), True
        return self._warn

    @property
    def aim(self) -> Target | None:
        """The target in force."""
        return self.policy.targets[self.target] if self.target >= 0 else None

    @property
    def calendar(self) -> WorkingTime:
        """By what time is counted now: the target's calendar; an instant is waited for around the clock."""
        target = self.aim
        if target is None:
            return self.policy.calendar
        return target.calendar if target.amount is not None else ALWAYS

    @property
    def resting(self) -> bool:
        """Whether time is not counted now; the wait for an instant knows no pauses."""
        return self.paused and (self.aim is None or self.aim.amount is not None)

    @property
    def late_from(self) -> Timestamp | None:
        """From when on the clock is late: the deadline, but not before the target that sets it was chosen."""
        return max(self.due, self.chosen) if self.due is not None else None

    def late_at(self, time: Timestamp) -> bool:
        """Whether the deadline has come by ``time``, of a clock that has not ended before it."""
        return self.due is not None and time >= self.due

    def stretches(self, at: Timestamp) -> list[Stretch]:
        """Its whole life until ``at`` or its end, without gaps."""
        end = at if self.ended is None else min(at, self.ended)
        found = [s if s.end <= end else Stretch(s.start, end, s.calendar) for s in self.past if s.start < end]
        if self.ended is None and self.since < end:
            found.append(Stretch(self.since, end, self.counting))
        return found

    def used(self, at: Timestamp) -> Duration:
        """The time counted until ``at``, or until its end."""
        if self.ended is not None and at >= self.ended:
            return Duration(self._spend())
        if self.ended is None and at >= self.since:
            return Duration(self._spend() + (0 if self.counting is None else self.counting.worked(self.since, at)))
        return Duration(sum(s.calendar.worked(s.start, s.end) for s in self.stretches(at) if s.calendar is not None))

    def state(self, at: Timestamp) -> State:
        """The state alone at ``at``."""
        ended = self.ended
        if ended is not None:
            missed = self.due is not None and ended > self.due
            return "cancelled" if self.cancelled else "breached" if missed else "achieved"
        if self.late_at(at):
            return "breaching"
        return "warning" if self.warned or (self.warn is not None and at >= self.warn) else "pending"

    def at(self, at: Timestamp) -> Measured:
        """How the clock stands at ``at``, after everything that happens then."""
        target, ended = self.aim, self.ended
        used = self.used(at)
        remaining: Duration | None = None
        moment = at if ended is None else ended
        if target is not None and target.amount is None and self.by is not None:
            remaining = Duration(self.by - moment)
        elif target is not None and target.amount is not None and not target.amount.days:
            remaining = Duration(target.amount.time - used)
        elif target is not None and self.due is not None:
            remaining = target.calendar.worked(moment, self.due)
        paused = self.paused and ended is None
        return Measured(
            self.state(at),
            paused,
            self.calendar.is_open(at),
            self.opened,
            ended,
            self.due,
            used,
            remaining,
            self.target,
        )

    def _count(self, time: Timestamp) -> None:
        """Closes the stretch that has run until now."""
        warn = self.policy.warn
        # A share or a rest that was used up stays so. How long it was before the deadline is forgotten in a pause.
        if warn is not None and warn.before is not None and self.warn is not None and time > self.warn:
            self.warned = True
        if time > self.since:
            self.past.append(Stretch(self.since, time, self.counting))
            self.since = time

    def _spend(self) -> int:
        """The time counted in the stretches that are over, each summed when first somebody asks."""
        if self._summed < len(self.past):
            for stretch in self.past[self._summed :]:
                if stretch.calendar is not None:
                    self._spent += stretch.calendar.worked(stretch.start, stretch.end)
            self._summed = len(self.past)
        return self._spent

    def _spend_days(self) -> Fraction:
        """The working days counted in the stretches that are over, likewise."""
        if self._days_summed < len(self.past):
            for stretch in self.past[self._days_summed :]:
                if stretch.calendar is not None:
                    self._days += stretch.calendar.days(stretch.start, stretch.end)
            self._days_summed = len(self.past)
        return self._days

    def _deadline(self) -> Timestamp | None:
        """The deadline by the target in force, keeping the time used."""
        target = self.aim
        if target is None:
            return None
        return self._reached(target, target.amount) if target.amount is not None else self.by

    def _warning(self) -> Timestamp | None:
        target, warn = self.aim, self.policy.warn
        if target is None or warn is None:
            return None
        if warn.before is not None:
            return _before(self.due, warn.before) if self.due is not None else None
        if target.amount is not None:
            return self._reached(target, target.warn) if target.warn is not None else None
        if self.due is None:
            return None
        if warn.share is not None:
            return Timestamp(self.opened + int((self.due - self.opened) * warn.share))
        return _before(self.due, warn.left.plain()) if warn.left is not None else None

    def _reached(self, target: Target, amount: Amount) -> Timestamp | None:
        """The earliest instant at which ``amount`` is used up; None where that is not before the pause ends."""
        days, time = amount.days, int(amount.time)
        if not amount.in_days:
            if not time:  # nothing is used up at once, also by a clock that opens paused
                return self.opened
            if self._spend() < time:
                return None if self.counting is None else target.calendar.deadline(self.since, time - self._spent)
        elif (left := days - self._spend_days()) > 0:
            return None if self.counting is None else target.calendar.after(self.since, Amount(left, amount.time, ""))
        for stretch in self.past:
            calendar = stretch.calendar
            if calendar is None:
                continue
            begun = stretch.start
            if days:
                share = calendar.days(begun, stretch.end)
                if share < days:
                    days -= share
                    continue
                reached = calendar.after(begun, Amount(days, Duration(0), ""))
                assert reached is not None
                begun, days = reached, Fraction(0)
            worked = calendar.worked(begun, stretch.end)
            if worked >= time:
                return calendar.deadline(begun, time)
            time -= worked
        return None if self.counting is None else target.calendar.deadline(self.since, time)


class Track(Struct):
    """The clocks of one policy on one entity; ``holds`` is what ``start`` said last, None before it was first asked."""

    policy: Policy
    holds: bool | None = None
    opened: int = 0
    clock: Clock | None = None

    def may_open(self, new: bool) -> bool:
        """Whether an event at which ``start`` holds, ``new`` the one that created the entity, is an edge that opens."""
        return (self.holds is False or new) and (self.policy.again or not self.opened)

    def see(self, said: Said) -> Clock | None:
        """Takes what the conditions say at one event; the clock of which something has changed, if any."""
        clock = self.clock
        changed: Clock | None = None
        if clock is not None and clock.ended is None:
            changed = clock if clock.see(said) else None
        elif said.start is True and not said.cancel and not said.stop and self.may_open(said.new):
            self.opened += 1
            changed = self.clock = Clock.open(self.policy, said.time)
            changed.see(said)
        if said.start is not None:
            self.holds = said.start
        return changed


def measure(policy: Policy, history: Iterable[Said], at: Timestamp) -> list[Measured]:
    """How the clocks of one entity stand at ``at``, oldest first. The history tells of every event until then."""
    track = Track(policy)
    clocks: list[Clock] = []
    for said in history:
        if said.time > at:
            break
        clock = track.see(said)
        if clock is not None and (not clocks or clocks[-1] is not clock):
            clocks.append(clock)
    return [clock.at(at) for clock in clocks]


def _before(due: Timestamp, span: int) -> Timestamp:
    """An instant before a deadline; the first there is, where the deadline is about as early as that."""
    return Timestamp(max(due - span, MIN_TIMESTAMP))
