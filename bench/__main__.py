"""``python -m bench [PART ...]``: measures, prints one table a part, and writes ``bench/out/results.{md,json}``."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from bench import (
    access,
    candidates,
    clocks,
    conditions,
    feed,
    matching,
    pages,
    peers,
    reading,
    reads,
    replay,
    road,
    served,
    texts,
)
from bench.measure import Row, machine, table, tell

OUT = Path(__file__).parent / "out"
PARTS = {
    "conditions": ("One condition", conditions.run),
    "matching": ("Rule sets", matching.run),
    "candidates": ("Ranking candidates", candidates.run),
    "reading": ("Reading documents", reading.run),
    "replay": ("Backtest", replay.run),
    "texts": ("Rendering texts", texts.run),
    "access": ("One decision", access.run),
    "clocks": ("SLA clocks", clocks.run),
    "road": ("The road of a change", road.run),
    "served": ("A change over HTTP", served.run),
    "reads": ("Reading a large store", reads.run),
    "feed": ("The live feed", feed.run),
    "pages": ("Pages in a browser", pages.run),
}


def main(wanted: list[str]) -> int:
    """Runs the parts named, or all; 2 when one is unknown. A missed target is told, and is no failure to run."""
    if unknown := [name for name in wanted if name not in PARTS]:
        tell(f"no part is called {', '.join(unknown)}; there are {', '.join(PARTS)}")
        return 2
    about = machine((*peers.PACKAGES, *access.PACKAGES))
    head = "# Virel beside its peers\n\n" + ", ".join(f"{name} {value}" for name, value in about.items()) + ".\n"
    head += "One core, interleaved rounds, medians (least–most) of the processor's time; servers on all cores, by the clock.\n"
    print(head, flush=True)
    texts, results = [head], {}
    missed: list[Row] = []
    for name in wanted or PARTS:
        title, run = PARTS[name]
        tell(f"{title} …")
        rows = list(run(OUT / name))
        results[name] = [asdict(row) | {"met": row.met} for row in rows]
        missed += [row for row in rows if row.met is False]
        texts.append(table(title, rows))
        print(texts[-1], flush=True)
    OUT.mkdir(exist_ok=True)
    (OUT / "results.md").write_text("\n".join(texts), encoding="utf-8")
    (OUT / "results.json").write_text(json.dumps({"machine": about, "results": results}, indent=2), encoding="utf-8")
    tell(f"{len(missed)} of the targets missed; written to {OUT}/results.md and results.json")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
