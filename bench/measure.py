"""How things are timed here: one core, contestants in turn, medians with the least and the most.

The time is the processor's, of this process: on an idle machine it is the clock's, and on a busy one other work disturbs
it less.
"""

from __future__ import annotations

import gc
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds for one unit of work, over all rounds."""

    median: float
    least: float
    most: float

    def text(self) -> str:
        """The median with its range, in the unit that suits it."""
        for unit, scale in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
            if self.median * scale >= 1 or unit == "µs":
                return f"{self.median * scale:.3g} {unit} ({self.least * scale:.3g}–{self.most * scale:.3g})"
        raise AssertionError(self)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a result: a ratio, what it may be, and what it is made of.

    ``at_least`` says whether the target is a floor; a row without a target is told for orientation.
    """

    claim: str
    ratio: float
    target: float | None
    at_least: bool
    detail: str

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        if self.target is None:
            return None
        return self.ratio >= self.target if self.at_least else self.ratio <= self.target


def pin() -> str:
    """Keeps this process and its children on one core; says which."""
    if not hasattr(os, "sched_setaffinity"):
        return "not pinned: this system does not let a process choose its core"
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return f"pinned to core {core}"


def interleaved(contestants: Mapping[str, Callable[[], object]], rounds: int, units: int = 1) -> dict[str, Timing]:
    """Runs all contestants once a round, in turn; ``units`` is how much work one call does."""
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    for run in contestants.values():
        run()
    for _ in range(rounds):
        for name, run in contestants.items():
            gc.collect()  # nobody pays for what the one before left behind
            start = time.process_time()
            run()
            taken[name].append((time.process_time() - start) / units)
    return {name: Timing(statistics.median(times), min(times), max(times)) for name, times in taken.items()}


def machine(packages: Sequence[str]) -> dict[str, str]:
    """What the figures were taken on."""
    model = platform.processor() or platform.machine()
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
            model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), model)
    except OSError:
        model += " (no /proc)"
    found = {"python": platform.python_version(), "system": platform.system(), "processor": model}
    found |= {"cores": str(os.cpu_count()), "core": pin()}
    return found | {name: version(name) for name in packages}


def table(title: str, rows: Sequence[Row]) -> str:
    """The rows as Markdown, ratios first."""
    lines = [f"## {title}", "", "| ratio | target | | what | measured |", "|---:|---:|---|---|---|"]
    for row in rows:
        target = "" if row.target is None else f"{'≥' if row.at_least else '≤'} {row.target:g}"
        verdict = {True: "met", False: "**short**", None: ""}[row.met]
        lines.append(f"| {row.ratio:.3g}× | {target} | {verdict} | {row.claim} | {row.detail} |")
    return "\n".join(lines) + "\n"


def tell(text: str) -> None:
    """A line of progress for whoever waits."""
    print(text, file=sys.stderr, flush=True)
