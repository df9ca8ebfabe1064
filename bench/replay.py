"""A backtest of a hundred thousand events over two hundred rules, and the memory that a million take."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench import ours
from bench.documents import write_events, write_replay
from bench.measure import Row, Timing, interleaved, once, tell

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
    seconds = once(lambda: backtest_alone(rules, log))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
    detail = f"peak {peak:,.0f} MB of 500 MB, {seconds:,.0f} s, {MANY / seconds:,.0f} events/s with start and report"
    yield Row(f"backtest, {MANY:,} events: peak memory over 500 MB", peak / 500, 1, False, detail)


def parse(log: Path) -> None:
    """The yardstick: every line through the standard library's JSON."""
    with log.open("rb") as lines:
        for line in lines:
            json.loads(line)


def backtest_alone(rules: Path, log: Path) -> None:
    """The command as a person gives it."""
    command = "import sys; from app.cli.main import main; sys.exit(main())"
    arguments = ["--config", str(rules), "--format", "json", "backtest", "--events", str(log)]
    subprocess.run([sys.executable, "-c", command, *arguments], check=True, stdout=subprocess.DEVNULL)
