"""SLA clocks: what an event costs beside many open ones, and a month of them beside the same replay without."""

from __future__ import annotations

import gc
import random
import shutil
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import ours
from bench.measure import Row, interleaved, tell
from engine.conditions.values import Timestamp
from engine.events.envelope import WireEvent
from engine.events.jsonl import write_events
from engine.simulation.ledger import Ledger
from engine.simulation.simulation import Simulation

TICKETS = 10_000
MANY, FEW = 50_000, 50
TOUCHED = 20_000
ROUNDS = 3
SECOND = 1_000_000_000
BEGUN = Timestamp.parse("2026-03-02T00:00:00Z")
MONTH = 30 * 86_400

DOCUMENTS = {
    "statemachines/client.yaml": """\
kind: machine
id: client
version: 1
plural: clients
description: Who asks.
fields:
  tier: {enum: [plain, vip]}
initial: active
states: {active: {}}
""",
    "statemachines/ticket.yaml": """\
kind: machine
id: ticket
version: 1
plural: tickets
description: What somebody asks.
fields:
  priority: int
relations:
  client: client
initial: new
states: {new: {}, worked: {}, waiting: {}, solved: {}}
transitions:
  work: {from: [new, waiting], to: worked}
  wait: {from: [worked], to: waiting}
  solve: {from: [worked, waiting], to: solved}
  reopen: {from: [solved], to: new}
""",
    "rules/automation/look.yaml": """\
kind: rule
id: look
version: 1
description: A ticket that comes back is looked at.
trigger: ticket.status_changed
condition: event.data.transition == "reopen"
actions:
  - create_task: {title: "Look at {{ ticket.id }}", queue: desk}
""",
    "rules/sla/office.yaml": """\
kind: calendar
id: office
version: 1
description: Split days and a short Saturday.
timezone: Europe/Berlin
week:
  mon-fri: ["10:00-14:00", "15:00-19:00"]
  sat: ["11:00-16:00"]
holidays: {country: DE}
""",
    "rules/sla/answer.yaml": """\
kind: sla
id: answer
version: 1
description: A ticket is taken up quickly, faster for VIPs.
entity: ticket
calendar: office
start: ticket.status == "new"
stop: ticket.status in ["worked", "solved"]
targets:
  - {when: ticket.client.tier == "vip", within: 30m}
  - {within: 2h}
warn_at: 75%
""",
    "rules/sla/solution.yaml": """\
kind: sla
id: solution
version: 1
description: A ticket is solved within days.
entity: ticket
calendar: office
start: ticket.status == "new"
pause: ticket.status == "waiting"
stop: ticket.status == "solved"
targets:
  - {when: ticket.priority > 2, within: 8h}
  - {within: 24h}
warn_at: 4h
escalation:
  - at: breach
    actions:
      - create_exception: {reason: sla_breached}
  - after: 8h
    repeat: 2
    actions:
      - create_task: {title: Late, queue: desk}
""",
}


def run(folder: Path) -> Iterator[Row]:
    """A month with clocks over the same without; then what an event costs beside 50,000 open clocks and beside 50."""
    without, one, two = folder / "without", folder / "one", folder / "two"
    for base, policies in ((without, ()), (one, ("office", "answer")), (two, ("office", "answer", "solution"))):
        shutil.rmtree(base, ignore_errors=True)
        for name, text in DOCUMENTS.items():
            if not name.startswith("rules/sla") or Path(name).stem in policies:
                path = base / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    log = folder / "month.jsonl"
    lines = write_events(log, _month(random.Random("a month of tickets")))
    taken = interleaved(
        {
            "without": lambda: ours.backtest(without, log),
            "one": lambda: ours.backtest(one, log),
            "two": lambda: ours.backtest(two, log),
        },
        ROUNDS,
    )
    least = taken["without"]
    for base, words in ((one, "one policy"), (two, "two policies, the second with escalation")):
        told = ours.backtest(base, log)["sla"]
        tell(f"  {told}")
        clocks = sum(sum(states.values()) for states in told.values())
        claim = f"a month of {clocks:,} clocks of {words} on {TICKETS:,} tickets, {lines:,} events: time over no clocks"
        timing = taken[base.name]
        yield Row(claim, timing.median / least.median, 3, False, f"{timing.text()}; without {least.text()}")
    yield from _touched(two, without)


