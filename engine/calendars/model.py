"""A calendar that can measure, and the clock that always runs. Source: the language, "SLA and calendar".

All arithmetic is on instants in UTC. An instant is open when the clocks of the calendar's zone then show a time within
a window of a day; a window past midnight belongs to the day on which it starts.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Protocol
from zoneinfo import ZoneInfo

from engine.calendars.amount import Amount
from engine.calendars.holidays import public_holidays
from engine.calendars.zones import local_spans, offset_at
from engine.conditions.times import MAX_TIMESTAMP
from engine.conditions.values import Duration, Timestamp

SECOND = 1_000_000_000
DAY = 86_400 * SECOND
CHUNK = 128 * DAY
"""How much of a calendar is worked out at once, in nanoseconds."""
SEARCHED = 1_150
"""Chunks that a deadline is looked for in: about four centuries."""
_EPOCH = date(1970, 1, 1).toordinal()

Window = tuple[int, int]
"""From and to in minutes since the day's midnight; past midnight ``to`` is more than 1440."""
Span = tuple[Timestamp, Timestamp]


class WorkingTime(Protocol):
    """What measures time."""

    id: str

    def worked(self, start: int, end: int) -> Duration:
        """The working time from ``start`` to ``end``; negative where ``end`` lies before ``start``."""

    def deadline(self, start: int, amount: int) -> Timestamp | None:
        """The earliest instant at which ``amount`` of working time is used up; None where none ever is."""

    def after(self, start: int, amount: Amount) -> Timestamp | None:
        """The earliest instant at which the working days and then the time of ``amount`` are used up."""

    def days(self, start: int, end: int) -> Fraction:
        """The working days from ``start`` to ``end``: each day's open time is worth one, spread evenly."""

    def is_open(self, at: int) -> bool:
        """Whether ``at`` is working time."""

    def open_spans(self, start: int, end: int) -> Iterator[Span]:
        """The stretches of working time between two instants, in order."""


@dataclass(slots=True)
class _Chunk:
    """The open spans of one stretch of time: where each starts and ends, and the working time up to its end."""

    starts: list[int]
    ends: list[int]
    before: list[int]
    until: list[int]
    total: int


@dataclass(slots=True)
class _Day:
    """The spans of one day, in order, from ``first`` to ``last``; ``total`` is what they add up to."""

    spans: tuple[tuple[int, int], ...]
    total: int
    first: int
    last: int

    def between(self, start: int, end: int) -> int:
        """How much of it lies between two instants."""
        return sum(max(0, min(end, last) - max(start, first)) for first, last in self.spans)


