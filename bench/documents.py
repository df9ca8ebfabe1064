"""Folders of documents and files of events, written from a seed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench import dialects
from bench.domain import (
    CHANNELS,
    CUSTOMER,
    REGIONS,
    ROLE,
    TEMPLATE,
    TIERS,
    TYPES,
    Rule,
    event_data,
    instant,
    machine_document,
)

TASK = 'create_task: {title: "Look at {{ order.code }}", queue: desk, priority: high, due: 4h}'
NEWS = "send_notification: {template: order-news, to: order.customer}"
WEBHOOK = 'call_webhook: {endpoint: warehouse, data: {order: "{{ order.code }}"}}'
COUNT = "set_field: {entity: order, field: touched, expression: order.touched + 1}"
HOLD = 'update_status: {entity: order, transition: hold}\n    if: order.status == "open"'
RESUME = 'update_status: {entity: order, transition: resume}\n    if: order.status == "held"'


def write_base(folder: Path) -> None:
    """What every folder here has: two machines, one role, one template."""
    for path, text in {
        "statemachines/order.yaml": machine_document(),
        "statemachines/customer.yaml": CUSTOMER,
        "rules/access/DESK.yaml": ROLE,
        "templates/order-news.yaml": TEMPLATE,
    }.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    (folder / "rules/automation").mkdir(parents=True, exist_ok=True)


def write_rule_set(folder: Path, rules: Sequence[Rule]) -> None:
    """The folder of a rule set in which every rule makes a task."""
    write_base(folder)
    for rule in rules:
        lines = [dialects.cel(predicate) for predicate in rule.predicates]
        text = rule_text(rule.id, rule.trigger, lines, [TASK])
        (folder / "rules/automation" / f"{rule.id}.yaml").write_text(text, encoding="utf-8")


def rule_text(name: str, trigger: str, lines: Sequence[str], actions: Sequence[str], run: str = "") -> str:
    """One rule's document."""
    condition = "\n".join(f"    - {line}" for line in lines)
    performed = "\n".join(f"  - {action}" for action in actions)
    return (
        f"kind: rule\nid: {name}\nversion: 1\n"
        f"description: What the desk does about {trigger} when all of these hold.\n"
        f"trigger: {trigger}\ncondition:\n  all:\n{condition}\nacts_as: DESK\nactions:\n{performed}\n{run}"
    )


def write_replay(folder: Path, *, draft: bool = False) -> None:
    """Two hundred rules with cascades and throttles; the draft differs in ten rules, lacks one, and has one more."""
    write_base(folder)
    for number, (name, text) in enumerate(_replay_rules(draft)):
        if draft and number == 7:
            continue
        (folder / "rules/automation" / f"{name}.yaml").write_text(text, encoding="utf-8")
    if draft:
        extra = rule_text("extra", TYPES[3], ["event.data.rush == true", "event.data.qty > 18"], [NEWS])
        (folder / "rules/automation/extra.yaml").write_text(extra, encoding="utf-8")


def _replay_rules(draft: bool) -> Iterator[tuple[str, str]]:
    chance = random.Random("replay")
    effects = (NEWS, WEBHOOK, COUNT, TASK, HOLD, RESUME)
    shares = (4, 2, 2, 2, 1, 1)
    for number in range(170):
        amount = chance.randrange(56_000, 90_000)
        if draft and number % 17 == 0:
            amount += 5_000
        lines = [
            f"event.data.channel in {json.dumps(sorted(chance.sample(CHANNELS, 4)))}",
            f"event.data.amount > {amount}",
            f"order.tier in {json.dumps(sorted(chance.sample(TIERS, 3)))}",
        ]
        if number % 3 == 0:
            lines.append(f"order.customer.tier != {json.dumps(chance.choice(TIERS))}")
        if number % 5 == 0:
            lines[0] = f"event.data.region in {json.dumps(sorted(chance.sample(REGIONS, 10)))}"
        run = "run: {mode: throttle, every: 2d, key: order.customer.id}\n" if number % 4 == 0 else ""
        actions = sorted(set(chance.choices(effects, shares, k=chance.choice((4, 4, 5)))))
        yield f"root-{number:03}", rule_text(f"root-{number:03}", TYPES[number % len(TYPES)], lines, actions, run)
    for number in range(30):
        trigger = ("order.updated", "order.updated", "order.status_changed", "order.status_changed", "task.created")[
            number % 5
        ]
        bound = 30_000 + number * 2_000
        if trigger == "order.updated":
            lines = ["changed(order.touched)", f"order.value > {bound}", f"order.touched % 5 == {number % 5}"]
            actions = [NEWS]
        elif trigger == "order.status_changed":
            lines = [f'event.data.to == "{("held", "open")[number % 2]}"', f"order.value > {bound}"]
            actions = [WEBHOOK]
        else:
            lines = [
                'task.?queue.orValue("") == "desk"',
                'task.priority == "high"',
                f'task.title.endsWith("{number}")',
            ]
            actions = ["set_field: {entity: task, field: priority, value: urgent}"]
        name = f"follow-{number:03}"
        yield name, rule_text(name, trigger, lines, actions)


def write_events(path: Path, count: int, orders: int) -> None:
    """``count`` events of about 1 kB, five seconds apart; customers and orders are created as they first appear."""
    chance = random.Random("replay events")
    with path.open("w", encoding="utf-8") as out:
        for number, event in enumerate(history(chance, orders)):
            if number == count:
                break
            head = {"specversion": "1.0", "id": f"e-{number:07}", "source": "bench", "time": instant(number * 5)}
            out.write(json.dumps(head | event, separators=(",", ":")) + "\n")


def history(chance: random.Random, orders: int) -> Iterator[dict[str, Any]]:
    customers = max(1, orders // 10)
    for number in range(customers):
        data: dict[str, Any] = {
            "name": f"Customer {number}",
            "tier": chance.choice(TIERS),
            "country": f"country-{number % 30:02}",
        }
        yield {"type": "customer.created", "subject": f"cu_{number:05}", "data": data}
    known: set[int] = set()
    while True:
        order = chance.randrange(orders)
        if order not in known:
            known.add(order)
            data = {"code": f"OR-{order}", "tier": chance.choice(TIERS), "value": chance.randrange(100_000)}
            data |= {"touched": 0, "customer": f"cu_{order % customers:05}"}
            yield {"type": "order.created", "subject": f"or_{order:06}", "data": data}
        yield {"type": chance.choice(TYPES), "subject": f"or_{order:06}", "data": event_data(chance)}
