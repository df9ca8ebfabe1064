"""The SLA section: how the clocks of each policy ended, how late, and why a deadline stood where it did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from app.report import times
from app.report.documents import policies
from app.report.documents.phrase import in_line
from app.report.documents.sheet import Sheet, code
from app.report.witness import Fate, SeenClock, Witness

if TYPE_CHECKING:
    from app.report.times import Zone

WORDS: Mapping[Fate, str] = {
    "met": "met",
    "missed": "missed",
    "late": "late, still open",
    "cancelled_late": "ran out, then dropped",
    "cancelled": "dropped in time",
    "running": "running",
    "paused": "resting",
}
MISSED: tuple[Fate, ...] = ("missed", "late", "cancelled_late")
STEPS = ((900, "to 15 min"), (3_600, "to 1 h"), (14_400, "to 4 h"), (86_400, "to 24 h"), (float("inf"), "more"))
"""How late: each step with its end in seconds of the clock's own time."""


@dataclass(frozen=True, slots=True)
class Part:
    """The clocks of one fate as a part of a bar, places from 0 to 100."""

    fate: Fate
    word: str
    count: int
    left: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One policy's clocks under one version; ``label`` is empty where both versions agree."""

    label: str
    parts: tuple[Part, ...]
    total: int
    words: str


@dataclass(frozen=True, slots=True)
class Step:
    """How many were late by so much; ``height`` from 0 to 100."""

    word: str
    count: int
    height: float


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late the missed ones were."""

    steps: tuple[Step, ...]
    middle: str
    worst: str
    count: int


@dataclass(frozen=True, slots=True)
class PolicyFigure:
    """A policy and its clocks. ``moved`` counts those that the draft opens, ends or aims otherwise."""

    sheet: Sheet
    bars: tuple[Bar, ...]
    lateness: Lateness | None
    moved: int


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch of a clock's life on a strip from 0 to 100; ``reason`` is open, closed, paused or over."""

    left: float
    width: float
    reason: str
    start: str
    end: str
    lasts: str
    note: str


@dataclass(frozen=True, slots=True)
class Telling:
    """One clock under one version: sentences, and the strip beside them with the places of deadline and end."""

    label: str
    sentences: tuple[str, ...]
    spells: tuple[Spell, ...]
    due: float | None
    ended: float | None


@dataclass(frozen=True, slots=True)
class Story:
    """Why a clock's deadline stood where it did, under each version that tells it otherwise."""

    id: str
    title: str
    tellings: tuple[Telling, ...]
    alike: bool


