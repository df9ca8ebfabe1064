"""The change's effects in figures: by kind before and after, by day, and entity by entity."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from app.report import times, wording
from app.report.clocks import WORDS
from app.report.figures import subject_of
from app.report.witness import SeenClock, Witness

if TYPE_CHECKING:
    from app.report.model import Json
    from app.report.times import Zone

SHOWN_ENTITIES = 8
"""Entities told of each machine before the rest is only counted."""
SHOWN_LINES = 4


@dataclass(frozen=True, slots=True)
class KindFigure:
    """Effects of one kind: those only the draft has, those it has otherwise, those it drops, and both totals."""

    kind: str
    added: int
    changed: int
    removed: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class DayFigure:
    """One day: effects that the draft adds, alters and drops, each with its height from 0 to 100; and both totals."""

    day: date
    added: int
    changed: int
    removed: int
    up: float
    turned: float
    down: float
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Days:
    """All days; ``top`` is the count at full height, ``left`` and ``width`` of a day's bar are shares of the whole."""

    days: tuple[DayFigure, ...]
    top: int
    step: float


@dataclass(frozen=True, slots=True)
class Told:
    """One effect or clock of an entity under one version."""

    kind: str
    when: str
    text: str


@dataclass(frozen=True, slots=True)
class EntityFigure:
    """An entity whose story differs: what was done only live, what only by the draft, and what became of it."""

    id: str
    live: tuple[Told, ...]
    draft: tuple[Told, ...]
    more: int
    later: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Kin:
    """The entities of one machine whose stories differ."""

    plural: str
    count: int
    entities: tuple[EntityFigure, ...]


