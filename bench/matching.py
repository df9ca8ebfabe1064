"""Which rules an event meets: a thousand and ten thousand rules over twenty event types."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench import domain, ours, peers
from bench.documents import write_rule_set
from bench.measure import Row, interleaved, tell

EVENTS = 2_000
ROUNDS = 9
EXPLAINED = 20  # events whose traces are worked out from what was kept, rule by rule
SLOW = 100  # events for the decision table, which needs about a millisecond each


def run(folder: Path) -> Iterator[Row]:
    """Virel's index beside buckets and a decision table; the numbers of rules met must agree."""
    wire = domain.events(EVENTS)
    thousand, many = domain.rule_set(1_000), domain.rule_set(10_000)
    write_rule_set(folder / "1000", thousand)
    write_rule_set(folder / "10000", many)
    small, large = ours.load(folder / "1000"), ours.load(folder / "10000")
    frames = ours.frames(small, wire)
    matcher, matcher_many = ours.matcher(small, frames), ours.matcher(large, frames)
    events = [frame[0] for frame in frames]
    contestants = {
        "Virel": matcher,
        "Virel, 10,000": matcher_many,
        "Virel, traced": ours.traced_matcher(small, frames),
        "lambdas": peers.lambda_matcher(thousand, events),
        "datalogic-py": peers.datalogic_matcher(thousand, wire, convert=False),
        "datalogic-py with conversion": peers.datalogic_matcher(thousand, wire, convert=True),
    }
    counts = {name: count() for name, count in contestants.items()}
    met_many = counts.pop("Virel, 10,000")
    expected = peers.lambda_matcher(many, events)()
    if len(set(counts.values())) != 1 or met_many != expected:
        raise SystemExit(f"the contestants disagree about how many rules are met: {counts}, {met_many} and {expected}")
    tell(
        f"  {counts['Virel'] / EVENTS:.2f} rules met an event at 1,000, {met_many / EVENTS:.2f} at 10,000, by every count"
    )
    some = frames[:EXPLAINED]
    if ours.explained(small, some) != ours.matcher(small, some)():
        raise SystemExit("the values kept for traces do not explain the verdicts")
    timings = interleaved(contestants, ROUNDS, EVENTS)

    zen = peers.zen_matcher(thousand, wire[:SLOW])
    few = ours.matcher(small, frames[:SLOW])
    if zen() != few():
        raise SystemExit(f"the decision table meets {zen()} rules, Virel {few()}")
    slow = interleaved({"zen-engine": zen, "Virel": few}, ROUNDS, SLOW)

    mine = timings["Virel"]

    def rate(name: str) -> str:
        return f"{name} {1 / timings[name].median:,.0f} events/s, {timings[name].text()} each"

    for name, target in (("datalogic-py", 5.0), ("datalogic-py with conversion", None), ("lambdas", None)):
        yield Row(
            f"1,000 rules: events a second over those of {name}, in a bucket for each type",
            timings[name].median / mine.median,
            target,
            True,
            f"{rate('Virel')}; {rate(name)}",
        )
    yield Row(
        "1,000 rules: events a second over those of a zen-engine decision table",
        slow["zen-engine"].median / slow["Virel"].median,
        50,
        True,
        f"zen-engine {slow['zen-engine'].text()} an event, Virel {slow['Virel'].text()}",
    )
    yield Row(
        "10,000 rules: events a second over those at 1,000",
        mine.median / timings["Virel, 10,000"].median,
        0.2,
        True,
        rate("Virel, 10,000"),
    )
    yield Row(
        "1,000 rules, with what explains every line of every rule of the type kept: time over that without",
        timings["Virel, traced"].median / mine.median,
        4,
        False,
        rate("Virel, traced"),
    )