class Clockwork:
    """The clocks of a replay beside those of its draft. ``sheets`` and ``written`` are the policies by id."""

    def __init__(
        self,
        live: Witness,
        draft: Witness | None,
        sheets: Mapping[str, Sheet],
        written: Mapping[str, Mapping[str, Any]],
        zone: Zone,
    ) -> None:
        self._witnesses = {"live": live, "draft": draft or live}
        self.live, self.draft = live.clocks(), (draft or live).clocks()
        self._sheets, self._written, self._zone = sheets, written, zone
        self.moved = sorted(
            id for id in self.live.keys() | self.draft.keys() if self.live.get(id) != self.draft.get(id)
        )

    def figures(self) -> list[PolicyFigure]:
        """Every policy, in the order of ids."""
        found = []
        for id, sheet in sorted(self._sheets.items()):
            live, draft = self._of(self.live, id), self._of(self.draft, id)
            counts = [Counter(clock.fate for clock in clocks) for clocks in (live, draft)]
            labels = ("",) if counts[0] == counts[1] else ("live", "draft")
            bars = tuple(map(_bar, labels, counts))
            moved = sum(one.partition("/")[0] == id for one in self.moved)
            found.append(PolicyFigure(sheet, bars, _lateness(draft), moved))
        return found

    def stories(self) -> list[Story]:
        """A clock that was missed, and one whose life the draft changes, where there are such."""
        chosen = dict.fromkeys(filter(None, (self._missed(), self._changed())))
        return [self._story(id) for id in chosen]

    def _missed(self) -> str | None:
        """The middle one, by lateness, of the policy that missed most; one that met closed hours is preferred."""
        missed = [clock for clock in self.live.values() if clock.fate == "missed"]
        if not missed:
            return None
        policy = Counter(clock.policy for clock in missed).most_common(1)[0][0]
        own = sorted((c for c in missed if c.policy == policy), key=lambda c: (c.late, c.id))
        telling = [c for c in own if len(self._witnesses["live"].standing(c.id)["ledger"]) > 2]
        return (telling or own)[len(telling or own) // 2].id

    def _changed(self) -> str | None:
        """The first missed clock, else the first one, that both versions have and tell otherwise."""
        both = [id for id in self.moved if id in self.live and id in self.draft]
        return min(both, key=lambda id: (self.live[id].fate not in MISSED, id), default=None)

    def _story(self, id: str) -> Story:
        alike = self.live.get(id) == self.draft.get(id)
        versions = (
            (("", "live", self.live),) if alike else (("live", "live", self.live), ("draft", "draft", self.draft))
        )
        tellings = tuple(self._telling(label, self._witnesses[which], clocks[id]) for label, which, clocks in versions)
        seen = self.live[id]
        return Story(id, f"{code(seen.policy)} on {code(seen.entity)}", tellings, alike)

    def _telling(self, label: str, witness: Witness, clock: SeenClock) -> Telling:
        told = witness.standing(clock.id)
        start = told["opened"]
        end = max(filter(None, (told["due"], told["ended"], told["at"] if told["ended"] is None else None)))
        spells = tuple(self._spell(line, start, end) for line in (*told["ledger"], *told["ahead"]))
        sentences = tuple(self._sentences(clock, told))
        places = [self._place(told[key], start, end) if told[key] else None for key in ("due", "ended")]
        return Telling(label, sentences, spells, places[0], places[1])

    def _sentences(self, clock: SeenClock, told: Mapping[str, Any]) -> Iterator[str]:
        written, spoken = self._written[clock.policy], self._zone.spoken
        began = in_line(written["start"])
        yield f"It opened on {spoken(told['opened'])}, when {began} came to hold."
        target = policies.target(written["targets"][clock.target]) if clock.target >= 0 else None
        calendar = written.get("calendar")
        hours = f", in the hours of {code(calendar)}" if calendar else ""
        if target is not None:
            why = f", {target.note}" if target.note else ", the target of all others" if clock.target else ""
            yield f"Its target is {target.text}{hours}{why}."
        rested = sum(line["seconds"] for line in told["ledger"] if line["reason"] == "paused")
        closed = sum(line["seconds"] for line in told["ledger"] if line["reason"] == "closed")
        left_out = [f"{times.span(closed)} of closed hours"] if closed else []
        left_out += [f"{times.span(rested)} of rest"] if rested else []
        not_counted = f", and {' and '.join(left_out)} did not count" if left_out else ""
        yield f"{times.counted(told['used'])} counted{not_counted}."
        due = f"It was due on {spoken(told['due'])}" if told["due"] else "It had no deadline"
        ended = f" and ended on {spoken(told['ended'])}" if told["ended"] else " and is still open"
        late = f", {times.counted(clock.late)} late" if clock.late else ""
        yield f"{due}{ended}: {WORDS[clock.fate]}{late}."

    def _spell(self, line: Mapping[str, Any], start: str, end: str) -> Spell:
        left, right = self._place(line["from"], start, end), self._place(line["to"], start, end)
        note = ", ".join(line.get("holidays", ()))
        spoken = self._zone.spoken
        lasts = times.exact(line["seconds"])
        return Spell(
            left, round(right - left, 2), line["reason"], spoken(line["from"]), spoken(line["to"]), lasts, note
        )

    def _place(self, at: str, start: str, end: str) -> float:
        first, last, here = (self._zone.local(one) for one in (start, end, at))
        whole = (last - first).total_seconds()
        return round((here - first).total_seconds() / whole * 100, 2) if whole else 0.0

    @staticmethod
    def _of(clocks: Mapping[str, SeenClock], policy: str) -> list[SeenClock]:
        return [clock for clock in clocks.values() if clock.policy == policy]


def _bar(label: str, counts: Mapping[Fate, int]) -> Bar:
    total = sum(counts.values())
    parts, left = [], 0.0
    for fate, word in WORDS.items():
        if count := counts.get(fate, 0):
            width = round(count / total * 100, 2)
            parts.append(Part(fate, word, count, left, width))
            left = round(left + width, 2)
    words = ", ".join(f"{part.count} {part.word}" for part in parts) or "no clock was opened"
    return Bar(label, tuple(parts), total, words)


def _lateness(clocks: Sequence[SeenClock]) -> Lateness | None:
    late = sorted(clock.late for clock in clocks if clock.late)
    if not late:
        return None
    counts = [0] * len(STEPS)
    for seconds in late:
        counts[next(number for number, (end, _) in enumerate(STEPS) if seconds <= end)] += 1
    steps = tuple(
        Step(word, count, round(count / max(counts) * 100, 1)) for count, (_, word) in zip(counts, STEPS, strict=True)
    )
    return Lateness(steps, times.counted(median(late)), times.counted(late[-1]), len(late))
