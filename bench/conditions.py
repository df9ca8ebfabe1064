"""One condition of six predicates on an event of thirty fields."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench import dialects, domain, ours, peers
from bench.documents import write_rule_set
from bench.measure import Row, Timing, interleaved, tell

EVENTS = 2_048
ROUNDS = 15


def run(folder: Path) -> Iterator[Row]:
    """Virel's compiled condition beside a lambda by hand and the peers; the counts of all must agree."""
    wire = domain.judged(EVENTS)
    for event in wire:
        event["type"] = domain.TYPES[0]
    rule = domain.Rule("six", domain.TYPES[0], domain.SIX)
    write_rule_set(folder, [rule])
    catalog = ours.load(folder)
    frames = ours.frames(catalog, wire)
    judge = ours.judge(catalog, rule)
    by_hand = dialects.python(domain.SIX)
    events = [frame[0] for frame in frames]
    contestants = {
        "Virel": lambda: sum(1 for e, s, b, n, a, w in frames if judge(e, s, b, n, a, w) is True),
        "lambda": lambda: sum(1 for event in events if by_hand(event)),
        **peers.conditions(domain.SIX, wire),
    }
    counts = {name: count() for name, count in contestants.items()}
    if len(set(counts.values())) != 1:
        raise SystemExit(f"the contestants disagree about how many events meet the condition: {counts}")
    tell(f"  {counts['Virel']} of {EVENTS} events meet it, by every contestant's count")
    timings = interleaved(contestants, ROUNDS, EVENTS)
    mine = timings["Virel"]

    def beside(name: str, of: Timing) -> str:
        return f"{name} {of.text()}, Virel {mine.text()}"

    hand = timings["lambda"]
    yield Row(
        "one condition: Virel's time over that of a null-safe lambda by hand",
        mine.median / hand.median,
        1.5,
        False,
        beside("lambda", hand),
    )
    for name, target in (
        ("cel-expr-python", 3),
        ("Jinja2", 10),
        ("cel-python", 100),
        ("datalogic-py", None),
        ("zen-engine", None),
    ):
        theirs = timings[name]
        yield Row(
            f"one condition: {name}'s time over Virel's, events converted beforehand",
            theirs.median / mine.median,
            target,
            True,
            beside(name, theirs),
        )
