"""From the JSON of a backtest to the rows a page shows."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.report import wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.report.model import Json, Report
    from app.report.times import Zone

SHOWN_EFFECTS = 8
"""Effects listed for one rule and kind of difference before the rest is only counted."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One row of the before and after picture: a rule's effects under both versions, places from 0 to 100."""

    rule: str
    note: str
    what: str
    before: int
    after: int
    left: float
    right: float

    @property
    def change(self) -> str:
        """The difference with its sign."""
        return wording.signed(self.after - self.before)


@dataclass(frozen=True, slots=True)
class EffectRow:
    """One effect of the difference: added, removed or changed."""

    kind: str
    action: str
    about: str
    when: str
    text: str


@dataclass(frozen=True, slots=True)
class EffectGroup:
    """The differences of one rule; ``more`` counts those not listed."""

    rule: str
    added: int
    removed: int
    changed: int
    rows: tuple[EffectRow, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """Entities touched by new effects that came to the same end; ``kind`` is good, bad or open."""

    state: str
    kind: str
    count: int


def differences(report: Report) -> tuple[list[Difference], int, int]:
    """The rules whose effects differ, greatest difference first; the scale's end; how many rules do not differ."""
    diff = report.replay["diff"]
    words: dict[str, Counter[str]] = defaultdict(Counter)
    altered: Counter[str] = Counter()
    for effect in diff["added"]:
        words[effect["rule"]][effect["action"]] += 1
    for effect in diff["removed"]:
        words[effect["rule"]][effect["action"]] -= 1
    for pair in diff["changed"]:
        altered[pair["before"]["rule"]] += 1
    after, before = report.replay["rules"], (report.against or {}).get("rules", {})
    rows = []
    for rule in sorted({**after, **before}):
        now = after.get(rule, {}).get("effects", 0)
        then = before.get(rule, {}).get("effects", now - words[rule].total())
        if now != then or words[rule] or altered[rule]:
            edited = report.edit is not None and report.edit.rule == rule
            rows.append((rule, "edited" if edited else "cascade", then, now))
    top = max([1, *(max(then, now) for _, _, then, now in rows)])
    drawn = [
        Difference(
            rule, note, _what(words[rule], altered[rule]), then, now, _at(min(then, now), top), _at(max(then, now), top)
        )
        for rule, note, then, now in rows
    ]
    drawn.sort(key=lambda row: (row.note != "edited", -abs(row.after - row.before), row.rule))
    return drawn, top, len({**after, **before}) - len(drawn)


def headline(report: Report) -> str:
    """What the draft would have done, in a sentence without its full stop."""
    diff = report.replay["diff"]
    if report.against is None:
        return f"{wording.number(report.replay['events'])} events, replayed"
    net = wording.net_effects(diff)
    if net:
        return f"The draft would have made {net}"
    if diff["added"] or diff["changed"]:
        moved = max(len(diff["added"]), len(diff["changed"]))
        return f"The draft would have made the same number of effects, {moved} of them differently"
    return "The draft would have changed nothing"


def tail(ends: list[Outcome], plural: str) -> str:
    """The headline's second half: the end that most of those it touches came to; empty when there is none to tell."""
    closed = [end for end in ends if end.kind != "open"]
    if not closed:
        return ""
    total, most = sum(end.count for end in ends), max(closed, key=lambda end: end.count)
    return f"{most.count:,} of the {total:,} {plural} it touches anew were in fact {most.state.replace('_', ' ')}"


def groups(report: Report) -> list[EffectGroup]:
    """The differences by rule, most first."""
    diff = report.replay["diff"]
    found: dict[str, list[EffectRow]] = defaultdict(list)
    for kind in ("added", "removed"):
        for effect in diff[kind]:
            found[effect["rule"]].append(_row(kind, _local(effect, report.zone), wording.effect(effect)))
    for pair in diff["changed"]:
        before, after = _local(pair["before"], report.zone), _local(pair["after"], report.zone)
        found[after["rule"]].append(_row("changed", after, f"{wording.gist(after)} ({wording.change(before, after)})"))
    result = []
    for rule, rows in found.items():
        kinds = Counter(row.kind for row in rows)
        shown: list[EffectRow] = []
        for kind in ("added", "removed", "changed"):
            shown += [row for row in rows if row.kind == kind][:SHOWN_EFFECTS]
        group = EffectGroup(
            rule, kinds["added"], kinds["removed"], kinds["changed"], tuple(shown), len(rows) - len(shown)
        )
        result.append(group)
    return sorted(result, key=lambda group: (-group.added - group.removed - group.changed, group.rule))


def outcomes(report: Report) -> tuple[str, list[Outcome]]:
    """What became of the entities that only the draft would have touched: their kind's name, and the ends they came to."""
    kinds = {machine.id: machine for machine in report.machines}
    touched: dict[tuple[str, str], None] = {}
    for effect in report.replay["diff"]["added"]:
        entity = subject_of(effect)
        own = report.edit is None or effect["rule"] == report.edit.rule
        if own and entity in report.ends and entity[0] in kinds and kinds[entity[0]].outcomes:
            touched[entity] = None
    if not touched:
        return "", []
    machine = Counter(entity[0] for entity in touched).most_common(1)[0][0]
    ends = Counter(report.ends[entity] for entity in touched if entity[0] == machine)
    outcome = kinds[machine].outcomes
    rows = [Outcome(state, outcome.get(state, "open"), count) for state, count in ends.items()]
    rank = {"bad": 0, "good": 1, "open": 2}
    return kinds[machine].plural, sorted(rows, key=lambda row: (rank[row.kind], -row.count, row.state))


def pending(replay: Json) -> int:
    """How much is due after the end."""
    return int(replay["pending_at_end"])


def stopped(replay: Json) -> int:
    """How many follow-ups the limits of depth and number stopped."""
    return sum(replay.get("stopped", {}).values())


def numbers(replay: Json) -> list[tuple[str, int]]:
    """The totals of a replay, each with its label."""
    rules = replay["rules"].values()
    totals = [(name, sum(counts.get(name, 0) for counts in rules)) for name in ("met", "unmet", "errored", "fired")]
    entities = sum(counts["entities"] for counts in replay["machines"].values())
    effects = sum(counts.get("effects", 0) for counts in rules)
    return [
        ("Events", replay["events"]),
        ("Entities", entities),
        ("Rules", len(rules)),
        *((f"Judgements {name}" if name != "fired" else "Runs", count) for name, count in totals),
        ("Effects", effects),
        ("Effects in the shadow", sum(counts.get("shadowed", 0) for counts in rules)),
    ]


def subject_of(effect: Mapping[str, Any]) -> tuple[str, str]:
    """The entity whose event led to an effect, as (machine, id)."""
    machine, _, entity = str(effect.get("about", "")).partition("/")
    return machine, entity


def _row(kind: str, effect: Json, text: str) -> EffectRow:
    return EffectRow(kind, wording.noun(effect["action"], 1), wording.about(effect), str(effect.get("at", "")), text)


def _local(effect: Json, zone: Zone) -> Json:
    """An effect with its instant as the zone's clocks show it."""
    return {**effect, "at": zone.moment(effect["at"])} if "at" in effect else effect


def _what(words: Counter[str], altered: int) -> str:
    parts = [
        f"{wording.signed(count)} {wording.noun(action, count)}"
        for action, count in sorted(words.items(), key=lambda item: (-abs(item[1]), item[0]))
        if count
    ]
    if altered:
        parts.append(f"{altered} changed")
    return ", ".join(parts) or "other ones"


def _at(value: int, top: int) -> float:
    return round(value / top * 100, 2)