def _touched(folder: Path, without: Path) -> Iterator[Row]:
    """Events that choose a clock's target anew: on tickets picked at random, and on as many as there are with few clocks.

    Of many tickets picked at random hardly one is in the processor's caches, be there clocks or not; the third row tells
    what that alone costs, and the second what is left when it is the same on both sides.
    """
    rows = {"many": (folder, MANY, MANY), "same": (folder, MANY, FEW), "few": (folder, FEW, FEW)}
    rows |= {"many bare": (without, MANY, MANY), "few bare": (without, FEW, FEW)}
    costs: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(ROUNDS):
        for name, (base, count, among) in rows.items():
            costs[name].append(_cost(base, count, among))
    cost = {name: statistics.median(found) * 1e6 for name, found in costs.items()}

    def row(claim: str, one: str, other: str, target: float | None) -> Row:
        detail = f"{cost[one]:.1f} µs an event, {cost[other]:.1f} µs"
        return Row(claim, cost[one] / cost[other], target, False, detail)

    # It should cost the same; what lies within a quarter counts as a tie, as in every row.
    beside = f"beside {MANY:,} open clocks: time over the same beside {FEW}"
    yield row(f"an event that touches one clock, any of all, {beside}", "many", "few", 1.25)
    yield row(f"an event that touches one clock, of the same {FEW // 2} tickets, {beside}", "same", "few", 1.25)
    told = f"the same event without clocks, on any of {MANY // 2:,} tickets: time over the same on any of {FEW // 2}"
    yield row(told, "many bare", "few bare", None)


def _cost(folder: Path, count: int, among: int) -> float:
    """Processor time of an event on one of ``among // 2`` tickets while ``count`` clocks are open."""
    chance = random.Random(count)
    simulation = Simulation(ours.load(folder), Ledger(), slim=True)
    simulation.begin(BEGUN)
    simulation.take(_event("c", "client.created", "cl", 0, {"tier": "plain"}))
    for number in range(count // 2):  # each ticket has two clocks
        data = {"client": "cl", "priority": 1}
        simulation.take(_event(f"t{number}", "ticket.created", f"t{number}", 1, data))
    apart = count // among  # those that are touched lie as far apart in memory as there is room
    touched = [
        # Each a second later: within one second a clock that is touched again has nothing to count, and with few clocks
        # nearly all are touched again.
        _event(
            f"u{number}",
            "ticket.updated",
            f"t{chance.randrange(among // 2) * apart}",
            2 + number,
            {"priority": priority},
        )
        for number, priority in enumerate(chance.choices((1, 3), k=TOUCHED))
    ]
    gc.collect()
    gc.freeze()  # as a replay does: what was there before is not looked at again
    start = time.process_time()
    for event in touched:
        simulation.take(event)
    taken = time.process_time() - start
    gc.unfreeze()  # or every simulation so far would stay
    return taken / TOUCHED


def _event(id: str, kind: str, subject: str, seconds: int, data: dict[str, Any]) -> WireEvent:
    return WireEvent(
        id=id, type=kind, subject=subject, source="bench", time=Timestamp(BEGUN + seconds * SECOND), data=data
    )


def _month(chance: random.Random) -> Iterator[WireEvent]:
    clients = TICKETS // 20
    rows: list[tuple[int, str, str, dict[str, Any]]] = [
        (0, "client.created", f"cl_{number}", {"tier": chance.choice(("plain", "plain", "vip"))})
        for number in range(clients)
    ]
    for number in range(TICKETS):
        moment = chance.randrange(MONTH // 2)
        data = {"client": f"cl_{number % clients}", "priority": chance.randrange(5)}
        rows.append((moment, "ticket.created", f"t_{number}", data))
        for move in ("work", "wait", "work", "solve", "reopen", "work", "solve"):
            moment += chance.randrange(60, 2 * 86_400)
            if moment < MONTH:
                rows.append((moment, "ticket.status_changed", f"t_{number}", {"transition": move}))
    for number, (moment, kind, subject, about) in enumerate(sorted(rows, key=lambda row: row[0])):
        yield _event(f"e{number}", kind, subject, moment, about)
