"""A made-up wholesaler: one machine with twenty events of thirty fields, rules over them, and events; all from a seed.

Every condition is a list of ``Predicate``, which ``bench.dialects`` writes in each contestant's language, so that all of
them are asked the same question.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

TYPES = (
    "order.placed",
    "order.priced",
    "order.checked",
    "order.reserved",
    "order.picked",
    "order.packed",
    "order.labelled",
    "order.loaded",
    "order.sent",
    "order.delayed",
    "order.rerouted",
    "order.arrived",
    "order.signed",
    "order.invoiced",
    "order.paid",
    "order.reminded",
    "order.disputed",
    "order.returned",
    "order.refunded",
    "order.rated",
)
REGIONS = tuple(f"region-{number:02}" for number in range(20))
COUNTRIES = tuple(f"country-{number:02}" for number in range(30))
CHANNELS = ("web", "app", "phone", "partner", "desk", "mail", "chat", "api")
TIERS = ("basic", "silver", "gold", "vip")
PURPOSES = ("deposit", "balance", "refund")
START = 1_767_225_600  # 2026-01-01T00:00:00Z

# The thirty fields of every event's data: name and type as a machine declares them.
FIELDS: dict[str, str] = {
    "purpose": "{enum: [deposit, balance, refund]}",
    "channel": "{enum: [web, app, phone, partner, desk, mail, chat, api]}",
    "tier": "{enum: [basic, silver, gold, vip]}",
    "region": "string",
    "country": "string",
    "amount": "int",
    "qty": "int",
    "attempts": "int",
    "score": "double",
    "margin": "double",
    "discount": "double?",
    "rush": "bool",
    "gift": "bool",
    "total": "money",
    "deposit": "money",
    "campaign": "string",
    "origin": "string",
    "device": "string",
    "browser": "string",
    "language": "string",
    "city": "string",
    "postcode": "string",
    "street": "string",
    "company": "string",
    "contact": "string",
    "phone": "string",
    "email": "string",
    "note": "string?",
    "due_at": "timestamp",
    "tags": "{list: string}",
}


@dataclass(frozen=True, slots=True)
class Predicate:
    """``event.data.<path> <operator> <value>``; the operator is one of ``== != < <= > >= in``."""

    path: str
    operator: str
    value: Any


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a rule set: its id, the event type it is bound to, and what must hold."""

    id: str
    trigger: str
    predicates: tuple[Predicate, ...]


SIX = (
    Predicate("purpose", "==", "deposit"),
    Predicate("total.amount", ">", 50_000),
    Predicate("channel", "in", ["web", "app", "phone"]),
    Predicate("tier", "!=", "basic"),
    Predicate("score", "<", 0.7),
    Predicate("attempts", "<=", 3),
)


def rule_set(count: int, seed: int = 1) -> list[Rule]:
    """Rules of two to four predicates each, the first an equality that few events satisfy."""
    chance = random.Random(f"rules {seed} {count}")
    return [
        Rule(f"rule-{number:05}", TYPES[number % len(TYPES)], _predicates(chance, chance.randint(2, 4)))
        for number in range(count)
    ]


def _predicates(chance: random.Random, count: int) -> tuple[Predicate, ...]:
    path, values = chance.choice((("region", REGIONS), ("region", REGIONS), ("country", COUNTRIES)))
    residual = [
        Predicate("amount", ">", chance.randrange(10_000, 70_000)),
        Predicate("score", "<", round(chance.uniform(0.4, 0.9), 2)),
        Predicate("tier", "in", sorted(chance.sample(TIERS, 3))),
        Predicate("qty", ">=", chance.randint(2, 12)),
        Predicate("rush", "==", chance.random() < 0.3),
        Predicate("channel", "!=", chance.choice(CHANNELS)),
        Predicate("total.amount", ">", chance.randrange(10_000, 200_000)),
    ]
    # One predicate a path: a column of a decision table holds one test.
    return Predicate(path, "==", chance.choice(values)), *chance.sample(residual, count - 1)


