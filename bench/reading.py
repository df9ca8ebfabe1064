"""A thousand rule files: read, checked and compiled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

from bench import domain, ours
from bench.documents import write_rule_set
from bench.measure import Row, interleaved

RULES = 1_000
ROUNDS = 7


def run(folder: Path) -> Iterator[Row]:
    """Virel's whole way from text to rules that can run, beside PyYAML's C loader over the same texts."""
    write_rule_set(folder, domain.rule_set(RULES))
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.yaml"))]
    contestants = {
        "PyYAML": lambda: [yaml.load(text, Loader=yaml.CSafeLoader) for text in texts],
        "Virel": lambda: ours.compile_all(ours.load(folder)),
        "from cache": lambda: ours.compile_all(ours.load(folder, folder / ".cache")),
    }
    timings = interleaved(contestants, ROUNDS)
    mine, loader = timings["Virel"], timings["PyYAML"]
    claim = f"{RULES:,} rule files read, checked and compiled{{}}: time over PyYAML's C loader alone"
    yield Row(claim.format(""), mine.median / loader.median, 6.0, False, f"Virel {mine.text()}, PyYAML {loader.text()}")
    kept = timings["from cache"]
    yield Row(
        claim.format(" from a cache keyed by content"),
        kept.median / loader.median,
        2.0,
        False,
        f"Virel {kept.text()}, PyYAML {loader.text()}",
    )
