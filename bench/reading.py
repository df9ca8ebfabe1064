"""A thousand rule files: read, checked and compiled, from nothing and from a cache."""

from __future__ import annotations

import shutil
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
    cache = folder.with_name(folder.name + "-cache")
    shutil.rmtree(cache, ignore_errors=True)
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.yaml"))]
    ours.load(folder, cache)
    contestants = {
        "PyYAML": lambda: [yaml.load(text, Loader=yaml.CSafeLoader) for text in texts],
        "cold": lambda: ours.compile_all(ours.load(folder)),
        "cached": lambda: ours.compile_all(ours.load(folder, cache)),
    }
    timings = interleaved(contestants, ROUNDS)
    loader = timings["PyYAML"]
    for name, target, how in (("cold", 6.0, "from nothing"), ("cached", 2.0, "from a cache keyed by content")):
        yield Row(
            f"{RULES:,} rule files read, checked and compiled {how}: time over PyYAML's C loader alone",
            timings[name].median / loader.median,
            target,
            False,
            f"Virel {timings[name].text()}, PyYAML {loader.text()}",
        )