class Effects:
    """The difference of two replays, with what both did in all."""

    def __init__(self, diff: Json, live: Witness, draft: Witness, zone: Zone) -> None:
        self._diff, self._zone = diff, zone
        self._live, self._draft = live, draft

    def kinds(self) -> tuple[list[KindFigure], list[str]]:
        """The kinds of effects that differ, most first; and in words, with their counts, those that do not."""
        before, after = (_totals(one.effects) for one in (self._live, self._draft))
        found = {kind: Counter(effect["action"] for effect in self._diff[kind]) for kind in ("added", "removed")}
        changed = Counter(pair["after"]["action"] for pair in self._diff["changed"])
        rows: list[KindFigure] = []
        same: list[str] = []
        for action in sorted({*before, *after}, key=lambda one: (-before[one] - after[one], one)):
            name = wording.noun(action, 2)
            figure = KindFigure(
                name[:1].upper() + name[1:],
                found["added"][action],
                changed[action],
                found["removed"][action],
                before[action],
                after[action],
            )
            if figure.added or figure.changed or figure.removed:
                rows.append(figure)
            else:
                same.append(f"{wording.number(after[action])} {wording.noun(action, after[action])}")
        return sorted(rows, key=lambda row: -row.added - row.removed - row.changed), same

    def days(self) -> Days:
        """Every day from the first effect to the last."""
        found: dict[str, Counter[date]] = {
            kind: Counter(self._zone.day(effect["at"]) for effect in self._diff[kind]) for kind in ("added", "removed")
        }
        changed = Counter(self._zone.day(pair["after"]["at"]) for pair in self._diff["changed"])
        before, after = (_by_day(one.effects) for one in (self._live, self._draft))
        every = {*before, *after}
        if not every:
            return Days((), 1, 100.0)
        days = times.every_day(min(every), max(every))
        top = max([1, *(found["added"][day] + changed[day] for day in days), *found["removed"].values()])

        def high(count: int) -> float:
            return round(count / top * 100, 2)

        figures = tuple(
            DayFigure(
                day,
                found["added"][day],
                changed[day],
                found["removed"][day],
                high(found["added"][day]),
                high(changed[day]),
                high(found["removed"][day]),
                before[day],
                after[day],
            )
            for day in days
        )
        return Days(figures, top, round(100 / len(days), 4))

    def entities(
        self,
        ends: Mapping[tuple[str, str], str],
        outcomes: Mapping[str, tuple[str, Mapping[str, str]]],
        clocks: tuple[Mapping[str, SeenClock], Mapping[str, SeenClock]],
        owners: Mapping[str, str],
    ) -> list[Kin]:
        """Whose stories differ, by machine. ``outcomes`` gives a machine's plural and the outcomes of its states,
        ``owners`` the machine that each policy is about.
        """
        live: dict[tuple[str, str], list[tuple[str, Told]]] = defaultdict(list)
        draft: dict[tuple[str, str], list[tuple[str, Told]]] = defaultdict(list)
        for effect in self._diff["removed"]:
            live[subject_of(effect)].append(self._told("removed", effect, self._live))
        for effect in self._diff["added"]:
            draft[subject_of(effect)].append(self._told("added", effect, self._draft))
        for pair in self._diff["changed"]:
            live[subject_of(pair["before"])].append(self._told("changed", pair["before"], self._live))
            draft[subject_of(pair["after"])].append(self._told("changed", pair["after"], self._draft))
        for side, own, others in ((live, clocks[0], clocks[1]), (draft, clocks[1], clocks[0])):
            for id, clock in own.items():
                if others.get(id) != clock:
                    side[owners.get(clock.policy, ""), clock.entity].append(self._clock(clock))
        kin: dict[str, list[tuple[str, EntityFigure]]] = defaultdict(list)
        for machine, id in sorted(live.keys() | draft.keys()):
            sides = [sorted(side.get((machine, id), ()), key=_instant) for side in (live, draft)]
            state = ends.get((machine, id), "")
            outcome = outcomes[machine][1].get(state, "") if machine in outcomes else ""
            shown = [tuple(told for _, told in side[:SHOWN_LINES]) for side in sides]
            more = sum(max(0, len(side) - SHOWN_LINES) for side in sides)
            begun = min(at for side in sides for at, _ in side)
            kin[machine].append((begun, EntityFigure(id, shown[0], shown[1], more, state, outcome)))
        return [
            Kin(
                outcomes[machine][0] if machine in outcomes else machine or "about no entity",
                len(found),
                tuple(one for _, one in sorted(found, key=_instant)[:SHOWN_ENTITIES]),
            )
            for machine, found in sorted(kin.items(), key=lambda item: (-len(item[1]), item[0]))
        ]

    def _told(self, kind: str, effect: Mapping[str, Any], witness: Witness) -> tuple[str, Told]:
        said = witness.said.get((effect["root"], effect["rule"], str(effect.get("template", ""))), "")
        text = " · ".join(filter(None, (wording.effect(effect), said)))
        action = wording.noun(effect["action"], 1)
        return effect["at"], Told(kind, self._zone.moment(effect["at"]), f"{action}: {text} · {effect['rule']}")

    def _clock(self, clock: SeenClock) -> tuple[str, Told]:
        at = clock.ended or clock.opened
        due = f", due {self._zone.moment(clock.due)}" if clock.due else ""
        return at, Told("clock", self._zone.moment(at), f"clock {clock.policy}: {WORDS[clock.fate]}{due}")


def _instant(pair: tuple[str, Any]) -> tuple[str, str]:
    return pair[0], getattr(pair[1], "id", "")


def _totals(effects: Mapping[tuple[date, str], int]) -> Counter[str]:
    found: Counter[str] = Counter()
    for (_, action), count in effects.items():
        found[action] += count
    return found


def _by_day(effects: Mapping[tuple[date, str], int]) -> Counter[date]:
    found: Counter[date] = Counter()
    for (day, _), count in effects.items():
        found[day] += count
    return found


def ticks(days: Sequence[DayFigure]) -> Iterator[tuple[int, str]]:
    """The days that an axis names, by number: the first, and every Monday that is not too near to it or to the end."""
    for number, figure in enumerate(days):
        if not number or (figure.day.weekday() == 0 and 3 < number < len(days) - 3):
            yield number, f"{figure.day.day} {figure.day:%b}"