def event_data(chance: random.Random) -> dict[str, Any]:
    """The data of one event, thirty fields, about 900 bytes of JSON."""
    amount = chance.randrange(1_000, 100_000)
    number = chance.randrange(100_000)
    return {
        "purpose": chance.choice(PURPOSES),
        "channel": chance.choice(CHANNELS),
        "tier": chance.choice(TIERS),
        "region": chance.choice(REGIONS),
        "country": chance.choice(COUNTRIES),
        "amount": amount,
        "qty": chance.randint(1, 20),
        "attempts": chance.randint(1, 5),
        "score": round(chance.random(), 3),
        "margin": round(chance.uniform(-0.2, 0.6), 3),
        "discount": round(chance.uniform(0, 0.4), 2),
        "rush": chance.random() < 0.3,
        "gift": chance.random() < 0.1,
        "total": {"amount": amount * chance.randint(1, 4), "currency": "EUR"},
        "deposit": {"amount": amount // 4, "currency": "EUR"},
        "campaign": f"campaign-{number % 97:02}-spring-summer",
        "origin": "https://shop.example/landing/collections",
        "device": chance.choice(("phone", "tablet", "desktop")),
        "browser": chance.choice(("Firefox 140", "Chrome 150", "Safari 26")),
        "language": chance.choice(("en-GB", "de-DE", "ru-RU", "fr-FR")),
        "city": f"City of {number % 311}",
        "postcode": f"{number:05}",
        "street": f"{number % 199} Long Harbour Road, second courtyard, door {number % 7}",
        "company": f"Company {number % 1009} Trading and Logistics Limited",
        "contact": f"Contact Person {number % 503}",
        "phone": f"+49 30 {number:07}",
        "email": f"contact.{number}@company-{number % 1009}.example",
        "note": f"Leave at gate {number % 13}; ring twice; the yard closes at five on Fridays.",
        "due_at": f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}T{number % 24:02}:00:00Z",
        "tags": ["wholesale", f"lot-{number % 53}", f"line-{number % 29}"],
    }


def events(count: int, seed: int = 1, orders: int = 1_000) -> list[dict[str, Any]]:
    """Events as the wire writes them, of all twenty types in turn by chance, a minute apart."""
    chance = random.Random(f"events {seed}")
    return [
        {
            "specversion": "1.0",
            "id": f"e-{number:07}",
            "type": chance.choice(TYPES),
            "source": "bench",
            "subject": f"or_{chance.randrange(orders):06}",
            "time": instant(number * 60),
            "data": event_data(chance),
        }
        for number in range(count)
    ]


def judged(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Events for ``SIX``: half meet all six predicates, the others fail in one of them, each as often."""
    chance = random.Random(f"judged {seed}")
    made = events(count, seed)
    wrong: dict[str, Any] = {
        "purpose": "refund",
        "total": {"amount": 100, "currency": "EUR"},
        "channel": "mail",
        "tier": "basic",
    }
    wrong |= {"score": 0.9, "attempts": 5}
    right: dict[str, Any] = {
        "purpose": "deposit",
        "total": {"amount": 60_000, "currency": "EUR"},
        "channel": "app",
        "tier": "gold",
    }
    right |= {"score": 0.3, "attempts": 2}
    for number, event in enumerate(made):
        event["data"].update(right)
        if number % 2:
            broken = chance.choice(sorted(wrong))
            event["data"][broken] = wrong[broken]
    return made


def instant(seconds: int) -> str:
    """RFC 3339 text of so many seconds after the start of 2026."""
    return datetime.fromtimestamp(START + seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def machine_document() -> str:
    """The machine that the rules speak of."""
    data = ", ".join(f"{name}: {_flow(kind)}" for name, kind in FIELDS.items())
    declared = "\n".join(f"  {kind}: {{data: {{{data}}}}}" for kind in TYPES)
    return f"""kind: machine
id: order
version: 1
plural: orders
description: One order of a wholesaler's customer.
fields:
  code: string
  tier: {{enum: [basic, silver, gold, vip]}}
  value: int
  touched: int
  flag: string?
relations:
  customer: customer
initial: open
states:
  open: {{}}
  held: {{}}
  closed: {{final: true}}
transitions:
  hold: {{from: [open], to: held}}
  resume: {{from: [held], to: open}}
  close: {{from: "*", to: closed}}
events:
{declared}
"""


def _flow(kind: str) -> str:
    return f'"{kind}"' if kind.endswith("?") else kind


CUSTOMER = """kind: machine
id: customer
version: 1
plural: customers
description: Who orders.
fields:
  name: string
  tier: {enum: [basic, silver, gold, vip]}
  country: string
initial: active
states:
  active: {}
  gone: {final: true}
transitions:
  leave: {from: [active], to: gone}
"""

ROLE = """kind: role
id: DESK
version: 1
description: Acts for the rules of this bench.
grants:
  - permission: tasks.create
  - permission: exceptions.create
  - permission: notifications.send
  - permission: orders.update
  - permission: tasks.update
  - permission: orders.hold
  - permission: orders.resume
  - permission: webhooks.call
  - permission: timers.start
"""

TEMPLATE = """kind: template
id: order-news
version: 1
description: The customer learns what happened to the order.
entity: order
fallback: en
channels:
  in_app:
    en: "News of {{ order.code }}"
"""
