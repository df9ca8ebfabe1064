"""Why this deadline: every counted and uncounted span of a clock, summing to the clock to the second."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from engine.calendars.model import Calendar, WorkingTime
from engine.conditions.values import Duration, Timestamp
from engine.sla.clock import Clock, Stretch

Reason = Literal["open", "closed", "paused"]


@dataclass(frozen=True, slots=True)
class Line:
    """A span of a clock's life and whether it counts; ``holidays`` are the public holidays and dates within it."""

    start: Timestamp
    end: Timestamp
    reason: Reason
    calendar: str
    holidays: tuple[str, ...] = ()

    @property
    def counted(self) -> Duration:
        """How much of it counts."""
        return Duration(self.end - self.start if self.reason == "open" else 0)

    def as_json(self) -> dict[str, Any]:
        """The form that ``virel sla explain`` prints."""
        found: dict[str, Any] = {
            "from": self.start.text(),
            "to": self.end.text(),
            "reason": self.reason,
            "seconds": seconds(Duration(self.end - self.start)),
            "counted": seconds(self.counted),
        }
        if self.calendar:
            found["calendar"] = self.calendar
        if self.holidays:
            found["holidays"] = list(self.holidays)
        return found


def seconds(span: Duration) -> int | float:
    """A span in seconds, whole where it is."""
    whole, rest = divmod(int(span), 1_000_000_000)
    return span / 1_000_000_000 if rest else whole


def ledger(clock: Clock, at: Timestamp) -> list[Line]:
    """The spans of a clock until ``at`` or its end; what they count sums to the time used."""
    return [line for stretch in clock.stretches(at) for line in _lines(stretch)]


def ahead(clock: Clock, at: Timestamp) -> list[Line]:
    """The spans from ``at`` to the deadline of an open clock, as they are foreseen; what they count is what remains."""
    if clock.ended is not None or clock.due is None or clock.due <= at or clock.resting:
        return []
    return list(_lines(Stretch(at, clock.due, clock.calendar)))


def _lines(stretch: Stretch) -> Iterator[Line]:
    calendar = stretch.calendar
    if calendar is None:
        yield Line(stretch.start, stretch.end, "paused", "")
        return
    reached = stretch.start
    for first, last in calendar.open_spans(stretch.start, stretch.end):
        if reached < first:
            yield Line(reached, first, "closed", calendar.id, _holidays(calendar, reached, first))
        yield Line(first, last, "open", calendar.id)
        reached = last
    if reached < stretch.end:
        yield Line(reached, stretch.end, "closed", calendar.id, _holidays(calendar, reached, stretch.end))


def _holidays(calendar: WorkingTime, start: Timestamp, end: Timestamp) -> tuple[str, ...]:
    """The days within a closed span on which the week does not count, with their names."""
    if not isinstance(calendar, Calendar) or (calendar.country is None and not calendar.dates):
        return ()
    found: list[str] = []
    day, last = calendar.day_of(start), calendar.day_of(end - 1)
    while day <= last:
        name = calendar.holiday(day)
        if name is not None or day in calendar.dates:
            found.append(f"{day.isoformat()} {name}" if name is not None else day.isoformat())
        day += timedelta(days=1)
    return tuple(found)
