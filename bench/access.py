"""One decision: may this person read this task? By the agency's own role, and by casbin with the same rule."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import casbin

from bench.measure import Row, interleaved, tell
from bench.ours import load
from engine.access.decide import decide
from engine.conditions.values import Timestamp

QUESTIONS = 2_048
ROUNDS = 15
PACKAGES = ("casbin",)
MODEL = """\
[request_definition]
r = actor, task, permission
[policy_definition]
p = rule, permission
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.permission == p.permission && eval(p.rule)
"""
RULES = (
    'r.task.assignee != "" && r.task.assignee == r.actor.id',
    'r.task.assignee == "" && r.task.queue != "" && r.task.queue in r.actor.queues',
)
LIMIT = 20e-6
"""Seconds that one decision may take."""


def run(folder: Path) -> Iterator[Row]:
    """Virel's ``decide`` beside casbin's ``enforce``, each with its roles ready; their answers must agree."""
    catalog = load(Path(__file__).parents[1])
    roles = catalog.access.of(["OPERATOR"])
    rng = random.Random(5)
    actor = {"id": "us_7", "roles": ["OPERATOR"], "queues": ["operations", "models"]}
    tasks = [_task(rng, number) for number in range(QUESTIONS)]
    now = Timestamp(0)
    enforcer = _enforcer(folder)
    person = SimpleNamespace(**actor)
    things = [SimpleNamespace(assignee=t.get("assignee", ""), queue=t.get("queue", "")) for t in tasks]
    contestants = {
        "Virel": lambda: sum(decide(roles, actor, "tasks.read", "task", task, None, now).allowed for task in tasks),
        "casbin": lambda: sum(enforcer.enforce(person, thing, "tasks.read") for thing in things),
    }
    counts = {name: count() for name, count in contestants.items()}
    if len(set(counts.values())) != 1:
        raise SystemExit(f"the contestants disagree about how many tasks may be read: {counts}")
    tell(f"  {counts['Virel']} of {QUESTIONS} tasks may be read, by both counts")
    timings = interleaved(contestants, ROUNDS, QUESTIONS)
    mine, theirs = timings["Virel"], timings["casbin"]
    beside = f"casbin {theirs.text()}, Virel {mine.text()}"
    yield Row("one decision: casbin's time over Virel's", theirs.median / mine.median, 10, True, beside)
    yield Row("one decision: Virel's time over the 20 µs it may take", mine.median / LIMIT, 1, False, mine.text())


def _task(rng: random.Random, number: int) -> dict[str, Any]:
    assignee = rng.choice([None, None, f"us_{rng.randrange(12)}"])
    queue = rng.choice([None, "operations", "finance", "models"])
    task = {"id": f"tk_{number}", "status": "open", "assignee": assignee, "queue": queue}
    return {name: value for name, value in task.items() if value is not None}


def _enforcer(folder: Path) -> Any:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.conf").write_text(MODEL, encoding="utf-8")
    enforcer = casbin.Enforcer(str(folder / "model.conf"))
    for rule in RULES:
        enforcer.add_policy(rule, "tasks.read")
    return enforcer
