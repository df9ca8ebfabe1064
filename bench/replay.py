"""A backtest of a hundred thousand events over two hundred rules, and the memory that a million take."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import desk, ours
from bench.documents import write_events, write_replay
from bench.measure import Row, Timing, interleaved, tell

EVENTS = 100_000
ORDERS = 5_000
MANY = 1_000_000
MANY_ORDERS = 50_000
ROUNDS = 3


def run(folder: Path) -> Iterator[Row]:
    """The rules alone, then the same with clocks, roles and templates in play."""
    yield from measured(folder, Play("", write_replay, write_events))
    full = Play(", clocks, roles and templates in play", desk.write_documents, desk.write_events)
    yield from measured(folder / "full", full)
    yield performed(folder / "full")


@dataclass(frozen=True, slots=True)
class Play:
    """What is replayed: the documents, the log, and how the rows' claims name it."""

    name: str
    documents: Callable[..., None]
    events: Callable[[Path, int, int], None]


def measured(folder: Path, play: Play) -> Iterator[Row]:
    """One version and two, over the time that reading the file's JSON takes; then peak memory in a process of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    rules, draft, log = folder / "rules", folder / "draft", folder / "events.jsonl"
    play.documents(rules)
    play.documents(draft, draft=True)
    play.events(log, EVENTS, ORDERS)
    found = ours.backtest(rules, log)
    told = ours.replayed(found, EVENTS)
    if clocks := sum(sum(states.values()) for states in found["sla"].values()):
        told += f", {clocks:,} clocks"
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

    what = f"backtest, {EVENTS:,} events × 200 rules{play.name} ({told})"
    yield row("one", f"{what}: time over json.loads of the file", 8)
    yield row("two", "the same with a second version and the difference: time over json.loads of the file", 12)
    yield memory(folder, rules, play)


def performed(folder: Path) -> Row:
    """What live traffic adds: each person's move is decided by the person's roles, each message is rendered.

    The peer does the same by hand: it reads the log, asks a table of functions whether the person may, and lets Jinja2
    render as many messages of the same text with the same filters.
    """
    catalog, log = ours.load(folder / "rules"), folder / "events.jsonl"
    counts = ours.performed(catalog, log)
    tell(f"  {counts}")
    peer = desk.ByHand(counts.messages)
    asked, allowed = peer.run(log)
    if (asked, allowed) != (counts.asked, counts.allowed):
        raise SystemExit(f"the contestants disagree about who may do what: {counts} against {asked}, {allowed}")
    timings = interleaved(
        {"virel": lambda: ours.performed(ours.load(folder / "rules"), log), "by hand": lambda: peer.run(log)}, ROUNDS
    )
    mine, theirs = timings["virel"], timings["by hand"]
    claim = f"the same with {counts.asked:,} moves decided and {counts.messages:,} messages rendered: time over by hand"
    return Row(claim, mine.median / theirs.median, 8, False, f"{mine.text()}; by hand {theirs.text()}")


def memory(folder: Path, rules: Path, play: Play) -> Row:
    """Peak resident memory of ``virel backtest`` over a million events."""
    log = folder / "million.jsonl"
    if not log.exists():
        tell(f"  writing {MANY:,} events")
        part = log.with_suffix(".part")
        play.events(part, MANY, MANY_ORDERS)
        part.rename(log)
    start = time.perf_counter()
    peak = backtest_alone(rules, log) / 1e6
    seconds = time.perf_counter() - start
    detail = f"peak {peak:,.0f} MB of 500 MB, {seconds:,.0f} s, {MANY / seconds:,.0f} events/s with start and report"
    return Row(f"backtest, {MANY:,} events{play.name}: peak memory over 500 MB", peak / 500, 1, False, detail)


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
