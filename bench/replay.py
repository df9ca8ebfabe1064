"""A backtest of a hundred thousand events over two hundred rules, and the memory that a million take."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench import ours
from bench.documents import write_events, write_replay
from bench.measure import Row, Timing, interleaved, tell

EVENTS = 100_000
ORDERS = 5_000
MANY = 1_000_000
MANY_ORDERS = 50_000
ROUNDS = 3


def run(folder: Path) -> Iterator[Row]:
    """One version and two, over the time that reading the file's JSON takes; then peak memory in a process of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    rules, draft, log = folder / "rules", folder / "draft", folder / "events.jsonl"
    write_replay(rules)
    write_replay(draft, draft=True)
    write_events(log, EVENTS, ORDERS)
    told = ours.replayed(ours.backtest(rules, log), EVENTS)
    tell(f"  {told}")
    contestants = {
        "json.loads": lambda: parse(log),
        "one": lambda: ours.backtest(rules, log),
        "two": lambda: ours.backtest(draft, log, rules),
    }
    timings = interleaved(contestants, ROUNDS)
    base = timings["json.loads"]

    def row(name: str, claim: str, target: float) -> Row:
        taken: Timing = timings[name]
        detail = f"{taken.text()}, {EVENTS / taken.median:,.0f} events/s; json.loads {base.text()}"
        return Row(claim, taken.median / base.median, target, False, detail)

    yield row("one", f"backtest, {EVENTS:,} events × 200 rules ({told}): time over json.loads of the file", 8)
    yield row("two", "the same with a second version and the difference: time over json.loads of the file", 12)
    yield from memory(folder, rules)


def memory(folder: Path, rules: Path) -> Iterator[Row]:
    """Peak resident memory of ``virel backtest`` over a million events."""
    log = folder / "million.jsonl"
    if not log.exists():
        tell(f"  writing {MANY:,} events")
        part = log.with_suffix(".part")
        write_events(part, MANY, MANY_ORDERS)
        part.rename(log)
    start = time.perf_counter()
    peak = backtest_alone(rules, log) / 1e6
    seconds = time.perf_counter() - start
    detail = f"peak {peak:,.0f} MB of 500 MB, {seconds:,.0f} s, {MANY / seconds:,.0f} events/s with start and report"
    yield Row(f"backtest, {MANY:,} events: peak memory over 500 MB", peak / 500, 1, False, detail)


def parse(log: Path) -> None:
    """The yardstick: every line through the standard library's JSON."""
    with log.open("rb") as lines:
        for line in lines:
            json.loads(line)


def backtest_alone(rules: Path, log: Path) -> int:
    """The command as a person gives it, in a process of its own; that process's peak memory in bytes."""
    arguments = ["--config", str(rules), "--format", "json", "backtest", "--events", str(log)]
    command = [sys.executable, "-m", "bench.peak", *arguments]
    ended = subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return int(ended.stderr.splitlines()[-1])