@dataclass(slots=True)
class Calendar:
    """Working hours of a week in a zone, and the days on which they do not count.

    ``week`` holds the windows of Monday to Sunday; ``dates`` the windows of single dates, which take the place of the
    week's and of a public holiday of ``country``.
    """

    id: str
    version: int
    description: str
    timezone: str
    week: tuple[tuple[Window, ...], ...]
    country: str | None = None
    dates: Mapping[date, tuple[Window, ...]] = field(default_factory=dict)
    _zone: ZoneInfo = field(init=False, repr=False, compare=False)
    _chunks: dict[int, _Chunk] = field(default_factory=dict, init=False, repr=False, compare=False)
    _days: dict[int, _Day] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._zone = ZoneInfo(self.timezone)

    def windows(self, day: date) -> tuple[Window, ...]:
        """The windows that start on a day."""
        named = self.dates.get(day)
        if named is not None:
            return named
        return () if self.holiday(day) is not None else self.week[day.weekday()]

    def holiday(self, day: date) -> str | None:
        """The name of the public holiday of the calendar's country, if the day is one."""
        return public_holidays(self.country, day.year).get(day) if self.country is not None else None

    def worked(self, start: int, end: int) -> Duration:
        """The working time from ``start`` to ``end``; negative where ``end`` lies before ``start``."""
        if end < start:
            return Duration(-self.worked(end, start))
        first, last = start // CHUNK, end // CHUNK
        chunks = self._chunks
        used = _position(chunks.get(last) or self._chunk(last), end)
        used -= _position(chunks.get(first) or self._chunk(first), start)
        for number in range(first, last):
            used += self._chunk(number).total
        return Duration(used)

    def deadline(self, start: int, amount: int) -> Timestamp | None:
        """The earliest instant at which ``amount`` of working time is used up; None where none ever is."""
        if amount <= 0:
            return Timestamp(start)
        number = start // CHUNK
        chunk = self._chunks.get(number) or self._chunk(number)
        wanted = amount
        place = bisect_right(chunk.starts, start) - 1
        if place >= 0:
            wanted += chunk.before[place] + min(start, chunk.ends[place]) - chunk.starts[place]
        if wanted <= chunk.total:
            place = bisect_left(chunk.until, wanted, max(place, 0))
            return _within(chunk.starts[place] + wanted - chunk.before[place])
        for current in range(number, number + SEARCHED):
            chunk = self._chunk(current)
            if wanted <= chunk.total:
                place = bisect_left(chunk.until, wanted)
                return _within(chunk.starts[place] + wanted - chunk.before[place])
            wanted -= chunk.total
        return None

    def after(self, start: int, amount: Amount) -> Timestamp | None:
        """The earliest instant at which the working days and then the time of ``amount`` are used up."""
        begun = self._after_days(start, amount.days) if amount.in_days else Timestamp(start)
        return self.deadline(begun, amount.time) if begun is not None else None

    def days(self, start: int, end: int) -> Fraction:
        """The working days from ``start`` to ``end``: each day's open time is worth one, spread evenly."""
        whole, part = 0, Fraction(0)
        for number in range(start // DAY - 3, end // DAY + 3):
            day = self._days.get(number) or self._day(number)
            if not day.total or day.last <= start or day.first >= end:
                continue
            if start <= day.first and day.last <= end:
                whole += 1
            else:
                part += Fraction(day.between(start, end), day.total)
        return part + whole

    def is_open(self, at: int) -> bool:
        """Whether ``at`` is working time: the first instant of a window is, its end is not."""
        chunk = self._chunk(at // CHUNK)
        place = bisect_right(chunk.starts, at) - 1
        return place >= 0 and at < chunk.ends[place]

    def open_spans(self, start: int, end: int) -> Iterator[Span]:
        """The stretches of working time between two instants, in order."""
        held: tuple[int, int] | None = None
        for number in range(start // CHUNK, end // CHUNK + 1):
            chunk = self._chunk(number)
            for first, last in zip(chunk.starts, chunk.ends, strict=True):
                first, last = max(first, start), min(last, end)
                if first >= last:
                    continue
                if held is not None and held[1] == first:
                    held = (held[0], last)
                    continue
                if held is not None:
                    yield Timestamp(held[0]), Timestamp(held[1])
                held = (first, last)
        if held is not None:
            yield Timestamp(held[0]), Timestamp(held[1])

    def next_change(self, at: int) -> Timestamp | None:
        """When working time next ends or begins, after ``at``; None where it never does."""
        horizon = at + SEARCHED * CHUNK
        for first, last in self.open_spans(at, horizon):
            if first > at:
                return first
            return last if last < horizon else None
        return None

    def last_change(self, at: int) -> Timestamp | None:
        """When working time last ended or began, at ``at`` or before; None where it never did."""
        reach = 8 * DAY
        while reach <= SEARCHED * CHUNK:
            for first, last in reversed(list(self.open_spans(at - reach, at + 1))):
                if last <= at:
                    return last
                if first > at - reach:
                    return first
            reach *= 8
        return None

    def working_day(self, day: date, count: int) -> date | None:
        """The ``count``-th day with working time after ``day``, or before it where negative; None where none is."""
        step = 1 if count > 0 else -1
        number = day.toordinal() - _EPOCH
        for _ in range(SEARCHED * 128):
            if not count:
                return date.fromordinal(_EPOCH + number)
            number += step
            if self._day(number).total:
                count -= step
        return None

    def day_of(self, at: int) -> date:
        """The date that the clocks of the calendar's zone show."""
        seconds = at // SECOND
        return date.fromordinal(_EPOCH + (seconds + offset_at(self._zone, seconds)) // 86_400)

    def _chunk(self, number: int) -> _Chunk:
        chunk = self._chunks.get(number)
        if chunk is None:
            chunk = self._chunks[number] = self._work_out(number * CHUNK, (number + 1) * CHUNK)
        return chunk

    def _work_out(self, start: int, end: int) -> _Chunk:
        # A window may reach from the day before into this chunk, and a zone may be a day away from UTC.
        spans = sorted(
            span for day in range(start // DAY - 4, end // DAY + 4) for span in self._day(day).spans if span[1] > start
        )
        chunk = _Chunk([], [], [], [], 0)
        for first, last in spans:
            first, last = max(first, start), min(last, end)
            if chunk.ends and first <= chunk.ends[-1]:
                first = chunk.ends[-1]
                if last <= first:
                    continue
                chunk.ends[-1] = last
                chunk.total += last - first
                chunk.until[-1] = chunk.total
            elif first < last:
                chunk.starts.append(first)
                chunk.ends.append(last)
                chunk.before.append(chunk.total)
                chunk.total += last - first
                chunk.until.append(chunk.total)
        return chunk

    def _day(self, number: int) -> _Day:
        """The open spans of the windows that start on a day, by its number since 1970."""
        day = self._days.get(number)
        if day is None:
            spans: list[tuple[int, int]] = []
            if 1 <= _EPOCH + number <= date.max.toordinal():
                midnight = number * 86_400
                for first, last in self.windows(date.fromordinal(_EPOCH + number)):
                    found = local_spans(self._zone, midnight + first * 60, midnight + last * 60)
                    spans.extend((one * SECOND, other * SECOND) for one, other in found)
            spans.sort()
            first, last = (spans[0][0], max(end for _, end in spans)) if spans else (0, 0)
            day = self._days[number] = _Day(tuple(spans), sum(last - first for first, last in spans), first, last)
        return day

    def _after_days(self, start: int, wanted: Fraction) -> Timestamp | None:
        # A fraction of plain numbers: working days are counted often, and most of them whole.
        over, under = wanted.numerator, wanted.denominator
        begun = start // DAY - 3
        for number in range(begun, begun + SEARCHED * 128):
            day = self._days.get(number) or self._day(number)
            if not day.total or day.last <= start:
                continue
            if start <= day.first:
                if under < over:
                    over -= under
                    continue
            else:
                left = day.between(start, day.last)
                if left * under < over * day.total:
                    over, under = over * day.total - left * under, under * day.total
                    continue
            needed = -(-over * day.total // under)  # up to the next nanosecond
            for first, last in day.spans:
                first = max(first, start)
                if last <= first:
                    continue
                if needed <= last - first:
                    return _within(first + needed)
                needed -= last - first
        return None


def _position(chunk: _Chunk, at: int) -> int:
    """The working time from the beginning of a chunk to ``at``."""
    place = bisect_right(chunk.starts, at) - 1
    if place < 0:
        return 0
    end = chunk.ends[place]
    return chunk.before[place] + (min(end, at)) - chunk.starts[place]


def _within(instant: int) -> Timestamp | None:
    return Timestamp(instant) if instant <= MAX_TIMESTAMP else None


class AroundTheClock:
    """The clock of whoever names no calendar: it always runs."""

    id = ""

    def worked(self, start: int, end: int) -> Duration:
        """The time from ``start`` to ``end``."""
        return Duration(end - start)

    def deadline(self, start: int, amount: int) -> Timestamp | None:
        """The instant ``amount`` later."""
        return _within(start + max(amount, 0))

    def after(self, start: int, amount: Amount) -> Timestamp | None:
        """The instant ``amount`` later, a day being 24 hours."""
        return self.deadline(start, amount.plain())

    def days(self, start: int, end: int) -> Fraction:
        """The days of 24 hours from ``start`` to ``end``."""
        return Fraction(end - start, DAY)

    def is_open(self, at: int) -> bool:
        """Always."""
        return True

    def open_spans(self, start: int, end: int) -> Iterator[Span]:
        """All of it."""
        if start < end:
            yield Timestamp(start), Timestamp(end)


ALWAYS = AroundTheClock()
